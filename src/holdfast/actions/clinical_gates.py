"""What the clinical records answer at a gate: results, taper, safety plan, contact, readiness."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from holdfast.actions.course_gates import postponed_at
from holdfast.actions.judging import local_date
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.clinical import (
    Asked,
    Judgement,
    Taper,
    contact_finding,
    readiness_findings,
    safety_plan_finding,
    taper_findings,
)
from holdfast.domain.findings import Finding, Outcome, Standing
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.results import NeededResult, Result, result_finding
from holdfast.records.care import Enrollment
from holdfast.records.clinical import ResultReview
from holdfast.records.clinical_care import (
    ReachableContact,
    Readiness,
    SafetyPlan,
    TaperPlan,
)
from holdfast.records.clinical_now import results_of, standing
from holdfast.records.courses import course_of

Known = Mapping[str, Sequence[Finding]]
# The pregnancy test and the drug screen of the day are conditions of their own.
BEFORE_DOSING = ("laboratory", "ecg", "rhythm-strip")


def _asked(code: str) -> Asked:
    condition = load_gates().conditions[code]
    return Asked(code, condition.reference, condition.standing)


def results(enrollment: Enrollment, protocol: ProtocolVersion, now: datetime) -> Known:
    """Each test that the protocol asks for before the next session; unknown without a course."""
    if course_of(enrollment) is None:
        return {}
    found = results_of(enrollment)
    on = local_date(enrollment.site, now)
    needed = [_valid(one, found) for one in _needed(enrollment)]
    findings = [result_finding(one, [result for result, _ in found], on) for one in needed]
    asked = _asked("results")
    none = Finding("results", Outcome.PASSED, "no-result-needed", asked.reference, asked.standing)
    return {"results": tuple(findings) or (none,)}


def _needed(enrollment: Enrollment) -> list[NeededResult]:
    course = course_of(enrollment)
    if course is None:
        return []
    ahead = course.next_dosing
    needed: dict[str, NeededResult] = {}
    for visit in course.visits:
        for group in visit.done:
            for test in (each for each in group.activities if each in BEFORE_DOSING):
                source = group.source
                needed.setdefault(test, NeededResult(test, None, source.reference, source.standing))
        if ahead is not None and visit.code == ahead.code:
            break
    return list(needed.values())


def _valid(
    needed: NeededResult, found: Sequence[tuple[Result, ResultReview | None]]
) -> NeededResult:
    """The need with the days that the physician who reviewed the latest result signed for it."""
    own = [(result, review) for result, review in found if result.test == needed.test]
    if not own:
        return needed
    result, review = max(own, key=lambda pair: pair[0].collected_on)
    if review is None or review.stands_until is None:
        return needed
    days = max(0, (review.stands_until - result.collected_on).days)
    return NeededResult(needed.test, days, needed.reference, Standing.SIGNED)


def taper(enrollment: Enrollment, protocol: ProtocolVersion, now: datetime) -> Known:
    """Whether every agreed taper is over, and after a postponement what was decided."""
    postponed = _postponed_at(enrollment)
    tapers = [
        Taper(plan.last_dose_on, _turns(plan, postponed, enrollment))
        for plan in standing(TaperPlan, enrollment)
    ]
    on = local_date(enrollment.site, now)
    return {"taper": taper_findings(_asked("taper"), tapers, on)}


def _turns(
    plan: TaperPlan, postponed: datetime | None, enrollment: Enrollment
) -> tuple[tuple[str, date], ...]:
    """What befell a taper, and last that its session was put off where nobody decided after that."""
    rows = list(plan.turns.order_by("position"))
    turns = [(row.kind, row.on_day) for row in rows]
    if postponed is not None and not any(row.decided_at > postponed for row in rows):
        turns.append(("dosing-postponed", local_date(enrollment.site, postponed)))
    return tuple(turns)


def _postponed_at(enrollment: Enrollment) -> datetime | None:
    """When the dosing session ahead was last put off; None where it never was."""
    course = course_of(enrollment)
    ahead = course.next_dosing if course else None
    return postponed_at(enrollment, ahead.code) if ahead else None


def safety_plan(enrollment: Enrollment, protocol: ProtocolVersion, now: datetime) -> Known:
    """Whether a safety plan stands."""
    plan = next(iter(standing(SafetyPlan, enrollment)), None)
    agreed_on = plan.agreed_on if plan else None
    return {"safety-plan": (safety_plan_finding(_asked("safety-plan"), agreed_on),)}


def contact(enrollment: Enrollment, protocol: ProtocolVersion, now: datetime) -> Known:
    """Whether somebody can be called."""
    rows = [(row.may_call, row.asked_on) for row in standing(ReachableContact, enrollment)]
    return {"contact": (contact_finding(_asked("contact"), rows),)}


def readiness(enrollment: Enrollment, protocol: ProtocolVersion, now: datetime) -> Known:
    """What the person and two therapists said since the last dosing session."""
    rows = reversed(standing(Readiness, enrollment))
    said = [
        Judgement(
            row.judge,
            row.judged_by_id.hex if row.judge == "therapist" else "",
            row.is_ready,
            row.has_trust,
            local_date(enrollment.site, row.judged_at),
        )
        for row in rows
    ]
    return {"readiness": readiness_findings(_asked("readiness"), said, _last_dosing(enrollment))}


def _last_dosing(enrollment: Enrollment) -> date | None:
    course = course_of(enrollment)
    return course.last_dosing_on if course else None


SOURCES: tuple[Callable[[Enrollment, ProtocolVersion, datetime], Known], ...] = (
    results,
    taper,
    safety_plan,
    contact,
    readiness,
)
