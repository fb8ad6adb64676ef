"""What must hold of every medicine, every list and every day."""

import dataclasses
import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import interactions
from holdfast.domain.answers import Answer, MedicationEntry, Source, SourceKind
from holdfast.domain.findings import Decision, Outcome, Verdict
from holdfast.domain.interactions import WhileTaking
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medications import LIST_COMPLETE, assess, medication_findings, not_corrected

TABLE = interactions.load()
DAY = date(2026, 3, 31)
COMPLETE = (Answer(LIST_COMPLETE, True, Source(SourceKind.TOLD)),)
ORDER = [Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED]
DECISIONS = [Decision.INELIGIBLE, Decision.UNDETERMINED, Decision.ELIGIBLE]

SIGNED = {
    code: SignedLimit(
        code, limit.value or Decimal(30), limit.unit, "Dr Amara Osei", date(2020, 1, 1)
    )
    for code, limit in TABLE.limits.items()
    if limit.needs_signature
}

names = st.one_of(
    st.sampled_from(sorted(TABLE.names)),
    st.sampled_from(["herbal tea", "", "sertralin", "Sertraline / Xyzamine", "Genvoya 30 MG"]),
)
entries = st.builds(
    MedicationEntry,
    name=names,
    rxcuis=st.lists(st.sampled_from(sorted(TABLE.codes)), max_size=1).map(tuple),
    is_current=st.sampled_from([True, False, None]),
    last_taken_on=st.none() | st.dates(DAY - timedelta(days=400), DAY + timedelta(days=30)),
    source=st.sampled_from([Source(SourceKind.TOLD, "1"), Source(SourceKind.RECORD, "2")]),
)
limits = st.sampled_from([SIGNED, {}])


def verdict(listed, day, signed, answers=COMPLETE) -> Verdict:
    return Verdict(medication_findings(assess(listed, TABLE, day, signed, answers), answers))


@given(entries, st.integers(0, 1000), limits)
def test_waiting_never_makes_a_medicine_worse(entry, days, signed):
    (before,) = assess([entry], TABLE, DAY, signed)
    (after,) = assess([entry], TABLE, DAY + timedelta(days=days), signed)
    assert ORDER.index(after.outcome) >= ORDER.index(before.outcome)


@given(st.lists(entries, max_size=5), st.integers(0, 1000), limits)
def test_waiting_never_makes_a_person_less_eligible(listed, days, signed):
    before = verdict(listed, DAY, signed).decision
    after = verdict(listed, DAY + timedelta(days=days), signed).decision
    assert DECISIONS.index(after) >= DECISIONS.index(before)


@given(
    st.lists(entries, max_size=5).flatmap(
        lambda listed: st.tuples(st.just(listed), st.permutations(listed))
    )
)
def test_the_order_of_entries_changes_nothing(two_orders):
    first, second = two_orders
    assert verdict(first, DAY, SIGNED) == verdict(second, DAY, SIGNED)


@given(st.lists(entries, max_size=4), entries, limits)
def test_one_more_entry_never_makes_anybody_more_eligible(listed, one_more, signed):
    before = verdict(listed, DAY, signed).decision
    after = verdict([*listed, one_more], DAY, signed).decision
    assert DECISIONS.index(after) <= DECISIONS.index(before)


@given(entries, limits)
def test_a_number_nobody_checked_or_signed_never_lets_anybody_pass_a_washout(entry, signed):
    for part in assess([entry], TABLE, DAY, signed)[0].parts:
        if part.reason == "washout-over":
            assert part.standing.runs_live


@given(entries)
def test_without_any_signature_no_washout_is_over(entry):
    """Every washout of the table rests on at least one number that a physician must sign."""
    assert all(part.reason != "washout-over" for part in assess([entry], TABLE, DAY, {})[0].parts)


@given(entries, limits)
def test_whoever_takes_what_must_be_stopped_does_not_pass(entry, signed):
    (answer,) = assess([dataclasses.replace(entry, is_current=True)], TABLE, DAY, signed)
    if any(TABLE.agents[name].while_taking is WhileTaking.STOP for name in answer.matched):
        assert answer.outcome is not Outcome.PASSED


