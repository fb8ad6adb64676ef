"""One person's course as one line in time: what was, what is booked, what is planned, what deviated."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.actions.board import of_the_day
from holdfast.actions.gates import gate as asked_of
from holdfast.actions.gates import shown_gate
from holdfast.actions.judging import local_date
from holdfast.definitions.gates import load as load_gates
from holdfast.domain import board as rules
from holdfast.domain.course import CourseNow, Held
from holdfast.domain.gates import GateAnswer
from holdfast.domain.visits import NO_ANCHOR, SKIPPED, PlannedVisit
from holdfast.records.board import TO_ENROLL, CourseMoment
from holdfast.records.care import Enrollment
from holdfast.records.course import Deviation
from holdfast.records.courses import course_of, standing
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import opened_rows
from holdfast.records.people import StaffRecord
from holdfast.records.protocols import protocol_of
from holdfast.records.reading import read_once
from holdfast.records.rooms import Room
from holdfast.web.admitted import Admitted
from holdfast.web.staff.blind import as_seen
from holdfast.web.staff.board_words import (
    ACTS,
    CONDITIONS,
    KINDS,
    PLACES_OF_VISITS,
    STATUSES,
    clock_short,
    day_short,
)
from holdfast.web.staff.course_line import Mark, drawing, title_words
from holdfast.web.staff.course_words import (
    DEVIATIONS,
    REASONS,
    SKIPS,
    STEPS,
    cause_words,
)
from holdfast.web.staff.erased_page import erased_page
from holdfast.web.staff.who import enrollment_at, name_of


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The course: its state, the line, what is next and what stands before it, and everything in words."""
    enrollment = enrollment_at(request, enrollment_id)
    if is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    now = timezone.now()
    today = local_date(enrollment.site, now)
    found = course_of(enrollment)
    course = as_seen(request, found) if found else None
    context = _head(request, enrollment, course)
    context["stands"] = _stands(enrollment) if course is found else None
    if course is not None:
        context |= _course(enrollment, course, today, is_told=course is found)
    return render(request, "staff/course.html", context)


