"""Where a course stands, from its facts: its visits, its pair, what is booked, and its state.

Pure: the same facts give the same course, whatever order they are told in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.reservations import Slot
from holdfast.domain.schedule import Schedule, Visit, VisitKind
from holdfast.domain.visits import PlannedVisit, plan

NO_SCHEDULE = Schedule(visits=())


class Status(StrEnum):
    """How a course stands. The first that holds, in this order, is what is said."""

    CLOSED = "closed"
    TRANSFERRED = "transferred"
    COMPLETED = "completed"
    LOST = "lost"
    PAUSED = "paused"
    TREATMENT_STOPPED = "treatment-stopped"
    RUNNING = "running"


# What a step begins, and what it ends.
_BEGINS = {
    "paused": Status.PAUSED,
    "treatment-stopped": Status.TREATMENT_STOPPED,
    "lost": Status.LOST,
    "transferred": Status.TRANSFERRED,
    "completed": Status.COMPLETED,
    "closed": Status.CLOSED,
}
_ENDS = {"resumed": Status.PAUSED, "found-again": Status.LOST}
BLIND_OPENED = (
    "blind-opened"  # why a stage was entered: what this person got is known to who treats
)
OVER = frozenset({Status.CLOSED, Status.TRANSFERRED, Status.COMPLETED})


@dataclass(frozen=True)
class Step:
    """A turn of a course on a day of the site; later ones come later in the sequence."""

    kind: str
    on: date
    reason: str = ""
    stage: str = ""
    visits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two therapists from a day on; ids as text. The lead is the licensed one."""

    lead: str
    second: str
    from_on: date

    @property
    def people(self) -> frozenset[str]:
        """Both."""
        return frozenset((self.lead, self.second))


@dataclass(frozen=True)
class Cover:
    """Somebody stands in for one of the pair, on the days named, both included."""

    absent: str
    covered_by: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Booked:
    """A reservation that stands, for one visit of the course."""

    id: str
    visit: str
    slot: Slot
    place: str
    lead: str = ""
    second: str = ""
    room: str = ""
    physician: str = ""


@dataclass(frozen=True)
class Held:
    """A visit that was: which, when, where, and who was there with what seat."""

    id: str
    visit: str
    kind: str
    on: date
    began_at: datetime
    ended_at: datetime | None
    place: str
    attended: tuple[tuple[str, str], ...] = ()


def hidden_by_the_blind(schedule: Schedule, opened: Collection[str]) -> frozenset[str]:
    """The visits that tell the arm to somebody for whom the blind still stands; none without a blind.

    Those that not all arms have, and those of the stages that were entered after it was opened.
    """
    if not any(stage.is_blinded for stage in schedule.stages):
        return frozenset()
    return frozenset(
        visit.code
        for visit in schedule.visits
        if visit.arms or (visit.stage and visit.stage in opened)
    )


