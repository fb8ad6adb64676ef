"""What the record finds for the gates of a session that neither its entries nor another gate say."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from holdfast.domain.consent import Agreement
from holdfast.domain.findings import Finding, Outcome, Reference, Standing

HOUSE = Reference("The record of a dosing session: gates", "docs/session-record.md#gates")
SUPPLEMENT, TAKE = "supplement", "take"  # the item of a consent document, and its yes
# Every reason, and the values that always come with it; also of the tested recipients of concerns.
HANDED_REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "session-gate-passed": (),
        "session-gate-not-passed": (),
        "session-gate-expired": (),
        "entries-are-nobodys": ("count",),
        "recipients-tested": ("days",),
        "recipients-missing": (),
        "recipients-not-tested": (),
        "test-expired": ("days",),
        "clock-does-not-fit": (),
        "supplement-agreed-in-preparation": (),
        "supplement-not-agreed-in-preparation": (),
    }
)


def begun_finding(expires_at: datetime | None, now: datetime) -> Finding:
    """Whether the session was opened behind its gate, and the gate's answer still holds.

    ``expires_at`` None: it was opened without the gate, from paper.
    """
    if expires_at is None:
        return _found("course", Outcome.FAILED, "session-gate-not-passed")
    if now >= expires_at:
        return _found("course", Outcome.FAILED, "session-gate-expired")
    return _found("course", Outcome.PASSED, "session-gate-passed")


def waiting_findings(waiting: int) -> list[Finding]:
    """That entries are nobody's yet, where some are; that devices sent everything, people say."""
    if not waiting:
        return []
    return [_found("nothing-waits", Outcome.FAILED, "entries-are-nobodys", count=waiting)]


def agreed_before_findings(agreements: Iterable[Agreement]) -> list[Finding]:
    """What the person agreed to of a supplement; nothing where nobody asked, and people state it."""
    return [
        _found(
            "supplement-agreed-before",
            Outcome.PASSED if TAKE in one.allowed else Outcome.FAILED,
            f"supplement-{'agreed' if TAKE in one.allowed else 'not-agreed'}-in-preparation",
        )
        for one in agreements
        if one.item == SUPPLEMENT
    ]


def _found(code: str, outcome: Outcome, reason: str, **values: int) -> Finding:
    return Finding(code, outcome, reason, HOUSE, Standing.DERIVED, values)
