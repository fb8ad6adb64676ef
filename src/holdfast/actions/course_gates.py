"""What a course answers at a gate: the facts are gathered here, and judged in ``domain``."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from holdfast.actions.judging import judged, latest_verdict, local_date
from holdfast.definitions.gates import load as load_gates
from holdfast.domain import authority
from holdfast.domain.course import CourseNow, Pair
from holdfast.domain.course_gates import (
    Session,
    Statement,
    ToState,
    course_finding,
    last_preparation_finding,
    other_course_finding,
    pair_findings,
    pauses_finding,
    session_booked,
    stated_finding,
    verdict_finding,
    visits_before,
    visits_skipped,
    window_finding,
)
from holdfast.domain.findings import Decision, Finding, Outcome
from holdfast.domain.gates import Act
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.reservations import clashes
from holdfast.domain.rota import Post
from holdfast.domain.schedule import Visit
from holdfast.records.approvals import held_approvals, jurisdiction_of, protocol_text
from holdfast.records.bookings import Booking
from holdfast.records.care import Confirmation, Enrollment
from holdfast.records.course import VisitMissed
from holdfast.records.courses import (
    course_of,
    courses_of,
    reservation_of,
    reserved_near,
    slot_of,
    standing,
)
from holdfast.records.gates import Attestation
from holdfast.records.histories import last_position
from holdfast.records.keys import Erased
from holdfast.records.pauses import paused_people
from holdfast.records.rota import reachable_finding

Known = Mapping[str, Sequence[Finding]]


@dataclass(frozen=True)
class Question:
    """What is asked of a course: may this act be, now, for this visit."""

    act: Act
    enrollment: Enrollment
    protocol: ProtocolVersion
    now: datetime
    visit_code: str = ""

    @cached_property
    def course(self) -> CourseNow | None:
        """The course as it stands; None before enrollment."""
        return course_of(self.enrollment)

    @cached_property
    def today(self) -> date:
        """The site's own day."""
        return local_date(self.enrollment.site, self.now)

    @cached_property
    def visit(self) -> Visit | None:
        """The session that is meant: the one named, or the next that neither was nor is skipped."""
        course = self.course
        if course is None:
            return None
        if not self.visit_code:
            return course.next_dosing
        return next((v for v in course.visits if v.code == self.visit_code), None)

    @cached_property
    def pair(self) -> Pair | None:
        """The pair of today, with whoever stands in."""
        return self.course.present_on(self.today) if self.course else None


def verdict(question: Question) -> Known:
    """The verdict that stands, who signed it, and what judging today gives."""
    enrollment = question.enrollment
    latest = latest_verdict(enrollment.id)
    rows = Confirmation.objects.filter(enrollment_id=enrollment.id).select_related("signature")
    signed = rows.order_by("-position", "-id").first()
    found = verdict_finding(
        local_date(enrollment.site, signed.signature.signed_at) if signed else None,
        Decision(signed.decision) if signed else None,
        signed is not None and latest is not None and signed.verdict_id == latest.id,
        _decision_on(enrollment, question.today),
        has_verdict=latest is not None,
    )
    return {"verdict": [found]}


def _decision_on(enrollment: Enrollment, day: date) -> Decision | None:
    try:
        return judged(enrollment, last_position(enrollment.id), day).decision
    except Erased:
        return None


def confirmed(question: Question) -> Known:
    """Whether a physician confirmed the person as eligible at the last preparation or since."""
    rows = Confirmation.objects.filter(enrollment_id=question.enrollment.id)
    latest = rows.filter(decision=Decision.ELIGIBLE.value).select_related("signature")
    signed = latest.order_by("-position", "-id").first()
    on = local_date(question.enrollment.site, signed.signature.signed_at) if signed else None
    return {"eligibility-at-last-preparation": [last_preparation_finding(question.course, on)]}


def one_course(question: Question) -> Known:
    """Whether the person is in another course that is not over, at any site."""
    enrollment = question.enrollment
    others = Enrollment.objects.filter(person_id=enrollment.person_id).exclude(id=enrollment.id)
    others = others.filter(course__isnull=False).select_related("site").order_by("id")
    found = courses_of(others)
    running = (each.label for each in others if not found[each.id].is_over)
    return {"one-course": [other_course_finding(next(running, None))]}


_APPROVED = {
    Act.ENROLL: (authority.Act.DOSING,),
    Act.BEGIN_PREPARATION: (authority.Act.DOSING,),
    Act.RANDOMIZE: (authority.Act.DOSING,),
    Act.SCHEDULE_DOSING: (authority.Act.DOSING, authority.Act.PRESCRIBING),
    Act.BEGIN_DOSING: (authority.Act.DOSING, authority.Act.PRESCRIBING),
}


def approvals(question: Question) -> Known:
    """Every approval that the act needs at the site today.

    Who prescribes which product under which consent is what the site's own approvals name: the
    combination of them that comes nearest to standing is the one shown.
    """
    site, protocol = question.enrollment.site, question.protocol
    held, law = held_approvals(site), jurisdiction_of(site)
    named = protocol_text(protocol.name, protocol.version)
    found: list[Finding] = []
    for act in _APPROVED[question.act]:
        intents = (
            authority.Intent(
                act=act,
                protocol=named,
                consent=consent,
                product=product,
                person=person,
                patient=question.enrollment.id.hex,
            )
            for person, product, consent in itertools.product(
                _named(each.person for each in held),
                _named(each.product for each in held),
                _named(each.consent for each in held),
            )
        )
        several = [authority.authority_findings(law, i, held, question.today) for i in intents]
        best = min(several, key=lambda each: sum(f.outcome is not Outcome.PASSED for f in each))
        found += [finding for finding in best if finding not in found]
    return {"approvals": found}


