"""For the site lead: who the recipients outside are and when they were tested. Never a concern."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.recipients import begin_recipient_test, name_recipient, sign_concern_time
from holdfast.definitions.concerns import times
from holdfast.domain.concerns import Seat
from holdfast.records.access import permissions_of, printed_name
from holdfast.records.concern_reads import (
    READ,
    box_of,
    contact_of,
    counts,
    recipients_tested,
    signed_time,
    standing_seats,
    tested_at,
)
from holdfast.records.concerns import RecipientSeat
from holdfast.records.keys import opened
from holdfast.records.people import RoleAssignment, Site, User
from holdfast.web.admitted import Admitted
from holdfast.web.concerns.forms import SeatForm, SeatTestForm, TimeForm
from holdfast.web.concerns.words import SEATS, TESTED
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.words import unit_words


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """The seats, the tests and the times."""
    if request.method != "POST":
        return _page(request)
    acts = {"name": _name, "test": _test, "time": _time}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    name, form, outcome = act(request)
    if isinstance(outcome, Receipt):
        return go_on(request, request.path, "recipients-changed")
    if outcome is not None:
        form.add_error(None, refusal_words(outcome))
    return _page(request, name, form)


Acted = tuple[str, forms.Form, Answered | None]


def _told(request: Admitted, form: forms.Form) -> dict[str, Any]:
    return {
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }


def _name(request: Admitted) -> Acted:
    form = SeatForm(request.POST, people=_outsiders(request.here), auto_id="seat_%s")
    if not form.is_valid():
        return "seat_form", form, None
    said = form.cleaned_data
    outcome = name_recipient(
        site=request.here,
        seat=said["seat"],
        user=User.objects.get(id=said["person"]),
        name=said["name"],
        email=said["email"].strip(),
        phone=said["phone"].strip(),
        texts=said["texts"],
        **_told(request, form),
    )
    return "seat_form", form, outcome


def _test(request: Admitted) -> Acted:
    form = SeatTestForm(request.POST)
    if not form.is_valid():
        return "", form, None
    rows = RecipientSeat.objects.filter(site=request.here, corrected_by=None)
    row = rows.filter(id=form.cleaned_data["seat_row"]).first()
    if row is None:
        raise Http404
    return "", form, begin_recipient_test(seat=row, **_told(request, form))


def _time(request: Admitted) -> Acted:
    form = TimeForm(request.POST, auto_id="time_%s")
    if not form.is_valid():
        return "time_form", form, None
    shown = form.cleaned_data["password"]
    proof = prove(request, shown)
    if proof is None:
        form.add_error("password", not_proved(request, shown))
        return "time_form", form, None
    code, value = form.cleaned_data["code"], form.cleaned_data["value"]
    told = _told(request, form)
    outcome = sign_concern_time(site=request.here, code=code, value=value, proof=proof, **told)
    return "time_form", form, outcome


def _outsiders(site: Site) -> list[tuple[str, str]]:
    """The accounts that hold the role of outside recipient at a site."""
    now = timezone.now()
    rows = RoleAssignment.objects.filter(site=site, corrected_by=None).select_related("user")
    users = {row.user_id: row.user for row in rows}
    found = [user for user in users.values() if READ in permissions_of(user, site, now)]
    return sorted(((str(user.id), printed_name(user)) for user in found), key=lambda pair: pair[1])


def _page(request: Admitted, name: str = "", form: forms.Form | None = None) -> HttpResponse:
    here = request.here
    finding = recipients_tested(here, timezone.now())
    context: dict[str, Any] = {
        "done": done_words(request),
        "form": form,
        "finding": finding,
        "tested": TESTED[finding.reason],
        "seats": _seats(here),
        "times": _times(here),
        "outsiders": bool(_outsiders(here)),
        "seat_form": SeatForm(people=_outsiders(here), auto_id="seat_%s"),
        "time_form": TimeForm(auto_id="time_%s"),
    }
    if form is not None and name:
        context[name] = form
    status = 422 if form is not None else 200
    return render(request, "concerns/set_up.html", context, status=status)


def _seats(site: Site) -> list[dict[str, Any]]:
    now, named = timezone.now(), standing_seats(site)
    return [
        {
            "words": SEATS[seat.value],
            "contact": contact_of(row) if (row := named.get(seat)) else None,
            "account": printed_name(row.user) if row else "",
            "counts": row is not None and counts(row, now),
            "has_box": row is not None and box_of(row.user, site) is not None,
            "tested": tested_at(row) if row else None,
            "texts": row is not None and "sms" in row.channels.split(),
            "test": SeatTestForm(initial={"seat_row": row.id}, auto_id=f"test-{row.id}-%s")
            if row
            else None,
        }
        for seat in Seat
    ]


def _times(site: Site) -> list[dict[str, Any]]:
    found = []
    for code, time in times().items():
        signed = signed_time(site, code)
        found.append(
            {
                "wording": time.wording,
                "value": signed.value if signed else time.value,
                "unit": unit_words(time.unit),
                "least": time.least,
                "most": time.most,
                "is_ours": signed is None and time.standing is None,
                "standing": "signed" if signed else (time.standing.value if time.standing else ""),
                "by": opened(signed.signature, "printed_name") if signed else "",
                "at": signed.signature.signed_at if signed else None,
            }
        )
    return found
