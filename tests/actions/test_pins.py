"""PINs: chosen by their owner, never trivial, kept as a slow hash that a rotated key does not change."""

from uuid import uuid4

import pytest

from holdfast.actions.outcomes import Refusal
from holdfast.actions.pins import is_pin_of, remove_pin, set_pin
from holdfast.domain.pins import pin_problem
from holdfast.records.events import read_event
from holdfast.records.journal import ORGANISATION
from holdfast.records.models import JournalEntry, Pin
from tests.actions.clinic import written

PIN = "493817"


def given_pin(clinic, pin: str = PIN):
    who = clinic.physician
    return set_pin(who, pin, entry_id=uuid4(), by=who, now=clinic.now)


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("493817", None),
        ("84620193", None),
        ("49381", "pin-too-short"),
        ("4938174938174", "pin-too-long"),
        ("49381x", "pin-not-digits"),
        ("٤٩٣٨١٧", "pin-not-digits"),
        ("777777", "pin-trivial"),
        ("345678", "pin-trivial"),
        ("876543", "pin-trivial"),
        ("890123", "pin-trivial"),
        ("474747", "pin-trivial"),
        ("471471", "pin-trivial"),
        ("112233", "pin-trivial"),
        ("474774", "pin-trivial"),
    ],
)
def test_a_pin_that_everybody_tries_first_is_refused(pin, problem):
    assert pin_problem(pin) == problem


def test_the_pin_opens_and_another_does_not(clinic):
    written(given_pin(clinic))
    assert is_pin_of(clinic.physician, PIN)
    assert not is_pin_of(clinic.physician, "493818")
    assert not is_pin_of(clinic.coordinator, PIN)  # who has none


def test_a_second_pin_replaces_the_first(clinic):
    written(given_pin(clinic))
    written(given_pin(clinic, "620948"))
    assert is_pin_of(clinic.physician, "620948")
    assert not is_pin_of(clinic.physician, PIN)
    written(remove_pin(clinic.physician, entry_id=uuid4(), by=clinic.physician, now=clinic.now))
    assert not is_pin_of(clinic.physician, "620948")


def test_nobody_sets_the_pin_of_another(clinic):
    answer = set_pin(
        clinic.physician,
        PIN,
        entry_id=uuid4(),
        by=clinic.administrator,
        now=clinic.now,
    )
    assert answer == Refusal("pin-of-another")
    assert not Pin.objects.exists()


def test_the_journal_says_that_it_was_set_and_nothing_of_what_it_is(clinic):
    written(given_pin(clinic))
    rows = JournalEntry.objects.filter(stream_id=ORGANISATION).order_by("position")
    assert read_event(bytes(rows.last().event)).kind == "pin-set"
    assert not any(PIN.encode() in bytes(row.event) for row in rows)
    assert PIN not in Pin.objects.get().encoded
    assert Pin.objects.get().encoded.startswith("argon2")


def test_two_people_with_one_pin_cannot_be_told(clinic):
    written(given_pin(clinic))
    who = clinic.coordinator
    written(set_pin(who, PIN, entry_id=uuid4(), by=who, now=clinic.now))
    first, second = Pin.objects.values_list("encoded", flat=True)
    assert first != second
