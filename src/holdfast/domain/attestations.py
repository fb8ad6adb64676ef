"""What somebody stated, who, when and how, and until when it counts: never a tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value


@dataclass(frozen=True)
class Attestation:
    """One statement on one question; ``is_so`` None is "cannot say".

    ``how`` is a code of how the person knows: ``seen``, ``told`` or ``document``.
    """

    code: str
    is_so: bool | None
    at: datetime
    by: str
    how: str


@dataclass(frozen=True)
class Asked:
    """A question that must have been answered so, and for how long an answer counts.

    ``lasts`` None: no number is signed, so no answer can be counted on.
    """

    code: str
    lasts: timedelta | None
    reference: Reference
    standing: Standing
    must_be: bool = True


# Every reason of a finding, with the values that always come with it.
ATTESTATION_REASONS: dict[str, tuple[str, ...]] = {
    "attested": ("by", "on"),
    "attested-otherwise": ("by", "on"),
    "cannot-say": ("by", "on"),
    "not-attested": (),
    "attestation-expired": ("by", "on"),
    "how-long-it-counts-not-signed": (),
}


def attested(asked: Asked, statements: Sequence[Attestation], now: datetime) -> Finding:
    """What the latest statement says now. Nothing stated after ``now`` counts."""
    own = [one for one in statements if one.code == asked.code and one.at <= now]
    if not own:
        return _finding(asked, Outcome.UNKNOWN, "not-attested")
    last = max(own, key=lambda one: one.at)
    if last.is_so is None:
        return _finding(asked, Outcome.UNKNOWN, "cannot-say", last)
    if last.is_so is not asked.must_be:
        return _finding(asked, Outcome.FAILED, "attested-otherwise", last)
    if asked.lasts is None:
        return _finding(asked, Outcome.UNKNOWN, "how-long-it-counts-not-signed")
    if now >= last.at + asked.lasts:
        return _finding(asked, Outcome.UNKNOWN, "attestation-expired", last)
    return _finding(asked, Outcome.PASSED, "attested", last)


def _finding(
    asked: Asked, outcome: Outcome, reason: str, last: Attestation | None = None
) -> Finding:
    values: dict[str, Value] = {"by": last.by, "on": last.at.date()} if last else {}
    return Finding(
        asked.code, outcome, reason, asked.reference, asked.standing, values, question=asked.code
    )
