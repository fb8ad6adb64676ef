"""Recording, correcting and changing one approval, each with a signature."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.actions.authority import ApprovalTold, change_approval, record_approval
from holdfast.actions.outcomes import Receipt
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.authority import Act, ApprovalKind, ChangeKind, Scope
from holdfast.records.approvals import jurisdiction_of
from holdfast.records.authority import Approval
from holdfast.records.care import Enrollment
from holdfast.records.keys import Erased, opened
from holdfast.records.people import User
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.authority import approval_at, page_of
from holdfast.web.staff.authority_forms import ApprovalForm, ChangeForm, Document
from holdfast.web.staff.authority_words import scope_words, values_of


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: Admitted, site: str, approval_kind: str) -> HttpResponse:
    """A new approval of one kind."""
    kind = _kind(request, approval_kind)
    return _entry(request, kind, None, {})


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Admitted, site: str, approval_id: UUID) -> HttpResponse:
    """The same approval, said rightly; what stood before stays in the record."""
    row = _approval(request, approval_id)
    return _entry(request, _kind(request, row.kind), row, values_of(row))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Admitted, site: str, approval_id: UUID) -> HttpResponse:
    """An approval was suspended, resumed or withdrawn."""
    row = _approval(request, approval_id)
    kind = _kind(request, row.kind)
    form, status = ChangeForm(), 200
    if request.method == "POST":
        form = ChangeForm(request.POST, request.FILES)
        status = 422
        if form.is_valid() and (answer := _changed(request, row, form)):
            return answer
    context = {"form": form, "kind": kind, "scope": scope_words(row), "approval": row}
    return render(request, "staff/authority_change.html", context, status=status)


def _kind(request: Admitted, code: str) -> ApprovalKind:
    where = jurisdiction_of(request.here)
    kind = where.kind(code) if where else None
    if kind is None:
        raise Http404
    return kind


def _approval(request: Admitted, approval_id: UUID) -> Approval:
    row = approval_at(request, approval_id)
    if row is None:
        raise Http404
    return row


def _entry(
    request: Admitted, kind: ApprovalKind, corrects: Approval | None, before: Mapping[str, Any]
) -> HttpResponse:
    """The form of an approval, and what follows from it."""
    given: dict[str, Any] = {
        "kind": kind,
        "site": request.here,
        "now": timezone.now(),
        "corrects": corrects is not None,
    }
    status = 200
    if request.method == "POST":
        form = ApprovalForm(request.POST, request.FILES, **given)
        status = 422
        if form.is_valid() and (answer := _recorded(request, kind, corrects, form)):
            return answer
    else:
        form = ApprovalForm(initial=dict(before) | _number(corrects), **given)
    context = {"form": form, "kind": kind, "approval": corrects}
    return render(request, "staff/authority_record.html", context, status=status)


def _number(row: Approval | None) -> dict[str, str]:
    """The number of a document that is corrected; empty once its words were erased."""
    try:
        return {"number": opened(row, "number") or ""} if row else {}
    except Erased:
        return {}


def _recorded(
    request: Admitted, kind: ApprovalKind, corrects: Approval | None, form: ApprovalForm
) -> HttpResponse | None:
    """Sign and record, and go on; None where something stands against it, said on the form."""
    told = _told(request, kind, corrects, form)
    proof = _proof(request, form)
    if proof is None:
        return None
    outcome = record_approval(
        site=request.here,
        told=told,
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
        corrects=corrects,
        correction_reason=form.cleaned_data.get("reason", ""),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, page_of(request), "approval-recorded")


def _told(
    request: Admitted, kind: ApprovalKind, corrects: Approval | None, form: ApprovalForm
) -> ApprovalTold:
    """What the form says; a correction without a new scan is of the same document."""
    typed = form.cleaned_data
    name, _slash, version = typed.get("protocol", "").partition("/")
    old_document = corrects.document_sha256 if corrects else None
    holder = User.objects.get(id=typed["person"]) if Scope.PERSON in kind.scope else None
    patient = None
    if Scope.PATIENT in kind.scope:
        patient = Enrollment.objects.get(id=typed["patient"], site=request.here)
    return ApprovalTold(
        kind=kind.code,
        starts_on=typed["starts_on"],
        ends_on=typed["ends_on"],
        is_open_ended=typed["is_open_ended"],
        protocol=(name, int(version)) if name else None,
        consent_version=typed.get("consent") or None,
        product=typed.get("product") or None,
        holder=holder,
        enrollment=patient,
        permits=tuple(Act(code) for code in typed.get("act", ())),
        number=typed["number"],
        document_sha256=form.document_sha256() or old_document,
    )


def _changed(request: Admitted, row: Approval, form: ChangeForm) -> HttpResponse | None:
    """Sign what befell an approval, and go on; None where something stands against it."""
    proof = _proof(request, form)
    if proof is None:
        return None
    is_error = form.changed() is ChangeKind.IN_ERROR
    outcome = change_approval(
        approval=row,
        change=form.changed(),
        from_on=form.cleaned_data["from_on"] or row.starts_on,
        reason=form.cleaned_data["reason"] if is_error else "",
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
        document_sha256=form.document_sha256(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, page_of(request), "approval-changed")


def _proof(request: Admitted, form: Document) -> ReauthenticationProof | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
    return proof
