"""The twelve bundles that Synthea made: what a person reading them finds, we find.

The expectations were written from reading the bundles, not from the reader's output.
"""

import gzip
import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from holdfast.interop.fhir.referral import ImportedReferral, read_import
from tests.interop.made import AS_OF

pytestmark = pytest.mark.reference

# name | born | sex | died | conditions | active | requests | current | procedures | allergies | pressures
PEOPLE = """
adalberto-hartmann | 1949-11-29 | male   |            | 13 | 12 |   8 | 7 |  6 | 0 | 10
adan-portillo      | 1937-02-13 | male   |            | 13 |  7 |  11 | 5 | 21 | 0 | 10
agustin-fonseca    | 1994-02-01 | male   |            |  2 |  0 |   2 | 0 |  4 | 0 |  5
alberto-atencio    | 1993-06-07 | male   |            |  3 |  3 |   2 | 2 |  3 | 0 |  4
blake-eichmann     | 1993-01-11 | male   |            |  4 |  0 |   1 | 0 |  5 | 0 |  4
eliseo-cummings    | 1973-06-29 | male   |            | 12 |  8 |   4 | 3 |  6 | 0 |  4
gerardo-botello    | 2010-09-07 | male   |            |  6 |  2 |  10 | 5 |  8 | 1 | 16
gilbert-wunsch     | 1941-08-06 | male   | 2012-10-11 | 11 |  8 | 102 | 3 | 70 | 0 | 10
gilberto-orosco    | 1936-08-18 | male   | 1994-04-11 |  7 |  5 |   2 | 2 |  9 | 0 |  9
milan-beatty       | 1973-11-24 | male   |            |  5 |  3 |   3 | 1 |  5 | 0 |  6
nereida-rogahn     | 1995-10-29 | female |            |  4 |  1 |   8 | 0 | 31 | 0 |  6
trey-leffler       | 1957-07-01 | male   |            |  6 |  4 |   3 | 2 | 13 | 0 | 10
"""

ROWS = [[cell.strip() for cell in line.split("|")] for line in PEOPLE.strip().splitlines()]


@cache
def raw(folder: Path, name: str) -> bytes:
    return gzip.decompress((folder / "referrals" / f"{name}.json.gz").read_bytes())


@cache
def imported(folder: Path, name: str) -> ImportedReferral:
    return read_import(raw(folder, name), as_of=AS_OF)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_person_is_read_as_the_bundle_says(reference_data, row):
    name, born, sex, died, *counts = row
    found = imported(reference_data, name).referral
    assert found.person.born_on == date.fromisoformat(born)
    assert found.person.sex == sex
    assert found.person.died_on == (date.fromisoformat(died) if died else None)
    assert found.person.is_deceased is (True if died else None)
    kinds = Counter(entry.kind for entry in found.history)
    active = sum(1 for e in found.history if e.kind == "condition" and e.is_active)
    current = sum(1 for entry in found.medications if entry.is_current)
    pressures = sum(1 for a in found.answers if a.question == "blood-pressure-systolic")
    assert [
        kinds["condition"],
        active,
        len(found.medications),
        current,
        kinds["procedure"],
        kinds["allergy"],
        pressures,
    ] == [int(count) for count in counts]


def test_there_are_twelve_and_all_are_read(reference_data):
    files = sorted(path.name for path in (reference_data / "referrals").glob("*.json.gz"))
    assert files == [f"{row[0]}.json.gz" for row in ROWS]


@pytest.mark.parametrize(
    ("name", "condition", "onset", "is_active"),
    [
        ("eliseo-cummings", "Posttraumatic stress disorder", date(2015, 6, 19), False),
        ("eliseo-cummings", "Hypertension", date(1992, 1, 17), True),
        ("nereida-rogahn", "Normal pregnancy", date(2021, 3, 21), True),
        ("milan-beatty", "Major depression disorder", date(1993, 1, 9), True),
        ("trey-leffler", "Alcoholism", date(2001, 8, 13), True),
        ("adan-portillo", "Stroke", date(1995, 9, 2), True),
        ("gerardo-botello", "Child attention deficit disorder", date(2018, 9, 6), True),
        ("gilberto-orosco", "Opioid abuse (disorder)", date(1958, 11, 4), True),
    ],
)
def test_a_condition_that_decides_is_found(reference_data, name, condition, onset, is_active):
    found = [e for e in imported(reference_data, name).referral.history if e.name == condition]
    assert [(e.onset_on, e.is_active) for e in found] == [(onset, is_active)]


@pytest.mark.parametrize(
    ("name", "medicine", "rxcui", "is_current"),
    [
        ("eliseo-cummings", "Sertraline 100MG", "328670", True),
        ("gilbert-wunsch", "Sertraline 100MG", "328670", True),
        ("gerardo-botello", "Methylphenidate Hydrochloride 20 MG Oral Tablet", "1091392", True),
        ("adan-portillo", "Meperidine Hydrochloride 50 MG Oral Tablet", "861467", False),
        ("alberto-atencio", "Carbamazepine[Tegretol]", "308971", True),
    ],
)
def test_a_medicine_that_decides_is_found(reference_data, name, medicine, rxcui, is_current):
    found = [e for e in imported(reference_data, name).referral.medications if e.name == medicine]
    assert {(e.rxcuis, e.is_current) for e in found} == {((rxcui,), is_current)}


def test_a_childs_weight_is_left_out_and_nothing_else_is(reference_data):
    left_out = {row[0]: imported(reference_data, row[0]).report.left_out for row in ROWS}
    child = left_out.pop("gerardo-botello")
    assert {remark.reason for remark in child} == {"out-of-range"}
    assert not any(left_out.values())


def test_everybody_has_a_name_and_it_stays_outside(reference_data):
    """Synthea puts a number after each name; the file is named without it."""
    for name, *_ in ROWS:
        found = imported(reference_data, name)
        family = name.split("-")[1]
        assert family in found.identity.family.lower()
        assert found.identity.family not in repr(found)
        assert found.identity.contact


def test_the_order_of_entries_changes_nothing(reference_data):
    for name, *_ in ROWS:
        bundle = json.loads(raw(reference_data, name))
        bundle["entry"].reverse()
        turned = read_import(json.dumps(bundle).encode(), as_of=AS_OF)
        assert turned == imported(reference_data, name)
