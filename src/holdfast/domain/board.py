"""What is next of a course: which visit, from when until when, and which gate stands before it.

Pure: days are dates of the site's own calendar, and the caller brings today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from holdfast.domain.course import Booked, CourseNow
from holdfast.domain.findings import Outcome
from holdfast.domain.gates import Act, GateAnswer
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import NO_ANCHOR, SKIPPED, PlannedVisit


@dataclass(frozen=True)
class Ahead:
    """The visit that comes next, as it is planned and booked."""

    planned: PlannedVisit
    booked: Booked | None

    @property
    def due_on(self) -> date | None:
        """The day on which it should be: as booked, else the one that the protocol aims at."""
        if self.booked is not None:
            return self.booked.slot.starts.date()
        return self.planned.target or self.planned.earliest

    @property
    def overdue_after(self) -> date | None:
        """The last day on which it can be in time; None where no source says one."""
        booked_on = self.booked.slot.starts.date() if self.booked else None
        days = [day for day in (booked_on, self.planned.latest) if day is not None]
        return min(days, default=None)


def still_to_come(course: CourseNow, today: date) -> list[PlannedVisit]:
    """The visits that neither were nor are skipped, and whose anchor can still be."""
    return [
        one
        for one in course.planned(today)
        if one.actual is None and one.reason not in (SKIPPED, NO_ANCHOR)
    ]


def ahead(course: CourseNow, today: date) -> Ahead | None:
    """The visit that comes next; None where nothing is to come.

    Of those that no other visit must come before, the one that is due first.
    """
    if course.is_over:
        return None
    waiting = {one.visit.code for one in still_to_come(course, today)}
    found = [Ahead(one, course.booked(one.visit.code)) for one in still_to_come(course, today)]
    ready = [one for one in found if not waiting & set(one.planned.visit.after)]
    return min(ready or found, key=lambda one: one.due_on or date.max, default=None)


def overdue_visits(course: CourseNow, today: date) -> int:
    """How many visits can no longer be in time, or were booked for a day that is gone."""
    if course.is_over:
        return 0
    found = [Ahead(one, course.booked(one.visit.code)) for one in still_to_come(course, today)]
    return sum(one.overdue_after is not None and one.overdue_after < today for one in found)


@dataclass(frozen=True)
class NextAct:
    """The next act that stands behind a gate. ``at`` is the moment it is booked for, if it is."""

    act: Act
    visit: str = ""
    at: datetime | None = None


def next_act(course: CourseNow | None) -> NextAct | None:
    """Which gate a course comes to next; None where none is left."""
    if course is None:
        return NextAct(Act.ENROLL)
    if course.is_over or course.next_dosing is None:
        return None
    kinds = {visit.kind for visit in course.visits}
    begun = {held.kind for held in course.held}
    is_prepared = bool(begun & {VisitKind.PREPARATION.value, VisitKind.DOSING.value})
    if VisitKind.PREPARATION in kinds and not is_prepared:
        return NextAct(Act.BEGIN_PREPARATION)
    visit = course.next_dosing.code
    booked = course.booked(visit)
    if booked is None:
        return NextAct(Act.SCHEDULE_DOSING, visit)
    return NextAct(Act.BEGIN_DOSING, visit, booked.slot.begins_at())


@dataclass(frozen=True)
class Blocked:
    """What keeps a gate shut: each condition once with its worst outcome, unmet before unknown.

    ``on_the_day`` counts the conditions that can only be met on the day itself, where that day is
    still to come: they are named when it is there.
    """

    conditions: tuple[tuple[str, str], ...]
    on_the_day: int = 0


def blocked(answer: GateAnswer, only_on_the_day: Mapping[str, bool], *, is_today: bool) -> Blocked:
    """What keeps a gate shut, the conditions of the day itself apart while it is still to come."""
    worst: dict[str, str] = {}
    waits = set()
    for one in answer.closed_by:
        code = one.condition.code
        if not is_today and only_on_the_day.get(code):
            waits.add(code)
            continue
        worst.setdefault(code, one.finding.outcome.value)
    unmet = [pair for pair in worst.items() if pair[1] == Outcome.FAILED.value]
    unknown = [pair for pair in worst.items() if pair[1] != Outcome.FAILED.value]
    return Blocked((*unmet, *unknown), len(waits))
