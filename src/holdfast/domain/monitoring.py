"""Monitoring of a dosing session: what is due, what is wrong, who is told, who has seen it.

Everything here is a function of the plan, the entries and ``now``: no clock, no file, no model of what
is to be expected. Several conditions may hold at once and none hides another. The order in which
entries are handed in, their delay and their repetition change nothing of what they mean.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.domain.breaches import breaches, repeats_missing
from holdfast.domain.clocks import wrong_clocks
from holdfast.domain.conditions import Alarm, Condition, alarms_of, condition, each_once
from holdfast.domain.due_readings import (
    SILENCE,
    DueReading,
    before_dose_missing,
    due_of,
    silences_of,
)
from holdfast.domain.fluids import FluidBalance, balance, over_ceiling
from holdfast.domain.recording import gaps
from holdfast.domain.serious_events import serious_events
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, log_of
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.staffing import Room, room_at, staffing
from holdfast.domain.symptoms import symptoms
from holdfast.domain.touch import touches
from holdfast.domain.vital_signs import MEASURES, Series, series

NOT_SIGNED = "limit-not-signed"


class Phase(StrEnum):
    """Where a session stands."""

    BEFORE = "before-the-dose"
    AFTER_INITIAL = "after-the-initial-dose"
    WINDOW = "supplement-window"
    SUPPORT = "support"
    LONGER = "longer-than-planned"
    ENDED = "ended"


def conditions(
    plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime
) -> tuple[Condition, ...]:
    """Every condition of a session up to ``now``, in the order in which they became known.

    Those that are over are here as well, with ``until``. What was raised by some moment is raised at
    every later one: nothing that becomes known afterwards takes it back.
    """
    return conditions_of(plan, log_of(entries, now), now)


def conditions_of(plan: SessionPlan, log: Log, now: datetime) -> tuple[Condition, ...]:
    """The same, of a log."""
    everything = all_series(plan, log)
    return each_once(
        (
            *_of_measures(plan, log, everything, now),
            *wrong_clocks(plan, log),
            *symptoms(plan, log, everything),
            *serious_events(plan, log),
            *touches(plan, log),
            *over_ceiling(plan, log),
            *staffing(plan, log, now),
            *gaps(plan, log, now),
            *not_signed(plan, log),
        )
    )


def all_series(plan: SessionPlan, log: Log) -> Mapping[str, Series]:
    """The readings of every measure."""
    return {measure: series(plan, log, measure) for measure in MEASURES}


def _of_measures(
    plan: SessionPlan, log: Log, everything: Mapping[str, Series], now: datetime
) -> Iterator[Condition]:
    for one in everything.values():
        yield from breaches(plan, log, one, now)
        yield from repeats_missing(plan, log, one, now)
        yield from silences_of(plan, log, one, now)
        yield from before_dose_missing(plan, log, one)


def not_signed(plan: SessionPlan, log: Log) -> Iterator[Condition]:
    """Each number that nobody signed, from the first entry on: what needs it is not judged."""
    if not log.entries:
        return
    first = log.entries[0].known_at
    for code in plan.unsigned:
        yield condition(plan, NOT_SIGNED, since=first, known_at=first, detail=code, number=code)


def alarms(plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime) -> tuple[Alarm, ...]:
    """Every alarm up to ``now``: its condition, its signal, its acknowledgements; open ones first."""
    log = log_of(entries, now)
    return alarms_of(conditions_of(plan, log, now), log)


def due(
    plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime
) -> tuple[DueReading, ...]:
    """What is to be read next, of each measure and rule; what is overdue and what is soonest first."""
    log = log_of(entries, now)
    found = {
        (one.measure, one.rule): one
        for each in all_series(plan, log).values()
        for one in due_of(plan, log, each, now)
    }
    return tuple(sorted(found.values(), key=_soonest))


def _soonest(one: DueReading) -> tuple[bool, float, str, str]:
    return (one.at is not None, one.at.timestamp() if one.at else 0.0, one.measure, one.rule)


def silences(
    plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime
) -> tuple[Condition, ...]:
    """The measures that are silent now, each with the point that nobody read."""
    return tuple(one for one in conditions(plan, entries, now) if one.code == SILENCE and one.holds)


def fluid_balance(
    plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime
) -> FluidBalance:
    """What was drunk and lost so far, and what the signed ceiling leaves."""
    return balance(plan, log_of(entries, now), now)


def in_the_room(plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime) -> Room:
    """Who is in the room now, who is on a break, and who covers."""
    return room_at(plan, log_of(entries, now), now, now)


def since_dose(entries: Iterable[SessionEntry], now: datetime) -> timedelta | None:
    """The time since the first dose, as it is known now; None before it."""
    dose = log_of(entries, now).first_dose(now)
    return None if dose is None else now - at_latest(dose)


def phase(plan: SessionPlan, entries: Iterable[SessionEntry], now: datetime) -> Phase:
    """Where the session stands, by the protocol's own minutes."""
    log = log_of(entries, now)
    end, dose = log.ended(now), log.first_dose(now)
    if end is not None and end <= now:
        return Phase.ENDED
    if dose is None or now < at_latest(dose):
        return Phase.BEFORE
    passed = now - at_latest(dose)
    if plan.minutes is not None and passed > timedelta(minutes=plan.minutes):
        return Phase.LONGER
    if plan.supplement_after_minutes is None:
        return Phase.SUPPORT
    opens, closes = (timedelta(minutes=minute) for minute in plan.supplement_after_minutes)
    if passed < opens:
        return Phase.AFTER_INITIAL
    return Phase.WINDOW if passed <= closes else Phase.SUPPORT
