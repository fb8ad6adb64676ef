"""Findings set aside by somebody who may: the finding stays as it was, and says who set it aside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.domain.findings import Decision, Finding, Outcome, Verdict


@dataclass(frozen=True)
class SetAside:
    """One override: of which finding, as it was, and by which role.

    It stands for one outcome and one reason of one criterion. When the finding changes, for the
    better or the worse, it no longer applies.
    """

    criterion: str
    outcome: Outcome
    reason: str
    role: str
    reason_code: str
    override_id: str

    def applies_to(self, finding: Finding) -> bool:
        """True for the very finding that was set aside."""
        return (self.criterion, self.outcome, self.reason) == (
            finding.code,
            finding.outcome,
            finding.reason,
        )


def set_aside_in(verdict: Verdict, overrides: Iterable[SetAside]) -> Mapping[int, SetAside]:
    """Which findings of a verdict, by their place in it, stand set aside; the newest override wins."""
    newest = list(overrides)[::-1]
    found: dict[int, SetAside] = {}
    for place, finding in enumerate(verdict.findings):
        applying = next((o for o in newest if o.applies_to(finding)), None)
        if finding.outcome is not Outcome.PASSED and applying is not None:
            found[place] = applying
    return found


def decision_with(verdict: Verdict, set_aside: Mapping[int, SetAside]) -> Decision:
    """What the findings add up to where those set aside no longer stop or ask."""
    left = [f for place, f in enumerate(verdict.findings) if place not in set_aside]
    if not verdict.findings or any(f.outcome is Outcome.FAILED for f in left):
        return verdict.decision
    if all(f.outcome is Outcome.PASSED for f in left):
        return Decision.ELIGIBLE
    return Decision.UNDETERMINED
