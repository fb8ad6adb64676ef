"""What a session opens for the days after it: the integration visit of the morning, and the first call."""

from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID, uuid5

from holdfast.actions.apart import apart
from holdfast.actions.judging import local_date
from holdfast.actions.writing import LockedStream
from holdfast.domain.course import CourseNow
from holdfast.domain.held import NOT_THE_PAIR, deviations_of
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.records.clinical_care import CallPlanned
from holdfast.records.course import Deviation, VisitAttendance, VisitHeld
from holdfast.records.courses import course_of, standing
from holdfast.records.facts import Fact
from holdfast.records.people import User
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import entry_of

HAND_OVER, CALL = "morning-hand-over", "call-set"


def of_the_days_after(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact]
) -> list[Fact]:
    """What entries open: a hand-over its integration visit, a call that is set a planned call.

    A hand-over or a call that is taken back takes neither away: what is in the course is taken back
    there, by whoever answers for it. Where a rule breaks, the entry is written all the same.
    """
    found: list[Fact] = []
    for fact in facts:
        if fact.kind == HAND_OVER and fact.written_by is not None:
            found += apart("session-not-judged", partial(_visit, stream, session, fact), list)
        if fact.kind == CALL:
            found += _call(session, fact)
    return found


def _visit(stream: LockedStream, session: DosingSession, fact: SessionFact) -> list[Fact]:
    """The integration visit that follows this session begins with the hand-over; nobody ended it yet.

    Nothing where there is no course, the protocol has none, or somebody recorded it already.
    """
    entry, enrollment = entry_of(fact), session.enrollment
    course = course_of(enrollment)
    wanted = _integration_after(session.visit, course.visits) if course else None
    if course is None or wanted is None:
        return []
    known = standing(VisitHeld, [enrollment.id]).filter(visit=wanted.code)
    if known.exists():
        return []
    began_at = min(entry.at, stream.now)
    held = VisitHeld(
        id=uuid5(UUID(entry.id), "integration"),
        enrollment=enrollment,
        visit=wanted.code,
        kind=wanted.kind.value,
        on=local_date(session.site, began_at),
        began_at=began_at,
        place=wanted.place.value,
    )
    to = _account(entry.code("to_person"))
    there = [] if to is None else [_attendance(held, to, course)]
    found = deviations_of(
        course, wanted.code, held.on, [each.user_id.hex for each in there], is_authorised=True
    )
    # One of the pair took over: who else of it comes is told when the visit is ended. Nobody of it did:
    # it began without the pair. The rest is so from its beginning.
    pair = course.present_on(held.on)
    is_of_pair = pair is not None and to is not None and to.id.hex in pair.people
    deviations = [
        Deviation(
            id=uuid5(held.id, f"deviation/{place}"),
            enrollment=enrollment,
            kind=one.kind,
            visit=wanted.code,
            held=held,
            on=held.on,
            cause=one.cause,
        )
        for place, one in enumerate(
            one for one in found if not (is_of_pair and one.kind == NOT_THE_PAIR)
        )
    ]
    return [held, *there, *deviations]


def _attendance(held: VisitHeld, to: User, course: CourseNow) -> VisitAttendance:
    pair = course.present_on(held.on)
    seat = "lead" if pair and pair.lead == to.id.hex else "second"
    return VisitAttendance(id=uuid5(held.id, "there"), held=held, user=to, seat=seat)


def _integration_after(dosing: str, visits: Sequence[Visit]) -> Visit | None:
    """The first integration visit that counts from a dosing visit."""
    found = (one for one in visits if one.kind is VisitKind.INTEGRATION and one.anchor == dosing)
    return next(found, None)


def _account(person: str) -> User | None:
    try:
        return User.objects.filter(id=UUID(person)).first()
    except ValueError:
        return None


def _call(session: DosingSession, fact: SessionFact) -> Iterator[Fact]:
    """The call is due like every other of the course: on the board, and an alarm if nobody was reached."""
    due_at, id_ = entry_of(fact).moment("due_at"), uuid5(fact.id, "call")
    if due_at is not None and not CallPlanned.objects.filter(id=id_).exists():
        yield CallPlanned(
            id=id_,
            enrollment_id=session.enrollment_id,
            due_at=due_at,
            after_dosing=True,
            purpose="after-dosing",
        )
