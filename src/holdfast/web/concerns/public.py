"""For anybody: raise a concern without a name, come back with seven words, add more, stay unknown."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.concerns import add_to_concern, raise_concern
from holdfast.actions.crisis_numbers import crisis_numbers
from holdfast.actions.outcomes import Receipt
from holdfast.domain.concerns import BOTH
from holdfast.records.concern_keys import ConcernKey, ReporterKey
from holdfast.records.concern_reads import WITHIN as ACKNOWLEDGED_WITHIN
from holdfast.records.concern_reads import contact_of, seats_in_effect, time_in_force, told
from holdfast.records.concerns import Concern
from holdfast.records.people import Site
from holdfast.web import errors
from holdfast.web.concerns.forms import AddForm, BackForm, ConcernForm
from holdfast.web.concerns.places import ADDITIONS, PHRASES, RAISES, refused_for_now, site_of
from holdfast.web.concerns.words import OUTCOMES
from holdfast.web.refusals import refusal_words


def _page(
    request: HttpRequest, template: str, site: Site, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the public path: crisis numbers first, and nothing of who may be signed in."""
    around = {"place": site, "numbers": crisis_numbers(site), "hours": _hours(site)}
    return render(request, f"concerns/{template}.html", around | context, status=status)


def _hours(site: Site) -> int:
    return int(time_in_force(site, ACKNOWLEDGED_WITHIN).total_seconds() // 3600)


def reachable(site: Site) -> list[dict[str, Any]]:
    """The two who read outside, as anybody may know them."""
    held = seats_in_effect(site, timezone.now())
    found = [(seat, contact_of(held[seat])) for seat in BOTH if seat in held]
    return [{"seat": seat.value, "contact": contact} for seat, contact in found if contact]


@require_http_methods(["GET", "HEAD", "POST"])
def raise_one(request: HttpRequest, site: str) -> HttpResponse:
    """Raise a concern."""
    here, signed_in = site_of(site), request.user.is_authenticated
    readers = reachable(here)
    if not readers:
        return _page(request, "nobody", here)
    if request.method != "POST":
        form = ConcernForm(signed_in=signed_in)
        return _page(request, "new", here, form=form, readers=readers)
    if refused_for_now(request, RAISES):
        return errors.too_many(request)
    form = ConcernForm(request.POST, signed_in=signed_in)
    if form.is_valid():
        outcome = raise_concern(
            site=here,
            words=_words(request, form.cleaned_data),
            reporter=ReporterKey.of(form.cleaned_data["phrase"], here.id),
            entry_id=form.cleaned_data["entry_id"],
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            phrase = form.cleaned_data["phrase"].split()
            return _page(request, "raised", here, phrase=phrase, readers=readers)
        form.add_error(None, refusal_words(outcome))
    return _page(request, "new", here, 422, form=form, readers=readers)


def _words(request: HttpRequest, said: dict[str, Any]) -> str:
    """What is enclosed. Of a session nothing goes in, unless its owner chose to add their name."""
    kept = {name: said[name] for name in ("what", "whom", "whom_name", "when", "answer", "contact")}
    if said.get("attach"):
        kept["login"] = request.user.get_username()
    return json.dumps({"schema": 1} | kept, ensure_ascii=False, sort_keys=True)


@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, site: str) -> HttpResponse:
    """Read answers to one's own concern, and add to it."""
    here = site_of(site)
    if request.method != "POST":
        return _page(request, "back", here, form=BackForm())
    if refused_for_now(request, PHRASES):
        return errors.too_many(request)
    form = BackForm(request.POST)
    if not form.is_valid():
        return _page(request, "back", here, 422, form=form)
    phrase = form.cleaned_data["phrase"]
    reporter = ReporterKey.of(phrase, here.id)
    concern = Concern.objects.filter(site=here, lookup=reporter.lookup).first()
    if concern is None:
        form.add_error("phrase", _("No concern belongs to these words. Check each one."))
        return _page(request, "back", here, 422, form=form)
    key = reporter.open(concern.id, concern.shares.get(user=None).sealed_key)
    if "text" not in request.POST:
        return _thread(request, here, concern, key, AddForm(initial={"phrase": phrase}))
    return _add(request, here, concern, key, phrase)


def _add(
    request: HttpRequest, here: Site, concern: Concern, key: ConcernKey, phrase: str
) -> HttpResponse:
    if refused_for_now(request, ADDITIONS):
        return errors.too_many(request)
    form = AddForm(request.POST)
    if form.is_valid():
        outcome = add_to_concern(
            concern=concern,
            key=key,
            text=form.cleaned_data["text"],
            entry_id=form.cleaned_data["entry_id"],
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            fresh = AddForm(initial={"phrase": phrase})
            return _thread(request, here, concern, key, fresh, done=_("Added. They are told."))
        form.add_error(None, refusal_words(outcome))
    return _thread(request, here, concern, key, form)


def _thread(
    request: HttpRequest,
    here: Site,
    concern: Concern,
    key: ConcernKey,
    form: forms.Form,
    done: str = "",
) -> HttpResponse:
    state = told(concern)
    return _page(
        request,
        "thread",
        here,
        422 if form.errors else 200,
        form=form,
        done=done,
        said=thread(concern, key),
        have_it=sum(state.waits_since(seat) is None for seat in BOTH),
        is_closed=state.is_closed,
    )


def thread(concern: Concern, key: ConcernKey) -> list[dict[str, Any]]:
    """Everything that was said, oldest first: the concern, what was added, answers, closings."""
    told_first = json.loads(key.read(concern.words, place="concern", row=concern.id))
    said = [{"at": concern.recorded_at, "mine": True, "words": told_first["what"], "outcome": ""}]
    said += [
        {
            "at": row.recorded_at,
            "mine": row.by_reporter,
            "words": key.read(row.words, place="message", row=row.id),
            "outcome": "",
        }
        for row in concern.messages.order_by("position")
    ]
    said += [
        {
            "at": row.recorded_at,
            "mine": False,
            "words": key.read(row.words, place="closing", row=row.id),
            "outcome": OUTCOMES[row.outcome],
        }
        for row in concern.closings.order_by("position")
    ]
    return sorted(said, key=lambda each: each["at"])
