"""Every released course is a study definition that CDISC's own schema accepts, with nothing dangling."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from holdfast.cli import main
from holdfast.definitions import protocols
from holdfast.interop.usdm import NoSchedule, study

SCHEMA = Path(__file__).parent / "usdm" / "schema-4.0.0.json"
VALIDATOR = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
WITH_COURSE = [n for n in protocols.names() if protocols.load(n).schedule is not None]


def parts(value):
    """Every part of a study definition that has an id."""
    if isinstance(value, dict):
        if "id" in value:
            yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def named(value):
    """Every id that some part names, by keys ending in ``Id`` or ``Ids``."""
    for part in parts(value):
        for key, told in part.items():
            if key.endswith("Id") and told is not None:
                yield told
            elif key.endswith("Ids"):
                yield from told


@pytest.mark.parametrize("name", WITH_COURSE)
def test_the_schema_of_the_standard_accepts_it(name):
    whole = study(protocols.load(name))
    assert [error.message for error in VALIDATOR.iter_errors(whole)] == []


@pytest.mark.parametrize("name", WITH_COURSE)
def test_every_id_is_there_once_and_nothing_dangles(name):
    whole = study(protocols.load(name))
    ids = [part["id"] for part in parts(whole)]
    assert len(ids) == len(set(ids))
    assert set(named(whole)) <= set(ids)


def test_windows_are_told_from_their_target(capsys):
    assert main(["protocol", "show", "mapp2", "--format", "usdm"]) == 0
    whole = json.loads(capsys.readouterr().out)
    design = whole["study"]["versions"][0]["studyDesigns"][0]
    timings = {t["name"]: t for t in design["scheduleTimelines"][0]["timings"]}
    second = timings["v10"]
    assert (second["value"], second["windowLower"], second["windowUpper"]) == ("P28D", "P7D", "P7D")
    assert second["relativeToScheduledInstanceId"] == "instance-v5"
    assert "windowLower" not in {k for k, v in timings["v3"].items() if v is not None}
    assert "suggestion of ours" in timings["v1"]["description"]


def test_a_version_that_says_no_visits_is_no_study(capsys):
    with pytest.raises(NoSchedule):
        study(protocols.load("mapp2", 1))
    assert main(["protocol", "show", "mapp2", "--version", "1", "--format", "usdm"]) == 2
    assert "says no visits" in capsys.readouterr().err
