"""Edges of the gates of a dose that no page of the manual shows: the newest word, the one after the first."""

from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.domain.dosing import authorise, gate_answer
from tests.told_session import (
    HOME,
    INITIAL,
    SUPPLEMENT,
    before_the_dose,
    clock,
    dose_given,
    evening,
)


@pytest.mark.parametrize(
    ("first", "then", "reasons"),
    [
        ("yes", "no", {"stated-otherwise"}),
        ("yes", "unknown", {"cannot-say"}),
        ("no", "yes", None),
        ("unknown", "yes", None),
    ],
)
def test_the_newest_statement_counts_and_not_the_first(first, then, reasons):
    told = before_the_dose().without("statement:fasting")
    told = told.state("08:50", "fasting", "t1", first).state("09:10", "fasting", "t2", then)
    assert told.shut_by(INITIAL, "09:57").get("fasting") == reasons


def test_an_authorisation_holds_at_both_of_its_ends_and_at_no_other_moment():
    asked = before_the_dose().asked("09:57", INITIAL)
    issued = authorise(asked, gate_answer(asked))
    a_little = timedelta(microseconds=1)
    assert issued.expires_at - issued.issued_at == timedelta(minutes=15)
    assert [
        issued.holds(moment)
        for moment in (
            issued.issued_at - a_little,
            issued.issued_at,
            issued.expires_at,
            issued.expires_at + a_little,
        )
    ] == [False, True, True, False]


def aside(told, at, gate=INITIAL, condition="lifetime-total", by="p1", **more):
    return told.add(at, "override", by, gate=gate, condition=condition, reason="known", **more)


def test_what_stands_for_nothing_hides_no_override_after_it():
    """Of another gate, of a condition that there is not or that is hard, by somebody who may not."""
    told = before_the_dose().unsigned("lifetime-most-mg")
    told = aside(told, "09:51", gate=SUPPLEMENT)
    told = aside(told, "09:51", condition="no-such-condition")
    told = aside(told, "09:51", condition="consent")
    told = aside(told, "09:52", by="t1")
    assert told.shut_by(INITIAL, "09:57") == {"lifetime-total": {"number-not-signed"}}
    assert aside(told, "09:53").shut_by(INITIAL, "09:57") == {}


def test_an_override_without_its_plan_hides_no_later_one_with_it():
    told = evening().add("18:10", "distress", score=9)
    assert "distress" in told.shut_by(HOME, "18:20")
    told = aside(told, "18:11", HOME, "distress")
    assert "distress" in told.shut_by(HOME, "18:20")
    told = aside(told, "18:12", HOME, "distress", plan="stays-with-attendant")
    assert "distress" not in told.shut_by(HOME, "18:20")


def test_the_newest_exit_is_named():
    told = before_the_dose().add("09:51", "exit", exit="overnight")
    told = told.add("09:52", "exit", exit="transfer-to-hospital")
    (found,) = [
        one.finding
        for one in told.answer(INITIAL, "09:57").closed_by
        if one.condition.code == "session-open"
    ]
    assert found.values["exit"] == "transfer-to-hospital"


def test_a_physician_who_answers_need_not_say_who_they_are():
    told = before_the_dose().without("page-answered")
    told = told.add("09:33", "physician-page", "p1", state="answered", rooms=2)
    assert told.shut_by(INITIAL, "09:57") == {}


def test_the_supplements_authorisation_ends_with_the_window():
    """The window of mapp2 closes two hours after the dose at ten."""
    told = dose_given().reading("11:45", "128/80", 78, 36.9).state("11:45", "no-new-symptom", "t2")
    told = told.agree("11:46", "supplemental-dose")
    for at, ends in (
        ("11:50", "12:00"),
        ("11:51", "12:00"),
        ("11:59", "12:00"),
        ("11:48", "11:58"),
    ):
        asked = told.asked(at, SUPPLEMENT)
        assert authorise(asked, gate_answer(asked)).expires_at == clock(ends)


def test_an_override_that_corrects_something_raises_no_alarm_of_a_dose():
    told = before_the_dose().unsigned("lifetime-most-mg")
    told = aside(told, "09:51").add(
        "09:52",
        "override",
        "p1",
        id="better-told",
        corrects=told.entries[-1].id,
        gate=INITIAL,
        condition="lifetime-total",
        reason="known",
    )
    assert not [one for one in told.asked("09:57").alarms if "better-told" in one.condition.because]


