"""The pair of a course: assigned, covered when somebody is away, and changed when either side asks."""

from datetime import date, datetime
from uuid import UUID

from holdfast.actions.course_pen import CoursePen, Made
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.definitions.pairs import seats
from holdfast.records import access
from holdfast.records.bookings import AbsenceCover, ChangeAsked, PairAssigned
from holdfast.records.care import Enrollment
from holdfast.records.courses import standing
from holdfast.records.patients import patient_of
from holdfast.records.pauses import paused_people
from holdfast.records.people import User


@one_transaction
def assign_pair(
    *,
    enrollment: Enrollment,
    lead: User,
    second: User,
    from_on: date,
    because: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    answers: ChangeAsked | None = None,
) -> Answered:
    """Assign the two therapists of a course from a day on; the lead is the licensed one.

    Licences are asked by the gates, on the day of each act. ``answers`` is the request that this
    settles.
    """
    if refusal := refused(by, enrollment, "pair.assign", now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"lead": lead.id, "second": second.id, "from_on": from_on, "because": because}
    told["answers"] = answers.id if answers else None
    sent = stream.sent("pair-assigned", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    pen = CoursePen(enrollment, stream, entry_id, by)
    if because not in PairAssigned.REASONS:
        return Refusal("reason-unknown")
    if refusal := _unseated(pen, {"lead": lead, "second": second}):
        return refusal
    if answers is not None and not _is_open(enrollment, answers):
        return Refusal("already-corrected")
    fact = PairAssigned(
        id=pen.id("pair"),
        enrollment=enrollment,
        lead=lead,
        second=second,
        from_on=from_on,
        because=because,
        answers=answers,
    )
    values = {"lead": lead.id.hex, "second": second.id.hex, "because": because}
    return stream.write(sent, [fact], by=by, values=values)


def _unseated(pen: CoursePen, wanted: dict[str, User]) -> Refusal | None:
    """A refusal where somebody may not hold the seat: their role, a pause, or both seats at once."""
    if len({user.id for user in wanted.values()}) < len(wanted):
        return Refusal("pair-is-one-person")
    site, study = pen.enrollment.site, pen.enrollment.protocol_name
    for code, user in wanted.items():
        held = access.roles_of(user, site, pen.now, study)
        if not seats()[code].roles & set(held):
            return Refusal("seat-not-theirs", {"seat": code})
    if paused_people(site.id, pen.now, [user.id for user in wanted.values()]):
        return Refusal("assignments-paused")
    return None


def _is_open(enrollment: Enrollment, asked: ChangeAsked) -> bool:
    rows = standing(ChangeAsked, [enrollment.id]).filter(id=asked.id, answered_by=None)
    return rows.exists()


@one_transaction
def cover_absence(
    *,
    enrollment: Enrollment,
    absent: User,
    covered_by: User,
    first_day: date,
    last_day: date,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody stands in for one of the pair on the days named, both included."""
    if refusal := refused(by, enrollment, "pair.assign", now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {
        "absent": absent.id,
        "covered_by": covered_by.id,
        "first_day": first_day,
        "last_day": last_day,
    }
    sent = stream.sent("absence-covered", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    pen = CoursePen(enrollment, stream, entry_id, by)
    made = _cover(pen, absent, covered_by, first_day, last_day)
    if isinstance(made, Refusal):
        return made
    values = {"absent": absent.id.hex, "covered_by": covered_by.id.hex}
    return stream.write(sent, made, by=by, values=values)


def _cover(pen: CoursePen, absent: User, covered_by: User, first: date, last: date) -> Made:
    if last < first:
        return Refusal("ends-before-it-begins")
    pairs = standing(PairAssigned, [pen.enrollment.id]).filter(from_on__lte=last)
    pair = pairs.order_by("-from_on", "-position").first()
    if pair is None or absent.id not in (pair.lead_id, pair.second_id):
        return Refusal("not-of-the-pair")
    seat = "lead" if absent.id == pair.lead_id else "second"
    other = pair.second if seat == "lead" else pair.lead
    if covered_by.id == other.id:
        return Refusal("pair-is-one-person")
    if refusal := _unseated(pen, {seat: covered_by}):
        return refusal
    return [
        AbsenceCover(
            id=pen.id("cover"),
            enrollment=pen.enrollment,
            absent=absent,
            covered_by=covered_by,
            first_day=first,
            last_day=last,
        )
    ]


@one_transaction
def ask_change(
    *, enrollment: Enrollment, side: str, user: User | None, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Either side asks for another therapist. No reason is asked for; it holds up what is gated.

    The person may ask in their own account; staff record it for either side.
    """
    if not _own(enrollment, by) and (refusal := refused(by, enrollment, "pair.ask", now)):
        return refusal
    if side not in ChangeAsked.SIDES or (_own(enrollment, by) and side != "patient"):
        return Refusal("side-unknown")
    stream = lock(enrollment.id, now)
    sent = stream.sent("change-asked", entry_id, {"side": side, "user": user.id if user else None})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    pen = CoursePen(enrollment, stream, entry_id, by)
    if user is not None and not _is_paired(enrollment, user):
        return Refusal("not-of-the-pair")
    fact = ChangeAsked(
        id=pen.id("asked"),
        enrollment=enrollment,
        side=side,
        user=user,
        asked_at=pen.now,
        asked_by=by,
    )
    told = message("change-asked", fact.id, site=enrollment.site_id.hex, side=side)
    return stream.write(sent, [fact, told], by=by, values={"side": side})


def _own(enrollment: Enrollment, by: User) -> bool:
    """Whether somebody asks in their own account about their own course."""
    account = patient_of(by)
    return account is not None and account.person_id == enrollment.person_id


def _is_paired(enrollment: Enrollment, user: User) -> bool:
    rows = standing(PairAssigned, [enrollment.id])
    return any(user.id in (row.lead_id, row.second_id) for row in rows)


@one_transaction
def withdraw_ask(*, asked: ChangeAsked, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Whoever asked takes it back, or staff for them; it stays in the record."""
    enrollment = asked.enrollment
    if not _own(enrollment, by) and (refusal := refused(by, enrollment, "pair.ask", now)):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("change-withdrawn", entry_id, {"asked": asked.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not _is_open(enrollment, asked):
        return Refusal("already-corrected")
    pen = CoursePen(enrollment, stream, entry_id, by)
    fact = ChangeAsked(
        id=pen.id("asked"),
        corrects_id=asked.id,
        correction_reason="taken-back",
        enrollment=enrollment,
        side=asked.side,
        user_id=asked.user_id,
        asked_at=pen.now,
        asked_by=by,
        is_withdrawn=True,
    )
    return stream.write(sent, [fact], by=by, values={"side": asked.side})
