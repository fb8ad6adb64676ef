"""What a rule answers: an outcome with its reason, its source and the standing of its number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

Value = str | int | bool | Decimal | date


class Outcome(StrEnum):
    """Three outcomes, because "nobody asked" is not "no"."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """How far a fact was checked. Only some of these may run live when the fact is a number."""

    VERIFIED = "verified"  # read in the cited source
    DERIVED = "derived"  # arithmetic on verified numbers
    SECONDARY = "secondary"  # seen in a source that cites the primary one
    FROM_MEMORY = "from-memory"  # must be checked against the primary document
    NOT_FOUND = "not-found"  # looked for; no public number exists
    SIGNED = "signed"  # a named physician signed it for this site

    @property
    def runs_live(self) -> bool:
        """True where a number of this standing may decide; any other needs a signature first."""
        return self in (Standing.VERIFIED, Standing.DERIVED, Standing.SIGNED)


@dataclass(frozen=True)
class Reference:
    """Where a rule or a number comes from, in words and as an address or a path."""

    title: str
    href: str


@dataclass(frozen=True)
class Finding:
    """The answer of one rule for one person on one date.

    ``reason`` is a code; its sentence is a template by language beside the definition, filled
    with ``values`` where it is shown. ``question`` is the code of the question that would turn
    an unknown into an answer.
    """

    code: str
    outcome: Outcome
    reason: str
    reference: Reference
    standing: Standing
    values: Mapping[str, Value] = field(default_factory=dict)
    question: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


class Decision(StrEnum):
    """What the findings add up to."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Verdict:
    """Every finding, and what they add up to. No finding hides another."""

    findings: tuple[Finding, ...]

    @property
    def is_eligible(self) -> bool:
        """True only if every criterion passed. Unknown is never a yes, nor is an empty list."""
        return bool(self.findings) and all(f.outcome is Outcome.PASSED for f in self.findings)

    @property
    def decision(self) -> Decision:
        """Ineligible if anything failed; eligible if everything passed; else undetermined."""
        if self.stops:
            return Decision.INELIGIBLE
        return Decision.ELIGIBLE if self.is_eligible else Decision.UNDETERMINED

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What stops this person."""
        return self._with(Outcome.FAILED)

    @property
    def asks(self) -> tuple[Finding, ...]:
        """What must still be asked, examined or signed."""
        return self._with(Outcome.UNKNOWN)

    @property
    def met(self) -> tuple[Finding, ...]:
        """What is met."""
        return self._with(Outcome.PASSED)

    def _with(self, outcome: Outcome) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.outcome is outcome)
