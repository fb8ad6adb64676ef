"""What a visit that was held deviated in, and why: judged after it was recorded, never before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from holdfast.domain.course import CourseNow, Status
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import plan

NOT_IN_PLAN = "not-in-plan"
HELD_AGAIN = "held-again"
NOT_THE_PAIR = "without-the-pair"
NO_BOOKING = "without-booking"
NO_GATE = "without-gate"
NOT_RUNNING = "while-not-running"
PAIRED = frozenset({"therapist-pair", "same-pair"})


@dataclass(frozen=True)
class Deviated:
    """One thing that was not as planned; ``cause`` is a visit or a code that explains it."""

    kind: str
    cause: str = ""


def deviations_of(
    course: CourseNow, code: str, on: date, there: Collection[str], *, is_authorised: bool
) -> tuple[Deviated, ...]:
    """What a visit deviates in, as the course stood before it.

    Parameters
    ----------
    code
        The visit's code; empty for one that is not in the plan.
    there
        Who of the staff was there, as text.
    is_authorised
        Whether a gate that the visit needs was passed for it and holds; True where it needs none.
    """
    visit = next((each for each in course.visits if each.code == code), None)
    if visit is None:
        return (Deviated(NOT_IN_PLAN), *_standing_still(course))
    found = list(_standing_still(course))
    if code in course.actual:
        found.append(Deviated(HELD_AGAIN, code))
    else:
        planned = plan(
            course.visits,
            enrolled_on=course.enrolled_on,
            actual={**course.actual, code: on},
            skipped=course.skipped - {code},
        )
        own = next(each for each in planned if each.visit.code == code)
        if own.is_deviation:
            found.append(Deviated(own.reason, own.cause))
    if is_without_pair(course, code, on, there):
        found.append(Deviated(NOT_THE_PAIR))
    if visit.kind is VisitKind.DOSING:
        booked = course.booked(code)
        if booked is None or booked.slot.starts.date() != on:
            found.append(Deviated(NO_BOOKING))
    if not is_authorised:
        found.append(Deviated(NO_GATE))
    return tuple(found)


def is_without_pair(course: CourseNow, code: str, on: date, there: Collection[str]) -> bool:
    """Whether a visit that asks for the pair of the day had not both of it."""
    visit = next((each for each in course.visits if each.code == code), None)
    pair = course.present_on(on)
    asks = visit is not None and bool(PAIRED & set(visit.attended_by))
    return asks and not (pair and pair.people <= set(there))


def _standing_still(course: CourseNow) -> tuple[Deviated, ...]:
    """A visit while the course was paused or over; follow-up after stopping is as it should be."""
    if course.status in (Status.RUNNING, Status.TREATMENT_STOPPED):
        return ()
    return (Deviated(NOT_RUNNING, course.status.value),)
