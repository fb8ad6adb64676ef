"""What an emergency must know of the person: own medicines with what to avoid, allergies, weight."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from holdfast.definitions import interactions
from holdfast.definitions.session import ambulance
from holdfast.domain.ambulance import ambulance_sheet
from holdfast.domain.answers import (
    Answer,
    HistoryEntry,
    MedicationEntry,
    Person,
    Referral,
    Source,
    SourceKind,
)
from holdfast.domain.medications import assess
from holdfast.domain.of_the_person import RECENT_DAYS, OfThePerson, of_the_person
from tests.told_session import clock, dose_given

DAY = date(2026, 5, 5)
TOLD = Source(SourceKind.TOLD)


def medicine(name: str, is_current: bool | None, days_ago: int | None) -> MedicationEntry:
    last = None if days_ago is None else DAY - timedelta(days=days_ago)
    return MedicationEntry(name, (), is_current, last, TOLD)


def known(*medicines: MedicationEntry, history=(), answers=()) -> OfThePerson:
    person = Person(born_on=None, sex=None, is_deceased=None)
    referral = Referral(person, tuple(answers), medicines, tuple(history))
    return of_the_person(referral, assess(medicines, interactions.load(), DAY, {}), DAY)


def test_what_is_taken_comes_first_and_each_says_when_it_was_last_taken():
    told = known(
        medicine("Phenelzine", False, 20),
        medicine("Lisinopril", True, 0),
        medicine("Sertraline", None, None),
    )
    assert [(one.name, one.is_current) for one in told.medicines] == [
        ("Lisinopril", True),
        ("Sertraline", None),
        ("Phenelzine", False),
    ]
    assert told.medicines[2].last_taken_on == DAY - timedelta(days=20)


def test_each_says_what_the_interaction_table_says_of_it():
    """An inhibitor of monoamine oxidase is never together with MDMA, also when it was stopped."""
    told = known(medicine("Phenelzine", False, 5), medicine("Xyzamine", True, 0))
    by_name = {one.name: one for one in told.medicines}
    assert by_name["Phenelzine"].danger == "contraindicated"
    assert (by_name["Xyzamine"].matched, by_name["Xyzamine"].danger) == ((), "unknown")
    assert by_name["Phenelzine"].stop_abruptly is None


def test_stopped_long_ago_is_counted_and_not_listed_and_an_unknown_day_hides_nothing():
    told = known(
        medicine("Sertraline", False, RECENT_DAYS),
        medicine("Fluoxetine", False, RECENT_DAYS + 1),
        medicine("Bupropion", False, None),
    )
    assert {one.name for one in told.medicines} == {"Sertraline", "Bupropion"}
    assert told.stopped_earlier == 1


def test_of_two_entries_the_one_that_may_still_be_taken_stands():
    told = known(medicine("sertraline", True, 3), medicine("Sertraline", False, 1))
    assert [(one.name, one.is_current) for one in told.medicines] == [("sertraline", True)]


def test_allergies_conditions_and_the_newest_weight_are_told_and_what_is_over_is_not():
    def entry(kind: str, name: str, is_active: bool | None = None) -> HistoryEntry:
        return HistoryEntry(kind, name, (), is_active, None, None, TOLD)

    def weighed(value: str, days_ago: int, unit: str = "kg") -> Answer:
        return Answer("weight", Decimal(value), TOLD, DAY - timedelta(days=days_ago), unit)

    told = known(
        history=[
            entry("allergy", "Penicillin"),
            entry("allergy", "penicillin ", True),
            entry("condition", "Asthma", True),
            entry("condition", "Pneumonia", False),
            entry("procedure", "Appendectomy"),
        ],
        answers=[weighed("71.5", 2), weighed("80", 30), weighed("170", 0, "cm")],
    )
    assert (told.allergies, told.conditions) == (("Penicillin",), ("Asthma",))
    assert (told.weight_kg, told.weighed_on) == (Decimal("71.5"), DAY - timedelta(days=2))


def test_the_ambulance_sheet_holds_them_and_says_when_nothing_is_known():
    told = dose_given()
    person = known(medicine("Phenelzine", False, 20))
    rest = (told.plan, told.log("12:00"), clock("12:00"), ambulance.load())
    sheet = ambulance_sheet(*rest, person).to_json()
    assert [one["name"] for one in sheet["person"]["medicines"]] == ["Phenelzine"]
    assert json.loads(json.dumps(sheet)) == sheet
    assert ambulance_sheet(*rest).to_json()["person"]["is_known"] is False
    assert replace(person, medicines=()).to_json()["medicines"] == []


def test_the_persons_own_name_is_struck_out_of_what_somebody_wrote():
    """A letter says whose tablets they are; a card that lies in a room does not."""
    told = known(
        medicine("Sertraline for Ann-Marie Miller, 50 mg", True, 0),
        history=[HistoryEntry("condition", "Asthma of MILLER", (), True, None, None, TOLD)],
    ).without(["Miller", "Ann-Marie", ""])
    assert told.medicines[0].name == "Sertraline for … …, 50 mg"
    assert told.conditions == ("Asthma of …",)
    assert known(medicine("Annexin", True, 0)).without(["Ann"]).medicines[0].name == "Annexin"