@dataclass(frozen=True)
class CourseNow:
    """One course as it stands, from its facts."""

    enrolled_on: date
    protocol: ProtocolVersion
    stage: str = ""
    steps: tuple[Step, ...] = ()
    held: tuple[Held, ...] = ()
    missed: tuple[tuple[str, date], ...] = ()
    skipped_by_people: frozenset[str] = frozenset()
    pairs: tuple[Pair, ...] = ()
    covers: tuple[Cover, ...] = ()
    bookings: tuple[Booked, ...] = ()
    amended_on: date | None = None
    changes_open: int = 0
    _plans: dict[date | None, tuple[PlannedVisit, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def schedule(self) -> Schedule:
        """The schedule of the protocol version that holds now."""
        return self.protocol.schedule or NO_SCHEDULE

    @cached_property
    def states(self) -> frozenset[Status]:
        """Everything that holds of it, most of it nothing."""
        found: set[Status] = set()
        for step in self.steps:
            if begun := _BEGINS.get(step.kind):
                found.add(begun)
            if ended := _ENDS.get(step.kind):
                found.discard(ended)
        return frozenset(found)

    @property
    def status(self) -> Status:
        """The one that is said."""
        return next((status for status in Status if status in self.states), Status.RUNNING)

    @property
    def is_over(self) -> bool:
        """Nothing of it is planned here any more."""
        return bool(self.states & OVER)

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """The stages entered: every one up to the last, for each counts from those before it."""
        known = [stage.code for stage in self.schedule.stages]
        entered = [self.stage, *(step.stage for step in self.steps if step.stage)]
        places = [known.index(code) for code in entered if code in known]
        return tuple(known[: max(places, default=0) + 1])

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The visits of this course: those of everybody in its stages, and those named for it.

        Visits of one arm are named when a stage is entered after the blind was opened; before that
        nobody here knows of any. A visit that was held belongs to it whatever was planned.
        """
        stages = ("", *self.stages)
        wanted = {v.code for v in self.schedule.visits if v.stage in stages and not v.arms}
        wanted |= {code for step in self.steps for code in step.visits}
        wanted |= {held.visit for held in self.held}
        codes = self._with_needs(wanted)
        return tuple(visit for visit in self.schedule.visits if visit.code in codes)

    def under_the_blind(self) -> "CourseNow":
        """This course as it looks to somebody for whom the blind still stands.

        Without what was entered after the blind was opened for this person, and without every visit
        that not all arms have: which they are, how many, and whether there are any, tells the arm.
        """
        if not any(stage.is_blinded for stage in self.schedule.stages):
            return self
        told = [step for step in self.steps if step.reason == BLIND_OPENED]
        hidden = hidden_by_the_blind(self.schedule, {step.stage for step in told})
        if not told and not hidden & {held.visit for held in self.held}:
            return self
        return replace(
            self,
            steps=tuple(step for step in self.steps if step not in told),
            held=tuple(held for held in self.held if held.visit not in hidden),
            missed=tuple((code, on) for code, on in self.missed if code not in hidden),
            skipped_by_people=self.skipped_by_people - hidden,
            bookings=tuple(booked for booked in self.bookings if booked.visit not in hidden),
            _plans={},
        )

    def _with_needs(self, wanted: set[str]) -> set[str]:
        """Visits with those that they count from, so that their dates can be told."""
        found, left = set(wanted), list(wanted)
        while left:
            visit = self.schedule.visit(left.pop())
            needs = {visit.anchor, *visit.after} if visit else set()
            left += needs - found
            found |= needs
        return found

    @cached_property
    def actual(self) -> Mapping[str, date]:
        """The day of each visit of the plan that was; the first, where it was held again."""
        known = {visit.code for visit in self.visits}
        days: dict[str, date] = {}
        for held in sorted(self.held, key=lambda held: held.began_at):
            if held.visit in known:
                days.setdefault(held.visit, held.on)
        return days

    @cached_property
    def skipped(self) -> frozenset[str]:
        """The visits that will not be: skipped, or dosing sessions after the treatment stopped."""
        known = {visit.code for visit in self.visits}
        found = set(self.skipped_by_people & known)
        if Status.TREATMENT_STOPPED in self.states:
            found |= {v.code for v in self.visits if v.kind is VisitKind.DOSING}
        return frozenset(found - set(self.actual))

    def planned(self, as_of: date | None = None) -> tuple[PlannedVisit, ...]:
        """Every visit with its dates, from what has happened. Asked again it says the same."""
        if as_of not in self._plans:
            self._plans[as_of] = plan(
                self.visits,
                enrolled_on=self.enrolled_on,
                actual=self.actual,
                skipped=self.skipped,
                as_of=as_of,
            )
        return self._plans[as_of]

    def pair_on(self, day: date) -> Pair | None:
        """The pair assigned for a day, without those who stand in; of one day the last named."""
        standing = [pair for pair in self.pairs if pair.from_on <= day]
        return sorted(standing, key=lambda pair: pair.from_on)[-1] if standing else None

    def present_on(self, day: date) -> Pair | None:
        """The pair of a day, with whoever stands in for somebody away."""
        pair = self.pair_on(day)
        if pair is None:
            return None
        by = {c.absent: c.covered_by for c in self.covers if c.first_day <= day <= c.last_day}
        return Pair(by.get(pair.lead, pair.lead), by.get(pair.second, pair.second), pair.from_on)

    def booked(self, visit: str) -> Booked | None:
        """The reservation that stands for a visit; the earliest where there are several."""
        found = [booking for booking in self.bookings if booking.visit == visit]
        return min(found, key=lambda booking: booking.slot.starts, default=None)

    @cached_property
    def next_dosing(self) -> Visit | None:
        """The next dosing session that neither was nor is skipped."""
        gone = self.skipped | set(self.actual)
        left = (v for v in self.visits if v.kind is VisitKind.DOSING and v.code not in gone)
        return next(left, None)

    @property
    def last_dosing_on(self) -> date | None:
        """The day of the last dosing session that was."""
        days = [self.actual[v.code] for v in self.dosing_held]
        return max(days, default=None)

    @property
    def dosing_held(self) -> Sequence[Visit]:
        """The dosing sessions that were."""
        return [v for v in self.visits if v.kind is VisitKind.DOSING and v.code in self.actual]
