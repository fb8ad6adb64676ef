"""The conditions of a session, kept up to date one entry at a time.

``Fold`` says what ``monitoring.conditions`` says of the same entries, at a cost for a new reading that
does not depend on how many came before: of each measure it keeps the last few readings and what still
holds. Whatever is out of the ordinary (a late entry, a correction, a dose, a clock that must be wrong)
is judged by the plain function over everything, once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from holdfast.domain.breaches import (
    REPEAT,
    Judged,
    breaches_of,
    judged,
    never_repeated,
    repeat_missing,
)
from holdfast.domain.clocks import WRONG, wrong_clocks
from holdfast.domain.conditions import Alarm, Condition, alarms_of, each_once
from holdfast.domain.due_readings import BEFORE_DOSE, SILENCE, silences_of
from holdfast.domain.fluids import over_ceiling
from holdfast.domain.monitoring import NOT_SIGNED, conditions_of
from holdfast.domain.recording import gaps
from holdfast.domain.serious_events import serious_events
from holdfast.domain.session_entries import SessionEntry, in_order
from holdfast.domain.session_log import DOSES, ENDS, Log, at_latest, log_of
from holdfast.domain.session_plan import Basis, SessionPlan
from holdfast.domain.staffing import staffing
from holdfast.domain.symptoms import OFFSET, beside_reading, symptoms
from holdfast.domain.touch import touches
from holdfast.domain.vital_signs import MEASURES, Series, has_wrong_clock, series, tolerance

# What changes the meaning of readings that are there already.
_OUT_OF_THE_ORDINARY = DOSES | ENDS | {"deferral", "session-opened", "clock-compared"}
_READINGS = frozenset(measure.kind for measure in MEASURES.values())
_A_MOMENT = timedelta(microseconds=1)


class Fold:
    """A session as far as it is known. Entries come in any order; the usual one is the cheap one."""

    def __init__(self, plan: SessionPlan, entries: Iterable[SessionEntry] = ()) -> None:
        self._plan = plan
        self._allowed = tolerance(plan)
        self._kept = max((int(plan.value(r.in_a_row) or 1) for r in plan.limits), default=1) + 1
        self._beside = [rule for rule in plan.symptoms if rule.beside]
        self._entries: list[SessionEntry] = []
        self._ids: set[str] = set()
        self._newest: SessionEntry | None = None
        self._judged_at: datetime | None = None  # None: everything is to be judged anew
        self._done: dict[str, Condition] = {}  # of readings, and over: nothing changes them
        self._holding: dict[str, dict[str, Condition]] = {}  # of readings, by measure
        self._fixed: dict[str, Condition] = {}  # clocks, numbers not signed, symptoms with readings
        self._last: dict[str, tuple[SessionEntry, ...]] = {}
        self._base: dict[str, tuple[SessionEntry, ...]] = {}  # what a rise is counted from
        self._others: list[SessionEntry] = []
        self.extend(entries)

    def extend(self, entries: Iterable[SessionEntry]) -> None:
        """Take in several entries."""
        for entry in sorted(entries, key=in_order):
            self.add(entry)

    def add(self, entry: SessionEntry) -> None:
        """Take in one entry."""
        if not self._is_usual(entry):
            self._judged_at = None
        else:
            opened = (o for o in self._others if o.kind == "session-opened" or o.corrects)
            clocks = wrong_clocks(self._plan, Log((*opened, entry)), (entry,))
            self._fixed.update(_by_id(clocks))
            if entry.kind in _READINGS:
                for measure in self._measures(entry):
                    self._add_reading(measure, entry)
            else:
                self._others.append(entry)
        self._entries.append(entry)
        self._ids.add(entry.id)
        if self._newest is None or in_order(entry) > in_order(self._newest):
            self._newest = entry

    def conditions(self, now: datetime) -> tuple[Condition, ...]:
        """Every condition up to ``now``, as ``monitoring.conditions`` has it."""
        if self._is_past(now):
            return conditions_of(self._plan, log_of(self._entries, now), now)
        self._judge(now)
        return each_once((*self._done.values(), *self._not_done(now)))

    def holding(self, now: datetime) -> tuple[Condition, ...]:
        """The conditions that hold now: what costs the same however long the session is."""
        if self._is_past(now):
            return tuple(one for one in self.conditions(now) if one.holds)
        self._judge(now)
        return tuple(one for one in each_once(self._not_done(now)) if one.holds)

    def alarms(self, now: datetime) -> tuple[Alarm, ...]:
        """Every alarm up to ``now``, as ``monitoring.alarms`` has it."""
        return alarms_of(self.conditions(now), log_of(self._entries, now))

    def _not_done(self, now: datetime) -> Iterator[Condition]:
        """What may still change, and what follows from all that are no readings."""
        yield from self._fixed.values()
        for held in self._holding.values():
            yield from held.values()
        log = Log(tuple(self._others))
        yield from symptoms(self._plan, log, {})
        yield from serious_events(self._plan, log)
        yield from touches(self._plan, log)
        yield from over_ceiling(self._plan, log)
        yield from staffing(self._plan, log, now)
        yield from gaps(self._plan, log, now)

    def _is_past(self, now: datetime) -> bool:
        """Asked for a moment before the last one that was judged, or before the newest entry."""
        is_before_last = self._newest is not None and now < self._newest.known_at
        return is_before_last or (self._judged_at is not None and now < self._judged_at)

    def _is_usual(self, entry: SessionEntry) -> bool:
        """It became known last, stands, has a clock that can be, and changes nothing before it."""
        if self._judged_at is None or entry.known_at <= self._judged_at:
            return False
        is_last = self._newest is not None and in_order(entry) > in_order(self._newest)
        if not is_last or entry.corrects is not None or entry.id in self._ids:
            return False
        if has_wrong_clock(entry, self._allowed) or entry.kind in _OUT_OF_THE_ORDINARY:
            return False
        if any(entry.code("term") in rule.terms for rule in self._beside):
            return False
        is_corrected = any(one.corrects == entry.id for one in self._others)
        return not is_corrected and (entry.kind not in _READINGS or self._is_latest(entry))

    def _is_latest(self, entry: SessionEntry) -> bool:
        """No reading of its measures, no dose and nothing felt is as late, by its own time."""
        known = [one for measure in self._measures(entry) for one in self._last[measure]]
        felt = [one for one in self._others if one.kind in DOSES or one.kind == "event"]
        return all(at_latest(one) < entry.at for one in (*known, *felt))

    def _measures(self, entry: SessionEntry) -> Iterator[str]:
        for measure in MEASURES.values():
            is_told = any(entry.number(field) is not None for field in measure.fields)
            if entry.kind == measure.kind and is_told:
                yield measure.code

    def _judge(self, now: datetime) -> None:
        """Everything that has become so up to ``now``."""
        if self._judged_at is None:
            self._judge_anew(now)
        else:
            for measure in MEASURES:
                self._raise(measure, now)
        self._judged_at = now

    def _judge_anew(self, now: datetime) -> None:
        """Judge everything by the plain function, and keep what a further reading needs."""
        log = log_of(self._entries, now)
        self._done, self._fixed = {}, {}
        self._holding = {measure: {} for measure in MEASURES}
        of_readings = {rule.code for rule in self._plan.limits} | {REPEAT, SILENCE, BEFORE_DOSE}
        fixed = {rule.code for rule in self._beside} | {WRONG, NOT_SIGNED}
        for one in conditions_of(self._plan, log, now):
            if one.code in of_readings:
                (self._holding[one.measure] if one.holds else self._done)[one.id] = one
            elif one.code in fixed:
                self._fixed[one.id] = one
        self._others = [one for one in log.entries if one.kind not in _READINGS or one.corrects]
        for measure in MEASURES:
            every = series(self._plan, log, measure)
            self._last[measure] = self._worth_keeping(every, now)
            self._base[measure] = self._counted_from(log, every)

    def _worth_keeping(self, every: Series, now: datetime) -> tuple[SessionEntry, ...]:
        """The last readings: so many sound ones as a rule looks back on, and what is unanswered.

        What is unanswered is judged by what was known then: a reading that came late is not among it.
        """
        unanswered = (o.known_at for o in every.readings if every.answered_at(at_latest(o)) is None)
        oldest = []
        for by in {now, min((now, *unanswered))}:
            sound = tuple(islice(every.before(len(every.readings), by), self._kept))
            if len(sound) < self._kept:
                return every.readings
            oldest.append(sound[-1].at)
        return tuple(one for one in every.readings if at_latest(one) >= min(oldest))

    def _counted_from(self, log: Log, every: Series) -> tuple[SessionEntry, ...]:
        """The reading from which a rise is counted; all before the doses, where that ever changed."""
        is_needed = any(
            rule.measure == every.measure and rule.basis is Basis.RISE for rule in self._plan.limits
        )
        if not is_needed or not log.doses:
            return ()
        first, last = log.doses[0], log.doses[-1]
        before = tuple(one for one in every.readings if one.at <= at_latest(first))
        is_first_known = all(first.known_at <= dose.known_at for dose in log.doses)
        is_as_ever = is_first_known and all(
            one.known_at <= first.known_at
            and log.corrected_at(one) is None
            and not has_wrong_clock(one, self._allowed)
            for one in (first, *before)
        )
        if is_as_ever:
            return before[-1:]
        return tuple(one for one in every.readings if one.at <= at_latest(last))

    def _window(self, measure: str, *more: SessionEntry) -> tuple[Log, Series]:
        """A log of all that are no readings and the last of one measure, and those by their times."""
        kept = {one.id: one for one in (*self._base[measure], *self._last[measure], *more)}
        others = {one.id for one in self._others}
        found = (*self._others, *(one for one in kept.values() if one.id not in others))
        log = Log(tuple(sorted(found, key=in_order)))
        return log, series(self._plan, log, measure)

    def _raise(self, measure: str, now: datetime) -> None:
        """What became overdue up to ``now`` since the last reading of a measure."""
        held = self._holding[measure]
        log, window = self._window(measure)
        found: list[Condition | None] = []
        for one in judged(self._plan, log, window, now):
            for index, entry in enumerate(window.readings):
                if window.answered_at(at_latest(entry)) is None:
                    found += [never_repeated(one, entry), repeat_missing(one, index)]
        found += silences_of(self._plan, log, window, now, self._settled_until(measure))
        for each in each_once(one for one in found if one is not None):
            if each.id not in self._done:
                held.setdefault(each.id, each)

    def _settled_until(self, measure: str) -> datetime | None:
        """Until when the points of a measure are answered by what is known of it."""
        sound = [one.at for one in self._last[measure] if not has_wrong_clock(one, self._allowed)]
        return max(sound, default=None)

    def _add_reading(self, measure: str, entry: SessionEntry) -> None:
        """A reading later than all of its measure: what it ends, and what it begins."""
        self._raise(measure, entry.known_at - _A_MOMENT)
        settled = self._settled_until(measure)
        log, window = self._window(measure, entry)
        rules = {one.rule.code: one for one in judged(self._plan, log, window, entry.known_at)}
        held = self._holding[measure]
        for one in tuple(held.values()):
            rule = rules.get(one.code)
            if one.code in (REPEAT, BEFORE_DOSE) or (rule and rule.is_within(entry)):
                held[one.id] = replace(one, until=max(entry.known_at, one.known_at))
        before = entry.known_at - _A_MOMENT
        held.update(_by_id(silences_of(self._plan, log, window, before, settled)))
        index = next(i for i, one in enumerate(window.readings) if one is entry)
        beside: list[Condition] = []
        for rule in rules.values():
            for one in breaches_of(rule, index):
                held.setdefault(one.id, one)
            beside += self._beside_symptoms(rule, log, entry)
        self._fixed.update(_by_id(beside))
        for one in [one for one in held.values() if not one.holds]:
            self._done[one.id] = held.pop(one.id)
        kept = (*self._last[measure], entry)
        self._last[measure] = self._worth_keeping(
            Series(measure, log, kept, self._allowed), entry.known_at
        )

    def _beside_symptoms(
        self, judged_by: Judged, log: Log, entry: SessionEntry
    ) -> Iterator[Condition]:
        """What a reading is beside something that is felt."""
        for rule in self._beside:
            if judged_by.rule.code not in rule.beside:
                continue
            for felt in log.of("event"):
                if felt.code("term") not in rule.terms or felt.code("course") == OFFSET:
                    continue
                if found := beside_reading(self._plan, log, rule, felt, judged_by, entry):
                    yield found


def _by_id(conditions: Iterable[Condition]) -> dict[str, Condition]:
    return {one.id: one for one in each_once(conditions)}
