"""Limits that are breached, one by one or in a row, and readings that were not repeated in time.

Every reading is judged at its own time, however late it came, and also if it is corrected later: then
its condition is over, and its alarm still waits for somebody to see it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, earliest, minutes
from holdfast.domain.session_plan import Basis, LimitRule, SessionPlan, Tier, When
from holdfast.domain.vital_signs import Series, has_wrong_clock

REPEAT = "repeat-missing"


@dataclass(frozen=True)
class Breach:
    """A reading breaches a rule: what was compared, and when that could first be known."""

    value: Decimal
    known_at: datetime


@dataclass(frozen=True)
class Judged:
    """One rule over the readings of its measure, up to ``now``."""

    plan: SessionPlan
    log: Log
    series: Series
    rule: LimitRule
    limit: Decimal
    now: datetime

    def breach(self, entry: SessionEntry) -> Breach | None:
        """Whether and since when this reading is known to breach the rule."""
        if self.rule.basis is Basis.VALUE:
            value = entry.number(self.rule.field)
            if value is None or not self._is_past(value):
                return None
            return Breach(value, entry.known_at)
        for moment in (entry.known_at, *self._baseline_moments_after(entry.known_at)):
            rise = self._rise(entry, moment)
            is_first = moment == entry.known_at
            if rise is None or not self._is_past(rise):
                continue
            if is_first or self.log.stood(entry, moment):
                return Breach(rise, moment)
        return None

    def over(self, entry: SessionEntry, known_at: datetime) -> datetime | None:
        """When a breach was known to be over: it was corrected, or a later reading was within."""
        ats, firsts = self._calm
        index = bisect_right(ats, at_latest(entry))
        calm = firsts[index] if index < len(firsts) else None
        first = earliest(calm, self.log.corrected_at(entry))
        return None if first is None else max(first, known_at)

    def _is_past(self, value: Decimal) -> bool:
        return self.rule.compare.is_breached(value, self.limit)

    def _rise(self, entry: SessionEntry, by: datetime) -> Decimal | None:
        """How much higher than the last reading before the first dose; None where one is missing."""
        value, counted = entry.number(self.rule.field), self._counted_from(by)
        if value is None or counted is None or entry.at <= counted[0]:
            return None
        return value - counted[1]

    def _counted_from(self, by: datetime) -> tuple[datetime, Decimal] | None:
        """When the first dose was and the last value before it, as they were known by a moment."""
        known = bisect_right(self._baseline_moments, by)
        if known not in self._starts:
            dose = self.log.first_dose(by)
            self._starts[known] = None if dose is None else self._start(at_latest(dose), by)
        return self._starts[known]

    def _start(self, dose_at: datetime, by: datetime) -> tuple[datetime, Decimal] | None:
        last = self.series.last_until(dose_at, by, self.rule.field)
        value = None if last is None else last.number(self.rule.field)
        return None if value is None else (dose_at, value)

    @cached_property
    def _starts(self) -> dict[int, tuple[datetime, Decimal] | None]:
        return {}

    def _baseline_moments_after(self, moment: datetime) -> list[datetime]:
        return self._baseline_moments[bisect_right(self._baseline_moments, moment) :]

    @cached_property
    def _baseline_moments(self) -> list[datetime]:
        """When what a rise is counted from became known, or changed."""
        doses = self.log.doses
        last = max((at_latest(dose) for dose in doses), default=None)
        if last is None:
            return []
        before = [entry for entry in self.series.readings if entry.at <= last]
        gone = (self.log.corrected_at(entry) for entry in (*doses, *before))
        known = {entry.known_at for entry in (*doses, *before)}
        return sorted(known | {moment for moment in gone if moment is not None})

    @cached_property
    def _calm(self) -> tuple[list[datetime], list[datetime]]:
        """Of the sound readings within the limit: their times, and when one from each on was known."""
        calm = [
            entry
            for entry in self.series.readings
            if self.log.corrected_at(entry) is None
            and not has_wrong_clock(entry, self.series.allowed)
            and self.is_within(entry)
        ]
        firsts: list[datetime] = []
        for entry in reversed(calm):
            firsts.append(min(entry.known_at, firsts[-1]) if firsts else entry.known_at)
        return [entry.at for entry in calm], firsts[::-1]

    def is_within(self, entry: SessionEntry) -> bool:
        """Whether a reading says that the limit is kept; one that does not measure it says nothing."""
        if self.rule.basis is Basis.VALUE:
            value = entry.number(self.rule.field)
        else:
            value = self._rise(entry, self.now)
        return value is not None and not self._is_past(value)


def judged(plan: SessionPlan, log: Log, series: Series, now: datetime) -> tuple[Judged, ...]:
    """The rules of a measure whose number runs."""
    return tuple(
        Judged(plan, log, series, rule, limit, now)
        for rule in plan.limits
        if rule.measure == series.measure and (limit := plan.value(rule.number)) is not None
    )


def breaches(plan: SessionPlan, log: Log, series: Series, now: datetime) -> Iterator[Condition]:
    """Every limit that a reading of this measure breaches."""
    for one in judged(plan, log, series, now):
        for index, entry in enumerate(series.readings):
            yield from breaches_of(one, index)
            if unanswered := never_repeated(one, entry):
                yield unanswered


def breaches_of(one: Judged, index: int) -> Iterator[Condition]:
    """What one reading breaches, by itself or with those beside it."""
    if one.rule.when is not When.SINGLE:
        yield from _pairs(one, index)
        return
    entry = one.series.readings[index]
    if found := one.breach(entry):
        yield _condition(one, entry, found.value, found.known_at, (entry.id,))


def _pairs(one: Judged, index: int) -> Iterator[Condition]:
    """This reading with the one before it and the one after it, as they were known with it."""
    entry = one.series.readings[index]
    own = one.breach(entry)
    if own is None:
        return
    before = next(one.series.before(index, entry.known_at), None)
    after = next(one.series.after(index, entry.known_at), None)
    for first, second in ((before, entry), (entry, after)):
        if first is None or second is None:
            continue
        early, late = one.breach(first), one.breach(second)
        if early is None or late is None:
            continue
        if one.rule.when is When.NOT_FALLING and late.value < early.value:
            continue
        known_at = max(early.known_at, late.known_at, entry.known_at)
        yield _condition(one, second, late.value, known_at, (first.id, second.id))


def never_repeated(one: Judged, entry: SessionEntry) -> Condition | None:
    """A breach that nobody measured again in time stands for one that lasts.

    Where nobody signed how soon to measure again, it does so at once.
    """
    if one.rule.when is not When.SUSTAINED or (found := one.breach(entry)) is None:
        return None
    repeat = minutes(one.plan.value(one.rule.repeat))
    at = max(at_latest(entry) + repeat, found.known_at)
    if at > one.now or not _is_missed(one, entry, at):
        return None
    return _condition(one, entry, found.value, at, (entry.id,))


def _is_missed(one: Judged, entry: SessionEntry, at: datetime) -> bool:
    """At that moment the reading stood, nobody had measured since, and the session went on."""
    return (
        not one.series.answered_by(at_latest(entry), at)
        and one.log.stood(entry, at)
        and one.log.ended(at) is None
    )


def repeats_missing(
    plan: SessionPlan, log: Log, series: Series, now: datetime
) -> Iterator[Condition]:
    """Readings that had to be repeated by now and were not."""
    for one in judged(plan, log, series, now):
        for index in range(len(series.readings)):
            if found := repeat_missing(one, index):
                yield found


def repeat_missing(one: Judged, index: int) -> Condition | None:
    """A reading that had to be repeated by now and was not.

    It has to be if it breaches a rule that says so, or if one of the last readings did and there are
    not yet so many in a row that do not. A rule on what lasts has its own answer to a missing repeat.
    """
    repeat = one.plan.value(one.rule.repeat)
    if repeat is None or one.rule.when is When.SUSTAINED:
        return None
    entry = one.series.readings[index]
    overdue_at = at_latest(entry) + minutes(repeat)
    at = max(overdue_at, entry.known_at)
    if at > one.now or not _is_missed(one, entry, at) or not must_repeat(one, index, at):
        return None
    return condition(
        one.plan,
        REPEAT,
        since=overdue_at,
        known_at=at,
        because=(entry.id,),
        tier=_graver(one.rule.tier, one.plan),
        measure=one.series.measure,
        detail=f"{one.series.measure}:{entry.id}",
        until=repeat_over(one, entry, at),
    )


def must_repeat(one: Judged, index: int, by: datetime) -> bool:
    """Whether, by a moment, a reading has to be followed by another soon."""
    entry = one.series.readings[index]
    in_a_row = max(int(one.plan.value(one.rule.in_a_row) or 1), 1)
    last = (entry, *islice(one.series.before(index, by), in_a_row - 1))
    return any((found := one.breach(each)) and found.known_at <= by for each in last)


def repeat_over(one: Judged, entry: SessionEntry, at: datetime) -> datetime | None:
    """When a missing repeat was known to be there, or not to be needed any more."""
    first = earliest(
        one.series.answered_at(at_latest(entry)),
        one.log.corrected_at(entry),
        one.log.end_known_after(at),
    )
    return None if first is None else max(first, at)


def _graver(tier: Tier, plan: SessionPlan) -> Tier:
    rule = plan.signals.get(REPEAT)
    return max(tier, rule.tier if rule else Tier.NOTIFY, key=lambda each: each.rank)


def _condition(
    one: Judged, entry: SessionEntry, value: Decimal, known_at: datetime, because: tuple[str, ...]
) -> Condition:
    return condition(
        one.plan,
        one.rule.code,
        since=entry.at,
        known_at=known_at,
        because=because,
        tier=one.rule.tier,
        do=one.rule.do,
        measure=one.rule.measure,
        number=one.rule.number,
        value=value,
        until=one.over(entry, known_at),
    )
