"""Closed exports: who gets the arms sealed, for what, signed by two; the file is made elsewhere."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.closed_export import STATISTICIAN, ask_export, sign_export
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.keys import opened
from holdfast.records.people import User
from holdfast.records.unblinding import ClosedExportAsked
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.forms import ExportForm, SecondForm
from holdfast.web.unblinding.locks import proved
from holdfast.web.unblinding.words import PURPOSES

SIGN = "export.closed"


def _rows(request: Admitted) -> list[ClosedExportAsked]:
    mine = studies(request, SIGN)
    rows = ClosedExportAsked.objects.filter(site=request.here).select_related(
        "site", "statistician", "signature", "signed__signature", "made"
    )
    return [row for row in rows.order_by("-position") if access.covers(mine, row.study)]


def _shown(row: ClosedExportAsked) -> dict[str, Any]:
    signed, made = (getattr(row, name, None) for name in ("signed", "made"))
    return {
        "row": row,
        "purpose": PURPOSES.get(row.purpose, row.purpose),
        "statistician": access.printed_name(row.statistician),
        "first": opened(row.signature, "printed_name"),
        "second": opened(signed.signature, "printed_name") if signed else "",
        "made": made,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Every closed export of the site with its number, and the form for another."""
    now, mine = timezone.now(), studies(request, SIGN)
    names = Enrollment.objects.filter(site=request.here).values_list("protocol_name", flat=True)
    here = sorted(name for name in set(names) if access.covers(mine, name))
    people = [
        (str(user.id), access.printed_name(user))
        for user in access.staff_at(request.here, now)
        if STATISTICIAN in access.roles_of(user, request.here, now)
    ]
    form, status = ExportForm(request.POST or None, studies=here, people=people), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _asked(request, form)):
            return answer
    context = {
        "form": form,
        "done": done_words(request),
        "exports": [_shown(row) for row in _rows(request)],
    }
    return render(request, "unblinding/exports.html", context, status=status)


def _asked(request: Admitted, form: ExportForm) -> HttpResponse | None:
    if (proof := proved(request, form)) is None:
        return None
    told = form.cleaned_data
    outcome = ask_export(
        site=request.here,
        study=told["study"],
        statistician=User.objects.get(id=told["statistician"]),
        purpose=told["purpose"],
        public_key=told["public_key"],
        proof=proof,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    return _went_on(request, form, outcome)


def _went_on(request: Admitted, form: Any, outcome: Answered) -> HttpResponse | None:
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("blind:exports", args=[request.here.code]), "export-signed")


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Admitted, site: str, export_id: UUID) -> HttpResponse:
    """One request: the second signs it here; the command that makes the file stands here then."""
    row = next((each for each in _rows(request) if each.id == export_id), None)
    if row is None:
        raise Http404
    form, status = SecondForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _signed(request, row, form)):
            return answer
    is_own = row.signature.signed_by_id == request.user.id
    command = f"holdfast closed-export {row.id} --out FILE"
    context = {"form": form, "export": _shown(row), "is_own": is_own, "command": command}
    return render(request, "unblinding/export.html", context, status=status)


def _signed(request: Admitted, row: ClosedExportAsked, form: SecondForm) -> HttpResponse | None:
    if (proof := proved(request, form)) is None:
        return None
    outcome = sign_export(
        asked=row,
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    return _went_on(request, form, outcome)
