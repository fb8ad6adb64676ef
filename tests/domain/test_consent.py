"""When consent stands, and that nobody under the drug can agree to more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.consent import (
    Agreement,
    ConsentRequired,
    ConsentStep,
    Impairment,
    Step,
    consent_findings,
    is_narrower,
    may_agree,
    may_sign,
)
from holdfast.domain.findings import Outcome, Reference, Standing

WHERE = Reference("A protocol, section 9", "docs/protocol.md")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
REQUIRED = ConsentRequired("v2", timedelta(hours=24), WHERE, Standing.SIGNED)
HOURS = {
    Step.DOCUMENT_GIVEN: 0,
    Step.CONVERSATION_HELD: 1,
    Step.IDENTITY_CHECKED: 1,
    Step.COMPREHENSION_SHOWN: 24,
    Step.SIGNED_BY_PERSON: 25,
    Step.SIGNED_BY_CLINICIAN: 26,
}
NOW = START + timedelta(days=10)


def at(hours):
    return START + timedelta(hours=hours)


def steps(version="v2", **moved):
    hours = {step: moved.get(step.name, number) for step, number in HOURS.items()}
    return [ConsentStep(s, version, at(h), "dr-a") for s, h in hours.items() if h is not None]


def unmet(taken, impairments=(), withdrawn_at=None, required=REQUIRED, now=NOW):
    found = consent_findings(required, taken, impairments, withdrawn_at=withdrawn_at, now=now)
    assert len(found) == len(Step) + 2
    return {f.code: f.reason for f in found if f.outcome is not Outcome.PASSED}


def test_a_whole_consent_stands():
    assert unmet(steps()) == {}


@pytest.mark.parametrize("step", list(Step))
def test_every_step_is_needed(step):
    left = [one for one in steps() if one.step is not step]
    assert unmet(left)[f"consent-{step}"] == "step-missing"


def test_a_new_version_asks_for_everything_again():
    assert set(unmet(steps("v1")).values()) == {
        "step-of-an-earlier-version",
        "time-to-consider-unknown",
    }


@pytest.mark.parametrize(("hours", "enough"), [(23, False), (24, True)])
def test_the_time_to_consider_is_counted_from_the_document_to_the_signature(hours, enough):
    found = unmet(steps(COMPREHENSION_SHOWN=2, SIGNED_BY_PERSON=hours))
    assert ("consent-time-to-consider" not in found) is enough


def test_without_a_signed_time_to_consider_nobody_can_say_that_it_is_over():
    required = ConsentRequired("v2", None, WHERE, Standing.NOT_FOUND)
    assert unmet(steps(), required=required) == {
        "consent-time-to-consider": "time-to-consider-not-signed"
    }


@pytest.mark.parametrize("step", ["CONVERSATION_HELD", "IDENTITY_CHECKED", "COMPREHENSION_SHOWN"])
def test_a_signature_comes_after_what_it_rests_on(step):
    assert unmet(steps(**{step: 30}))["consent-signed-by-person"] == "step-out-of-order"


def test_what_was_signed_under_the_drug_does_not_count():
    """From the initial dose until somebody recorded that the person is not impaired, ends included."""
    session = Impairment(at(25), at(33))
    assert unmet(steps(), [session])["consent-signed-by-person"] == "step-while-impaired"
    assert unmet(steps(), [Impairment(at(25), None)])["consent-signed-by-person"]
    assert unmet(steps(SIGNED_BY_PERSON=34), [session]) == {}


def test_withdrawal_is_for_good_until_everything_is_signed_again():
    assert unmet(steps(), withdrawn_at=at(100))["consent-withdrawal"] == "withdrawn"
    again = [
        *steps(),
        *(ConsentStep(s.step, "v2", s.at + timedelta(hours=101), s.by) for s in steps()),
    ]
    assert unmet(again, withdrawn_at=at(100)) == {}


def test_what_lies_in_the_future_does_not_count():
    assert unmet(steps(), now=at(2))["consent-signed-by-person"] == "step-missing"


codes = st.frozensets(st.sampled_from(["hand", "shoulder", "embrace", "yes"]))
agreements = st.builds(Agreement, st.just("touch"), codes)


@given(st.none() | agreements, agreements, st.integers(0, 100))
def test_under_the_drug_nothing_is_added_to_what_was_agreed(before, after, hours):
    session = [Impairment(at(10), at(20))]
    allowed = may_agree(before, after, session, at(hours))
    if 10 <= hours <= 20:
        assert allowed == (after.allowed <= (before.allowed if before else frozenset()))
    else:
        assert allowed
    assert may_agree(before, Agreement("touch", frozenset()), session, at(hours)), (
        "stopping is always heard"
    )


@given(agreements, agreements, agreements)
def test_narrowing_twice_is_narrowing(first, second, third):
    if is_narrower(first, second) and is_narrower(second, third):
        assert is_narrower(first, third)


@pytest.mark.parametrize(
    ("hours", "outcome"),
    [(9, Outcome.PASSED), (10, Outcome.FAILED), (20, Outcome.FAILED), (21, Outcome.PASSED)],
)
def test_nobody_signs_while_impaired(hours, outcome):
    assert may_sign([Impairment(at(10), at(20))], at(hours), WHERE).outcome is outcome


def test_an_impairment_that_nobody_ended_goes_on():
    assert may_sign([Impairment(at(10), None)], at(10_000), WHERE).outcome is Outcome.FAILED
