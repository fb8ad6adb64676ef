"""People whom another site transferred here: each received once, with all that was known."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.course_changes import receive
from holdfast.actions.outcomes import Receipt
from holdfast.records.access import covers
from holdfast.records.course import CourseStep
from holdfast.records.courses import transferred_to
from holdfast.records.forgotten import is_erased
from holdfast.web import fields
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.board_words import day_short


class ReceiveForm(forms.Form):
    """Whom to receive: the enrollment at the site that sent them."""

    entry_id = fields.entry_id()
    enrollment = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Who was sent here and is not here yet, by number alone; a form for each receives them."""
    steps = _steps(request)
    if request.method != "POST":
        return _page(request, steps)
    form = ReceiveForm(request.POST)
    sent = form.cleaned_data["enrollment"] if form.is_valid() else None
    step = next((each for each in steps if each.enrollment_id == sent), None)
    if step is None:
        raise Http404
    outcome = receive(
        enrollment=step.enrollment,
        site=request.here,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        here = reverse("staff:course", args=[request.here.code, outcome.stream_id])
        return go_on(request, here, "course-received")
    form.add_error(None, refusal_words(outcome))
    return _page(request, steps, form, step.enrollment_id)


def _steps(request: Admitted) -> list[CourseStep]:
    """The transfers to this site that wait, in the studies that this person receives for."""
    mine = studies(request, "referral.import")
    return [
        step
        for step in transferred_to(request.here)
        if covers(mine, step.enrollment.protocol_name) and not is_erased(step.enrollment.person_id)
    ]


def _page(
    request: Admitted,
    steps: list[CourseStep],
    form: ReceiveForm | None = None,
    refused: UUID | None = None,
) -> HttpResponse:
    rows: list[dict[str, Any]] = [
        {
            "label": step.enrollment.label,
            "site": step.enrollment.site.name,
            "on": day_short(step.on),
            "form": form
            if form is not None and step.enrollment_id == refused
            else ReceiveForm(
                initial={"enrollment": step.enrollment_id}, auto_id=f"{step.enrollment_id}_%s"
            ),
        }
        for step in steps
    ]
    context = {"rows": rows, "done": done_words(request)}
    return render(
        request, "staff/course_received.html", context, status=200 if form is None else 422
    )
