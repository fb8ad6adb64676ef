"""For the recipients outside: open the box, list, read, acknowledge, answer, close, pause."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.concerns import (
    acknowledge_concern,
    answer_concern,
    close_concern,
    hand_over,
)
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.pauses import lift_for_concern, pause_for_concern
from holdfast.actions.recipients import answer_recipient_test, make_box
from holdfast.domain.concerns import BOTH, is_escalated
from holdfast.records.concern_keys import Box, ConcernKey, NotOpened, new_phrase
from holdfast.records.concern_reads import (
    WITHIN,
    box_of,
    may_read,
    open_tests,
    seat_of,
    standing_seats,
    tested_at,
    time_in_force,
    told,
    unread_by,
)
from holdfast.records.concerns import Concern, PauseGround, RecipientTest
from holdfast.records.people import User
from holdfast.web import errors
from holdfast.web.admitted import Admitted
from holdfast.web.concerns.forms import (
    BoxForm,
    CloseForm,
    EntryForm,
    LiftForm,
    OpenForm,
    PauseForConcernForm,
    ReplyForm,
    TestAnswerForm,
)
from holdfast.web.concerns.pauses import people_at
from holdfast.web.concerns.places import PHRASES, forget_box, keep_box, kept_box, refused_for_now
from holdfast.web.concerns.public import thread
from holdfast.web.concerns.words import ANSWER, OUTCOMES, SEATS, WHOM
from holdfast.web.refusals import refusal_words


@require_http_methods(["GET", "HEAD", "POST"])
def box(request: Admitted, site: str) -> HttpResponse:
    """The box: closed until its owner opens it with their own seven words."""
    doing = request.POST.get("do", "")
    if request.method == "POST" and doing in _BOX_ACTS:
        return _BOX_ACTS[doing](request)
    opened = kept_box(request, request.user, request.here)
    return _listed(request, opened) if opened else _closed(request)


def _shown(request: Admitted, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(
        request,
        f"concerns/{template}.html",
        {"place": request.here, "is_open": template != "box"} | context,
        status=status,
    )


def _closed(request: Admitted, form: forms.Form | None = None) -> HttpResponse:
    has_seat = any(row.user_id == request.user.id for row in standing_seats(request.here).values())
    has_box = box_of(request.user, request.here) is not None
    make = None
    if has_seat and not has_box:
        make = form or BoxForm(initial={"phrase": new_phrase()})
    return _shown(
        request,
        "box",
        422 if form is not None else 200,
        has_seat=has_seat,
        make=make,
        phrase=(make["phrase"].value() or "").split() if make else (),
        form=None if make else (form or OpenForm()),
    )


def _make(request: Admitted) -> HttpResponse:
    form = BoxForm(request.POST)
    if not form.is_valid():
        return _closed(request, form)
    made = Box.new()
    outcome = make_box(
        site=request.here,
        box=made,
        locked=made.lock(form.cleaned_data["phrase"]),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _closed(request, form)
    return _onward(request, made)


def _open(request: Admitted) -> HttpResponse:
    if refused_for_now(request, PHRASES):
        return errors.too_many(request)
    form, row = OpenForm(request.POST), box_of(request.user, request.here)
    if row is None:
        raise Http404
    if form.is_valid():
        try:
            return _onward(request, Box.unlock(row.locked, form.cleaned_data["phrase"]))
        except NotOpened:
            form.add_error("phrase", _("These words do not open your box."))
    return _closed(request, form)


def _close_box(request: Admitted) -> HttpResponse:
    response = HttpResponseRedirect(request.path)
    forget_box(response, request.here)
    return response


def _answer_test(request: Admitted) -> HttpResponse:
    opened, form = kept_box(request, request.user, request.here), TestAnswerForm(request.POST)
    if opened is None or not form.is_valid():
        return _closed(request)
    tests = RecipientTest.objects.filter(seat__site=request.here, seat__user=request.user)
    test = tests.filter(id=form.cleaned_data["test"]).first()
    if test is None:
        raise Http404
    answer_recipient_test(
        test=test,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    return _onward(request, opened)


_BOX_ACTS: Mapping[str, Callable[[Admitted], HttpResponse]] = {
    "make": _make,
    "open": _open,
    "close": _close_box,
    "test": _answer_test,
}


def _onward(request: Admitted, opened: Box, address: str = "") -> HttpResponse:
    response = HttpResponseRedirect(address or request.path)
    keep_box(response, opened, request.user, request.here)
    return response


def _listed(request: Admitted, opened: Box) -> HttpResponse:
    now, here = timezone.now(), request.here
    seat = seat_of(request.user, here, now)
    mine = [row for row in standing_seats(here).values() if row.user_id == request.user.id]
    concerns = Concern.objects.filter(site=here).order_by("-recorded_at", "id")
    lines = [_line(each, seat) for each in concerns if may_read(request.user, each, now)]
    tests = [test for row in mine for test in open_tests(row)]
    response = _shown(
        request,
        "concerns",
        seat=SEATS[seat.value] if seat else "",
        lines=lines,
        unread=len(concerns) - len(lines) if seat in BOTH else 0,
        tests=[TestAnswerForm(initial={"test": t.id}, auto_id=f"{t.id}-%s") for t in tests],
        tested=max((at for row in mine if (at := tested_at(row))), default=None),
    )
    keep_box(response, opened, request.user, here)
    return response


def _line(concern: Concern, seat: Any) -> dict[str, Any]:
    state = told(concern)
    waits = seat is not None and state.waits_since(seat) is not None
    return {
        "id": concern.id,
        "at": concern.recorded_at,
        "newest": state.newest,
        "is_closed": state.is_closed,
        "waits": waits and not state.is_closed,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Admitted, site: str, concern_id: UUID) -> HttpResponse:
    """One concern, and what a recipient may do with it."""
    concern = Concern.objects.filter(site=request.here, id=concern_id).first()
    if concern is None or not may_read(request.user, concern, timezone.now()):
        raise Http404
    opened = kept_box(request, request.user, request.here)
    key = _key(concern, opened)
    if opened is None or key is None:
        return HttpResponseRedirect(reverse("concerns", args=[request.here.code]))
    form = None
    if request.method == "POST" and (act := _ACTS.get(request.POST.get("do", ""))):
        form, outcome = act(request, concern, key)
        if isinstance(outcome, Receipt):
            return _onward(request, opened, request.path)
        if outcome is not None:
            form.add_error(None, refusal_words(outcome))
    response = _concern(request, concern, key, form)
    keep_box(response, opened, request.user, request.here)
    return response


def _key(concern: Concern, opened: Box | None) -> ConcernKey | None:
    share = concern.shares.filter(public_key=opened.public_key).first() if opened else None
    if share is None or opened is None:
        return None
    return opened.open(concern.id, share.sealed_key)


Acted = tuple[forms.Form, Answered | None]


def _told(request: Admitted, form: forms.Form) -> dict[str, Any]:
    return {
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }


def _acknowledge(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    form = EntryForm(request.POST)
    if not form.is_valid():
        return form, None
    return form, acknowledge_concern(concern=concern, **_told(request, form))


def _answer(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    form = ReplyForm(request.POST, auto_id="reply_%s")
    if not form.is_valid():
        return form, None
    text = form.cleaned_data["text"]
    return form, answer_concern(concern=concern, key=key, text=text, **_told(request, form))


def _close(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    form = CloseForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return form, None
    said = {name: form.cleaned_data[name] for name in ("outcome", "text")}
    return form, close_concern(concern=concern, key=key, **said, **_told(request, form))


def _pause(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    people = people_at(request.here, timezone.now())
    form = PauseForConcernForm(request.POST, people=people, auto_id="pause_%s")
    if not form.is_valid():
        return form, None
    user = User.objects.get(id=form.cleaned_data["person"])
    text = form.cleaned_data["text"]
    told_here = _told(request, form)
    return form, pause_for_concern(concern=concern, key=key, user=user, text=text, **told_here)


def _lift(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    form = LiftForm(request.POST)
    if not form.is_valid():
        return form, None
    user = User.objects.filter(id=form.cleaned_data["person"]).first()
    if user is None:
        raise Http404
    return form, lift_for_concern(concern=concern, user=user, **_told(request, form))


def _hand_over(request: Admitted, concern: Concern, key: ConcernKey) -> Acted:
    form = EntryForm(request.POST)
    if not form.is_valid():
        return form, None
    return form, hand_over(concern=concern, key=key, **_told(request, form))


_ACTS: Mapping[str, Callable[[Admitted, Concern, ConcernKey], Acted]] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "close": _close,
    "pause": _pause,
    "lift": _lift,
    "hand-over": _hand_over,
}


def _concern(
    request: Admitted, concern: Concern, key: ConcernKey, form: forms.Form | None
) -> HttpResponse:
    now, here = timezone.now(), request.here
    state, seat = told(concern), seat_of(request.user, here, now)
    first = json.loads(key.read(concern.words, place="concern", row=concern.id))
    forms_of = {
        "reply": ReplyForm(auto_id="reply_%s"),
        "close": CloseForm(auto_id="close_%s"),
        "pause": PauseForConcernForm(people=people_at(here, now), auto_id="pause_%s"),
    }
    for name, blank in list(forms_of.items()):
        if form is not None and type(form) is type(blank):
            forms_of[name] = form
    return _shown(
        request,
        "concern",
        422 if form is not None else 200,
        concern=concern,
        first=first,
        whom=WHOM.get(first.get("whom", ""), ""),
        wants=ANSWER.get(first.get("answer", ""), ""),
        said=thread(concern, key),
        state=state,
        waits=seat is not None and state.waits_since(seat) is not None,
        have_it=[SEATS[each.value] for each in BOTH if state.waits_since(each) is None],
        is_escalated=is_escalated(state, time_in_force(here, WITHIN), now),
        hand_over_to=[SEATS[row.seat] for row in unread_by(concern, now)],
        pauses=_pauses(concern, key),
        outcomes=OUTCOMES,
        entry=EntryForm(auto_id="entry_%s"),
        over=EntryForm(auto_id="over_%s"),
        form=form,
        **{f"{name}_form": each for name, each in forms_of.items()},
    )


def _pauses(concern: Concern, key: ConcernKey) -> list[dict[str, Any]]:
    """Whose assignments were paused for this concern, and whether that still holds."""
    names = dict(people_at(concern.site, timezone.now()))
    rows = PauseGround.objects.filter(concern=concern).select_related("pause").order_by("position")
    return [
        {
            "who": names.get(str(row.pause.user_id), ""),
            "why": key.read(row.words, place="ground", row=row.id),
            "at": row.recorded_at,
            "is_lifted": row.pause.corrected_by.exists(),
            "lift": LiftForm(initial={"person": row.pause.user_id}, auto_id=f"lift-{row.id}-%s"),
        }
        for row in rows
    ]
