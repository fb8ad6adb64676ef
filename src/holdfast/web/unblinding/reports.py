"""Reporting that somebody learned an arm by accident, and naming who is told of emergencies."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt
from holdfast.actions.unblinding_reports import name_seat, report_accident
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.glass_search import by_number
from holdfast.records.people import User
from holdfast.records.unblinding_reads import seat_holders
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.forms import ReportForm, SeatForm
from holdfast.web.unblinding.words import SEATS


def numbered(request: Admitted, form: Any, permission: str) -> Enrollment | None:
    """The enrollment of a typed number at this site, in a study one works for; said where there is none."""
    found = by_number(form.cleaned_data["number"]).enrollment
    if (
        found is not None
        and found.site_id == request.here.id
        and access.covers(studies(request, permission), found.protocol_name)
    ):
        return found
    form.add_error("number", _("Nobody here has this number."))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Admitted, site: str) -> HttpResponse:
    """Who learned of whom and how; anybody of the staff may say it."""
    form, status = ReportForm(request.POST or None, initial=_asked(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _reported(request, form)):
            return answer
    return render(
        request,
        "unblinding/report.html",
        {"form": form, "done": done_words(request)},
        status=status,
    )


def _asked(request: Admitted) -> dict[str, str]:
    return {"number": request.GET.get("number", "")[:40]}


def _reported(request: Admitted, form: ReportForm) -> HttpResponse | None:
    enrollment = numbered(request, form, "unblind.report")
    if enrollment is None:
        return None
    told = form.cleaned_data
    outcome = report_accident(
        enrollment=enrollment,
        learner=told["learner"],
        way=told["way"],
        learned_on=told["learned_on"],
        is_certain=told["is_certain"],
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("blind:report", args=[request.here.code]), "unblinding-reported")


@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: Admitted, site: str) -> HttpResponse:
    """Who is told of every emergency unblinding at this site."""
    people = access.staff_at(request.here, timezone.now())
    named = sorted((str(each.id), access.printed_name(each)) for each in people)
    form, status = SeatForm(request.POST or None, people=sorted(named, key=lambda one: one[1])), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _named(request, form)):
            return answer
    held = seat_holders(request.here)
    context = {
        "form": form,
        "done": done_words(request),
        "seats": [
            (title, access.printed_name(held[seat]) if seat in held else "")
            for seat, title in SEATS.items()
        ],
    }
    return render(request, "unblinding/seats.html", context, status=status)


def _named(request: Admitted, form: SeatForm) -> HttpResponse | None:
    outcome = name_seat(
        site=request.here,
        seat=form.cleaned_data["seat"],
        user=User.objects.get(id=form.cleaned_data["person"]),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("blind:seats", args=[request.here.code]), "seat-named")
