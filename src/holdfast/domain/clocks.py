"""A clock that must be wrong: something from after we knew of it, from before the session was opened,
or of a device whose clock was compared and stood apart."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, earliest
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.vital_signs import CLOCK_TOLERANCE, has_wrong_clock, tolerance

WRONG = "clock-wrong"
COMPARED = "clock-compared"
# What is made in the room, so that it cannot be from before the room was opened.
OF_THE_ROOM = frozenset(
    {"reading", "distress", "orientation", "dose-given", "dose-spat", "dose-vomited", "deferral"}
    | {"fluid-taken", "fluid-lost", "event", "rescue-given", "break-began", "break-ended"}
)


def wrong_clocks(
    plan: SessionPlan, log: Log, entries: Iterable[SessionEntry] | None = None
) -> Iterator[Condition]:
    """Every entry whose time cannot be, and every device whose clock was found to be wrong."""
    allowed = tolerance(plan)
    opened = log.of("session-opened")
    for entry in log.entries if entries is None else entries:
        if entry.kind == COMPARED:
            yield from _compared(plan, log, entry, allowed)
        elif has_wrong_clock(entry, allowed):
            yield _wrong(plan, log, entry, entry.known_at)
        elif entry.kind in OF_THE_ROOM:
            later = sorted(o.known_at for o in opened if o.known_at > entry.known_at)
            moments = (entry.known_at, *later)
            before = (m for m in moments if _is_before_opening(log, entry, m, allowed))
            if (known_at := next(before, None)) is not None:
                yield _wrong(plan, log, entry, known_at)


def _is_before_opening(log: Log, entry: SessionEntry, by: datetime, allowed: timedelta) -> bool:
    """Whether an entry was from before every opening of the session, as known by a moment."""
    opened = [one for one in log.of("session-opened") if log.stood(one, by)]
    return bool(opened) and all(entry.at < one.at - allowed for one in opened)


def _wrong(plan: SessionPlan, log: Log, entry: SessionEntry, known_at: datetime) -> Condition:
    gone = log.corrected_at(entry)
    return condition(
        plan,
        WRONG,
        since=entry.known_at,
        known_at=known_at,
        because=(entry.id,),
        number=CLOCK_TOLERANCE,
        value=_minutes_between(entry.at, entry.known_at),
        until=None if gone is None else max(gone, known_at),
    )


def _compared(
    plan: SessionPlan, log: Log, entry: SessionEntry, allowed: timedelta
) -> Iterator[Condition]:
    ahead = entry.number("ahead_seconds") or Decimal(0)
    if not _is_apart(entry, allowed):
        return
    right = (
        other.known_at
        for other in log.of(COMPARED)
        if other.code("device") == entry.code("device")
        and other.at > entry.at
        and not _is_apart(other, allowed)
        and log.corrected_at(other) is None
    )
    over = earliest(*right, log.corrected_at(entry))
    yield condition(
        plan,
        WRONG,
        since=entry.at,
        known_at=entry.known_at,
        because=(entry.id,),
        number=CLOCK_TOLERANCE,
        value=ahead / 60,
        until=None if over is None else max(over, entry.known_at),
    )


def _is_apart(entry: SessionEntry, allowed: timedelta) -> bool:
    ahead = abs(entry.number("ahead_seconds") or Decimal(0))
    return ahead > Decimal(str(allowed.total_seconds()))


def _minutes_between(moment: datetime, other: datetime) -> Decimal:
    return Decimal(int((moment - other).total_seconds())) / 60
