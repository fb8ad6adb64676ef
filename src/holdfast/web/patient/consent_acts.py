"""What a person does with their consent: sign it, choose what may happen, take it back."""

from typing import Any
from uuid import uuid4

import orjson
from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.agreements import (
    LONGEST_STOP_WORD,
    agree,
    choose_stop_word,
    withdraw_consent,
)
from holdfast.actions.consent import not_ready, sign_consent
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.records.consent import AgreementItem
from holdfast.records.consents import agreement_rows
from holdfast.records.keys import opened
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.patient.consent import Mine, items, mine_of, show, waiting
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words

IMPAIRED = ("impaired", "impaired-only-less")


class SignForm(forms.Form):
    """The id of the signature, and who signs."""

    entry_id = fields.entry_id()
    password = fields.password_again()


class KeepForm(forms.Form):
    """The id of a choice."""

    entry_id = fields.entry_id()


def why(mine: Mine, outcome: Any) -> str:
    """What stands against it, in the language of the document where it has words for it."""
    reason = getattr(outcome, "reason", "")
    if reason in IMPAIRED:
        return str(mine.page["impaired"])
    if reason == "before-signing-time-to-consider":
        return waiting(mine, timezone.now()) or str(refusal_words(outcome))
    if reason in ("before-signing-conversation-held", "before-signing-identity-checked"):
        return str(mine.page["talk-missing"])
    if reason == "before-signing-comprehension-shown":
        return str(mine.page["questions-why"])
    return str(refusal_words(outcome))


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: Admitted) -> HttpResponse:
    """The person signs the text that they read, or is told what comes first."""
    mine = mine_of(request)
    if mine is None or mine.now.signed_by("person"):
        return HttpResponseRedirect(reverse("me-consent"))
    refusal = not_ready(mine.now, timezone.now())
    form = SignForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and refusal is None:
        proof = prove(request, form.cleaned_data["password"])
        if proof is None:
            form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        else:
            outcome = sign_consent(
                enrollment=mine.enrollment,
                given=mine.given,
                proof=proof,
                entry_id=form.cleaned_data["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(outcome, Receipt):
                return HttpResponseRedirect(reverse("me-consent"))
            form.add_error(None, why(mine, outcome))
    status = 422 if form.is_bound else 200
    first = why(mine, refusal) if refusal else ""
    return show(request, "consent_sign", mine, status=status, form=form, first=first)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: Admitted, item: str) -> HttpResponse:
    """One thing that may happen on the day, or the stop-word."""
    mine = mine_of(request, any_version=True)
    if mine is None:
        return HttpResponseRedirect(reverse("me-consent"))
    if item == AgreementItem.STOP_WORD:
        return _stop_word(request, mine)
    offered = mine.document.item(item)
    if offered is None:
        raise Http404
    row, problem = agreement_rows(mine.enrollment).get(item), ""
    chosen = orjson.loads(row.allowed) if row else []
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        chosen = request.POST.getlist("allowed")
        outcome = agree(
            enrollment=mine.enrollment,
            item=item,
            allowed=chosen,
            agreed_at=timezone.now(),
            **_who(request, form),
        )
        if isinstance(outcome, Receipt):
            return HttpResponseRedirect(_next_item(mine, item))
        problem = why(mine, outcome)
    words = mine.words.parts[f"item.{item}"]
    return show(
        request,
        "consent_item",
        mine,
        status=422 if problem else 200,
        title=words["title"],
        hint=words["hint"],
        none_id=uuid4(),
        choices=[{"code": c, "words": words[c], "is_on": c in chosen} for c in offered.choices],
        problem=problem,
        entry_id=uuid4(),
        href=reverse("me-consent-item", args=[item]),
    )


def _stop_word(request: Admitted, mine: Mine) -> HttpResponse:
    row, problem = agreement_rows(mine.enrollment).get(AgreementItem.STOP_WORD), ""
    said = (opened(row, "words") or "") if row else ""
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = request.POST.get("words", "")
        outcome = choose_stop_word(enrollment=mine.enrollment, words=said, **_who(request, form))
        if isinstance(outcome, Receipt):
            return HttpResponseRedirect(_next_item(mine, AgreementItem.STOP_WORD))
        problem = why(mine, outcome)
    return show(
        request,
        "consent_item",
        mine,
        status=422 if problem else 200,
        title=mine.page["stop-word"],
        hint=mine.page["stop-word-why"],
        stop_word=said,
        is_stop_word=True,
        longest=LONGEST_STOP_WORD,
        problem=problem,
        entry_id=uuid4(),
        href=reverse("me-consent-item", args=[AgreementItem.STOP_WORD]),
    )


def _who(request: Admitted, form: KeepForm) -> dict[str, Any]:
    return {
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }


def _next_item(mine: Mine, done: str) -> str:
    """The next thing that is not decided yet; else the overview."""
    done_href = reverse("me-consent-item", args=[done])
    left = [i for i in items(mine) if not i["is_decided"] and i["href"] != done_href]
    return str(left[0]["href"]) if left else reverse("me-consent")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Admitted) -> HttpResponse:
    """The person takes their consent back, at any time."""
    mine = mine_of(request, any_version=True)
    if mine is None:
        return HttpResponseRedirect(reverse("me-consent"))
    form, problem = KeepForm(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid() and request.POST.get("sure") == "yes":
        outcome: Answered = withdraw_consent(
            enrollment=mine.enrollment,
            way="own-account",
            words="",
            withdrawn_at=timezone.now(),
            **_who(request, form),
        )
        if isinstance(outcome, Receipt):
            return HttpResponseRedirect(reverse("me-consent"))
        problem = why(mine, outcome)
    elif form.is_bound:
        problem = mine.page["withdraw-sure"]
    return show(
        request,
        "consent_withdraw",
        mine,
        status=422 if problem else 200,
        problem=problem,
        entry_id=uuid4(),
    )
