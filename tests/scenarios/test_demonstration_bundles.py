"""The forty invented people: the same bytes for a seed, and what each is there to show."""

import json
import subprocess
import sys
from datetime import date

import pytest

from holdfast.cli.demonstration.bundles import SEED, Bundle, bundles
from holdfast.cli.demonstration.people import load_people

AS_OF = date(2026, 3, 2)
FORTY = bundles(AS_OF)


def resources(bundle: Bundle, kind: str) -> list[dict]:
    entries = json.loads(bundle.data)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def test_there_are_forty_and_every_case_is_argued_in_one_line():
    assert len(FORTY) == 40
    assert len({b.somebody.case for b in FORTY}) == 40
    assert all(b.somebody.why.endswith(".") and "\n" not in b.somebody.why for b in FORTY)


def test_both_sites_and_every_stage_are_there():
    people = load_people()
    assert {p.site for p in people} == {"LARK", "STEIN"}
    assert {p.stage for p in people} == {
        "arrived",
        "half",
        "answered",
        "confirmed",
        "ineligible",
        "overridden",
    }


def test_a_seed_and_a_day_give_the_same_bytes_in_another_process(tmp_path):
    command = [sys.executable, "-m", "holdfast", "demo", "bundles"]
    done = subprocess.run(
        [*command, "--as-of", AS_OF.isoformat(), "--out", tmp_path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "40 bundles" in done.stdout
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        b.filename: b.data for b in FORTY
    }


def test_another_seed_gives_other_people():
    others = bundles(AS_OF, SEED + 1)
    assert all(a.data != b.data for a, b in zip(FORTY, others, strict=True))
    assert [b.somebody for b in others] == [b.somebody for b in FORTY]


def test_everybody_says_that_nobody_exists():
    for bundle in FORTY:
        tag = json.loads(bundle.data)["meta"]["tag"][0]
        assert tag["code"] == "demonstration"


def test_nothing_in_a_bundle_lies_after_the_day_of_referral():
    for bundle in FORTY:
        moments = {
            value[:10]
            for entry in json.loads(bundle.data)["entry"]
            for key, value in entry["resource"].items()
            if key.endswith(("DateTime", "Date", "authoredOn", "dateAsserted"))
        }
        assert all(date.fromisoformat(m) <= AS_OF for m in moments), bundle.somebody.case


@pytest.mark.parametrize("bundle", FORTY, ids=lambda b: b.somebody.case)
def test_the_person_in_the_bundle_has_the_age_of_the_case(bundle):
    (patient,) = resources(bundle, "Patient")
    born = date.fromisoformat(patient["birthDate"])
    age = AS_OF.year - born.year - ((AS_OF.month, AS_OF.day) < (born.month, born.day))
    assert age == bundle.somebody.age
    assert patient["gender"] == bundle.somebody.sex
