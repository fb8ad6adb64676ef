"""A gate lists everything, hides nothing, and opens for nobody on an unknown."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import NOBODY_JUDGED, Act, Condition, Gate, judge
from holdfast.domain.overrides import SetAside

WHERE = Reference("A protocol, section 4", "docs/protocol.md")
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
CODES = ("consent", "eligibility", "window", "team")
OVERRIDABLE = {"window": "physician"}
GATE = Gate(
    Act.BEGIN_DOSING,
    tuple(
        Condition(code, code.title(), WHERE, Standing.VERIFIED, OVERRIDABLE.get(code))
        for code in CODES
    ),
)


def found(code, outcome, reason="as-seen"):
    return Finding(code, outcome, reason, WHERE, Standing.VERIFIED)


def all_met():
    return {code: [found(code, PASSED)] for code in CODES}


def override(code="window", outcome=FAILED, reason="as-seen", role="physician"):
    return SetAside(code, outcome, reason, role, "benefit-outweighs", "o1")


def test_it_opens_when_everything_is_met():
    assert judge(GATE, all_met()).is_open


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("outcome", [FAILED, UNKNOWN])
def test_one_condition_keeps_it_shut(code, outcome):
    answer = judge(GATE, all_met() | {code: [found(code, PASSED), found(code, outcome)]})
    assert not answer.is_open
    assert [one.finding.outcome for one in answer.closed_by] == [outcome]
    assert len(answer.judged) == len(CODES) + 1


@pytest.mark.parametrize("code", CODES)
def test_what_nobody_judged_is_unknown(code):
    known = all_met()
    for left in ({k: v for k, v in known.items() if k != code}, known | {code: []}):
        answer = judge(GATE, left)
        assert not answer.is_open
        assert answer.closed_by[0].finding.reason == NOBODY_JUDGED


def test_a_gate_without_conditions_never_opens():
    assert not judge(Gate(Act.ENROLL, ()), {}).is_open


def test_what_may_be_overridden_opens_for_the_very_finding_that_was_set_aside():
    late = all_met() | {"window": [found("window", FAILED)]}
    assert not judge(GATE, late).is_open
    assert judge(GATE, late, [override()]).is_open


@pytest.mark.parametrize(
    "given_override",
    [
        override(outcome=UNKNOWN),
        override(reason="another-reason"),
        override(role="therapist"),
        override(code="team"),
    ],
)
def test_an_override_of_something_else_opens_nothing(given_override):
    late = all_met() | {"window": [found("window", FAILED)]}
    assert not judge(GATE, late, [given_override]).is_open


@pytest.mark.parametrize("code", ["consent", "eligibility", "team"])
def test_a_hard_condition_is_set_aside_by_nobody(code):
    shut = all_met() | {code: [found(code, FAILED)]}
    for role in ("physician", "site-lead", "administrator", ""):
        assert not judge(GATE, shut, [override(code, role=role)]).is_open


def test_unmet_is_shown_before_unknown():
    shut = all_met() | {"consent": [found("consent", UNKNOWN)], "team": [found("team", FAILED)]}
    assert [one.condition.code for one in judge(GATE, shut).closed_by] == ["team", "consent"]


outcomes = st.sampled_from([PASSED, FAILED, UNKNOWN])
known = st.dictionaries(st.sampled_from(CODES), st.lists(outcomes, max_size=3))


@given(known)
def test_it_is_open_only_if_every_condition_is_met(told):
    findings = {code: [found(code, o) for o in several] for code, several in told.items()}
    met = all(told.get(code) and set(told[code]) == {PASSED} for code in CODES)
    assert judge(GATE, findings).is_open == met


@given(known, st.sampled_from(list(permutations(CODES))))
def test_the_order_of_what_is_known_changes_nothing(told, order):
    findings = {code: [found(code, o) for o in told[code]] for code in order if code in told}
    again = dict(reversed(findings.items()))
    assert judge(GATE, findings) == judge(GATE, again)
