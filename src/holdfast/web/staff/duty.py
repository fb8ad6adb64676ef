"""Duty: who is on and who is next, page them, answer in one tap, keep and test one's channels."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.paging import answer_page, begin_test, page_duty
from holdfast.actions.rosters import end_hours, keep_contact, roster_hours, sign_time
from holdfast.definitions.duty import times
from holdfast.records.duty import DutyContact, DutyHours, DutyPage
from holdfast.records.people import User
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.duty_forms import (
    AnswerForm,
    ContactForm,
    EndForm,
    PageForm,
    RosterForm,
    TestForm,
    TimeForm,
)
from holdfast.web.staff.duty_shown import hours_of, people_of, shown


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Who is on duty, what is open, and what is wrong."""
    return _page(request)


def _page(request: Admitted, name: str = "", form: forms.Form | None = None) -> HttpResponse:
    """The page with its forms; one of them as it was sent, where it was not recorded."""
    may = request.permissions
    context: dict[str, Any] = shown(request) | {"done": done_words(request), "form": form}
    if "duty.page" in may:
        context["page_form"] = PageForm(auto_id="page_%s", initial={"reason": "come-now"})
    if "duty.answer" in may:
        context["contact_form"] = ContactForm(auto_id="contact_%s")
    if "duty.roster" in may:
        context["roster_form"] = RosterForm(**_choices(request), auto_id="roster_%s")
    if "duty.sign" in may:
        context["time_form"] = TimeForm(auto_id="time_%s")
    if form is not None and name:
        context[name] = form
    return render(request, "staff/duty.html", context, status=422 if form is not None else 200)


def _onward(
    request: Admitted, outcome: Answered, done: str, form: forms.Form, name: str = ""
) -> HttpResponse:
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("staff:duty", args=[request.here.code]), done)
    form.add_error(None, refusal_words(outcome))
    return _page(request, name, form)


def _choices(request: Admitted) -> dict[str, Any]:
    return {"people": people_of(request.here), "hours": hours_of(request.here)}


def _act(request: Admitted, form: forms.Form) -> dict[str, Any]:
    return {
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }


@require_POST
def call(request: Admitted, site: str) -> HttpResponse:
    """Page whoever is on duty."""
    form = PageForm(request.POST, auto_id="page_%s")
    if not form.is_valid():
        return _page(request, "page_form", form)
    outcome = page_duty(
        site=request.here,
        post=form.cleaned_data["post"],
        reason=form.cleaned_data["reason"],
        **_act(request, form),
    )
    return _onward(request, outcome, "duty-paged", form, "page_form")


@require_POST
def answer(request: Admitted, site: str) -> HttpResponse:
    """Answer a page in one tap, or a test with its code."""
    form = AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return _page(request, form=form)
    row = DutyPage.objects.filter(site=request.here, id=form.cleaned_data["page"]).first()
    if row is None:
        raise Http404
    outcome = answer_page(
        page=row,
        done=form.cleaned_data["done"],
        code=form.cleaned_data["code"].strip(),
        **_act(request, form),
    )
    return _onward(request, outcome, "duty-answered", form)


@require_POST
def test(request: Admitted, site: str) -> HttpResponse:
    """Begin a test of one of my channels."""
    form = TestForm(request.POST, auto_id="test_%s")
    if not form.is_valid():
        return _page(request, form=form)
    row = DutyContact.objects.filter(
        site=request.here,
        user=request.user,
        corrected_by=None,
        is_withdrawn=False,
        id=form.cleaned_data["contact"],
    ).first()
    if row is None:
        raise Http404
    return _onward(request, begin_test(contact=row, **_act(request, form)), "duty-test-begun", form)


@require_POST
def contact(request: Admitted, site: str) -> HttpResponse:
    """Keep or take away one of my channels."""
    form = ContactForm(request.POST, auto_id="contact_%s")
    if not form.is_valid():
        return _page(request, "contact_form", form)
    outcome = keep_contact(
        site=request.here,
        channel=form.cleaned_data["channel"],
        address=form.cleaned_data["address"].strip() or None,
        **_act(request, form),
    )
    return _onward(request, outcome, "duty-contact-kept", form, "contact_form")


@require_POST
def rostered(request: Admitted, site: str) -> HttpResponse:
    """Put somebody on the roster."""
    form = RosterForm(request.POST, **_choices(request), auto_id="roster_%s")
    if not form.is_valid():
        return _page(request, "roster_form", form)
    told = form.cleaned_data
    outcome = roster_hours(
        site=request.here,
        user=User.objects.get(id=told["person"]),
        post=told["post"],
        first_day=told["first_day"],
        last_day=told["last_day"],
        weekdays=[int(day) for day in told["weekdays"]],
        begins=told["begins"],
        ends=told["ends"],
        replaces=DutyHours.objects.get(id=told["replaces"]) if told["replaces"] else None,
        **_act(request, form),
    )
    return _onward(request, outcome, "duty-rostered", form, "roster_form")


@require_POST
def off(request: Admitted, site: str) -> HttpResponse:
    """Take hours off the roster; the record keeps that they stood."""
    form = EndForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _page(request, form=form)
    row = DutyHours.objects.filter(site=request.here, id=form.cleaned_data["hours"]).first()
    if row is None:
        raise Http404
    outcome = end_hours(hours=row, last_day=None, reason="taken-off", **_act(request, form))
    return _onward(request, outcome, "duty-rostered", form)


@require_POST
def time(request: Admitted, site: str) -> HttpResponse:
    """A physician or a site lead signs a time."""
    form = TimeForm(request.POST, auto_id="time_%s")
    if not form.is_valid():
        return _page(request, "time_form", form)
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return _page(request, "time_form", form)
    code = form.cleaned_data["code"]
    outcome = sign_time(
        site=request.here,
        code=code,
        value=form.cleaned_data["value"],
        unit=times()[code].unit,
        proof=proof,
        **_act(request, form),
    )
    return _onward(request, outcome, "duty-time-signed", form, "time_form")
