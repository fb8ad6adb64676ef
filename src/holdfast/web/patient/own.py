"""The first of a person's own pages, the request for a copy, and their account."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.crisis_numbers import crisis_numbers, on_call_number
from holdfast.actions.outcomes import Receipt
from holdfast.actions.patients import request_copy
from holdfast.domain import rota
from holdfast.records.forgotten import is_erased
from holdfast.records.patients import enrollments_of, open_copy_request, patient_of
from holdfast.records.rota import roster, standing_hours, zone_of
from holdfast.web import fields
from holdfast.web.done import done_words, go_on
from holdfast.web.patient.place import own_of
from holdfast.web.patient.where import whereabouts
from holdfast.web.refusals import refusal_words


class CopyForm(forms.Form):
    """Nothing to fill in: asking is the whole of it."""

    entry_id = fields.entry_id()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is here."""
    return _page(request, "me", **_here(request))


def _here(request: HttpRequest) -> dict[str, Any]:
    """Where the person is in their course, and whom they can call now."""
    own, now = own_of(request), timezone.now()
    if own.mine is None:
        return {}
    site = own.mine.site
    turns = rota.on_duty(roster(standing_hours(site)), zone_of(site), now)
    return whereabouts(own.mine, own.enrollments, now) | {
        "on_call": on_call_number(site),
        "is_somebody_on": bool(turns),
    }


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The person's login name, and the ways to show who they are."""
    return _page(request, "account")


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of one's record, and see how it stands."""
    form = CopyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        outcome = request_copy(
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,  # type: ignore[arg-type]  # web.permissions let only an account in
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return go_on(request, reverse("me-copy"), "copy-requested")
        form.add_error(None, refusal_words(outcome))
    return _page(request, "copy", form=form)


def _page(request: HttpRequest, template: str, **more: Any) -> HttpResponse:
    """A page of one's own. An account that is linked to nobody is told so, and whom to ask."""
    mine = patient_of(request.user)
    context: dict[str, Any] = {"mine": mine, "done": done_words(request), **more}
    if mine is not None:
        timezone.activate(ZoneInfo(mine.site.zone))  # web.permissions deactivates it
        enrollments = enrollments_of(mine)
        context |= {
            "place": mine.site,
            "labels": [enrollment.label for enrollment in enrollments],
            "asked": open_copy_request(mine.person_id),
            "erased": is_erased(mine.person_id),
            "numbers": crisis_numbers(mine.site),
        }
    form = more.get("form")
    status = 422 if form is not None and form.is_bound else 200
    return render(request, f"patient/{template}.html", context, status=status)