@require_safe
def gate(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """What stands before the next act, asked now: every condition with its reasons."""
    enrollment = enrollment_at(request, enrollment_id)
    if is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    with read_once():
        found = course_of(enrollment)
        course = as_seen(request, found) if found else None
        context = _head(request, enrollment, course)
        is_told = course is found
        context["gate"] = gate_shown(enrollment, course, timezone.now()) if is_told else None
    return render(request, "staff/course_gate.html", context)


def _head(request: Admitted, enrollment: Enrollment, course: CourseNow | None) -> dict[str, Any]:
    protocol = course.protocol if course else protocol_of(enrollment)
    return {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "number": enrollment.label,
        "protocol_title": protocol.title,
        "protocol_version": protocol.version,
        "status": STATUSES[course.status.value if course else TO_ENROLL],
    }


def _stands(enrollment: Enrollment) -> dict[str, Any] | None:
    """What the board says stands before the next act, and when it was last looked at."""
    row = CourseMoment.objects.filter(enrollment=enrollment).exclude(act="").first()
    if row is None:
        return None
    known = load_gates().conditions
    shut = [
        (known[code].wording if code in known else CONDITIONS[code], outcome)
        for code, outcome in orjson.loads(row.blocked_by)
    ]
    return {
        "act": ACTS[row.act],
        "unmet": [words for words, outcome in shut if outcome == "failed"],
        "unknown": [words for words, outcome in shut if outcome != "failed"],
        "on_the_day": row.on_the_day,
        "judged_at": row.judged_at,
    }


def _course(
    enrollment: Enrollment, course: CourseNow, today: date, *, is_told: bool
) -> dict[str, Any]:
    planned = course.planned(today)
    ahead = rules.ahead(course, today)
    next_code = ahead.planned.visit.code if ahead else ""
    names = staff_names(_everybody(course))
    marks = [mark for one in planned if (mark := _mark(one, course, next_code))]
    marks += [
        Mark(str(KINDS.get(held.kind, held.kind)), held.kind, held.on, has_happened=True)
        for held in course.held
        if not held.visit
    ]
    pair = course.present_on(today)
    deviations = _deviations(enrollment, course, is_told=is_told)
    missed = [{"title": _title(course, visit), "on": day_short(on)} for visit, on in course.missed]
    to_come = _to_come(planned, course, next_code, names, _rooms(course))
    stages = {stage.code: stage.title for stage in course.schedule.stages}
    was = _was(planned, course, ZoneInfo(enrollment.site.zone))
    return {
        "course": course,
        "enrolled_on": day_short(course.enrolled_on),
        "stage": stages.get(course.stages[-1], "") if len(stages) > 1 and course.stages else "",
        "pair": [names.get(UUID(each), "") for each in (pair.lead, pair.second)] if pair else [],
        "drawing": drawing(marks, today, course.enrolled_on),
        "drawing_title": title_words(enrollment.label, course.enrolled_on),
        "was": was,
        "earlier": max(0, len(was) - 8),
        "to_come": to_come,
        "later": max(0, len(to_come) - 6),
        "left_out": _left_out(planned),
        "deviations": deviations,
        "steps": [
            {
                "words": STEPS.get(step.kind, step.kind),
                "on": day_short(step.on),
                "stage": stages.get(step.stage, ""),
            }
            for step in course.steps
        ],
        "missed": missed,
        "not_as_planned": len(deviations) + len(missed),
    }


def _title(course: CourseNow, code: str) -> str:
    visit = course.schedule.visit(code)
    return visit.title if visit else code


def _mark(one: PlannedVisit, course: CourseNow, next_code: str) -> Mark | None:
    """A visit as it stands on the line; None for what has no day."""
    booked = course.booked(one.visit.code)
    on = one.actual or (booked.slot.starts.date() if booked else None) or one.target or one.earliest
    if on is None or (one.reason in (SKIPPED, NO_ANCHOR) and one.actual is None):
        return None
    is_next = one.visit.code == next_code
    window = (one.earliest, one.latest) if is_next and one.earliest and one.latest else None
    return Mark(
        title=one.visit.title,
        kind=one.visit.kind.value,
        on=on,
        has_happened=one.actual is not None,
        is_booked=booked is not None,
        is_deviation=one.is_deviation,
        is_next=is_next,
        window=window,
    )


def _was(
    planned: tuple[PlannedVisit, ...], course: CourseNow, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """What happened, the latest first; visits outside the plan among it."""
    by_code = {one.visit.code: one for one in planned}
    rows = []
    for held in sorted(course.held, key=lambda held: held.began_at, reverse=True):
        one = by_code.get(held.visit)
        deviates = one if one and one.is_deviation and one.actual == held.on else None
        rows.append(
            {
                "title": _title(course, held.visit) if held.visit else _("Visit outside the plan"),
                "kind": KINDS.get(held.kind, held.kind),
                "on": day_short(held.on),
                "hours": _hours(held, zone),
                "place": PLACES_OF_VISITS.get(held.place, ""),
                "deviation": REASONS[deviates.reason] if deviates else "",
                "cause": cause_words(course, deviates.cause) if deviates else "",
            }
        )
    return rows


def _hours(held: Held, zone: ZoneInfo) -> str:
    """From when until when a visit was, by the site's own clock."""
    began = held.began_at.astimezone(zone)
    if held.ended_at is None:
        return f"{began:%H:%M}"
    ended = held.ended_at.astimezone(zone)
    if ended.date() != began.date():
        return f"{began:%H:%M} – {day_short(ended.date())}, {ended:%H:%M}"
    return f"{began:%H:%M}–{ended:%H:%M}"


def _to_come(
    planned: tuple[PlannedVisit, ...],
    course: CourseNow,
    next_code: str,
    names: dict[UUID, str],
    rooms: dict[UUID, str],
) -> list[dict[str, Any]]:
    """What is planned, the first first, each with its window and what is booked for it."""
    rows = []
    for one in planned:
        if one.actual is not None or one.reason in (SKIPPED, NO_ANCHOR):
            continue
        booked = course.booked(one.visit.code)
        people = [booked.lead, booked.second, booked.physician] if booked else []
        room = rooms.get(UUID(booked.room), "") if booked and booked.room else ""
        on = (booked.slot.starts.date() if booked else None) or one.target or one.earliest
        rows.append(
            {
                "title": one.visit.title,
                "kind": KINDS[one.visit.kind.value],
                "on": on or date.max,
                "aimed": day_short(one.target) if one.target else "",
                "earliest": day_short(one.earliest) if one.earliest else "",
                "latest": day_short(one.latest) if one.latest else "",
                "is_suggested": one.visit.window.is_suggested,
                "booked": clock_short(booked.slot.starts.isoformat()) if booked else "",
                "minutes": booked.slot.minutes if booked else None,
                "with": ", ".join(names[UUID(e)] for e in people if e and names.get(UUID(e))),
                "room": room,
                "is_next": one.visit.code == next_code,
                "deviation": REASONS[one.reason] if one.is_deviation else "",
                "cause": cause_words(course, one.cause) if one.is_deviation else "",
            }
        )
    return sorted(rows, key=lambda row: row["on"])


def _left_out(planned: tuple[PlannedVisit, ...]) -> list[dict[str, Any]]:
    """The visits that will not be, and why."""
    return [
        {"title": one.visit.title, "why": SKIPS[one.reason]}
        for one in planned
        if one.actual is None and one.reason in SKIPS
    ]


def _deviations(
    enrollment: Enrollment, course: CourseNow, *, is_told: bool
) -> list[dict[str, Any]]:
    """Every deviation on record that stands, the latest first; of a visit that is shown, or of all."""
    every = {visit.code for visit in course.schedule.visits}
    kept_from = set() if is_told else every - {visit.code for visit in course.visits}
    rows = standing(Deviation, [enrollment.id])
    return [
        {
            "words": DEVIATIONS.get(row.kind, row.kind),
            "visit": _title(course, row.visit) if row.visit else "",
            "on": day_short(row.on),
            "cause": cause_words(course, row.cause) if row.cause != row.visit else "",
        }
        for row in reversed(rows)
        if not {row.visit, row.cause} & kept_from
    ]


def _everybody(course: CourseNow) -> set[UUID]:
    people = {each for booked in course.bookings for each in (booked.lead, booked.second)}
    people |= {booked.physician for booked in course.bookings}
    people |= {each for pair in course.pairs for each in pair.people}
    people |= {cover.covered_by for cover in course.covers}
    return {UUID(each) for each in people if each}


def staff_names(people: set[UUID]) -> dict[UUID, str]:
    """Printed names by account, in two queries."""
    rows = StaffRecord.objects.filter(user_id__in=people, corrected_by=None).order_by("position")
    records = list(rows)
    told = opened_rows((row, "printed_name") for row in records)
    return {row.user_id: name for row, name in zip(records, told, strict=True) if name}


def _rooms(course: CourseNow) -> dict[UUID, str]:
    wanted = {UUID(booked.room) for booked in course.bookings if booked.room}
    return dict(Room.objects.filter(id__in=wanted).values_list("id", "title"))


def gate_shown(
    enrollment: Enrollment, course: CourseNow | None, now: datetime
) -> dict[str, Any] | None:
    """What stands before the next act, in sentences; what the day itself must bring apart."""
    ahead = rules.next_act(course)
    if ahead is None:
        return None
    at = max(now, ahead.at) if ahead.at else now
    is_today = local_date(enrollment.site, at) <= local_date(enrollment.site, now)
    answer = asked_of(ahead.act, enrollment, at, ahead.visit)
    language = (get_language() or "en")[:2]
    shown = shown_gate(answer, course.protocol if course else protocol_of(enrollment), language)
    conditions = conditions_of(answer, shown)
    of_day = {} if is_today else of_the_day()
    shut = [one for one in conditions if one["outcome"] != "passed"]
    return {
        "act": ACTS[ahead.act.value],
        "visit": _title(course, ahead.visit) if course and ahead.visit else "",
        "unmet": [c for c in shut if c["outcome"] == "failed" and not of_day.get(c["code"])],
        "unknown": [c for c in shut if c["outcome"] == "unknown" and not of_day.get(c["code"])],
        "met": [one for one in conditions if one["outcome"] == "passed"],
        "waits": [one for one in shut if of_day.get(one["code"])],
        "for_day": "" if is_today else day_short(local_date(enrollment.site, at)),
    }


def conditions_of(answer: GateAnswer, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each condition once, with its worst outcome and the sentences of what makes it so."""
    found: dict[str, dict[str, Any]] = {}
    for one, told in zip(answer.judged, shown, strict=True):
        outcome = "passed" if one.is_open else told["outcome"]
        row = found.setdefault(
            told["condition"],
            {"code": told["condition"], "wording": told["wording"], "outcome": "passed", "by": {}},
        )
        row["outcome"] = max(row["outcome"], outcome, key=_WORSE.index)
        row["by"].setdefault(outcome, []).append(told["sentence"])
    for row in found.values():
        row["sentences"] = list(dict.fromkeys(row["by"][row["outcome"]]))
    return list(found.values())


_WORSE = ("passed", "unknown", "failed")
