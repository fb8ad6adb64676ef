"""What is measured, and the readings of one measure in the order of their own times.

A reading whose time lies after the moment it became known has a wrong clock: it may raise an alarm
and can never calm one, answer a repeat or break a silence.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan

CLOCK_TOLERANCE = "clock-tolerance"  # minutes


@dataclass(frozen=True)
class Measure:
    """One measure: the kind of entry that holds it, and its fields there."""

    code: str
    kind: str
    fields: tuple[str, ...]


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.code: measure
        for measure in (
            Measure("blood-pressure", "reading", ("systolic_mmhg", "diastolic_mmhg")),
            Measure("heart-rate", "reading", ("heart_rate_per_min",)),
            Measure("temperature", "reading", ("temperature_celsius",)),
            Measure("oxygen-saturation", "reading", ("oxygen_saturation_percent",)),
            Measure("sodium", "reading", ("sodium_mmol_per_l",)),
            Measure("distress", "distress", ("score",)),
            Measure("orientation", "orientation", ("correct",)),
        )
    }
)


def tolerance(plan: SessionPlan) -> timedelta:
    """How far two clocks may differ before one must be wrong; none where the plan does not say."""
    return timedelta(minutes=float(plan.value(CLOCK_TOLERANCE) or 0))


def has_wrong_clock(entry: SessionEntry, allowed: timedelta) -> bool:
    """True if an entry says it was true after we knew it."""
    return entry.at > entry.known_at + allowed


@dataclass(frozen=True)
class Series:
    """The readings of one measure, by their own times."""

    measure: str
    log: Log
    readings: tuple[SessionEntry, ...]
    allowed: timedelta

    def answered_by(self, after: datetime, by: datetime, *, at_that: bool = False) -> bool:
        """Whether, by a moment, a sound reading from after another was known and stood."""
        first = self._first_known_after(after, at_that)
        if first is not None and first <= by:
            return True
        return any(
            (one.at > after or (at_that and one.at == after)) and self.log.stood(one, by)
            for one in self._corrected
        )

    def answered_at(self, after: datetime, *, at_that: bool = False) -> datetime | None:
        """When a sound reading from after a moment was first known, of those that stand."""
        return self._first_known_after(after, at_that)

    def before(self, index: int, by: datetime) -> Iterator[SessionEntry]:
        """The sound readings before one, latest first, as they were known by a moment."""
        for position in range(index - 1, -1, -1):
            if self._is_usable(self.readings[position], by):
                yield self.readings[position]

    def after(self, index: int, by: datetime) -> Iterator[SessionEntry]:
        """The sound readings after one, earliest first, as they were known by a moment."""
        for position in range(index + 1, len(self.readings)):
            if self._is_usable(self.readings[position], by):
                yield self.readings[position]

    def last_until(self, moment: datetime, by: datetime, field: str) -> SessionEntry | None:
        """The last sound reading of a field at or before a moment, as it was known by another."""
        index = bisect_right(self._ats, moment)
        found = (one for one in self.before(index, by) if one.number(field) is not None)
        return next(found, None)

    def _is_usable(self, entry: SessionEntry, by: datetime) -> bool:
        return self.log.stood(entry, by) and not has_wrong_clock(entry, self.allowed)

    def _first_known_after(self, after: datetime, at_that: bool) -> datetime | None:
        ats, firsts = self._sound
        index = bisect_left(ats, after) if at_that else bisect_right(ats, after)
        return firsts[index] if index < len(firsts) else None

    @cached_property
    def _ats(self) -> list[datetime]:
        return [entry.at for entry in self.readings]

    @cached_property
    def _sound(self) -> tuple[list[datetime], list[datetime]]:
        """Of the sound readings that stand: their times, and from each on when the first was known."""
        sound = [
            one
            for one in self.readings
            if self.log.corrected_at(one) is None and not has_wrong_clock(one, self.allowed)
        ]
        firsts: list[datetime] = []
        for one in reversed(sound):
            firsts.append(min(one.known_at, firsts[-1]) if firsts else one.known_at)
        return [one.at for one in sound], firsts[::-1]

    @cached_property
    def _corrected(self) -> tuple[SessionEntry, ...]:
        return tuple(
            one
            for one in self.readings
            if self.log.corrected_at(one) is not None and not has_wrong_clock(one, self.allowed)
        )


def series(plan: SessionPlan, log: Log, measure: str) -> Series:
    """Every reading of a measure, corrected ones as well."""
    told = MEASURES[measure]
    found = (
        entry
        for entry in log.of(told.kind)
        if any(entry.number(field) is not None for field in told.fields)
    )
    ordered = sorted(found, key=lambda entry: (entry.at, entry.known_at, entry.id))
    return Series(measure, log, tuple(ordered), tolerance(plan))
