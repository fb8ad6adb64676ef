"""The visit that a session was: what closing a session in which something was taken tells its course."""

from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.writing import LockedStream
from holdfast.domain.held import deviations_of
from holdfast.domain.schedule import VisitKind
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log
from holdfast.records.course import Deviation, VisitAttendance, VisitHeld
from holdfast.records.courses import course_of, standing
from holdfast.records.facts import Fact
from holdfast.records.people import User
from holdfast.records.session import DosingSession

SEATS = {"therapist": "second", "physician": "physician", "attendant": "attendant"}


def visit_of(stream: LockedStream, session: DosingSession, log: Log, entry_id: UUID) -> list[Fact]:
    """The visit as it was held, who was there, and what it deviated in.

    Nothing where nothing was taken, where somebody recorded the visit already, or without a course.
    """
    enrollment = session.enrollment
    course = course_of(enrollment)
    known = standing(VisitHeld, [enrollment.id]).filter(visit=session.visit)
    if course is None or not log.doses or known.exists():
        return []
    on = local_date(session.site, session.opened_at)
    held = VisitHeld(
        id=uuid5(entry_id, "held"),
        enrollment=enrollment,
        visit=session.visit,
        kind=VisitKind.DOSING.value,
        on=on,
        began_at=session.opened_at,
        ended_at=stream.now,
        place="site",
    )
    pair = course.present_on(on)
    there = _there(log.standing("identified"))
    seats = {
        user: "lead" if pair and pair.lead == user.hex else seat for user, seat in there.items()
    }
    attended = [
        VisitAttendance(id=uuid5(entry_id, f"there/{user}"), held=held, user_id=user, seat=seat)
        for user, seat in seats.items()
    ]
    found = deviations_of(
        course,
        session.visit,
        on,
        [user.hex for user in there],
        is_authorised=session.passed is not None,
    )
    deviations = [
        Deviation(
            id=uuid5(entry_id, f"visit-deviation/{place}"),
            enrollment=enrollment,
            kind=one.kind,
            visit=session.visit,
            held=held,
            on=on,
            cause=one.cause,
        )
        for place, one in enumerate(found)
    ]
    return [held, *attended, *deviations]


def _there(identified: tuple[SessionEntry, ...]) -> dict[UUID, str]:
    """The accounts of those who showed who they are in the room, and as what they were there."""
    told: dict[UUID, str] = {}
    for one in identified:
        try:
            person = UUID(one.code("person"))
        except ValueError:
            continue
        told.setdefault(person, SEATS.get(one.code("role"), "observer"))
    known = set(User.objects.filter(id__in=told).values_list("id", flat=True))
    return {person: seat for person, seat in told.items() if person in known}
