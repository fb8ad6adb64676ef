"""My appointments: by the clinic's clock, as a file, and at a private address for a calendar."""

import secrets
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.own_calendar import (
    end_calendar_address,
    hash_of_token,
    make_calendar_address,
)
from holdfast.interop.icalendar import Event, calendar
from holdfast.records.access import holds_anywhere
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import Erased, opened
from holdfast.records.own_calendar import (
    TOKEN_BYTES,
    address_of_token,
    appointments_of,
    standing_address,
)
from holdfast.records.patients import PatientAccount, patient_of
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.patient.own_words_forms import AddressForm, EndForm
from holdfast.web.patient.place import Own, acts_for, own_context, own_of
from holdfast.web.patient.where import all_to_come
from holdfast.web.refusals import refusal_words

BACK = timedelta(days=30)  # how long an appointment that was stays in a calendar


@require_safe
def page(request: Admitted) -> HttpResponse:
    """What is booked, what has no hour yet, and how a calendar program learns of it."""
    return _page(request, own_of(request))


def _page(request: Admitted, own: Own, status: int = 200, **more: Any) -> HttpResponse:
    context = own_context(request, own)
    if own.mine is not None:
        context |= all_to_come(own.mine, own.enrollments, timezone.now())
        context |= {
            "zone": own.mine.site.zone.replace("_", " "),
            "address": standing_address(own.mine.person_id),
            "form": AddressForm(initial={"title": _("Appointment")}),
            "end_form": EndForm(auto_id="end_%s"),
        }
    return render(request, "patient/appointments.html", context | more, status=status)


@require_safe
def as_file(request: Admitted) -> HttpResponse:
    """The appointments as one file, to be opened by a calendar program."""
    mine = own_of(request).mine
    if mine is None:
        return HttpResponseRedirect(reverse("me-appointments"))
    response = _calendar(mine, _("Appointment"))
    response["Content-Disposition"] = 'attachment; filename="appointments.ics"'
    return response


def _calendar(mine: PatientAccount, title: str) -> HttpResponse:
    events = [
        Event(each.id, each.starts, each.zone, each.minutes, title, each.said_at)
        for each in appointments_of(mine.person_id, mine.site, timezone.now(), BACK)
    ]
    return HttpResponse(calendar(events, title=title), content_type="text/calendar; charset=utf-8")


@acts_for("me-appointments")
def make(request: Admitted) -> HttpResponse:
    """Make a private address; it is shown now and never again. An earlier one ends."""
    own, form = own_of(request), AddressForm(request.POST)
    if own.mine is None:
        return HttpResponseRedirect(reverse("me-appointments"))
    if not form.is_valid():
        return _page(request, own, 422, form=form)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    outcome = make_calendar_address(
        token_sha256=hash_of_token(token),
        title=form.cleaned_data["title"],
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        made = request.build_absolute_uri(reverse("me-calendar", args=[token]))
        return _page(request, own, made=made)
    form.add_error(None, refusal_words(outcome))
    return _page(request, own, 422, form=form)


@acts_for("me-appointments")
def end(request: Admitted) -> HttpResponse:
    """Take the address back."""
    own, form = own_of(request), EndForm(request.POST)
    if own.mine is None or not form.is_valid():
        return HttpResponseRedirect(reverse("me-appointments"))
    outcome = end_calendar_address(
        entry_id=form.cleaned_data["entry_id"], by=request.user, now=timezone.now()
    )
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("me-appointments"), "calendar-ended")
    form.add_error(None, refusal_words(outcome))
    return _page(request, own, 422, form=form)


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program is told at a private address; not found once it was taken back."""
    address = address_of_token(hash_of_token(token))
    mine = patient_of(address.user) if address else None
    if address is None or mine is None or mine.person_id != address.person_id:
        raise Http404
    if is_erased(address.person_id) or not holds_anywhere(address.user, "own.see", timezone.now()):
        raise Http404
    try:
        title = opened(address, "title")
    except Erased:
        raise Http404 from None
    return _calendar(mine, title or "")
