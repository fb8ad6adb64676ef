"""Courses as they stand in the record, written by the pen itself: whatever was allowed, it happened."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from holdfast.actions import verdicts
from holdfast.actions.judging import latest_verdict, local_date
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.models import (
    Booking,
    Confirmation,
    Course,
    CourseStep,
    Deviation,
    Enrollment,
    PairAssigned,
    User,
    VisitHeld,
)
from holdfast.records.protocols import protocol_of
from tests.actions.clinic import Clinic, written


@one_transaction
def wrote(stream_id: UUID, *facts, by: User, now: datetime):
    """Facts in one entry of a stream."""
    stream = lock(stream_id, now)
    sent = stream.sent("course-written", uuid4(), {"facts": [fact.id for fact in facts]})
    return stream.write(sent, facts, by=by)


def course(clinic: Clinic, enrollment: Enrollment, enrolled_on: date) -> Course:
    """A course of an enrollment whose verdict is signed, as it stands."""
    verdict = latest_verdict(enrollment.id)
    told = {"verdict": verdict, "proof": clinic.proof(clinic.physician), "entry_id": uuid4()}
    written(verdicts.confirm_verdict(**told, by=clinic.physician, now=clinic.now))
    opened = Course(
        enrollment=enrollment,
        protocol_name=enrollment.protocol_name,
        protocol_version=enrollment.protocol_version,
        protocol_sha256=enrollment.protocol_sha256,
        enrolled_on=enrolled_on,
        verdict=verdict,
        confirmation=Confirmation.objects.get(verdict=verdict),
        stage=protocol_of(enrollment).schedule.stages[0].code,
    )
    wrote(enrollment.id, opened, by=clinic.coordinator, now=clinic.now)
    return opened


def held(clinic: Clinic, enrollment: Enrollment, visit: str, at: datetime) -> VisitHeld:
    """A visit that was."""
    kind = protocol_of(enrollment).schedule.visit(visit).kind.value
    on = local_date(enrollment.site, at)
    row = VisitHeld(enrollment=enrollment, visit=visit, kind=kind, on=on, began_at=at, place="site")
    wrote(enrollment.id, row, by=clinic.coordinator, now=clinic.now)
    return row


def paired(clinic: Clinic, enrollment: Enrollment, lead: User, second: User, from_on: date):
    """Two people assigned."""
    row = PairAssigned(
        enrollment=enrollment, lead=lead, second=second, from_on=from_on, because="first-pair"
    )
    return wrote(enrollment.id, row, by=clinic.coordinator, now=clinic.now)


def booked(
    clinic: Clinic,
    enrollment: Enrollment,
    visit: str,
    starts: str,
    minutes: int = 90,
    **people: User,
) -> Booking:
    """A reservation, in the site's stream."""
    row = Booking(
        site=clinic.site,
        enrollment=enrollment,
        visit=visit,
        starts=starts,
        zone=clinic.site.zone,
        minutes=minutes,
        place="site",
        **people,
    )
    wrote(clinic.site.id, row, by=clinic.coordinator, now=clinic.now)
    return row


def stepped(clinic: Clinic, enrollment: Enrollment, kind: str, on: date) -> CourseStep:
    """A turn of a course."""
    row = CourseStep(enrollment=enrollment, kind=kind, on=on)
    wrote(enrollment.id, row, by=clinic.coordinator, now=clinic.now)
    return row


def deviated(clinic: Clinic, enrollment: Enrollment, kind: str, visit: str, on: date) -> Deviation:
    """A deviation on record."""
    row = Deviation(enrollment=enrollment, kind=kind, visit=visit, on=on, cause="window")
    wrote(enrollment.id, row, by=clinic.coordinator, now=clinic.now)
    return row


def half_way(clinic: Clinic, enrollment: Enrollment, began: date) -> None:
    """Through preparation and the first session, two visits of it late, the second session booked."""
    second = clinic.accounts.get("second", clinic.physician)
    paired(clinic, enrollment, clinic.therapist, second, began)
    days = {"v0": 0, "v1": 6, "v2": 13, "v3": 16, "v4": 21, "v5": 25, "v6": 26, "v7": 41, "v8": 40}
    for visit, day in days.items():
        at = datetime.fromisoformat(f"{began + timedelta(days=day)}T01:00:00+00:00")
        held(clinic, enrollment, visit, at)
    starts = f"{began + timedelta(days=53)}T09:00"
    team = {"lead": clinic.therapist, "second": second, "physician": clinic.physician}
    booked(clinic, enrollment, "v10", starts, 480, **team)
    deviated(clinic, enrollment, "happened-out-of-order", "v7", began + timedelta(days=41))