def _named(values: Iterable[str | None]) -> list[str | None]:
    """What approvals name, each once; None alone where none names anything."""
    named: list[str | None] = [*sorted({value for value in values if value})]
    return named or [None]


def course(question: Question) -> Known:
    """Whether the course runs."""
    return {"course": [course_finding(question.course)]}


def pair(question: Question) -> Known:
    """The pair of today, each with what the jurisdiction asks of their seat."""
    licences: list[Finding] = []
    if question.pair is not None:
        site, protocol = question.enrollment.site, question.protocol
        held, law = held_approvals(site), jurisdiction_of(site)
        for act, person in (
            (authority.Act.LEADING_SESSION, question.pair.lead),
            (authority.Act.ASSISTING_SESSION, question.pair.second),
        ):
            intent = authority.Intent(
                act=act, protocol=protocol_text(protocol.name, protocol.version), person=person
            )
            licences += authority.authority_findings(law, intent, held, question.today)
    return {"pair": pair_findings(question.course, question.pair, licences)}


def pauses(question: Question) -> Known:
    """Whether somebody of the pair, or the booked physician, is paused."""
    people = set(question.pair.people) if question.pair else set()
    if question.course and question.visit:
        booked = question.course.booked(question.visit.code)
        people |= {booked.physician} - {""} if booked else set()
    among = [UUID(hex=each) for each in people]
    paused = paused_people(question.enrollment.site_id, question.now, among)
    return {"pauses": [pauses_finding(people, {each.hex for each in paused})]}


def visits(question: Question) -> Known:
    """The visits before the session, and the window of the session itself."""
    now = question.course
    if now is None:
        return {}
    wanted = question.visit
    planned = next((p for p in now.planned() if wanted and p.visit.code == wanted.code), None)
    return {
        "visits-before": visits_before(now, wanted),
        "visits-skipped": visits_skipped(now, wanted),
        "window": [window_finding(planned, question.today)],
    }


def booking(question: Question) -> Known:
    """What is reserved for the session, compared again by the zone's rules of today."""
    now = question.course
    if now is None:
        return {}
    booked = now.booked(question.visit.code) if question.visit else None
    is_clashing = booked is not None and _clashes(UUID(hex=booked.id))
    found = session_booked(now, question.visit, question.today, is_clashing=is_clashing)
    return {"booking": [found]}


def _clashes(booking_id: UUID) -> bool:
    row = Booking.objects.select_related("enrollment", "room").get(id=booking_id)
    ids = (row.lead_id, row.second_id, row.physician_id)
    people = [each for each in ids if each]
    near = reserved_near(slot_of(row), people, row.enrollment.person_id, row.room)
    return bool(clashes(reservation_of(row), map(reservation_of, near)))


def post(question: Question) -> Known:
    """Whether the physician on call can be reached now."""
    found = reachable_finding(question.enrollment.site, Post.PHYSICIAN, question.now)
    return {"post": [found]}


def stated(question: Question) -> Known:
    """Everything that people state for the session."""
    rows = Attestation.objects.filter(
        enrollment_id=question.enrollment.id, corrected_by=None, is_withdrawn=False
    ).select_related("stated_by")
    statements = [
        Statement(
            row.code, row.visit, row.is_so, row.stated_at, row.stated_by.login, row.how, row.value
        )
        for row in rows
    ]
    visit = question.visit
    session = Session(
        visit.code if visit else "",
        visit.place.value if visit else "",
        postponed_at(question.enrollment, visit.code) if visit else None,
    )
    site, gates = question.enrollment.site, load_gates()
    return {
        code: [
            stated_finding(
                ToState(
                    code,
                    gates.conditions[code].reference,
                    gates.conditions[code].standing,
                    how.lasts,
                    how.place,
                    is_since_postponement=how.since == "postponement",
                ),
                session,
                statements,
                question.now,
                lambda at: local_date(site, at),
            )
        ]
        for code, how in gates.stated.items()
    }


def postponed_at(enrollment: Enrollment, visit: str) -> datetime | None:
    """When a visit was last put off: moved to a later day, cancelled, or missed; None if never."""
    rows = list(Booking.objects.filter(enrollment_id=enrollment.id, visit=visit))
    day = {row.id: row.starts[:10] for row in rows}
    moments = [
        row.recorded_at
        for row in rows
        if row.corrects_id and (row.is_cancelled or row.starts[:10] > day[row.corrects_id])
    ]
    missed = standing(VisitMissed, [enrollment.id]).filter(visit=visit)
    moments += [row.recorded_at for row in missed]
    return max(moments, default=None)


def midnight_after(question: Question) -> datetime:
    """When the site's own day ends: until then an authorisation of it holds."""
    zone = ZoneInfo(question.enrollment.site.zone)
    start = datetime.combine(question.today + timedelta(days=1), datetime.min.time())
    return start.replace(tzinfo=zone)


OWN = (
    verdict,
    confirmed,
    one_course,
    approvals,
    course,
    pair,
    pauses,
    visits,
    booking,
    post,
    stated,
)
