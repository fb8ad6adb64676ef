"""Which approvals an act needs on a date at a site of a jurisdiction, and which of them stand.

An approval is valid on its first and on its last day, in the site's own date; the caller brings
that date. A suspension or a withdrawal holds from its first day, a resumption ends it on its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value

# Days before the last day on which somebody is told. Source: the product's own requirement
# ("expiry is chased 90, 30 and 7 days ahead"); no regulator's number.
CHASED_DAYS_AHEAD = (90, 30, 7)


class Act(StrEnum):
    """What somebody wants to do, and a jurisdiction may want an approval for."""

    DOSING = "dosing"
    PRESCRIBING = "prescribing"
    HOLDING_STOCK = "holding-stock"
    HANDLING_DRUG = "handling-drug"
    DISPENSING = "dispensing"
    ADMINISTERING = "administering"
    LEADING_SESSION = "leading-session"
    ASSISTING_SESSION = "assisting-session"
    SUPERVISING = "supervising"
    WITNESSING = "witnessing"


class Scope(StrEnum):
    """What an approval names, so that it holds for that and for nothing else."""

    PROTOCOL = "protocol"  # name and version
    CONSENT = "consent"  # version of the consent document
    PRODUCT = "product"
    PERSON = "person"  # whoever does the act
    PATIENT = "patient"
    ACT = "act"  # a licence that says what its holder may do


@dataclass(frozen=True)
class ApprovalKind:
    """One kind of approval of a jurisdiction, with the acts that need it.

    ``instead_of`` names the kind that it may stand for. Of a kind whose standing is ``not-found``
    the facts only say that nobody looked it up: until the site records what it relies on, the
    acts that may need it are unknown.
    """

    code: str
    title: str
    acts: tuple[Act, ...]
    scope: tuple[Scope, ...]
    reference: Reference
    standing: Standing
    instead_of: str = ""


@dataclass(frozen=True)
class Duty:
    """What a jurisdiction asks beside approvals; told to people, judged by no rule yet."""

    code: str
    wording: str
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class Jurisdiction:
    """One released file of a jurisdiction. ``not_known`` says what its sources do not tell."""

    code: str
    title: str
    kinds: tuple[ApprovalKind, ...]
    duties: tuple[Duty, ...]
    not_known: tuple[str, ...]
    reference: Reference
    sha256: str

    def kind(self, code: str) -> ApprovalKind | None:
        """A kind of approval by its code."""
        return next((kind for kind in self.kinds if kind.code == code), None)

    @property
    def required(self) -> tuple[ApprovalKind, ...]:
        """The kinds that are asked for; those that may stand for another are not asked twice."""
        return tuple(kind for kind in self.kinds if not kind.instead_of)


class ChangeKind(StrEnum):
    """What may befall an approval."""

    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    IN_ERROR = "entered-in-error"  # it never was: no day on which it stood


@dataclass(frozen=True)
class Change:
    """An approval was suspended, resumed or withdrawn, from this day on."""

    kind: ChangeKind
    from_on: date


@dataclass(frozen=True, kw_only=True)
class HeldApproval:
    """An approval as it was recorded. Ids are texts; what it does not name is None.

    ``ends_on`` is its last day. Where it is None the approval has no end if ``is_open_ended``,
    and otherwise nobody has recorded one.
    """

    id: str
    kind: str
    starts_on: date
    ends_on: date | None
    is_open_ended: bool = False
    protocol: str | None = None
    consent: str | None = None
    product: str | None = None
    person: str | None = None
    patient: str | None = None
    permits: frozenset[Act] = frozenset()
    changes: tuple[Change, ...] = ()  # in the order in which they were recorded


@dataclass(frozen=True, kw_only=True)
class Intent:
    """The act in question and what it concerns; None for what the asker did not name."""

    act: Act
    protocol: str | None = None
    consent: str | None = None
    product: str | None = None
    person: str | None = None
    patient: str | None = None


class State(StrEnum):
    """How an approval stands on a date; the later in this list, the nearer to standing."""

    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    NOT_BEGUN = "not-begun"
    SUSPENDED = "suspended"
    END_UNKNOWN = "end-unknown"
    STANDS = "stands"


_ORDER = tuple(State)
# Every reason of a finding, with the values that always come with it.
AUTHORITY_REASONS: dict[str, tuple[str, ...]] = {
    "approval-stands": ("title", "until"),
    "approval-stands-without-end": ("title",),
    "approval-withdrawn": ("title", "from_on"),
    "approval-ended": ("title", "ended_on"),
    "approval-not-begun": ("title", "starts_on"),
    "approval-suspended": ("title", "from_on"),
    "approval-end-unknown": ("title",),
    "approval-missing": ("title",),
    "approval-for-another": ("title",),
    "not-named": ("title", "unnamed"),
    "kind-silent": ("title",),
    "act-silent": ("act", "jurisdiction"),
    "jurisdiction-not-recorded": (),
}


def state_on(approval: HeldApproval, on: date) -> State:
    """How an approval stands on a day of the site."""
    if _begun(approval, ChangeKind.WITHDRAWN, on):
        return State.WITHDRAWN
    if on < approval.starts_on:
        return State.NOT_BEGUN
    if approval.ends_on is not None and approval.ends_on < on:
        return State.ENDED
    if suspended_since(approval, on) is not None:
        return State.SUSPENDED
    if approval.ends_on is None and not approval.is_open_ended:
        return State.END_UNKNOWN
    return State.STANDS


def _begun(approval: HeldApproval, kind: ChangeKind, on: date) -> date | None:
    """The first day of a change of this kind that has begun."""
    return min(
        (c.from_on for c in approval.changes if c.kind is kind and c.from_on <= on), default=None
    )


def suspended_since(approval: HeldApproval, on: date) -> date | None:
    """The first day of the suspension that holds on a day, if one does."""
    since = None
    for change in sorted(approval.changes, key=lambda change: change.from_on):
        if change.from_on > on:
            break
        if change.kind is ChangeKind.SUSPENDED:
            since = since or change.from_on
        elif change.kind is ChangeKind.RESUMED:
            since = None
    return since


def authority_findings(
    jurisdiction: Jurisdiction | None,
    intent: Intent,
    approvals: Sequence[HeldApproval],
    on: date,
) -> tuple[Finding, ...]:
    """Every approval that an act needs on a day: met, unmet or unknown; never an empty list.

    Pure: a later gate asks for the date of its act. Where the jurisdiction is not recorded, or
    its file names nothing for this act, the one finding is unknown.
    """
    if jurisdiction is None:
        return (_no_jurisdiction(),)
    needed = [kind for kind in jurisdiction.required if intent.act in kind.acts]
    if not needed:
        return (_silent(jurisdiction, intent.act),)
    return tuple(_for_intent(jurisdiction, kind, intent, approvals, on) for kind in needed)


def site_findings(
    jurisdiction: Jurisdiction | None, approvals: Sequence[HeldApproval], on: date
) -> tuple[Finding, ...]:
    """For each kind that the jurisdiction asks for, whether any such approval stands at the site.

    An overview for people: what it is for (which protocol, person, product) is not judged here,
    so no gate may read it.
    """
    if jurisdiction is None:
        return (_no_jurisdiction(),)
    return tuple(
        _judged(kind, _of_kind(jurisdiction, kind, approvals), on) for kind in jurisdiction.required
    )


def _no_jurisdiction() -> Finding:
    nowhere = Reference("", "")
    reason = "jurisdiction-not-recorded"
    return Finding("jurisdiction", Outcome.UNKNOWN, reason, nowhere, Standing.NOT_FOUND)


def _silent(jurisdiction: Jurisdiction, act: Act) -> Finding:
    values: dict[str, Value] = {"act": act.value, "jurisdiction": jurisdiction.title}
    reference, standing = jurisdiction.reference, Standing.NOT_FOUND
    return Finding(act.value, Outcome.UNKNOWN, "act-silent", reference, standing, values)


def _of_kind(
    jurisdiction: Jurisdiction, kind: ApprovalKind, approvals: Iterable[HeldApproval]
) -> list[HeldApproval]:
    accepted = {k.code for k in jurisdiction.kinds if kind.code in (k.code, k.instead_of)}
    return [approval for approval in approvals if approval.kind in accepted]


def _for_intent(
    jurisdiction: Jurisdiction,
    kind: ApprovalKind,
    intent: Intent,
    approvals: Sequence[HeldApproval],
    on: date,
) -> Finding:
    """One kind, for exactly what the intent names."""
    on_record = _of_kind(jurisdiction, kind, approvals)
    if not on_record:
        return _judged(kind, on_record, on)
    unnamed = [scope.value for scope in kind.scope if _named(intent, scope) is None]
    if unnamed:
        return _finding(kind, Outcome.UNKNOWN, "not-named", unnamed=", ".join(unnamed))
    fitting = [approval for approval in on_record if _fits(kind, approval, intent)]
    if not fitting:
        return _finding(kind, Outcome.FAILED, "approval-for-another")
    return _judged(kind, fitting, on)


def _named(intent: Intent, scope: Scope) -> str | None:
    named: str | None = getattr(intent, scope.value)
    return named


def _fits(kind: ApprovalKind, approval: HeldApproval, intent: Intent) -> bool:
    return all(
        intent.act in approval.permits
        if scope is Scope.ACT
        else getattr(approval, scope.value) == _named(intent, scope)
        for scope in kind.scope
    )


def _judged(kind: ApprovalKind, fitting: Sequence[HeldApproval], on: date) -> Finding:
    """The approval that comes nearest to standing decides; the latest end among equals."""
    if not fitting:
        if kind.standing is Standing.NOT_FOUND:
            return _finding(kind, Outcome.UNKNOWN, "kind-silent")
        return _finding(kind, Outcome.FAILED, "approval-missing")
    best = max(
        fitting, key=lambda held: (_ORDER.index(state_on(held, on)), held.ends_on or date.max)
    )
    state = state_on(best, on)
    if state is State.STANDS:
        if best.ends_on is None:
            return _finding(kind, Outcome.PASSED, "approval-stands-without-end")
        return _finding(kind, Outcome.PASSED, "approval-stands", until=best.ends_on)
    if state is State.END_UNKNOWN:
        return _finding(kind, Outcome.UNKNOWN, "approval-end-unknown")
    return _finding(kind, Outcome.FAILED, f"approval-{state}", **_since(best, state, on))


def _since(approval: HeldApproval, state: State, on: date) -> dict[str, Value]:
    """The day that explains why an approval does not stand."""
    if state is State.ENDED and approval.ends_on:
        return {"ended_on": approval.ends_on}
    if state is State.NOT_BEGUN:
        return {"starts_on": approval.starts_on}
    if state is State.SUSPENDED:
        return {"from_on": suspended_since(approval, on) or on}
    return {"from_on": _begun(approval, ChangeKind.WITHDRAWN, on) or on}


def _finding(kind: ApprovalKind, outcome: Outcome, reason: str, **values: Value) -> Finding:
    """A kind that the facts lack is met only by what the site itself signed for."""
    is_sites_own = outcome is Outcome.PASSED and kind.standing is Standing.NOT_FOUND
    standing = Standing.SIGNED if is_sites_own else kind.standing
    values = {"title": kind.title, **values}
    return Finding(kind.code, outcome, reason, kind.reference, standing, values)


def chase_moments(ends_on: date) -> tuple[tuple[int, date], ...]:
    """How many days ahead, and on which day, the end of an approval is chased; first to last.

    >>> chase_moments(date(2026, 3, 31))[-1]
    (7, datetime.date(2026, 3, 24))
    """
    return tuple((days, ends_on - timedelta(days=days)) for days in CHASED_DAYS_AHEAD)


def chase_due(
    approval: HeldApproval, others: Sequence[HeldApproval], on: date
) -> tuple[int, date] | None:
    """The latest moment of an approval that has come: days ahead and its last day; else None.

    Moments that were missed while nobody watched are not told one by one: the nearest to the end
    says it all, also after the end. What was withdrawn or is renewed in time is not chased.
    """
    if approval.ends_on is None or state_on(approval, on) is State.WITHDRAWN:
        return None
    if is_renewed(approval, others, on):
        return None
    come = [days for days, day in chase_moments(approval.ends_on) if day <= on]
    return (min(come), approval.ends_on) if come else None


def is_renewed(approval: HeldApproval, others: Iterable[HeldApproval], on: date) -> bool:
    """Whether another of the same kind and scope begins in time and ends later, or never."""
    last = approval.ends_on
    return last is not None and any(
        other.id != approval.id
        and _same_scope(approval, other)
        and other.starts_on <= last + timedelta(days=1)
        and state_on(other, on) not in (State.WITHDRAWN, State.SUSPENDED)
        and (other.is_open_ended if other.ends_on is None else other.ends_on > last)
        for other in others
    )


def _same_scope(one: HeldApproval, other: HeldApproval) -> bool:
    names = ("kind", "protocol", "consent", "product", "person", "patient")
    same = all(getattr(one, name) == getattr(other, name) for name in names)
    return same and one.permits <= other.permits
