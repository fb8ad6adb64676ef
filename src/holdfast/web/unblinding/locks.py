"""Locks of data: asked by one, signed by another, and lifted in the same way."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.database_locks import ask_lift, ask_lock, sign_lift, sign_lock
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.keys import opened
from holdfast.records.unblinding import DatabaseLock, LockAsked, LockLift, PlannedUnblinding
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.forms import LiftForm, LockForm, SecondForm
from holdfast.web.unblinding.reports import numbered
from holdfast.web.unblinding.words import LIFT_REASONS, LOCK_REASONS

SIGN = "lock.sign"


def asked_at(request: Admitted, permission: str) -> list[LockAsked]:
    """What was asked at this site in the studies one works for, newest first."""
    mine = studies(request, permission)
    rows = LockAsked.objects.filter(site=request.here).select_related(
        "site", "enrollment__site", "signature", "locked__signature", "lifted__signature"
    )
    return [row for row in rows.order_by("-position") if covers(mine, row.study)]


def asked_shown(row: LockAsked) -> dict[str, Any]:
    """One lock or lift: what it covers, why, who signed, and how it stands."""
    locked, lifted = (getattr(row, name, None) for name in ("locked", "lifted"))
    second = locked or lifted
    reasons = LIFT_REASONS if row.lifts_key else LOCK_REASONS
    over = locked is not None and LockLift.objects.filter(lock=locked).exists()
    return {
        "row": row,
        "number": row.enrollment.label if row.enrollment else "",
        "is_lift": row.lifts_key is not None,
        "reason": reasons.get(row.reason_code, row.reason_code),
        "first": opened(row.signature, "printed_name"),
        "second": opened(second.signature, "printed_name") if second else "",
        "second_at": second.signature.signed_at if second else None,
        "stands": locked is not None and not over,
        "is_lifted": over,
        "waits": second is None,
        "opened": locked is not None and PlannedUnblinding.objects.filter(lock=locked).exists(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Every lock of the site, and the form for another."""
    mine = studies(request, SIGN)
    names = Enrollment.objects.filter(site=request.here).values_list("protocol_name", flat=True)
    here = sorted(name for name in set(names) if covers(mine, name))
    form, status = LockForm(request.POST or None, studies=here), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _asked(request, form)):
            return answer
    context = {
        "form": form,
        "done": done_words(request),
        "locks": [asked_shown(row) for row in asked_at(request, SIGN)],
    }
    return render(request, "unblinding/locks.html", context, status=status)


def _asked(request: Admitted, form: LockForm) -> HttpResponse | None:
    told = form.cleaned_data
    enrollment = numbered(request, form, SIGN) if told["number"] else None
    if form.errors or (proof := proved(request, form)) is None:
        return None
    outcome = ask_lock(
        site=request.here,
        study=told["study"],
        enrollment=enrollment,
        reason_code=told["reason"],
        proof=proof,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    return went_on(request, form, outcome, "lock-asked")


def proved(request: Admitted, form: Any) -> ReauthenticationProof | None:
    """The proof of who signs; said on the form where it does not hold."""
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
    return proof


def went_on(request: Admitted, form: Any, outcome: Answered, done: str) -> HttpResponse | None:
    """To the list of locks where it was recorded; why not, on the form, where it was not."""
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("blind:locks", args=[request.here.code]), done)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Admitted, site: str, asked_id: UUID) -> HttpResponse:
    """One of them: the second signs it; or, where it stands, the first asks to lift it."""
    row = next((each for each in asked_at(request, SIGN) if each.id == asked_id), None)
    if row is None:
        raise Http404
    shown = asked_shown(row)
    form = (LiftForm if shown["stands"] else SecondForm)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _signed(request, row, shown, form)):
            return answer
    is_own = row.signature.signed_by_id == request.user.id
    context = {"form": form, "lock": shown, "is_own": is_own}
    return render(request, "unblinding/lock.html", context, status=status)


def _signed(
    request: Admitted, row: LockAsked, shown: dict[str, Any], form: SecondForm
) -> HttpResponse | None:
    if (proof := proved(request, form)) is None:
        return None
    told = {
        "proof": proof,
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }
    if shown["stands"]:
        locked = DatabaseLock.objects.select_related("site", "enrollment__site", "asked")
        outcome = ask_lift(
            locked=locked.get(asked=row), reason_code=form.cleaned_data["reason"], **told
        )
        return went_on(request, form, outcome, "lift-asked")
    if shown["is_lift"]:
        return went_on(request, form, sign_lift(asked=row, **told), "lock-lifted")
    return went_on(request, form, sign_lock(asked=row, **told), "database-locked")
