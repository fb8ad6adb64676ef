"""The numbers of the expected course: each with unit, source and standing, and nothing else in the file."""

import pytest

from holdfast.definitions.exposure import (
    ARTEFACTS,
    FILES,
    UNITS,
    NumberMissing,
    load,
    read,
)
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.findings import Standing
from tests.house.test_definitions import dead_ends, tables, unsourced
from tests.house.test_definitions import read as parsed


@pytest.mark.parametrize("path", sorted(FILES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_number_has_its_source_and_standing(path):
    document = parsed(path)
    assert list(unsourced(document)) == []
    assert dead_ends([source["href"] for source in document["reference"].values()]) == []


@pytest.mark.parametrize("name", UNITS)
def test_a_file_holds_just_the_numbers_that_are_asked_for(name):
    found = load(name)
    assert {code: n.unit for code, n in found.by_code.items()} == dict(UNITS[name])
    assert all(number.wording for number in found.by_code.values())


def test_what_no_source_gave_has_no_value_and_says_so():
    found = load("one-compartment")
    missing = {c for c, n in found.by_code.items() if n.standing is Standing.NOT_FOUND}
    assert missing == {"even-share", "clearance-spread", "volume-spread", "absorption-spread"}
    for code in missing:
        with pytest.raises(NumberMissing):
            found[code]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 1", "format = 2", "format 2 is not read here"),
        ("value = 26.6", "value = 26.6\nvalu = 3", "unknown key 'valu'"),
        ("value = 26.6", "value = -26.6", "clearance-other is not above zero"),
        ('value = 26.6\nunit = "L/h"', 'value = 26.6\nunit = "L/min"', "is not in 'L/min'"),
        ('"clearance-other"', '"clearance-others"', "Did you mean 'clearance-other'"),
        ('"clearance-other"', '"volume"', "is here twice"),
        ('code = "lag"', 'code = "legs"', "the number 'lag' is missing"),
        ('reference = "omathuna-2008"', 'reference = "nobody"', "is not in this file"),
        ('standing = "from-memory"', 'standing = "sure"', "standing 'sure' is not known"),
        ('standing = "from-memory"', 'standing = "not-found"', "what was not found has a value"),
        ("value = 46.6\n", "", "value is missing"),
        ("title =", "titel =", "unknown key 'titel'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old, new, said):
    text = (FILES / "three-state.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "three-state.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionRefused) as refused:
        read(path, "three-state")
    assert said in str(refused.value)


def test_what_was_made_up_for_the_simulator_is_not_among_the_sourced_numbers():
    assert ARTEFACTS.parent != FILES
    places = [place for place, _ in tables(parsed(ARTEFACTS))]
    assert any(place.startswith("choice") for place in places)
    assert "made up" in ARTEFACTS.read_text("utf-8")
