"""Bookings: pair, room and on-call physician of a visit as one reservation, or none of it.

All reservations of a site are written in its stream, so its lock orders whoever books there; people
who work at several sites are locked by their accounts. So nothing is ever taken twice.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.course_gates import Question
from holdfast.actions.gates import answer_to, passed_fact, shut
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.domain.course import CourseNow
from holdfast.domain.gates import Act
from holdfast.domain.held import PAIRED
from holdfast.domain.reservations import Reservation, Slot, clashes
from holdfast.domain.schedule import Place, Visit, VisitKind
from holdfast.records import access
from holdfast.records.bookings import Booking
from holdfast.records.care import Enrollment
from holdfast.records.courses import course_of, reservation_of, reserved_near, slot_of
from holdfast.records.people import Site, User
from holdfast.records.protocols import protocol_of
from holdfast.records.rooms import Room

CANCELLED_REASONS = ("person-asked", "staff-away", "room-lost", "postponed", "other")
AT_SITE = (Place.SITE, Place.SITE_OVERNIGHT)


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """What is to be reserved: the site's wall clock, how long, and everybody and everything of it."""

    visit: str
    starts: datetime  # without zone: the site's own clock
    minutes: int
    place: str
    lead: User | None = None
    second: User | None = None
    room: Room | None = None
    physician: User | None = None

    @property
    def staff(self) -> dict[str, User]:
        """Everybody of the staff, by what they are there as."""
        named = {"lead": self.lead, "second": self.second, "physician": self.physician}
        return {what: user for what, user in named.items() if user is not None}

    def told(self) -> dict[str, object]:
        """What is compared when the entry comes again."""
        return {
            "visit": self.visit,
            "starts": _written(self.starts),
            "minutes": self.minutes,
            "place": self.place,
            "room": self.room.id if self.room else None,
            **{what: user.id for what, user in self.staff.items()},
        }


def _written(starts: datetime) -> str:
    return starts.isoformat(timespec="minutes")


