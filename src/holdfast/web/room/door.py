"""The door of a room: what an enrolled device shows until two people open it."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.room_openings import open_room
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.records.care import Enrollment
from holdfast.records.people import Site, User
from holdfast.records.room_state import standing_opening, waiting_in
from holdfast.records.rooms import RoomOpening
from holdfast.web.look_choice import dark_unless_chosen
from holdfast.web.reauthentication import address_of, prove_person
from holdfast.web.refusals import refusal_words
from holdfast.web.room.admission import (
    AtDevice,
    device_secret,
    has_session,
    hashed,
    remember_again,
    remember_opening,
)
from holdfast.web.room.forms import OpenForm

_NUMBER = re.compile(r"(?:[A-Z0-9-]+-)?0*([1-9][0-9]{0,8})")


theme_of = dark_unless_chosen  # a room is dim


@require_safe
def page(request: AtDevice, site: str) -> HttpResponse:
    """The form to open; straight on where this device is open already."""
    opening = None if request.is_revoked else standing_opening(request.device, timezone.now())
    if opening is not None and has_session(request, opening):
        return HttpResponseRedirect(reverse("room:page", args=[site, opening.id]))
    return _page(request, OpenForm(auto_id="open_%s"))


def _page(request: AtDevice, form: OpenForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "room": request.device.room,
        "device": request.device,
        "is_revoked": request.is_revoked,
        "form": form,
        "unclosed": [] if request.is_revoked else _unclosed(request),
        "theme": theme_of(request),
    }
    response = render(request, "room/door.html", context, status=status)
    remember_again(request, response, request.device)
    return response


def _unclosed(request: AtDevice) -> list[dict[str, Any]]:
    """Openings of this device that nobody closed yet: each is closed by somebody, some day."""
    rows = RoomOpening.objects.filter(device=request.device, closing=None)
    return [
        {"id": row.id, "at": row.recorded_at, "waiting": len(waiting_in(row))}
        for row in rows.order_by("recorded_at", "id")
    ]


@require_POST
def open_it(request: AtDevice, site: str) -> HttpResponse:
    """Open the device by two people, each of whom proves who they are."""
    if request.is_revoked:
        return _page(request, OpenForm(auto_id="open_%s"), 422)
    form = OpenForm(request.POST, auto_id="open_%s")
    if not form.is_valid():
        return _page(request, form, 422)
    proofs = [_proved(request, form, place) for place in ("first", "second")]
    pairs = [pair for pair in proofs if pair is not None]
    enrollments = _named(request.here, form.cleaned_data["numbers"])
    if len(pairs) < len(proofs):
        return _page(request, form, 422)
    if enrollments is None:
        form.add_error("numbers", _("There is nobody here by one of these numbers."))
        return _page(request, form, 422)
    entry_id = form.cleaned_data["entry_id"]
    secret = _session_secret(request, entry_id)
    outcome = open_room(
        device=request.device,
        proofs=pairs,
        enrollments=enrollments,
        session_sha256=hashed(secret),
        entry_id=entry_id,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _page(request, form, 422)
    opening = RoomOpening.objects.get(id=outcome.fact_id("records_roomopening") or entry_id)
    response = HttpResponseRedirect(reverse("room:page", args=[site, opening.id]))
    remember_opening(response, opening, secret)
    remember_again(request, response, request.device)
    return response


def _session_secret(request: AtDevice, entry_id: UUID) -> str:
    """Made of the device's own secret: the same form sent twice gives the same session."""
    return hashed(f"{device_secret(request)}/opening/{entry_id.hex}")


def _proved(
    request: AtDevice, form: OpenForm, place: str
) -> tuple[User, ReauthenticationProof] | None:
    """One of the two with their proof; None, said at the field, where it does not hold."""
    login = form.cleaned_data[f"{place}_login"].strip()
    user = User.objects.filter(login=login).first()
    secret = form.cleaned_data[f"{place}_secret"]
    proof = prove_person(user, secret, address=address_of(request), method="password")
    if user is None or proof is None:
        words = _("Login name and password do not belong together, or there were too many tries.")
        form.add_error(f"{place}_secret", words)
        return None
    return user, proof


def _named(site: Site, numbers: str) -> list[Enrollment] | None:
    """The enrollments of a site by these numbers; None where one of them is nobody's."""
    told = [part for part in re.split(r"[\s,;]+", numbers.upper()) if part]
    matched = [_NUMBER.fullmatch(part) for part in told]
    if not told or not all(matched):
        return None
    wanted = {int(match[1]) for match in matched if match}
    rows = list(Enrollment.objects.filter(site=site, number__in=wanted).select_related("site"))
    return rows if len(rows) == len(wanted) else None
