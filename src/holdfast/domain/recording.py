"""The recording of a session: where it has gaps, and how much of the session it covers.

A gap is a condition like a high reading: what was not recorded cannot be looked at again. Where a
person took back their agreement to be recorded the recording stops, and that is no alarm.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, earliest, minutes
from holdfast.domain.session_plan import SessionPlan

GAP = "recording-gap"
GAP_LONGEST = "recording-gap-longest"
RUNNING = "running"
WITHDRAWN = "withdrawn"


def gaps(plan: SessionPlan, log: Log, now: datetime) -> Iterator[Condition]:
    """Every gap, of each stream that the plan wants recorded, from the first dose to the end."""
    for stream in plan.streams:
        for dose in log.doses:
            if log.first_dose(dose.known_at) is not dose:
                continue
            if not _runs_at(log, stream, dose):
                yield from _gap(plan, log, stream, dose, dose, now)
            for entry in _of(log, stream):
                if at_latest(entry) > at_latest(dose) and _is_stop(entry):
                    yield from _gap(plan, log, stream, entry, dose, now)


def _gap(
    plan: SessionPlan,
    log: Log,
    stream: str,
    begins: SessionEntry,
    dose: SessionEntry,
    now: datetime,
) -> Iterator[Condition]:
    """A gap that lasts longer than was signed; any gap, where nothing was."""
    since = at_latest(begins) + minutes(plan.value(GAP_LONGEST))
    known_at = max(since, begins.known_at, dose.known_at)
    again = [
        e
        for e in _of(log, stream)
        if _is_running(e) and at_latest(e) >= at_latest(begins) and e != begins
    ]
    is_filled = any(log.stood(entry, known_at) for entry in again)
    if known_at > now or is_filled or not log.stood(begins, known_at):
        return
    if log.ended(known_at) is not None or not log.stood(dose, known_at):
        return
    known_again = (entry.known_at for entry in again if log.corrected_at(entry) is None)
    over = earliest(*known_again, log.corrected_at(begins), log.end_known_after(known_at))
    yield condition(
        plan,
        GAP,
        since=at_latest(begins),
        known_at=known_at,
        because=(begins.id,),
        detail=f"{stream}:{begins.id}",
        number=GAP_LONGEST,
        until=None if over is None else max(over, known_at),
    )


def _of(log: Log, stream: str) -> tuple[SessionEntry, ...]:
    return tuple(entry for entry in log.of("recording") if entry.code("stream") == stream)


def _is_running(entry: SessionEntry) -> bool:
    return entry.code("state") == RUNNING


def _is_stop(entry: SessionEntry) -> bool:
    return not _is_running(entry) and entry.code("reason") != WITHDRAWN


def _runs_at(log: Log, stream: str, dose: SessionEntry) -> bool:
    """Whether, when the dose became known, the stream was known to run at it, or to be withdrawn."""
    told = [
        e
        for e in _of(log, stream)
        if at_latest(e) <= at_latest(dose) and log.stood(e, dose.known_at)
    ]
    last = max(told, key=lambda entry: (at_latest(entry), entry.known_at, entry.id), default=None)
    return last is not None and not _is_stop(last)


def coverage_percent(plan: SessionPlan, log: Log, stream: str, now: datetime) -> Decimal | None:
    """How much of the session since the first dose is recorded; None before there is a dose."""
    dose = log.first_dose(now)
    if dose is None:
        return None
    end = min(now, log.ended(now) or now)
    whole = (end - at_latest(dose)).total_seconds()
    if whole <= 0:
        return None
    recorded, began = 0.0, None
    told = [entry for entry in log.standing("recording") if entry.code("stream") == stream]
    for entry in told:
        if _is_running(entry):
            began = began or at_latest(entry)
        elif began is not None:
            recorded += _overlap(began, at_latest(entry), at_latest(dose), end)
            began = None
    if began is not None:
        recorded += _overlap(began, end, at_latest(dose), end)
    return (Decimal(recorded) / Decimal(whole) * 100).quantize(Decimal("0.1"))


def _overlap(begins: datetime, ends: datetime, low: datetime, high: datetime) -> float:
    return max((min(ends, high) - max(begins, low)).total_seconds(), 0.0)
