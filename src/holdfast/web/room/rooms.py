"""For staff: the rooms of a site, their devices, their openings, and what waits for a person."""

from typing import Any

from django import forms
from django.contrib.auth import logout
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.permission import refused
from holdfast.actions.room_custody import record_taken_over
from holdfast.actions.room_entries import settle_entry
from holdfast.actions.rooms import add_room, enroll_device, revoke_device
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain import room as rules
from holdfast.records.access import printed_name
from holdfast.records.room_state import (
    devices_of,
    is_standing,
    rooms_of,
    steps_of,
    subjects_of,
    to_settle,
    waiting_in,
)
from holdfast.records.rooms import Room, RoomDevice, RoomEntry, RoomOpening
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.room.admission import hashed, remember_device
from holdfast.web.room.forms import EnrollForm, RevokeForm, RoomForm, SettleForm
from holdfast.web.room.shown import entry_shown, names_of

SHOWN_OPENINGS = 20


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """The rooms, and what there is to do about them."""
    return _page(request)


def _page(request: Admitted, name: str = "", form: forms.Form | None = None) -> HttpResponse:
    """The page; one of its forms as it was sent, where it was not recorded."""
    context: dict[str, Any] = {
        "rooms": rooms_of(request.here),
        "devices": _devices(request),
        "openings": _openings(request),
        "settle": _to_settle(request),
        "done": done_words(request),
        "form": form,
    }
    if "room.device" in request.permissions:
        context["room_form"] = RoomForm(auto_id="room_%s")
        context["enroll_form"] = _enroll_form(request)
    if form is not None and name:
        context[name] = form
    return render(request, "room/rooms.html", context, status=422 if form is not None else 200)


def _enroll_form(request: Admitted, data: Any = None) -> EnrollForm:
    choices = [(str(row.id), row.title) for row in rooms_of(request.here)]
    return EnrollForm(data, rooms=choices, auto_id="enroll_%s")


def _devices(request: Admitted) -> list[dict[str, Any]]:
    may = "room.device" in request.permissions
    return [
        {
            "room": row.room.title,
            "label": row.label,
            "at": row.recorded_at,
            "by": printed_name(row.recorded_by),
            "ended": row.end.recorded_at if hasattr(row, "end") else None,
            "form": RevokeForm(initial={"device": row.id}, auto_id=f"revoke-{row.id}-%s")
            if may and not hasattr(row, "end")
            else None,
        }
        for row in devices_of(request.here)
    ]


def _openings(request: Admitted) -> list[dict[str, Any]]:
    now = timezone.now()
    rows = RoomOpening.objects.filter(site=request.here).order_by("-recorded_at", "-id")
    rows = rows.select_related("device__room", "device__end", "closing")[:SHOWN_OPENINGS]
    return [_opening(row, now) for row in rows]


def _opening(row: RoomOpening, now: Any) -> dict[str, Any]:
    names = names_of(rules.was_in_the_room(steps_of(row)))
    closing = getattr(row, "closing", None)
    return {
        "room": row.device.room.title,
        "at": row.recorded_at,
        "people": sorted(names.values()),
        "about": [each.label for each in subjects_of(row)],
        "closed_at": closing.closed_at if closing else None,
        "stands": is_standing(row, now),
        "waiting": len(waiting_in(row)),
    }


def _to_settle(request: Admitted) -> list[dict[str, Any]]:
    """What is nobody's yet, for who may write about that person: kind, time and how it came."""
    found = []
    for row in to_settle(request.here):
        if refused(request.user, row.enrollment or request.here, "room.open", timezone.now()):
            continue
        form = SettleForm(initial={"entry": row.id}, auto_id=f"settle-{row.id}-%s")
        was_there = row.opening is not None and request.user.id in rules.was_in_the_room(
            steps_of(row.opening)
        )
        found.append(
            {
                **entry_shown(row, {}, with_words=True),
                "moment": row.written_at,
                "form": form,
                "may_take": was_there,
                "may_set_apart": row.came in rules.KEPT_APART,
            }
        )
    return found


def _act(request: Admitted, form: forms.Form) -> dict[str, Any]:
    told = {"entry_id": form.cleaned_data["entry_id"]}
    return {**told, "by": request.user, "now": timezone.now()}


def _onward(
    request: Admitted, outcome: Any, done: str, form: forms.Form, name: str = ""
) -> HttpResponse:
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("room:rooms", args=[request.here.code]), done)
    form.add_error(None, refusal_words(outcome))
    return _page(request, name, form)


@require_POST
def add(request: Admitted, site: str) -> HttpResponse:
    """Name a room."""
    form = RoomForm(request.POST, auto_id="room_%s")
    if not form.is_valid():
        return _page(request, "room_form", form)
    told = {name: form.cleaned_data[name] for name in ("code", "title")}
    outcome = add_room(site=request.here, **told, **_act(request, form))
    return _onward(request, outcome, "room-added", form, "room_form")


@require_POST
def enroll(request: Admitted, site: str) -> HttpResponse:
    """Enroll the device that sent this, and log out whoever did: from now on it is the room's."""
    form = _enroll_form(request, request.POST)
    if not form.is_valid():
        return _page(request, "enroll_form", form)
    told = form.cleaned_data
    outcome = enroll_device(
        room=Room.objects.select_related("site").get(id=told["room"]),
        label=told["label"],
        secret_sha256=hashed(told["secret"]),
        public_key=told["public_key"],
        **_act(request, form),
    )
    if not isinstance(outcome, Receipt):
        return _onward(request, outcome, "", form, "enroll_form")
    device = RoomDevice.objects.get(id=outcome.fact_id("records_roomdevice") or told["entry_id"])
    logout(request)
    response = HttpResponseRedirect(reverse("room:door", args=[request.here.code]))
    remember_device(response, device, told["secret"])
    return response


@require_POST
def revoke(request: Admitted, site: str) -> HttpResponse:
    """Revoke a device."""
    form = RevokeForm(request.POST, auto_id="revoke_%s")
    if not form.is_valid():
        return _page(request, form=form)
    rows = RoomDevice.objects.filter(site=request.here).select_related("site")
    device = rows.filter(id=form.cleaned_data["device"]).first()
    if device is None:
        raise Http404
    reason = form.cleaned_data["reason"]
    outcome = revoke_device(device=device, reason=reason, **_act(request, form))
    return _onward(request, outcome, "room-device-revoked", form)


@require_POST
def settle(request: Admitted, site: str) -> HttpResponse:
    """Take an entry over as one's own, or set apart what came from outside an opening."""
    form = SettleForm(request.POST, auto_id="settle_%s")
    if not form.is_valid():
        return _page(request, form=form)
    rows = RoomEntry.objects.filter(site=request.here).select_related(
        "enrollment__site", "opening__site", "site"
    )
    entry = rows.filter(id=form.cleaned_data["entry"]).first()
    place = (entry.enrollment or request.here) if entry else None
    if entry is None or refused(request.user, place, "room.open", timezone.now()):
        raise Http404
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return _page(request, form=form)
    outcome = "set-apart" if request.POST.get("outcome") == "set-apart" else "mine"
    answered = settle_entry(entry=entry, outcome=outcome, proof=proof, **_act(request, form))
    if isinstance(answered, Receipt) and outcome == "mine":
        now = timezone.now()
        again = ReauthenticationProof.made(user=request.user, now=now, method=proof.method)
        record_taken_over(entry=entry, proof=again, by=request.user, now=now)
    return _onward(request, answered, "room-entry-settled", form)
