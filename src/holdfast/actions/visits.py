"""Visits as they were: held, missed, skipped, taken back. None is refused for when it was."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from holdfast.actions.course_pen import CoursePen, Made, course_entry
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.domain.course import CourseNow
from holdfast.domain.gates import Act
from holdfast.domain.held import NOT_THE_PAIR, deviations_of, is_without_pair
from holdfast.domain.schedule import Place, VisitKind
from holdfast.records.care import Enrollment
from holdfast.records.course import (
    Deviation,
    VisitAttendance,
    VisitHeld,
    VisitMissed,
    VisitSkipped,
)
from holdfast.records.courses import standing
from holdfast.records.facts import Fact
from holdfast.records.gates import GatePassed
from holdfast.records.people import User

ENDED = "visit-ended"
MISSED_REASONS = ("did-not-come", "cancelled-by-person", "cancelled-by-site", "ill", "other")
SKIPPED_REASONS = ("person-asked", "physician-decided", "not-possible", "protocol", "other")
TAKEN_BACK_REASONS = ("entered-in-error", "other-visit", "will-be-held")
DEVIATION_KINDS = ("procedure-left-out", "procedure-otherwise", "document", "eligibility", "other")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit as it was told: ``code`` is empty for one that is not in the plan."""

    code: str
    kind: str
    began_at: datetime
    ended_at: datetime | None
    place: str
    attended: tuple[tuple[UUID, str], ...] = ()  # account and seat
    remark: str = ""