@refused_where_erased
@one_transaction
def book(
    *,
    enrollment: Enrollment,
    wanted: Reserved,
    entry_id: UUID,
    by: User,
    now: datetime,
    replaces: Booking | None = None,
) -> Answered:
    """Reserve everything of a visit at once, or move a reservation; nothing where any of it is taken.

    A dosing session passes the gate ``schedule-dosing`` first. A time that the site's clock leaps
    over is refused; one that comes twice is the first of the two.
    """
    if refusal := refused(by, enrollment, "booking.make", now):
        return refusal
    site = enrollment.site
    stream = lock(site.id, now)
    told = wanted.told() | {"enrollment": enrollment.id}
    told["replaces"] = replaces.id if replaces else None
    sent = stream.sent("booking-moved" if replaces else "booking-made", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    course = course_of(enrollment)
    if course is None:
        return Refusal("course-not-opened")
    visit = next((each for each in course.visits if each.code == wanted.visit), None)
    if visit is None:
        return Refusal("visit-unknown", {"visit": wanted.visit})
    fact = _booking(enrollment, wanted, uuid5(entry_id, "booking"), replaces)
    if refusal := (
        _unfit(course, visit, wanted, site, stream.now)
        or _unstaffed(site, enrollment, wanted, stream.now)
        or _irreplaceable(enrollment, visit, replaces)
        or _taken(fact, replaces)
    ):
        return refusal
    is_dosing = visit.kind is VisitKind.DOSING
    if is_dosing and (refusal := _pass_gate(enrollment, visit, entry_id, by, stream.now)):
        return refusal
    values = {"visit": wanted.visit, "starts": fact.starts}
    return stream.write(sent, [fact], by=by, values=values)


def _booking(
    enrollment: Enrollment, wanted: Reserved, booking_id: UUID, replaces: Booking | None
) -> Booking:
    return Booking(
        id=booking_id,
        corrects_id=replaces.id if replaces else None,
        correction_reason="moved" if replaces else "",
        site=enrollment.site,
        enrollment=enrollment,
        visit=wanted.visit,
        starts=_written(wanted.starts),
        zone=enrollment.site.zone,
        minutes=wanted.minutes,
        lead=wanted.lead,
        second=wanted.second,
        room=wanted.room,
        physician=wanted.physician,
        place=wanted.place,
    )


def _unfit(
    course: CourseNow, visit: Visit, wanted: Reserved, site: Site, now: datetime
) -> Refusal | None:
    """A refusal where a reservation is not whole, or its time cannot be."""
    if visit.code in course.actual:
        return Refusal("visit-was-held", {"visit": visit.code})
    if wanted.place not in set(Place):
        return Refusal("place-unknown")
    try:
        slot = Slot(wanted.starts, site.zone, wanted.minutes)
    except ValueError:
        return Refusal("minutes-do-not-fit")
    if not slot.exists():
        return Refusal("no-such-time")
    if slot.begins_at() <= now:
        return Refusal("time-is-past")
    needed = {"lead", "second"} if PAIRED & set(visit.attended_by) else set()
    needed |= {"lead", "second", "physician"} if visit.kind is VisitKind.DOSING else set()
    if missing := sorted(needed - set(wanted.staff)):
        return Refusal("booking-in-part", {"missing": ", ".join(missing)})
    if wanted.room is None and wanted.place in AT_SITE:
        return Refusal("booking-in-part", {"missing": "room"})
    return None


def _unstaffed(
    site: Site, enrollment: Enrollment, wanted: Reserved, now: datetime
) -> Refusal | None:
    """A refusal where somebody does not work here in that place, or holds two of them."""
    if len({user.id for user in wanted.staff.values()}) < len(wanted.staff):
        return Refusal("one-person-twice")
    for what, user in wanted.staff.items():
        held = set(access.roles_of(user, site, now, enrollment.protocol_name))
        fitting = {"physician"} if what == "physician" else {"therapist", "physician"}
        if not held & fitting:
            return Refusal("seat-not-theirs", {"seat": what})
    room = wanted.room
    if room is not None and (
        room.site_id != site.id or room.is_withdrawn or Room.objects.filter(corrects=room).exists()
    ):
        return Refusal("room-unknown")
    return None


def _irreplaceable(
    enrollment: Enrollment, visit: Visit, replaces: Booking | None
) -> Refusal | None:
    rows = Booking.objects.filter(
        enrollment=enrollment, visit=visit.code, corrected_by=None, is_cancelled=False
    )
    if replaces is None:
        return Refusal("booked-already", {"visit": visit.code}) if rows.exists() else None
    return None if rows.filter(id=replaces.id).exists() else Refusal("already-corrected")


def _taken(fact: Booking, replaces: Booking | None) -> Refusal | None:
    """A refusal naming what is taken at that time, after everybody of it was locked."""
    ids = [each for each in (fact.lead_id, fact.second_id, fact.physician_id) if each]
    # People may work at several sites: whoever books them anywhere waits here.
    list(User.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    near = [
        reservation_of(row)
        for row in reserved_near(slot_of(fact), ids, fact.enrollment.person_id, fact.room)
        if replaces is None or row.id != replaces.id
    ]
    own: Reservation = reservation_of(fact)
    if not (found := clashes(own, near)):
        return None
    names = {"lead": fact.lead_id, "second": fact.second_id, "physician": fact.physician_id}
    taken = {
        what for clash in found for what, each in names.items() if each and each.hex in clash.people
    }
    taken |= {"room" for clash in found if clash.room}
    taken |= {"person" for clash in found if fact.enrollment.person_id.hex in clash.people}
    return Refusal("booking-taken", {"taken": ", ".join(sorted(taken))})


def _pass_gate(
    enrollment: Enrollment, visit: Visit, entry_id: UUID, by: User, now: datetime
) -> Refusal | None:
    """Pass the gate of scheduling, and store its answer in the enrollment's own stream."""
    stream = lock(enrollment.id, now)
    question = Question(
        Act.SCHEDULE_DOSING, enrollment, protocol_of(enrollment), stream.now, visit.code
    )
    answer = answer_to(question)
    if refusal := shut(answer):
        return refusal
    passed_id = uuid5(entry_id, "gate")
    fact = passed_fact(stream, question, answer, uuid5(passed_id, "passed"))
    values = {"act": question.act.value, "visit": visit.code}
    stream.write(stream.sent("gate-passed", passed_id, values), [fact], by=by, values=values)
    return None


@one_transaction
def cancel(*, booking: Booking, reason: str, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Cancel a reservation whole: nothing of it stays taken."""
    enrollment = booking.enrollment
    if refusal := refused(by, enrollment, "booking.make", now):
        return refusal
    stream = lock(booking.site_id, now)
    sent = stream.sent("booking-cancelled", entry_id, {"booking": booking.id, "reason": reason})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if reason not in CANCELLED_REASONS:
        return Refusal("reason-unknown")
    if booking.is_cancelled or Booking.objects.filter(corrects=booking).exists():
        return Refusal("already-corrected")
    fact = Booking(
        id=uuid5(entry_id, "booking"),
        corrects_id=booking.id,
        correction_reason=reason,
        site_id=booking.site_id,
        enrollment=enrollment,
        visit=booking.visit,
        starts=booking.starts,
        zone=booking.zone,
        minutes=booking.minutes,
        lead_id=booking.lead_id,
        second_id=booking.second_id,
        room_id=booking.room_id,
        physician_id=booking.physician_id,
        place=booking.place,
        is_cancelled=True,
    )
    return stream.write(sent, [fact], by=by, values={"visit": booking.visit, "reason": reason})