@pytest.mark.parametrize("back_id", ["a-back", "z-back"])
def test_a_dose_taken_back_at_the_moment_it_became_known_was_given_all_the_same(back_id):
    """In either order of one moment: what the dose meant is raised, and that it was taken back."""
    told = dose_given().add("11:30", "dose-given", id="m-dose", dose="initial", nominal_mg=80)
    told = told.add("11:30", "correction", id=back_id, corrects="m-dose", reason="typing-slip")
    raised = {one.condition.id for one in told.asked("11:30", SUPPLEMENT).alarms}
    named = ("dose-doubled", "over-session-most", "given-without-authorisation")
    assert {f"{code}:m-dose" for code in (*named, "dose-record-taken-back")} <= raised


def test_no_dose_hides_behind_a_correction_of_another_at_the_same_moment():
    told = dose_given().add("11:30", "dose-given", id="second", dose="initial", nominal_mg=80)
    told = told.add("11:30", "correction", id="back", corrects="dose-1", reason="typing-slip")
    raised = {one.condition.id for one in told.asked("11:30", SUPPLEMENT).alarms}
    assert "dose-doubled:second" in raised


def rise_found(told, at):
    (found,) = [
        one.finding
        for one in told.answer(SUPPLEMENT, at).judged
        if one.condition.code == "temperature-rise"
    ]
    return found.reason, found.values.get("rise")


def test_a_rise_before_the_supplement_is_counted_from_the_first_initial_dose():
    told = before_the_dose().add("10:00", "dose-given", id="d1", dose="initial", nominal_mg=80)
    told = told.reading("10:30", "128/80", 78, 37.6)
    told = told.add("11:00", "dose-given", id="d2", dose="initial", nominal_mg=80)
    assert rise_found(told, "11:10") == ("rise-within", Decimal("0.9"))
    told = told.reading("11:25", "128/80", 78, 37.7)
    assert rise_found(told, "11:31") == ("rise-too-high", Decimal("1.0"))


def test_a_symptom_of_before_the_supplement_keeps_a_release_shut():
    seen = dose_given().add("11:27", "event", "t1", id="pain", term="chest-pain")
    told = seen.add("11:40", "dose-given", id="d2", dose="supplemental", nominal_mg=40)
    told = told.state("11:45", "no-new-symptom", "t2")
    assert told.shut_by(HOME, "11:50")["symptoms"] == {"symptom-open"}
    cleared = told.state("11:46", "no-new-symptom", "p1")
    assert "symptoms" not in cleared.shut_by(HOME, "11:50")


def test_a_physician_clears_a_symptom_by_saying_so_and_by_no_other_statement():
    seen = dose_given().add("11:27", "event", "t1", id="pain", term="chest-pain")
    told = seen.state("11:28", "no-new-symptom", "t2").state("11:29", "standing-orders", "p1")
    assert told.shut_by(SUPPLEMENT, "11:31")["symptoms"] == {"symptom-open"}


def test_distress_at_release_is_held_to_what_it_was_before_the_first_dose():
    """Not to what it was between the two doses, when it may have been high."""
    told = dose_given().add("11:30", "distress", score=8)
    told = told.add("11:40", "dose-given", id="d2", dose="supplemental", nominal_mg=40)
    assert "distress" in told.add("18:10", "distress", score=5).shut_by(HOME, "18:20")
    assert "distress" not in told.add("18:10", "distress", score=4).shut_by(HOME, "18:20")


def night_found(told, at):
    (found,) = [
        one.finding.reason
        for one in told.answer(HOME, at).judged
        if one.condition.code == "overnight-done"
    ]
    return found


def test_a_night_is_asked_for_by_the_protocol_alone_and_counts_from_the_first_dose():
    given = {"id": "d", "dose": "initial", "nominal_mg": 80}
    short = before_the_dose(protocol="tga-authorised-prescriber").add(
        "10:00", "dose-given", **given
    )
    assert night_found(short, "18:20") == "no-night-asked"
    told = before_the_dose().add("23:00", "dose-given", **given)
    assert night_found(told, "23:30") == "night-not-over"
    told = told.add("+1 01:00", "dose-given", id="d2", dose="supplemental", nominal_mg=40)
    told = told.add("+1 09:00", "morning-hand-over", "a1", to_person="t1")
    assert night_found(told, "+1 09:30") == "night-over"
