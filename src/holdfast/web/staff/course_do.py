"""What can be done about one course: each act a sheet of its own, shown to who may do it."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.domain.course import CourseNow
from holdfast.records.care import Enrollment
from holdfast.records.courses import course_of
from holdfast.records.forgotten import is_erased
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.course_amend import amendments_shown
from holdfast.web.staff.course_choices import Choices, choices_of
from holdfast.web.staff.course_do_words import TAKEN
from holdfast.web.staff.course_sheets import SHEETS, Doing, SheetOf
from holdfast.web.staff.erased_page import erased_page
from holdfast.web.staff.who import enrollment_at, name_of


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Everything that this person may do about the course."""
    enrollment = enrollment_at(request, enrollment_id)
    if is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    return _page(request, enrollment)


def _page(
    request: Admitted, enrollment: Enrollment, name: str = "", form: forms.Form | None = None
) -> HttpResponse:
    """The sheets; one of them as it was sent, and open, where it was not recorded."""
    course = course_of(enrollment)
    offered = choices_of(enrollment, course, request.user, timezone.now())
    sheets = [
        {
            "name": each,
            "title": sheet.title,
            "button": sheet.button,
            "form": form
            if each == name and form
            else sheet.form(offered=offered, auto_id=f"{each}_%s"),
            "is_open": each == name,
            "shows": sheet.shows,
            "action": reverse(_route(sheet.permission), args=[enrollment.site.code, enrollment.id]),
        }
        for each, sheet in SHEETS.items()
        if _is_shown(sheet, request, offered, course)
    ]
    context: dict[str, Any] = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "done": done_words(request),
        "groups": _grouped(sheets),
        "amendments": amendments_shown(course) if course and _shows_amendments(sheets) else [],
    }
    return render(request, "staff/course_do.html", context, status=422 if form is not None else 200)


# The sheets under what they are about, as they stand on the page.
_GROUPS = (
    (_("Visits"), ("hold", "miss", "skip", "back", "deviation")),
    (_("Bookings"), ("book", "cancel")),
    (_("Before a session"), ("pass", "state", "aside")),
    (_("Therapists"), ("pair", "cover", "ask", "unask")),
    (_("The course"), ("enroll", "amend", "turn", "attempt", "transfer", "close")),
)


def _grouped(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sheets that are shown, each group in its order; a group without any is left out."""
    by_name = {sheet["name"]: sheet for sheet in sheets}
    found = [
        {"title": title, "sheets": [by_name[name] for name in names if name in by_name]}
        for title, names in _GROUPS
    ]
    return [group for group in found if group["sheets"]]


def _is_shown(
    sheet: SheetOf, request: Admitted, offered: Choices, course: CourseNow | None
) -> bool:
    """Whether somebody may do it, and there is what it is done to."""
    if sheet.permission not in request.permissions:
        return False
    if sheet.needs_course != (course is not None):
        return False
    return not sheet.needs or bool(getattr(offered, sheet.needs))


def _shows_amendments(sheets: list[dict[str, Any]]) -> bool:
    return any(sheet["name"] == "amend" for sheet in sheets)


# Where the sheets of each permission are sent: one address for each, so that each is admitted alone.
_ROUTES = {
    "course.enroll": "course-enroll",
    "course.step": "course-step",
    "visit.record": "course-visit",
    "booking.make": "course-book",
    "pair.assign": "course-pair",
    "pair.ask": "course-ask",
    "gate.pass": "course-pass",
    "gate.state": "course-state",
    "gate.override": "course-aside",
}


def _route(permission: str) -> str:
    return f"staff:{_ROUTES[permission]}"


@require_POST
def enroll(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Open the course, or put it under another version of the protocol."""
    return _do(request, enrollment_id, "course.enroll")


@require_POST
def step(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A turn, a try to reach somebody, a transfer, or the end."""
    return _do(request, enrollment_id, "course.step")


@require_POST
def visit(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A visit held, missed, skipped or taken back, and what deviated."""
    return _do(request, enrollment_id, "visit.record")


@require_POST
def book(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A booking made, moved or cancelled."""
    return _do(request, enrollment_id, "booking.make")


@require_POST
def pair(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The pair assigned, or somebody standing in."""
    return _do(request, enrollment_id, "pair.assign")


@require_POST
def ask(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Another therapist asked for, or that taken back."""
    return _do(request, enrollment_id, "pair.ask")


@require_POST
def pass_gate(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A gate asked."""
    return _do(request, enrollment_id, "gate.pass")


@require_POST
def state(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A condition stated."""
    return _do(request, enrollment_id, "gate.state")


@require_POST
def aside(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A condition set aside, with a signature."""
    return _do(request, enrollment_id, "gate.override")


def _do(request: Admitted, enrollment_id: UUID, permission: str) -> HttpResponse:
    """Do the act of the sheet that was sent, or show the sheet again with what does not fit."""
    enrollment = enrollment_at(request, enrollment_id)
    own = [each for each, sheet in SHEETS.items() if sheet.permission == permission]
    name = request.POST.get("sheet", own[0])
    sheet = SHEETS.get(name)
    if sheet is None or sheet.permission != permission:
        raise Http404
    now = timezone.now()
    offered = choices_of(enrollment, course_of(enrollment), request.user, now)
    form = sheet.form(request.POST, offered=offered, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _page(request, enrollment, name, form)
    told = dict(form.cleaned_data)
    entry_id, proof = told.pop("entry_id"), None
    if "password" in told:
        shown = told.pop("password")
        proof = prove(request, shown)
        if proof is None:
            form.add_error("password", not_proved(request, shown))
            return _page(request, enrollment, name, form)
    # A proof that was made just now does not hold at the moment before it.
    doing = Doing(enrollment, entry_id, request.user, timezone.now(), proof)
    answered = sheet.act(doing, told)
    if isinstance(answered, Receipt):
        here = reverse("staff:course-do", args=[enrollment.site.code, enrollment.id])
        return go_on(request, here, f"course-{name}")
    form.add_error(None, _refused(answered))
    return _page(request, enrollment, name, form)


def _refused(answered: Answered) -> Any:
    """The words of a refusal, the parts of a booking by what they are called."""
    if isinstance(answered, Refusal) and (lists := {"taken", "missing"} & set(answered.values)):
        values = {
            key: ", ".join(str(TAKEN.get(part, part)) for part in str(value).split(", "))
            if key in lists
            else value
            for key, value in answered.values.items()
        }
        return refusal_words(Refusal(answered.reason, values))
    return refusal_words(answered)