@given(entries)
def test_every_answer_has_a_reason_a_source_and_what_to_ask(entry):
    (answer,) = assess([entry], TABLE, DAY, SIGNED)
    assert answer.reference.title
    assert answer.reference.href
    assert (answer.question is None) or answer.outcome is not Outcome.PASSED
    json.dumps(answer.fields())


def test_a_signature_in_another_unit_or_from_a_later_day_does_not_count():
    entry = MedicationEntry("Phenelzine", (), False, date(2025, 1, 1), Source(SourceKind.TOLD))
    code = "irreversible-maoi-washout-days"
    for signature in (
        SignedLimit(code, Decimal(14), "h", "Dr Osei", date(2026, 1, 1)),
        SignedLimit(code, Decimal(14), "d", "Dr Osei", DAY + timedelta(days=1)),
    ):
        (answer,) = assess([entry], TABLE, DAY, {code: signature})
        assert answer.reason == "washout-limit-not-signed"


def test_the_last_day_of_the_calendar_breaks_nothing():
    entry = MedicationEntry("Fluoxetine", (), False, date.max, Source(SourceKind.TOLD))
    (answer,) = assess([entry], TABLE, DAY, SIGNED)
    assert answer.outcome is Outcome.FAILED


def test_the_json_of_an_entry_is_what_screen_prints():
    entry = MedicationEntry("Sertraline 100MG", ("328670",), True, None, Source(SourceKind.RECORD))
    (answer,) = assess([entry], TABLE, DAY, {})
    fields = answer.fields()
    assert fields["name"] == "Sertraline 100MG"
    assert fields["codes"] == ["328670"]
    assert fields["matched"] == ["sertraline"]
    assert (fields["danger"], fields["loss_of_benefit"]) == ("washout", "yes")
    assert (fields["cyp2d6"], fields["washout_days"]) == ("inhibitor", 13)
    assert fields["earliest_dosing_on"] == "2026-04-13"
    assert fields["reference"]["href"].startswith("https://doi.org/")


def entry_at(place, name="Sertraline", is_current=None, last=None, corrects=None):
    return MedicationEntry(name, (), is_current, last, Source(SourceKind.TOLD, place), corrects)


def test_an_entry_that_corrects_another_stands_in_its_place():
    """The record says sertraline was stopped and not when; the person says when."""
    record = entry_at("MedicationRequest/1", is_current=False)
    told = entry_at(
        "hand/1", is_current=False, last=date(2025, 1, 1), corrects="MedicationRequest/1"
    )
    assert verdict([record], DAY, SIGNED).decision is Decision.UNDETERMINED
    assert verdict([record, told], DAY, SIGNED).decision is Decision.ELIGIBLE
    assert verdict([told, record], DAY, SIGNED).decision is Decision.ELIGIBLE


def test_without_naming_what_it_corrects_a_second_entry_wins_nothing():
    record = entry_at("MedicationRequest/1", is_current=False)
    told = entry_at("hand/1", is_current=False, last=date(2025, 1, 1))
    assert verdict([record, told], DAY, SIGNED).decision is Decision.UNDETERMINED


def test_a_correction_of_a_correction_stands_alone():
    first = entry_at("1", is_current=True)
    second = entry_at("2", is_current=True, corrects="1")
    third = entry_at("3", is_current=False, last=date(2025, 1, 1), corrects="2")
    assert not_corrected([first, second, third]) == (third,)


def test_entries_that_correct_each_other_or_themselves_all_stand():
    circle = [entry_at("1", corrects="2"), entry_at("2", corrects="1"), entry_at("3", corrects="3")]
    assert not_corrected(circle) == tuple(circle)


@given(st.lists(entries, min_size=1, max_size=3), limits)
def test_an_entry_beside_its_repetition_is_judged_as_it_is_alone(listed, signed):
    """A record repeats its prescriptions: each is judged once, and says its own place."""
    places = [Source(SourceKind.RECORD, f"MedicationRequest/{n}") for n in range(3)]
    for entry in listed:
        repeated = [dataclasses.replace(entry, source=source) for source in places]
        together = assess(repeated, TABLE, DAY, signed)
        alone = [assess([each], TABLE, DAY, signed)[0] for each in repeated]
        assert list(together) == alone
        assert [list(each.values.items()) for each in together] == [
            list(each.values.items()) for each in alone
        ]
