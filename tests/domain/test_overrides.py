"""A finding set aside stays what it is; what is left then decides, and unknown is never a yes."""

import pytest

from holdfast.domain.findings import Decision, Finding, Outcome, Reference, Standing, Verdict
from holdfast.domain.overrides import SetAside, decision_with, set_aside_in

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
WHERE = Reference("A protocol, section 4", "docs/protocol.md")


def finding(code: str, outcome: Outcome, reason: str = "as-seen") -> Finding:
    return Finding(
        code=code, outcome=outcome, reason=reason, reference=WHERE, standing=Standing.VERIFIED
    )


def override(code: str, outcome: Outcome, reason: str = "as-seen", name: str = "o1") -> SetAside:
    return SetAside(code, outcome, reason, "physician", "benefit-outweighs", name)


def verdict(*findings: Finding) -> Verdict:
    return Verdict(findings=findings)


@pytest.mark.parametrize(
    "other",
    [
        override("sleep", FAILED),
        override("heart", UNKNOWN),
        override("heart", FAILED, "seen-again"),
    ],
)
def test_an_override_stands_for_one_finding_as_it_was(other):
    """Worse or better, in another criterion or for another reason: it no longer applies."""
    stopped = finding("heart", FAILED)
    assert override("heart", FAILED).applies_to(stopped)
    assert not other.applies_to(stopped)
    assert set_aside_in(verdict(stopped), [other]) == {}


def test_the_newest_override_of_a_finding_counts():
    first, second = override("heart", FAILED), override("heart", FAILED, name="o2")
    found = set_aside_in(verdict(finding("age", PASSED), finding("heart", FAILED)), [first, second])
    assert {place: one.override_id for place, one in found.items()} == {1: "o2"}


def test_what_passed_is_not_set_aside():
    assert set_aside_in(verdict(finding("age", PASSED)), [override("age", PASSED)]) == {}


@pytest.mark.parametrize(
    ("outcomes", "aside", "decision"),
    [
        ([PASSED, FAILED], [1], Decision.ELIGIBLE),
        ([PASSED, FAILED], [], Decision.INELIGIBLE),
        ([FAILED, FAILED], [0], Decision.INELIGIBLE),
        ([FAILED, UNKNOWN], [0], Decision.UNDETERMINED),
        ([FAILED, UNKNOWN], [0, 1], Decision.ELIGIBLE),
        ([PASSED, UNKNOWN], [], Decision.UNDETERMINED),
    ],
)
def test_what_is_left_decides(outcomes, aside, decision):
    given = verdict(*(finding(f"c{n}", outcome) for n, outcome in enumerate(outcomes)))
    standing = {
        place: override(given.findings[place].code, given.findings[place].outcome)
        for place in aside
    }
    assert decision_with(given, standing) is decision


def test_nothing_to_judge_is_never_a_yes():
    assert decision_with(verdict(), {}) is verdict().decision
    assert decision_with(verdict(), {}) is not Decision.ELIGIBLE
