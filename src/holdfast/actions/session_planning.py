"""Compiles the plan of a dosing session from the record: protocol, signed limits, what was taken before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from holdfast.actions.judging import local_date, signed_limits
from holdfast.definitions import monitoring
from holdfast.definitions.session import limits as session_limits
from holdfast.domain.course_so_far import CourseSoFar, course_so_far
from holdfast.domain.dose_totals import PastDose, doses_taken
from holdfast.domain.limits import SignedLimit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.schedule import Visit, VisitKind
from holdfast.domain.session_compile import PersonalLimit, compile_plan
from holdfast.domain.session_plan import SessionPlan
from holdfast.records import session as rows
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import PsychedelicUse
from holdfast.records.clinical_now import standing
from holdfast.records.people import RoleAssignment, Site
from holdfast.records.protocols import protocol_of
from holdfast.records.session_course import told_course
from holdfast.records.session_now import plan_of, session_log


@dataclass(frozen=True)
class Planned:
    """What judges a session besides its entries."""

    plan: SessionPlan
    course: CourseSoFar

    def fact(self, fact_id: UUID, session_id: UUID) -> rows.SessionPlanned:
        """As it is stored."""
        plan = document(self.plan.to_json()).decode()
        course = document(told_course(self.course)).decode()
        return rows.SessionPlanned(
            id=fact_id,
            session_id=session_id,
            plan=plan,
            plan_sha256=self.plan.sha256,
            course=course,
        )


def planned(
    enrollment: Enrollment, visit: Visit, number: int, session_id: UUID, now: datetime
) -> Planned:
    """The plan of a session of this person, as it stands now."""
    protocol = protocol_of(enrollment)
    on = local_date(enrollment.site, now)
    signed = site_limits(enrollment.site, protocol)
    plan = compile_plan(
        monitoring.load(),
        monitoring.schedule_of(protocol.name),
        protocol,
        session=str(session_id),
        session_number=number,
        on=on,
        signed=signed,
        personal=own_limits(enrollment, visit.code),
        visit=visit.code,
    )
    return Planned(plan, _course(enrollment, protocol, visit, session_id, signed, on, now))


def _course(
    enrollment: Enrollment,
    protocol: ProtocolVersion,
    visit: Visit,
    session_id: UUID,
    signed: Mapping[str, SignedLimit],
    on: date,
    now: datetime,
) -> CourseSoFar:
    assert protocol.schedule is not None
    return course_so_far(
        protocol.schedule,
        visit,
        session_limits.load(),
        as_of=on,
        signed=signed,
        past=past_doses(enrollment, session_id, now),
        outside_mg=outside_mg(enrollment),
        roles=roles_at(enrollment, now),
    )


def site_limits(site: Site, protocol: ProtocolVersion) -> dict[str, SignedLimit]:
    """What physicians signed for a site and this protocol version, as the rules read it."""
    return {
        code: SignedLimit(code, row.value, row.unit, row.signed_by.login, row.signed_on)
        for code, row in signed_limits(site, protocol).items()
    }


def own_limits(enrollment: Enrollment, visit: str) -> list[PersonalLimit]:
    """What a physician signed for this person and this visit, and nobody took back."""
    found = rows.PersonalLimit.objects.filter(
        enrollment=enrollment, visit=visit, corrected_by=None, is_withdrawn=False
    ).select_related("signed_by", "enrollment__site")
    return [
        PersonalLimit(
            row.code,
            row.value,
            row.unit,
            row.signed_by.login,
            local_date(row.enrollment.site, row.signed_at),
        )
        for row in found.order_by("position", "id")
    ]


def past_doses(enrollment: Enrollment, before: UUID, now: datetime) -> list[PastDose]:
    """Every dose of the person's other sessions, in this course and in others, at most."""
    others = rows.DosingSession.objects.filter(enrollment__person_id=enrollment.person_id)
    found = []
    for row in others.exclude(id=before).select_related("site").order_by("opened_at"):
        taken = doses_taken(plan_of(row), session_log(row, now))
        found += [
            PastDose(
                str(row.id),
                local_date(row.site, one.at),
                one.highest_mg,
                row.enrollment_id == enrollment.id,
            )
            for one in taken
        ]
    return found


def outside_mg(enrollment: Enrollment) -> Decimal | None:
    """What the person took of MDMA outside this course, in milligrams, at most.

    None where nobody asked, or any use on record has no milligrams: unknown is never nothing.
    """
    uses = [one for one in standing(PsychedelicUse, enrollment) if one.substance == "mdma"]
    told = [Decimal(0) if one.times == 0 else one.total_mg for one in uses]
    known = [one for one in told if one is not None]
    return sum(known, Decimal(0)) if told and len(known) == len(told) else None


def roles_at(enrollment: Enrollment, now: datetime) -> dict[str, tuple[str, ...]]:
    """Who holds which role for this person's study at the site now, by account."""
    found: dict[str, set[str]] = {}
    given = RoleAssignment.objects.filter(site=enrollment.site, corrected_by=None)
    for row in given.filter(valid_from__lte=now, user__is_active=True):
        is_of_study = row.study in (None, enrollment.protocol_name)
        if is_of_study and (row.valid_until is None or now < row.valid_until):
            found.setdefault(str(row.user_id), set()).add(row.role)
    return {person: tuple(sorted(roles)) for person, roles in sorted(found.items())}


def dosing_visit(protocol: ProtocolVersion, code: str) -> tuple[Visit, int] | None:
    """A dosing visit of a protocol, and the how-manieth of its course it is; None for another."""
    visits = protocol.schedule.visits if protocol.schedule else ()
    stage = next((each.stage for each in visits if each.code == code), "")
    sessions = [v for v in visits if v.kind is VisitKind.DOSING and v.stage == stage]
    for number, visit in enumerate(sessions, start=1):
        if visit.code == code:
            return visit, number
    return None
