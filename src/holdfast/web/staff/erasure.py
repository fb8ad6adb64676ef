"""Erasing a person's words: what the rules say, the request, and the two signatures."""

import datetime
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.actions.erasure import REASONS, request_erasure, retention_findings, sign_erasure
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.retention import MOST_YEARS, sign_retention
from holdfast.definitions import retention
from holdfast.domain.findings import Finding
from holdfast.domain.retention import CLASSES, RetentionRule, is_permitted
from holdfast.records.care import Enrollment
from holdfast.records.erasure import ErasureRequest
from holdfast.records.forgotten import is_erased, open_request, signers_of
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.erased_page import CLASS_WORDS, REASON_WORDS, erased_page
from holdfast.web.staff.known import day_words
from holdfast.web.staff.who import enrollment_at, name_of

FINDING_WORDS = {
    "jurisdiction-known": gettext_lazy("The site's time zone says which law applies."),
    "jurisdiction-unknown": gettext_lazy("No jurisdiction is known for this site."),
    "classes-named": gettext_lazy("What is to be erased is named."),
    "classes-unknown": gettext_lazy("What is to be erased is not known."),
    "years-unsigned": gettext_lazy("No physician has signed how many years this asks here."),
    "last-entry-unknown": gettext_lazy("It is not known when the period began."),
}


class RequestForm(forms.Form):
    """What is to be erased, and why."""

    entry_id = fields.entry_id()
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("What is to be erased?"),
        choices=list(CLASS_WORDS.items()),
        widget=fields.ManyOptions,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"), choices=[(code, REASON_WORDS[code]) for code in REASONS]
    )


class SignForm(forms.Form):
    """A signature: who one is, once more."""

    entry_id = fields.entry_id()
    password = fields.password_again()


class YearsForm(SignForm):
    """The years that a rule asks at a site."""

    years = forms.IntegerField(label=gettext_lazy("Whole years"), min_value=0, max_value=MOST_YEARS)
    field_order = ("entry_id", "years", "password")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The request that is open, with its signatures; or the form to make one."""
    enrollment = enrollment_at(request, enrollment_id)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        outcome = request_erasure(
            enrollment=enrollment,
            classes=form.cleaned_data["classes"],
            reason=form.cleaned_data["reason"],
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if answer := _onward(request, enrollment, form, outcome, "erasure-requested"):
            return answer
    return _page(request, enrollment, request_form=form)


@require_POST
def sign(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The first or the second signature; the second carries it out."""
    enrollment = enrollment_at(request, enrollment_id)
    asked = open_request(enrollment.person_id)
    form = SignForm(request.POST)
    if asked is None or asked.enrollment_id != enrollment.id:
        return _page(request, enrollment)
    if form.is_valid() and (proof := prove(request, form.cleaned_data["password"])):
        outcome = sign_erasure(
            request=asked,
            proof=proof,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if answer := _onward(request, enrollment, form, outcome, "erasure-signed"):
            return answer
    elif form.is_valid():
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
    return _page(request, enrollment, sign_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_years(request: Admitted, site: str, place: str, rule: str) -> HttpResponse:
    """A physician signs how many years a rule of retention asks at this site."""
    known = retention.rules().get(f"{place}/{rule}")
    if known is None or not known.needs_signature:
        raise Http404
    form = YearsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (done := _signed(request, known, form)):
        return done
    status = 422 if form.is_bound else 200
    return render(
        request, "staff/retention_sign.html", {"rule": known, "form": form}, status=status
    )


def _signed(request: Admitted, rule: RetentionRule, form: YearsForm) -> HttpResponse | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = sign_retention(
        site=request.here,
        rule=rule.code,
        years=form.cleaned_data["years"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("staff:worklist", args=[request.here.code]), "retention-signed")


def _onward(
    request: Admitted, enrollment: Enrollment, form: forms.Form, outcome: Answered, done: str
) -> HttpResponse | None:
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    address = reverse("staff:erasure", args=[enrollment.site.code, enrollment.id])
    if "erasure.request" not in request.permissions or is_erased(enrollment.person_id):
        address = reverse("staff:screening", args=[enrollment.site.code, enrollment.id])
    return go_on(request, address, done)


def _page(
    request: Admitted,
    enrollment: Enrollment,
    *,
    request_form: RequestForm | None = None,
    sign_form: SignForm | None = None,
) -> HttpResponse:
    asked = open_request(enrollment.person_id)
    if asked is None and is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    findings = retention_findings(enrollment, _classes(asked), timezone.now())
    back = sign_form if asked else request_form
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "number": enrollment.label,
        "asked": _asked(asked),
        "findings": [_finding(request, finding) for finding in findings],
        "is_permitted": is_permitted(findings),
        "request_form": None if asked else request_form or RequestForm(),
        "sign_form": _sign_form(request, asked, sign_form),
        "done": done_words(request),
    }
    status = 422 if back is not None and back.is_bound else 200
    return render(request, "staff/erasure.html", context, status=status)


def _classes(asked: ErasureRequest | None) -> frozenset[str]:
    return frozenset(orjson.loads(asked.word_classes)) if asked else CLASSES


def _sign_form(
    request: Admitted, asked: ErasureRequest | None, back: SignForm | None
) -> SignForm | None:
    if asked is None or "erasure.sign" not in request.permissions:
        return None
    return back or SignForm()


def _asked(asked: ErasureRequest | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    return {
        "reason": REASON_WORDS.get(asked.reason_code, asked.reason_code),
        "classes": [CLASS_WORDS[code] for code in sorted(_classes(asked))],
        "at": asked.recorded_at,
        "by": asked.recorded_by.login,
        "signers": signers_of(asked),
    }


def _finding(request: Admitted, finding: Finding) -> dict[str, Any]:
    rule = retention.rules().get(finding.code)
    href = ""
    if rule and rule.needs_signature and "retention.sign" in request.permissions:
        place, _slash, name = rule.code.partition("/")
        href = reverse("staff:retention-sign", args=[request.here.code, place, name])
    return {
        "outcome": finding.outcome.value,
        "wording": rule.wording if rule else "",
        "words": _finding_words(finding),
        "title": finding.reference.title if rule else "",
        "source": finding.reference.href if rule else "",
        "sign_href": href,
    }


def _finding_words(finding: Finding) -> str:
    if finding.reason not in ("period-over", "period-running"):
        return str(FINDING_WORDS[finding.reason])
    ends_on = finding.values["ends_on"]
    day = day_words(ends_on) if isinstance(ends_on, datetime.date) else ""
    told = {"years": finding.values["years"], "day": day}
    if finding.reason == "period-over":
        return _("%(years)s years: over since %(day)s.") % told
    return _("%(years)s years: runs until %(day)s.") % told