@refused_where_erased
@one_transaction
def hold_visit(
    *, enrollment: Enrollment, visit: Visit, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Record a visit that took place, and each thing that it deviated in with its cause.

    It is never refused for when it was, for having no booking, or for the gate it should have
    passed: what happened is recorded first and judged then. One that a hand-over began and nobody
    ended is ended by it: then who of the pair was there is judged.
    """

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if refusal := _unfit(course, visit, pen.now):
            return refusal
        on = local_date(enrollment.site, visit.began_at)
        begun = _begun(enrollment, visit, on)
        held = VisitHeld(
            id=pen.id("held"),
            corrects_id=begun.id if begun else None,
            correction_reason=ENDED if begun else "",
            enrollment=enrollment,
            visit=visit.code,
            kind=_kind(course, visit),
            on=on,
            began_at=visit.began_at,
            ended_at=visit.ended_at,
            place=visit.place,
        )
        pen.seal(held, "remark", visit.remark)
        there = [
            VisitAttendance(id=pen.id(f"there/{place}"), held=held, user_id=user, seat=seat)
            for place, (user, seat) in enumerate(visit.attended)
        ]
        if begun is not None:
            return [held, *there, *_ended(pen, course, held, visit, begun)]
        return [held, *there, *_deviations(pen, course, held, visit)]

    values = {"visit": visit.code, "kind": visit.kind}
    return course_entry(
        enrollment, "visit.record", "visit-held", asdict(visit), entry_id, by, now, make, values
    )


def _begun(enrollment: Enrollment, visit: Visit, on: date) -> VisitHeld | None:
    """The same visit of that day, where it was begun and nobody ended it."""
    if not visit.code or visit.ended_at is None:
        return None
    rows = standing(VisitHeld, [enrollment.id]).filter(visit=visit.code, on=on, ended_at=None)
    found: VisitHeld | None = rows.first()
    return found


def _ended(
    pen: CoursePen, course: CourseNow, held: VisitHeld, visit: Visit, begun: VisitHeld
) -> list[Fact]:
    """Whether the pair was there is known at the end; what else deviated was so from the beginning."""
    known = standing(Deviation, [pen.enrollment.id]).filter(held=begun, kind=NOT_THE_PAIR)
    gone = _gone(pen, begun, known, ENDED)
    there = [user.hex for user, _ in visit.attended]
    if not is_without_pair(course, visit.code, held.on, there):
        return gone
    if gone:
        return []
    of_pair = Deviation(
        id=pen.id("deviation/pair"),
        enrollment=pen.enrollment,
        kind=NOT_THE_PAIR,
        visit=held.visit,
        held=held,
        on=held.on,
    )
    return [of_pair]


def _kind(course: CourseNow, visit: Visit) -> str:
    planned = course.schedule.visit(visit.code)
    return planned.kind.value if planned else visit.kind


def _unfit(course: CourseNow, visit: Visit, now: datetime) -> Refusal | None:
    if visit.code and course.schedule.visit(visit.code) is None:
        return Refusal("visit-unknown", {"visit": visit.code})
    if visit.kind not in set(VisitKind):
        return Refusal("visit-kind-unknown")
    if visit.place not in set(Place):
        return Refusal("place-unknown")
    if visit.began_at > now:
        return Refusal("time-to-come")
    if visit.ended_at is not None and not visit.began_at <= visit.ended_at <= now:
        return Refusal("ends-before-it-begins")
    known = set(
        User.objects.filter(id__in=[u for u, _ in visit.attended]).values_list("id", flat=True)
    )
    if any(user not in known or seat not in VisitAttendance.SEATS for user, seat in visit.attended):
        return Refusal("attendance-unknown")
    return None


def _deviations(pen: CoursePen, course: CourseNow, held: VisitHeld, visit: Visit) -> Sequence[Fact]:
    there = [user.hex for user, _ in visit.attended]
    found = deviations_of(
        course,
        visit.code,
        held.on,
        there,
        is_authorised=_is_authorised(pen.enrollment, held, course),
    )
    return [
        Deviation(
            id=pen.id(f"deviation/{place}"),
            enrollment=pen.enrollment,
            kind=one.kind,
            visit=held.visit,
            held=held,
            on=held.on,
            cause=one.cause,
        )
        for place, one in enumerate(found)
    ]


def _is_authorised(enrollment: Enrollment, held: VisitHeld, course: CourseNow) -> bool:
    """Whether the gate of this visit was passed before it began, and had not expired.

    Preparation passes its gate once, for its first session.
    """
    rows = GatePassed.objects.filter(enrollment_id=enrollment.id, recorded_at__lte=held.began_at)
    if held.kind == VisitKind.DOSING:
        rows = rows.filter(act=Act.BEGIN_DOSING.value, visit=held.visit)
        return rows.filter(expires_at__gt=held.began_at).exists()
    if held.kind == VisitKind.PREPARATION:
        return rows.filter(act=Act.BEGIN_PREPARATION.value).exists()
    return True


@refused_where_erased
@one_transaction
def miss_visit(
    *,
    enrollment: Enrollment,
    visit: str,
    on: date,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """Record that an appointment was not kept; the visit is still to come."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if refusal := _not_to_come(course, visit, reason, MISSED_REASONS):
            return refusal
        if on > pen.today:
            return Refusal("day-to-come")
        fact = VisitMissed(
            id=pen.id("missed"), enrollment=enrollment, visit=visit, on=on, reason=reason
        )
        pen.seal(fact, "remark", remark)
        return [fact]

    told = {"visit": visit, "on": on, "reason": reason, "remark": remark}
    values = {"visit": visit, "reason": reason}
    return course_entry(
        enrollment, "visit.record", "visit-missed", told, entry_id, by, now, make, values
    )


@refused_where_erased
@one_transaction
def skip_visit(
    *,
    enrollment: Enrollment,
    visit: str,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """Record that a visit of the plan will not be."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if refusal := _not_to_come(course, visit, reason, SKIPPED_REASONS):
            return refusal
        fact = VisitSkipped(id=pen.id("skipped"), enrollment=enrollment, visit=visit, reason=reason)
        pen.seal(fact, "remark", remark)
        return [fact]

    told = {"visit": visit, "reason": reason, "remark": remark}
    values = {"visit": visit, "reason": reason}
    return course_entry(
        enrollment, "visit.record", "visit-skipped", told, entry_id, by, now, make, values
    )


def _not_to_come(
    course: CourseNow, visit: str, reason: str, reasons: Sequence[str]
) -> Refusal | None:
    if visit not in {each.code for each in course.visits}:
        return Refusal("visit-unknown", {"visit": visit})
    if visit in course.actual:
        return Refusal("visit-was-held", {"visit": visit})
    if visit in course.skipped:
        return Refusal("visit-is-skipped", {"visit": visit})
    return None if reason in reasons else Refusal("reason-unknown")


@refused_where_erased
@one_transaction
def take_back(
    *,
    fact: VisitHeld | VisitMissed | VisitSkipped,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Say that a visit was not as recorded: it stays in the record, and counts no more."""
    enrollment, model = fact.enrollment, type(fact)

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if reason not in TAKEN_BACK_REASONS:
            return Refusal("reason-unknown")
        if not standing(model, [enrollment.id]).filter(id=fact.id).exists():
            return Refusal("already-corrected")
        again = model(
            id=pen.id("taken-back"),
            corrects_id=fact.id,
            correction_reason=reason,
            is_withdrawn=True,
            enrollment=enrollment,
            **_same(fact),
        )
        return [again, *_deviations_gone(pen, fact)]

    told = {"fact": fact.id, "reason": reason}
    return course_entry(
        enrollment,
        "visit.record",
        "visit-taken-back",
        told,
        entry_id,
        by,
        now,
        make,
        {"visit": fact.visit, "reason": reason},
    )


def _same(fact: Fact) -> dict[str, object]:
    """The columns of a fact that its correction says again."""
    names = ("visit", "kind", "on", "began_at", "ended_at", "place", "reason")
    return {name: getattr(fact, name) for name in names if hasattr(fact, name)}


def _deviations_gone(pen: CoursePen, fact: Fact) -> list[Fact]:
    """The deviations of a visit that never was."""
    if not isinstance(fact, VisitHeld):
        return []
    rows = standing(Deviation, [pen.enrollment.id]).filter(held=fact)
    return _gone(pen, fact, rows, "visit-taken-back")


def _gone(pen: CoursePen, held: VisitHeld, rows: Iterable[Deviation], reason: str) -> list[Fact]:
    return [
        Deviation(
            id=pen.id(f"deviation-gone/{row.id}"),
            corrects_id=row.id,
            correction_reason=reason,
            enrollment=pen.enrollment,
            kind=row.kind,
            visit=row.visit,
            held=held,
            on=row.on,
            cause=row.cause,
            is_withdrawn=True,
        )
        for row in rows
    ]


@refused_where_erased
@one_transaction
def record_deviation(
    *,
    enrollment: Enrollment,
    kind: str,
    visit: str,
    on: date,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """Record a deviation that somebody noticed and the record cannot."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if kind not in DEVIATION_KINDS:
            return Refusal("deviation-unknown")
        if visit and course.schedule.visit(visit) is None:
            return Refusal("visit-unknown", {"visit": visit})
        if on > pen.today:
            return Refusal("day-to-come")
        fact = Deviation(
            id=pen.id("deviation"), enrollment=enrollment, kind=kind, visit=visit, on=on
        )
        pen.seal(fact, "remark", remark)
        return [fact]

    told = {"kind": kind, "visit": visit, "on": on, "remark": remark}
    return course_entry(
        enrollment,
        "visit.record",
        "deviation-recorded",
        told,
        entry_id,
        by,
        now,
        make,
        {"kind": kind, "visit": visit},
    )
