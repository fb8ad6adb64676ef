"""When consent stands, and that nobody under the drug can agree to more."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.consent import (
    Agreement,
    ConsentRequired,
    ConsentStep,
    Impairment,
    ImpairmentStep,
    Step,
    agreement_findings,
    consent_findings,
    impairments,
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


impairment_steps = st.lists(
    st.builds(ImpairmentStep, st.booleans(), st.integers(0, 50).map(at)), max_size=12
)


@given(impairment_steps, st.integers(0, 60))
def test_who_was_dosed_and_not_found_well_since_is_impaired(steps, hour):
    """However the steps are written down, and whatever came before."""
    moment = at(hour)
    doses = [s.at for s in steps if s.is_dose and s.at <= moment]
    findings = [s.at for s in steps if not s.is_dose and s.at <= moment]
    is_open = bool(doses) and (not findings or max(doses) >= max(findings))
    covered = any(spell.covers(moment) for spell in impairments(steps))
    assert covered or not is_open


@given(impairment_steps)
def test_spells_never_overlap_and_their_order_of_writing_means_nothing(steps):
    spells = impairments(steps)
    assert spells == impairments(reversed(steps))
    for one, next_one in itertools.pairwise(spells):
        assert one.until is not None
        assert one.until <= next_one.since


def test_every_item_is_asked_and_a_no_is_an_answer():
    told = [Agreement("touch", frozenset()), Agreement("recording", frozenset({"film"}))]
    found = agreement_findings(["touch", "recording", "observers"], told, has_stop_word=False)
    assert [(f.code, f.outcome.value, f.reason) for f in found] == [
        ("agreement-touch", "passed", "agreed-to-nothing"),
        ("agreement-recording", "passed", "agreed-to-some"),
        ("agreement-observers", "unknown", "item-not-decided"),
        ("agreement-stop-word", "unknown", "stop-word-missing"),
    ]
    whole = agreement_findings(["touch"], told, has_stop_word=True)
    assert all(f.outcome is Outcome.PASSED for f in whole)
