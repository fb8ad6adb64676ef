"""A whole session judged again: its gates and its alarms, minute by minute, by the rules that ran live.

Pure: what became known when is in the entries, so any minute of any past session comes out as it was
then. Gates are judged at each minute at which something of them may change; in between nothing does.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property

from holdfast.domain.asked import RECENT, Asked, SessionView
from holdfast.domain.conditions import Alarm, Condition, alarms_of
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_meaning import Meaning, what_it_means
from holdfast.domain.dose_totals import Totals, by_time, doses_taken, totals
from holdfast.domain.dosing import gate_answer, session_conditions
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.gates import GateAnswer
from holdfast.domain.judged_again import GATE_SHUT, act_behind, known_before, was_shut
from holdfast.domain.limits import SignedLimit
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct, SessionGates
from holdfast.domain.session_log import Log, log_of
from holdfast.domain.session_plan import SessionPlan

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Handed:
    """What a rule of another part of the record found on a condition, and while it did."""

    condition: str
    outcome: Outcome
    reason: str
    from_at: datetime | None = None
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """From its beginning on, up to its end and not at it."""
        has_begun = self.from_at is None or self.from_at <= now
        return has_begun and (self.until is None or now < self.until)


@dataclass(frozen=True)
class Recorded:
    """A session as it is on record: everything that judges it again.

    ``zone`` is the site's. ``signed`` is what plan and course were compiled from, kept to be told.
    """

    session: str
    title: str
    zone: tzinfo
    plan: SessionPlan
    course: CourseSoFar
    entries: tuple[SessionEntry, ...]
    handed: tuple[Handed, ...] = ()
    signed: tuple[SignedLimit, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Minute:
    """One minute: every gate and alarm as they stood, and what is new since the last one shown.

    ``turned``: the acts whose gate answers otherwise than before. ``raised``, ``over`` and
    ``acknowledged``: alarms, by the id of their condition.
    """

    at: datetime
    gates: Mapping[SessionAct, GateAnswer]
    alarms: tuple[Alarm, ...]
    turned: tuple[SessionAct, ...]
    raised: tuple[Condition, ...]
    over: tuple[str, ...]
    acknowledged: tuple[str, ...]

    @property
    def says_something(self) -> bool:
        """Something is new in it."""
        return bool(self.turned or self.raised or self.over or self.acknowledged)


@dataclass(frozen=True)
class Replay:
    """A session being judged again, by one set of gates."""

    gates: SessionGates
    recorded: Recorded
    _logs: dict[int, Log] = field(default_factory=dict, init=False, repr=False, compare=False)

    def at(self, now: datetime) -> Asked:
        """The question to a gate at one moment of the session, as it could be asked then."""
        local = now.astimezone(self.recorded.zone)
        log = self.log_at(now)
        alarms = alarms_of(self.conditions_at(now), log)
        known = self.known_at(now)
        plan, course = self.recorded.plan, self.recorded.course
        act = SessionAct.GIVE_INITIAL_DOSE
        return Asked(self.gates, SessionView(plan, course, log, local), alarms, act, known)

    def log_at(self, now: datetime) -> Log:
        """What was known by a moment: the beginning of all that is known at the end."""
        count = bisect_right(self._known_ats, now)
        if count not in self._logs:
            self._logs.clear()  # time goes on: the one before is not asked for again
            self._logs[count] = Log(self._log.entries[:count])
        return self._logs[count]

    def answers(self, now: datetime) -> Mapping[SessionAct, GateAnswer]:
        """What every gate says at one moment."""
        asked = self.at(now)
        return {act: gate_answer(_about(asked, act)) for act in SessionAct}

    def conditions_at(self, now: datetime) -> tuple[Condition, ...]:
        """Every condition raised by a moment, as it stood then.

        What is raised once stays raised, and its end is the moment at which that became known; so the
        conditions of the whole session hold those of each of its moments.
        """
        return tuple(
            replace(one, until=None) if one.until is not None and one.until > now else one
            for one in self._conditions
            if one.known_at <= now
        )

    def known_at(self, now: datetime) -> Mapping[str, Sequence[Finding]]:
        """What was handed in, as it held at a moment."""
        found: dict[str, list[Finding]] = {}
        for one in self.recorded.handed:
            condition = self.gates.conditions.get(one.condition)
            if condition is not None and one.holds(now):
                source = condition.reference, condition.standing
                finding = Finding(condition.code, one.outcome, one.reason, *source)
                found.setdefault(condition.code, []).append(finding)
        return found

    def minutes(self, *, is_every: bool = False) -> Iterator[Minute]:
        """The minutes in which something is new; every one of them where that is asked."""
        before: Minute | None = None
        turning = self._turning_minutes()
        for at in self._range():
            if before is None or at in turning:
                asked = self.at(at)
                gates = {act: gate_answer(_about(asked, act)) for act in SessionAct}
                minute = _told(at.astimezone(self.recorded.zone), gates, asked.alarms, before)
                before = minute
            else:
                local = at.astimezone(self.recorded.zone)
                minute = _told(local, before.gates, before.alarms, before)
            if is_every or minute.says_something:
                yield minute

    def meanings(self) -> tuple[Meaning, ...]:
        """What each dose, loss, override and exit means, with all that is known at the end."""
        plan, course = self.recorded.plan, self.recorded.course
        found = {one.entry: one for one in what_it_means(self.gates, plan, course, self._log)}
        doses_and_exits = self._log.standing("dose-given", "exit")
        for entry in doses_and_exits:
            told = found.get(entry.id, Meaning(entry.id, (), Decimal(0)))
            act = act_behind(self.gates, entry, told.deviations)
            if act is not None and was_shut(gate_answer(self._before(entry, act))):
                found[entry.id] = replace(told, deviations=(*told.deviations, GATE_SHUT))
        order = {one.id: place for place, one in enumerate(sorted(self._log.entries, key=by_time))}
        return tuple(sorted(found.values(), key=lambda one: order[one.entry]))

    def totals(self, now: datetime | None = None) -> Totals:
        """What the doses add up to, as known by a moment, or at the end."""
        log = self._log if now is None else self.log_at(now)
        course = self.recorded.course
        return totals(doses_taken(self.recorded.plan, log), course.past, course.outside_mg)

    def not_backed(self) -> tuple[str, ...]:
        """Authorisations on record whose gate, judged again at their moment, was shut, by entry."""
        return tuple(
            entry.id
            for entry in self._log.standing("authorisation")
            if entry.code("gate") not in set(SessionAct) or not self._was_open(entry)
        )

    def _was_open(self, issued: SessionEntry) -> bool:
        """Whether the gate was open when this was issued; what it permitted may be of the same instant."""
        act = SessionAct(issued.code("gate"))
        return gate_answer(self._before(issued, act, is_itself_left_out=False)).is_open

    def _before(
        self, done: SessionEntry, act: SessionAct, *, is_itself_left_out: bool = True
    ) -> Asked:
        """The question to a gate by what was known just before something was done."""
        asked = _about(self.at(done.at), act)
        kept = {one.id for one in known_before(asked.log.entries, done)}
        kept |= set() if is_itself_left_out else {done.id}
        left_out = {one.id for one in asked.log.entries} - kept
        if not left_out:
            return asked
        log = Log(tuple(entry for entry in asked.log.entries if entry.id in kept))
        alarms = tuple(a for a in asked.alarms if not left_out & set(a.condition.because))
        view = SessionView(asked.plan, asked.course, log, asked.now)
        return replace(asked, view=view, alarms=alarms)

    @cached_property
    def end(self) -> datetime:
        """The last minute that is judged: as the record says, or the one after its last entry."""
        if self.recorded.until is not None:
            return self.recorded.until
        return _up(max(entry.known_at for entry in self.recorded.entries)) + MINUTE

    @cached_property
    def _log(self) -> Log:
        return log_of(self.recorded.entries, self.end)

    @cached_property
    def _known_ats(self) -> list[datetime]:
        return [entry.known_at for entry in self._log.entries]

    @cached_property
    def _conditions(self) -> tuple[Condition, ...]:
        plan, course = self.recorded.plan, self.recorded.course
        return session_conditions(self.gates, plan, course, self._log, self.end)

    def _range(self) -> Iterator[datetime]:
        if not self.recorded.entries:
            return
        at = _down(min(entry.known_at for entry in self.recorded.entries))
        while at <= self.end:
            yield at
            at += MINUTE

    def _turning_minutes(self) -> frozenset[datetime]:
        """Every minute in which a gate may answer otherwise than in the one before it."""
        moments = {*self._of_entries(), *self._of_alarms(), *self._midnights()}
        return frozenset(
            minute for moment in moments for minute in (_up(moment), _up(moment) + MINUTE)
        )

    def _of_entries(self) -> Iterator[datetime]:
        plan = self.recorded.plan
        after = [timedelta(0)]
        recent = plan.value(RECENT)
        if recent is not None:
            after.append(timedelta(minutes=float(recent)))
        of_dose = [*(plan.supplement_after_minutes or ()), plan.minutes or 0]
        for entry in self.recorded.entries:
            yield entry.known_at
            yield from (entry.at + one for one in after)
            yield from (v for v in entry.fields.values() if isinstance(v, datetime))
            if entry.kind.startswith("dose-"):
                yield from (entry.at + timedelta(minutes=one) for one in of_dose)

    def _of_alarms(self) -> Iterator[datetime]:
        for one in self._conditions:
            yield one.known_at
            if one.until is not None:
                yield one.until
        for handed in self.recorded.handed:
            yield from (m for m in (handed.from_at, handed.until) if m is not None)

    def _midnights(self) -> Iterator[datetime]:
        day = min(entry.known_at for entry in self.recorded.entries)
        local = day.astimezone(self.recorded.zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        while local <= self.end:
            yield local
            local += timedelta(days=1)


def _about(asked: Asked, act: SessionAct) -> Asked:
    return replace(asked, act=act)


def _told(
    at: datetime,
    gates: Mapping[SessionAct, GateAnswer],
    alarms: Iterable[Alarm],
    before: Minute | None,
) -> Minute:
    """A minute beside the one before it."""
    alarms = tuple(alarms)
    old = {} if before is None else {one.condition.id: one for one in before.alarms}
    turned = tuple(
        act for act in SessionAct if before is None or gates[act].judged != before.gates[act].judged
    )
    raised = tuple(one.condition for one in alarms if one.condition.id not in old)
    over = tuple(
        one.condition.id
        for one in alarms
        if not one.condition.holds
        and (one.condition.id not in old or old[one.condition.id].condition.holds)
    )
    acknowledged = tuple(
        one.condition.id
        for one in alarms
        if not one.is_open and (one.condition.id not in old or old[one.condition.id].is_open)
    )
    return Minute(at, gates, alarms, turned, raised, over, acknowledged)


def _down(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _up(moment: datetime) -> datetime:
    down = _down(moment)
    return down if down == moment else down + MINUTE
