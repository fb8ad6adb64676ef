"""An act behind a gate: every condition listed, met or not or unknown, and who may set one aside.

A gate is data: the conditions of an act, each hard or overridable, each with its source. What is
known of each condition comes as findings from the rules that judge it. A condition nobody judged is
unknown, and unknown is never a yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.overrides import SetAside

NOBODY_JUDGED = "nobody-judged"


class Act(StrEnum):
    """What stands behind a gate."""

    ENROLL = "enroll"
    BEGIN_PREPARATION = "begin-preparation"
    RANDOMIZE = "randomize"
    SCHEDULE_DOSING = "schedule-dosing"
    BEGIN_DOSING = "begin-dosing"


@dataclass(frozen=True)
class Condition:
    """One condition of a gate. ``override`` is the role that may set it aside; None: it is hard."""

    code: str
    wording: str
    reference: Reference
    standing: Standing
    override: str | None = None

    @property
    def is_hard(self) -> bool:
        """Nobody may set it aside."""
        return self.override is None


@dataclass(frozen=True)
class Gate:
    """The conditions of one act, in the order in which they are shown.

    ``act`` is one of a course (``Act``) or of a dosing session (``SessionAct``).
    """

    act: StrEnum
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Judged:
    """One finding under its condition. ``set_aside`` is the override that stands for it, if one does."""

    condition: Condition
    finding: Finding
    set_aside: SetAside | None = None

    @property
    def is_open(self) -> bool:
        """Met, or set aside by somebody who may."""
        return self.finding.outcome is Outcome.PASSED or self.set_aside is not None


@dataclass(frozen=True)
class GateAnswer:
    """What a gate says: everything, met or not."""

    act: StrEnum
    judged: tuple[Judged, ...]

    @property
    def is_open(self) -> bool:
        """True only if there is something to judge and all of it is met or set aside."""
        return bool(self.judged) and all(one.is_open for one in self.judged)

    @property
    def closed_by(self) -> tuple[Judged, ...]:
        """What keeps it shut, unmet before unknown."""
        shut = [one for one in self.judged if not one.is_open]
        return tuple(sorted(shut, key=lambda one: one.finding.outcome is Outcome.UNKNOWN))


def judge(
    gate: Gate, known: Mapping[str, Sequence[Finding]], overrides: Sequence[SetAside] = ()
) -> GateAnswer:
    """Judge a gate.

    Parameters
    ----------
    known
        What the rules found, by the code of the condition. A condition that is absent, or for
        which a rule found nothing, is unknown.
    overrides
        Set asides by people. One stands only for a condition that may be overridden, by the role
        that may, and only for the very outcome and reason that was set aside.
    """
    return GateAnswer(
        gate.act,
        tuple(
            Judged(condition, finding, _set_aside(condition, finding, overrides))
            for condition in gate.conditions
            for finding in known.get(condition.code) or (_unknown(condition),)
        ),
    )


def _unknown(condition: Condition) -> Finding:
    reference, standing = condition.reference, condition.standing
    return Finding(condition.code, Outcome.UNKNOWN, NOBODY_JUDGED, reference, standing)


def _set_aside(
    condition: Condition, finding: Finding, overrides: Sequence[SetAside]
) -> SetAside | None:
    if finding.outcome is Outcome.PASSED or condition.is_hard:
        return None
    fitting = (o for o in overrides if o.role == condition.override and o.applies_to(finding))
    return next(fitting, None)
