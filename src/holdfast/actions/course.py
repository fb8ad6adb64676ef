"""A course: opened behind its gate, its turns, tries to reach somebody, and its end."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

import orjson

from holdfast.actions.course_gates import Question
from holdfast.actions.course_pen import CoursePen, Made, course_entry
from holdfast.actions.gates import answer_to, passed_fact, shut
from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction, refused_where_erased
from holdfast.domain.course import BLIND_OPENED, CourseNow, Status
from holdfast.domain.gates import Act
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import Confirmation, Enrollment
from holdfast.records.course import CloseOut, ContactAttempt, Course, CourseStep
from holdfast.records.courses import standing
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of

# Why a course takes a turn; free words may be added, sealed.
STEP_REASONS: Mapping[str, tuple[str, ...]] = {
    "stage-entered": ("protocol", "allocated", "blind-opened", "recurrence"),
    "paused": ("person-asked", "illness", "pregnancy", "safety", "site", "other"),
    "resumed": ("reason-over", "person-asked", "other"),
    "treatment-stopped": (
        "person-asked",
        "adverse-event",
        "physician-decided",
        "pregnancy",
        "protocol",
        "other",
    ),
    "lost": ("no-answer", "moved-away", "other"),
    "found-again": ("person-came", "reached", "other"),
    "transferred": ("moved-away", "site-closes", "person-asked", "other"),
    "completed": ("last-visit-held", "other"),
    "closed": ("completed", "consent-withdrawn", "lost", "stopped", "died", "other"),
}


@refused_where_erased
@one_transaction
def enroll(*, enrollment: Enrollment, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Open the course of a person whose signed verdict is eligible, where the gate is open.

    The site's own day anchors ``enrollment``. The site's stream is locked first, so that one person
    is never enrolled twice at once.
    """
    if refusal := refused(by, enrollment, "course.enroll", now):
        return refusal
    lock(enrollment.site_id, now)
    stream = lock(enrollment.id, now)
    sent = stream.sent("course-opened", entry_id, {"enrollment": enrollment.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    protocol = protocol_of(enrollment)
    if refusal := _cannot_begin(enrollment, protocol):
        return refusal
    question = Question(Act.ENROLL, enrollment, protocol, stream.now)
    answer = answer_to(question)
    if refusal := shut(answer):
        return refusal
    pen = CoursePen(enrollment, stream, entry_id, by)
    passed = passed_fact(stream, question, answer, pen.id("passed"))
    course = course_fact(pen, protocol, _goes_on_from(enrollment))
    if isinstance(course, Refusal):
        return course
    told = message("course-opened", course.id, site=enrollment.site_id.hex)
    values = {"enrolled_on": course.enrolled_on, "protocol": protocol.name}
    return stream.write(sent, [passed, course, told], by=by, values=values)


def _cannot_begin(enrollment: Enrollment, protocol: ProtocolVersion) -> Refusal | None:
    if Course.objects.filter(enrollment_id=enrollment.id).exists():
        return Refusal("already-enrolled")
    return None if protocol.schedule else Refusal("protocol-without-course")


def _goes_on_from(enrollment: Enrollment) -> Course | None:
    """The course of the same person and protocol that another site transferred here."""
    rows = Course.objects.filter(
        enrollment__person_id=enrollment.person_id,
        enrollment__protocol_name=enrollment.protocol_name,
        continued_by=None,
    ).exclude(enrollment_id=enrollment.id)
    here = standing(CourseStep, rows.values_list("enrollment_id", flat=True)).filter(
        kind="transferred", to_site=enrollment.site
    )
    sent = here.values_list("enrollment_id", flat=True)
    return rows.filter(enrollment_id__in=list(sent)).order_by("recorded_at").last()


def course_fact(
    pen: CoursePen, protocol: ProtocolVersion, continues: Course | None = None
) -> Course | Refusal:
    """The course that begins, bound to the signed verdict it begins by."""
    verdict = latest_verdict(pen.enrollment.id)
    signed = Confirmation.objects.filter(verdict=verdict).first() if verdict else None
    if verdict is None or signed is None:
        return Refusal("verdict-not-signed")
    stages = protocol.schedule.stages if protocol.schedule else ()
    return Course(
        id=pen.id("course"),
        enrollment=pen.enrollment,
        protocol_name=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        enrolled_on=continues.enrolled_on if continues else pen.today,
        verdict=verdict,
        confirmation=signed,
        stage=continues.stage if continues else (stages[0].code if stages else ""),
        continues=continues,
    )


@refused_where_erased
@one_transaction
def take_turn(
    *,
    enrollment: Enrollment,
    kind: str,
    on: date,
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
    stage: str = "",
    visits: Sequence[str] = (),
) -> Answered:
    """Record a turn of a course: a stage entered, paused, resumed, stopped, lost, found, completed.

    ``visits`` are those that a person has in a stage entered after the blind was opened, where
    they are not everybody's.
    """

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if kind not in STEP_REASONS or kind in ("transferred", "closed"):
            return Refusal("turn-unknown")
        if refusal := turn_refused(course, kind, on, reason, pen.today):
            return refusal
        if refusal := _stage_refused(course, kind, stage, visits):
            return refusal
        if refusal := _blind_refused(course, reason, stage, visits):
            return refusal
        return [step_fact(pen, kind, on, reason, remark, stage, visits)]

    told = {"kind": kind, "on": on, "reason": reason, "remark": remark, "stage": stage}
    told["visits"] = list(visits)
    values = {"turn": kind, "on": on, "reason": reason}
    return course_entry(
        enrollment, "course.step", "course-turned", told, entry_id, by, now, make, values
    )


def turn_refused(
    course: CourseNow, kind: str, on: date, reason: str, today: date
) -> Refusal | None:
    """A refusal where a turn does not fit how the course stands."""
    if reason not in STEP_REASONS[kind]:
        return Refusal("reason-unknown")
    if on > today:
        return Refusal("day-to-come")
    if on < course.enrolled_on:
        return Refusal("day-before-enrollment")
    ends = {"resumed": Status.PAUSED, "found-again": Status.LOST}
    if kind in ends and ends[kind] not in course.states:
        return Refusal("turn-does-not-fit", {"status": course.status.value})
    begins = {"paused": Status.PAUSED, "lost": Status.LOST, "completed": Status.COMPLETED}
    if begins.get(kind) in course.states or Status.CLOSED in course.states:
        return Refusal("turn-does-not-fit", {"status": course.status.value})
    return None


def _stage_refused(
    course: CourseNow, kind: str, stage: str, visits: Sequence[str]
) -> Refusal | None:
    if kind != "stage-entered":
        return Refusal("stage-unknown") if stage or visits else None
    if stage not in {each.code for each in course.schedule.stages}:
        return Refusal("stage-unknown")
    for code in visits:
        visit = course.schedule.visit(code)
        if visit is None or visit.stage not in ("", stage):
            return Refusal("visit-unknown", {"visit": code})
    return None


def _blind_refused(
    course: CourseNow, reason: str, stage: str, visits: Sequence[str]
) -> Refusal | None:
    """A refusal where naming visits would say in which arm somebody is whose blind was not opened."""
    stages = {each.code: each for each in course.schedule.stages}
    is_blind = any(stages[code].is_blinded for code in course.stages)
    of_arms = [v for v in map(course.schedule.visit, visits) if v is not None and v.arms]
    if of_arms and (stages[stage].is_blinded or (is_blind and reason != BLIND_OPENED)):
        return Refusal("blind-not-opened")
    return None


def step_fact(
    pen: CoursePen,
    kind: str,
    on: date,
    reason: str,
    remark: str,
    stage: str = "",
    visits: Sequence[str] = (),
) -> CourseStep:
    """A turn as it is written."""
    fact = CourseStep(
        id=pen.id("turn"),
        enrollment=pen.enrollment,
        kind=kind,
        on=on,
        reason=reason,
        stage=stage,
        visits=orjson.dumps(list(visits)).decode(),
    )
    pen.seal(fact, "remark", remark)
    return fact


@refused_where_erased
@one_transaction
def record_attempt(
    *,
    enrollment: Enrollment,
    tried_at: datetime,
    channel: str,
    outcome: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """Record one try to reach a person, and what came of it."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if channel not in ContactAttempt.CHANNELS or outcome not in ContactAttempt.OUTCOMES:
            return Refusal("attempt-unknown")
        if tried_at > pen.now:
            return Refusal("time-to-come")
        fact = ContactAttempt(
            id=pen.id("attempt"),
            enrollment=enrollment,
            tried_at=tried_at,
            tried_by=by,
            channel=channel,
            outcome=outcome,
        )
        pen.seal(fact, "remark", remark)
        return [fact]

    told = {"at": tried_at, "channel": channel, "outcome": outcome, "remark": remark}
    values = {"channel": channel, "outcome": outcome}
    return course_entry(
        enrollment, "course.step", "contact-tried", told, entry_id, by, now, make, values
    )


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is settled when a course is closed; each a code of ``CloseOut``, ``plan`` in words."""

    medicines: str
    care: str
    arm_told: str
    results_told: str
    letters: tuple[str, ...] = ()
    plan: str = ""
    arm_told_on: date | None = None
    results_told_on: date | None = None

    def problem(self) -> Refusal | None:
        """What does not fit; None where all of it does."""
        told = (self.arm_told, self.results_told)
        is_known = (
            self.medicines in CloseOut.MEDICINES
            and self.care in CloseOut.CARE
            and set(told) <= set(CloseOut.TOLD)
            and set(self.letters) <= set(CloseOut.LETTERS)
        )
        if not is_known:
            return Refusal("close-out-unknown")
        days = (self.arm_told_on, self.results_told_on)
        if any(
            is_told in ("told", "planned") and day is None
            for is_told, day in zip(told, days, strict=True)
        ):
            return Refusal("day-missing")
        return None


@refused_where_erased
@one_transaction
def close(
    *,
    enrollment: Enrollment,
    on: date,
    reason: str,
    ending: Ending,
    entry_id: UUID,
    by: User,
    now: datetime,
    remark: str = "",
) -> Answered:
    """Close a course with what was settled: medicines, continuing care, letters, what is told when."""

    def make(pen: CoursePen, course: CourseNow) -> Made:
        if refusal := turn_refused(course, "closed", on, reason, pen.today) or ending.problem():
            return refusal
        step = step_fact(pen, "closed", on, reason, remark)
        told = asdict(ending) | {"letters": orjson.dumps(sorted(ending.letters)).decode()}
        plan = told.pop("plan")
        settled = CloseOut(id=pen.id("close-out"), enrollment=enrollment, step=step, **told)
        pen.seal(settled, "plan", plan)
        return [step, settled]

    told = {"on": on, "reason": reason, "remark": remark, **asdict(ending)}
    values = {"turn": "closed", "on": on, "reason": reason}
    return course_entry(
        enrollment, "course.step", "course-closed", told, entry_id, by, now, make, values
    )
