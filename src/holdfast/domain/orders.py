"""A prescriber's order for one dosing session: whether it stands at a moment, and if not, since when and why.

An order ends by itself: it expires, its session is over, the person's findings are not those it was
signed on, or what allows the prescriber to prescribe does not stand any more. Each of these is a moment
that follows from other facts; only cancelling is a fact of its own. The first of them holds for good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value
from holdfast.domain.session_plan import PlannedChoice

HOUSE = Reference("Dose orders", "docs/custody-law.md#dose-orders")
CONDITION = "order"  # of a session's gates
# Why somebody may cancel an order; free words may be added, sealed.
CANCEL_REASONS = (
    "finding-changed",
    "person-declined",
    "session-put-off",
    "ordered-in-error",
    "prescriber-changed",
    "other",
)


class Ending(StrEnum):
    """Why an order does not stand; the order of this list decides between equal moments."""

    CANCELLED = "order-cancelled"
    FINDING_CHANGED = "order-finding-changed"
    NOT_APPROVED = "order-prescriber-not-approved"
    REPLACED = "order-replaced"
    SESSION_OVER = "order-session-over"
    EXPIRED = "order-expired"


# Every reason of a finding about an order, and the values that always come with it.
ORDER_REASONS: dict[str, tuple[str, ...]] = {
    "order-stands": ("order",),
    "order-not-yet": ("order",),
    "order-of-another": ("order",),
    Ending.CANCELLED.value: ("order", "because"),
    Ending.FINDING_CHANGED.value: ("order", "findings"),
    Ending.NOT_APPROVED.value: ("order", "approvals"),
    Ending.REPLACED.value: ("order",),
    Ending.SESSION_OVER.value: ("order",),
    Ending.EXPIRED.value: ("order",),
}
_NAMED = {
    Ending.CANCELLED: "because",
    Ending.FINDING_CHANGED: "findings",
    Ending.NOT_APPROVED: "approvals",
}


@dataclass(frozen=True)
class Ended:
    """That an order ended: how, when, and by which codes."""

    how: Ending
    at: datetime
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """One verdict as an order reads it: when it was known, whether it lets a person in, and each outcome."""

    known_at: datetime
    is_eligible: bool
    outcomes: frozenset[tuple[str, ...]]  # code, outcome, reason, and what set it aside


@dataclass(frozen=True, kw_only=True)
class SignedOrder:
    """An order with all that may have ended it. ``ended`` holds what others did or found."""

    id: str
    signed_at: datetime
    expires_at: datetime
    ended: tuple[Ended, ...] = ()

    def ending(self, now: datetime) -> Ended | None:
        """The first thing that ended it by a moment; None where it stands, or is to come."""
        expiry = Ended(Ending.EXPIRED, self.expires_at)
        come = [one for one in (*self.ended, expiry) if one.at <= now]
        places = tuple(Ending)
        return min(come, key=lambda one: (one.at, places.index(one.how)), default=None)

    def stands(self, now: datetime) -> bool:
        """Whether a dose may be given on it: signed by then, and not ended."""
        return self.signed_at <= now and self.ending(now) is None


def finding_changed(signed_on: Judgement, since: Iterable[Judgement]) -> Ended | None:
    """The first verdict that says anything else than the one an order was signed on; None if none does.

    A later one that says the same again does not bring the order back: it is signed anew.
    """
    for one in sorted(since, key=lambda each: each.known_at):
        changed = one.outcomes ^ signed_on.outcomes
        if changed or not one.is_eligible:
            codes = tuple(sorted({outcome[0] for outcome in changed}))
            return Ended(Ending.FINDING_CHANGED, one.known_at, codes or ("verdict",))
    return None


def not_approved(findings: Sequence[Finding], now: datetime) -> Ended | None:
    """That what allows the prescriber to prescribe does not stand at this moment, with what is missing."""
    missing = missing_approvals(findings)
    return Ended(Ending.NOT_APPROVED, now, missing) if missing else None


def missing_approvals(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The codes of what was not found to stand; nothing found at all is never a yes."""
    if not findings:
        return ("approvals",)
    return tuple(sorted({one.code for one in findings if one.outcome is not Outcome.PASSED}))


def order_finding(order: SignedOrder, now: datetime) -> Finding:
    """Whether an order stands now: the finding that the gate of a dose reads."""
    if now < order.signed_at:
        return _found(Outcome.FAILED, "order-not-yet", order.id)
    ended = order.ending(now)
    if ended is None:
        return _found(Outcome.PASSED, "order-stands", order.id)
    name = _NAMED.get(ended.how)
    told: dict[str, Value] = {name: ", ".join(ended.codes)} if name else {}
    return _found(Outcome.FAILED, ended.how.value, order.id, **told)


def order_of_another(order_id: str) -> Finding:
    """An entry of a session names an order that is not of this person and this session."""
    return _found(Outcome.FAILED, "order-of-another", order_id)


def _found(outcome: Outcome, reason: str, order: str, **values: Value) -> Finding:
    told: dict[str, Value] = {"order": order, **values}
    return Finding(CONDITION, outcome, reason, HOUSE, Standing.DERIVED, told)


def is_on_menu(
    choices: Iterable[PlannedChoice], initial_mg: Decimal, supplement_mg: Decimal | None
) -> bool:
    """Whether the nominal doses are a choice of the session; a supplement may always be left out."""
    return any(
        one.initial_mg == initial_mg and supplement_mg in (None, one.supplemental_mg)
        for one in choices
    )
