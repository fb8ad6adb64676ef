"""Therapists' own notes, apart from the record: their own page, key and permission."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.notes import record_psychotherapy
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import PsychotherapyNote
from holdfast.records.clinical_now import standing
from holdfast.web.admitted import Admitted
from holdfast.web.clinical.lines import Line, words_of
from holdfast.web.staff.clinical import entry_of, frame_of, onward
from holdfast.web.staff.clinical_forms import PsychotherapyForm
from holdfast.web.staff.clinical_sections import offered
from holdfast.web.staff.known import day_words
from holdfast.web.staff.who import enrollment_at


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The notes, newest first, and the form for another."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def write(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Write a note."""
    enrollment = enrollment_at(request, enrollment_id)
    form = offered(PsychotherapyForm(request.POST, auto_id="note_%s"), enrollment)
    if not form.is_valid():
        return _page(request, enrollment, form)
    told = {name: form.cleaned_data[name] for name in ("words", "on_day", "visit")}
    outcome = record_psychotherapy(entry=entry_of(request, enrollment, form), **told)
    address = reverse("staff:psychotherapy", args=[request.here.code, enrollment.id])
    return onward(request, outcome, form, address, lambda: _page(request, enrollment, form))


def _page(
    request: Admitted, enrollment: Enrollment, form: forms.Form | None = None
) -> HttpResponse:
    may_write = "psychotherapy.write" in request.permissions
    own = form or offered(PsychotherapyForm(auto_id="note_%s"), enrollment)
    context = frame_of(request, enrollment) | {
        "title": _("Psychotherapy notes"),
        "why": _("Kept apart: no copy of the record and no other page holds them."),
        "lines": [_line(row) for row in standing(PsychotherapyNote, enrollment)],
        "action": reverse("staff:psychotherapy-write", args=[request.here.code, enrollment.id]),
        "sheets": [
            {
                "name": "note",
                "opens": _("Write your own note"),
                "button": _("Keep the note"),
                "form": own,
                "is_open": form is not None,
            }
        ]
        if may_write
        else [],
    }
    status = 422 if form is not None else 200
    return render(request, "staff/clinical_section.html", context, status=status)


def _line(row: PsychotherapyNote) -> Line:
    words = words_of(row, "words")
    by = printed_name(row.recorded_by)
    return Line(day_words(row.on_day), row.recorded_at, by, (("", words),), id=row.id)
