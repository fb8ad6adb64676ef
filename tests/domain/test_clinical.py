"""QTcF, codes and ranges of the laboratory; and what a taper, a contact and readiness say of a session."""

from datetime import date
from decimal import Decimal

import pytest

from holdfast.definitions.sentences.clinical import clinical_sentence, load
from holdfast.domain.clinical import (
    CLINICAL_REASONS,
    Asked,
    Judgement,
    Taper,
    contact_finding,
    readiness_findings,
    safety_plan_finding,
    taper_findings,
)
from holdfast.domain.findings import Outcome, Reference, Standing
from holdfast.domain.laboratory import is_loinc, is_outside, is_ucum, qtcf_ms, range_of
from holdfast.domain.results import RESULT_REASONS

ASKED = Asked("taper", Reference("house", "docs/course.md"), Standing.DERIVED)
DAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("qt", "rate", "corrected"),
    [(400, 60, 400), (360, 90, 412), (440, 50, 414), (300, 120, 378)],
)
def test_qtcf_is_the_cube_root_of_fridericia(qt, rate, corrected):
    """QT / RR^(1/3), RR in seconds (Fridericia 1920); at 60 beats a minute QT itself."""
    assert qtcf_ms(Decimal(qt), Decimal(rate)) == corrected


@pytest.mark.parametrize(("qt", "rate"), [(0.4, 60), (4000, 60), (400, 6), (400, 900)])
def test_what_cannot_be_a_qt_interval_or_a_heart_rate_is_refused(qt, rate):
    with pytest.raises(ValueError, match="expected"):
        qtcf_ms(Decimal(str(qt)), Decimal(rate))


@pytest.mark.parametrize(
    ("code", "fits"),
    [("2823-3", True), ("76634-5", True), ("98979-8", True), ("2823-4", False), ("28233", False)],
)
def test_a_loinc_code_with_a_wrong_check_digit_is_found(code, fits):
    assert is_loinc(code) is fits


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("3.5-5.1", "3.5", "5.1"),
        ("3,5 – 5,1", "3.5", "5.1"),
        ("< 40", None, "40"),
        ("≥ 60", "60", None),
        ("5.1 - 3.5", None, None),
        ("3.5-5.1 (fasting)", None, None),
        ("", None, None),
    ],
)
def test_a_range_is_read_only_where_nothing_else_stands_there(words, low, high):
    def number(text):
        return None if text is None else Decimal(text)

    assert range_of(words) == (number(low), number(high))


def test_outside_the_range_is_not_said_without_a_range():
    assert is_outside(Decimal(6), Decimal("3.5"), Decimal("5.1")) is True
    assert is_outside(Decimal("5.1"), Decimal("3.5"), Decimal("5.1")) is False
    assert is_outside(Decimal(6), None, None) is None
    assert is_ucum("mL/min/{1.73_m2}")
    assert not is_ucum("mmol pro Liter")


@pytest.mark.parametrize(
    ("taper", "outcome", "reason"),
    [
        (Taper(date(2026, 5, 4)), Outcome.FAILED, "taper-running"),
        (Taper(date(2026, 5, 3)), Outcome.UNKNOWN, "taper-not-confirmed"),
        (Taper(None), Outcome.UNKNOWN, "taper-not-confirmed"),
        (Taper(DAY, (("finished", date(2026, 5, 1)),)), Outcome.PASSED, "taper-finished"),
        (Taper(DAY, (("stopped", date(2026, 5, 1)),)), Outcome.FAILED, "taper-broken-off"),
        (
            Taper(DAY, (("finished", date(2026, 4, 1)), ("dosing-postponed", date(2026, 5, 1)))),
            Outcome.UNKNOWN,
            "restart-undecided",
        ),
        (
            Taper(DAY, (("dosing-postponed", date(2026, 5, 1)), ("restarted", DAY))),
            Outcome.FAILED,
            "medicine-restarted",
        ),
        (
            Taper(DAY, (("dosing-postponed", date(2026, 5, 1)), ("stays-without", DAY))),
            Outcome.PASSED,
            "taper-finished",
        ),
    ],
)
def test_what_an_agreed_taper_says_of_a_session(taper, outcome, reason):
    (found,) = taper_findings(ASKED, [taper], DAY)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_no_taper_is_no_hindrance_and_one_that_runs_hides_none():
    assert taper_findings(ASKED, [], DAY)[0].outcome is Outcome.PASSED
    both = [Taper(date(2026, 6, 1)), Taper(DAY, (("finished", DAY),))]
    assert [f.reason for f in taper_findings(ASKED, both, DAY)] == [
        "taper-running",
        "taper-finished",
    ]


def test_a_contact_counts_only_with_permission():
    assert contact_finding(ASKED, []).outcome is Outcome.UNKNOWN
    assert contact_finding(ASKED, [(False, DAY)]).outcome is Outcome.FAILED
    assert contact_finding(ASKED, [(False, DAY), (True, DAY)]).outcome is Outcome.PASSED
    assert safety_plan_finding(ASKED, None).outcome is Outcome.UNKNOWN
    assert safety_plan_finding(ASKED, DAY).outcome is Outcome.PASSED


def said(judge, by, is_ready: bool | None = True, has_trust: bool | None = True, on=DAY):
    return Judgement(judge, by, is_ready, has_trust, on)


def test_readiness_needs_the_person_and_two_different_therapists():
    three = [said("person", ""), said("therapist", "a"), said("therapist", "b")]
    assert all(f.outcome is Outcome.PASSED for f in readiness_findings(ASKED, three, None))
    same = [said("person", ""), said("therapist", "a"), said("therapist", "a")]
    reasons = [f.reason for f in readiness_findings(ASKED, same, None)]
    assert reasons == ["ready", "ready", "nobody-judged-readiness"]


def test_one_who_lacks_trust_or_cannot_say_holds_it_up_and_the_last_word_counts():
    found = readiness_findings(
        ASKED,
        [
            said("person", "", has_trust=False),
            said("therapist", "a", is_ready=False),
            said("therapist", "a", is_ready=None),
            said("therapist", "b"),
        ],
        None,
    )
    assert [f.reason for f in found] == ["no-trust", "cannot-say-ready", "ready"]


def test_what_was_said_before_the_last_session_does_not_count():
    three = [said("person", ""), said("therapist", "a"), said("therapist", "b")]
    found = readiness_findings(ASKED, three, since=DAY)
    assert {f.reason for f in found} == {"nobody-judged-readiness"}


def test_every_reason_has_its_sentence():
    assert set(load().templates) == {*RESULT_REASONS, *CLINICAL_REASONS}
    (found,) = taper_findings(ASKED, [Taper(date(2026, 6, 1))], DAY)
    assert clinical_sentence(found) == "The taper runs until 1 June 2026."
