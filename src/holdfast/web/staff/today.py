"""A therapist's or physician's day: my visits of today by the site's own clock, and my courses."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from holdfast.actions.judging import local_date
from holdfast.domain import course as course_rules
from holdfast.domain.course import CourseNow
from holdfast.domain.schedule import VisitKind
from holdfast.records.access import covers
from holdfast.records.board import board
from holdfast.records.bookings import Booking
from holdfast.records.courses import booked_of, courses_of
from holdfast.records.keys import Erased
from holdfast.records.reading import read_once
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.board import blocked_words, next_words, when_words
from holdfast.web.staff.board_names import names_on_board
from holdfast.web.staff.board_words import ACTS, KINDS, PLACES_OF_VISITS, STATUSES, day_short
from holdfast.web.staff.course import gate_shown
from holdfast.web.staff.who import names_of

SEATS = {
    "lead": _("you lead"),
    "second": _("you are the second therapist"),
    "physician": _("you are the on-call physician"),
}


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """My visits of today, each with what is missing for it; and the courses I belong to."""
    now = timezone.now()
    today = local_date(request.here, now)
    context = {
        "today": day_short(today),
        "visits": _visits(request, today, now),
        **_courses(request, now),
    }
    return render(request, "staff/today.html", context)


def _visits(request: Admitted, today: date, now: datetime) -> list[dict[str, Any]]:
    """What is booked for me on the site's own day, by its clock."""
    me = request.user.id
    rows = Booking.objects.filter(
        Q(lead_id=me) | Q(second_id=me) | Q(physician_id=me),
        site=request.here,
        starts__startswith=today.isoformat(),
        corrected_by=None,
        is_cancelled=False,
    ).select_related("enrollment__site", "enrollment__person", "room")
    seen = studies(request, "today.see")
    mine = list(rows.order_by("starts", "id"))
    mine = [row for row in mine if covers(seen, row.enrollment.protocol_name)]
    courses = courses_of(row.enrollment for row in mine)
    names = names_of(request, [row.enrollment for row in mine])
    return [
        _visit(request, row, courses[row.enrollment_id], names, now)
        for row in mine
        if row.enrollment_id in courses
    ]


def _visit(
    request: Admitted, row: Booking, course: CourseNow, names: dict[Any, str], now: datetime
) -> dict[str, Any]:
    enrollment, slot = row.enrollment, booked_of(row).slot
    visit = course.schedule.visit(row.visit)
    held = [one for one in course.held if one.visit == row.visit]
    seats = {"lead": row.lead_id, "second": row.second_id, "physician": row.physician_id}
    seat = next(name for name, who in seats.items() if who == request.user.id)
    return {
        "href": reverse("staff:course", args=[request.here.code, enrollment.id]),
        "who": names[enrollment.id] or enrollment.label,
        "number": enrollment.label if names[enrollment.id] else "",
        "from": f"{slot.starts:%H:%M}",
        "until": f"{slot.ends():%H:%M}",
        "title": visit.title if visit else row.visit,
        "kind": KINDS[visit.kind.value] if visit else "",
        "place": PLACES_OF_VISITS.get(row.place, ""),
        "room": row.room.title if row.room else "",
        "seat": SEATS[seat],
        "activities": _activities(course, row.visit),
        "was_held": bool(held),
        "is_over": slot.ends_at() < now and not held,
        "gate": None if held else _gate(row, course, now),
        "missing": _missing(row, course),
    }


def _activities(course: CourseNow, code: str) -> list[str]:
    """What the protocol has done at a visit, in its own words."""
    visit, known = course.schedule.visit(code), course.schedule.activities
    return (
        [known[each].title if each in known else each for each in visit.activities] if visit else []
    )


def _missing(row: Booking, course: CourseNow) -> list[str]:
    """Visits that must come before this one and are not recorded, by their titles."""
    visit = course.schedule.visit(row.visit)
    gone = set(course.actual) | course.skipped
    wanted = [code for code in visit.after if code not in gone] if visit else []
    return [known.title for code in wanted if (known := course.schedule.visit(code))]


def _gate(row: Booking, course: CourseNow, now: datetime) -> dict[str, Any] | None:
    """What stands before this visit, where it is a gated one."""
    visit = course.schedule.visit(row.visit)
    gated = (VisitKind.DOSING, VisitKind.PREPARATION)
    if visit is None or visit.kind not in gated:
        return None
    try:
        with read_once():
            shown = gate_shown(row.enrollment, course, now)
    except Erased:
        return None
    is_dosing = visit.kind is VisitKind.DOSING
    if shown is None or (is_dosing and shown["visit"] != visit.title):
        return None
    begins = ACTS["begin-dosing"] if is_dosing else ACTS["begin-preparation"]
    return shown if shown["act"] == begins else None


OVER = frozenset(status.value for status in course_rules.OVER)


def _courses(request: Admitted, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The courses in which I am one of the pair, what is late first; those that are over apart."""
    me = request.user.id
    lines = board(request.here, now, studies(request, "today.see"))
    mine = [line for line in lines if me in (line.lead_id, line.second_id)]
    names = names_on_board(request, mine, ())
    found: dict[str, list[dict[str, Any]]] = {"courses": [], "over": []}
    for line in mine:
        number = f"{request.here.code}-{line.number:04d}"
        who = names.get(line.enrollment_id, "")
        found["over" if line.status in OVER else "courses"].append(
            {
                "href": reverse("staff:course", args=[request.here.code, line.enrollment_id]),
                "who": who or number,
                "number": number if who else "",
                "status": STATUSES[line.status],
                "is_running": line.status == "running",
                "next": next_words(line),
                "when": when_words(line, now),
                "late": line.is_overdue,
                "due": line.is_due,
                "act": ACTS.get(line.act, ""),
                "blocked": blocked_words(line.blocked_by),
            }
        )
    return found
