"""The approvals of a site: what stands, what is missing, what ends soon; and under which law."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.authority import set_jurisdiction
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Receipt
from holdfast.definitions import reports
from holdfast.domain.authority import (
    HeldApproval,
    Jurisdiction,
    State,
    chase_due,
    site_findings,
    state_on,
)
from holdfast.domain.findings import Finding, Outcome
from holdfast.records.approvals import (
    held_approvals,
    jurisdiction_fact,
    jurisdiction_of,
    standing_rows,
)
from holdfast.records.authority import Approval
from holdfast.records.keys import opened
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.authority_forms import JurisdictionForm
from holdfast.web.staff.authority_words import (
    STATE_MARKS,
    days_words,
    ends_words,
    finding_shown,
    is_seen,
    permits_words,
    scope_words,
    state_words,
)


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """What is missing first, then what ends soon, then everything on record."""
    today = local_date(request.here, timezone.now())
    where = jurisdiction_of(request.here)
    seen = studies(request, "authority.see")
    rows = [row for row in standing_rows(request.here) if is_seen(row, seen)]
    held = held_approvals(request.here, rows)
    findings = site_findings(where, held, today)
    approvals = [
        _approval(request, where, row, one, held, today)
        for row, one in zip(rows, held, strict=True)
    ]
    soon = [approval for approval in approvals if approval["ends"]]
    context = {
        "today": today,
        "jurisdiction": where,
        "missing": [_missing(request, f) for f in findings if f.outcome is not Outcome.PASSED],
        "met": [_missing(request, f) for f in findings if f.outcome is Outcome.PASSED],
        "soon": sorted(soon, key=lambda approval: approval["last"]),
        "approvals": sorted(approvals, key=lambda approval: approval["order"]),
        "kinds": where.kinds if where else (),
        "may_record": "authority.record" in request.permissions,
        "reports_to_tga": _reports_to_tga(request, where),
        "done": done_words(request),
    }
    return render(request, "staff/authority.html", context)


def _reports_to_tga(request: Admitted, where: Jurisdiction | None) -> bool:
    """Whether the law of this site knows the prescriber who reports so; nobody else is shown the way."""
    known = where is not None and where.kind(reports.tga().protocol) is not None
    return known and "report.tga" in request.permissions


def _missing(request: Admitted, finding: Finding) -> dict[str, Any]:
    href = ""
    if "authority.record" in request.permissions:
        href = (
            reverse("staff:authority-jurisdiction", args=[request.here.code])
            if finding.code == "jurisdiction"
            else reverse("staff:authority-record", args=[request.here.code, finding.code])
        )
    return finding_shown(finding) | {"record_href": href}


def _approval(
    request: Admitted,
    where: Jurisdiction | None,
    row: Approval,
    held: HeldApproval,
    others: list[HeldApproval],
    today: date,
) -> dict[str, Any]:
    state = state_on(held, today)
    kind = where.kind(row.kind) if where else None
    is_near = state is State.STANDS and chase_due(held, others, today) is not None
    return {
        "id": row.id,
        "title": kind.title if kind else row.kind,
        "is_of_this_law": kind is not None,
        "scope": scope_words(row),
        "permits": permits_words(held),
        "days": days_words(held),
        "last": held.ends_on,
        "state": state_words(held, state, today),
        "mark": STATE_MARKS.get(state, Outcome.FAILED).value,
        "ends": ends_words(held.ends_on, today) if is_near and held.ends_on else "",
        "document": row.document_sha256,
        "signed_by": opened(row.signature, "printed_name"),
        "signed_at": row.signature.signed_at,
        "may_change": kind is not None and state is not State.WITHDRAWN,
        "order": (state is not State.STANDS, kind.title if kind else row.kind, row.position),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def jurisdiction(request: Admitted, site: str) -> HttpResponse:
    """Record under which law the site works, signed."""
    fact = jurisdiction_fact(request.here)
    before = {"jurisdiction": fact.jurisdiction} if fact else {}
    form = JurisdictionForm(request.POST if request.method == "POST" else None, initial=before)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _recorded(request, form)):
            return answer
    return render(request, "staff/authority_jurisdiction.html", {"form": form}, status=status)


def _recorded(request: Admitted, form: JurisdictionForm) -> HttpResponse | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = set_jurisdiction(
        site=request.here,
        jurisdiction=form.cleaned_data["jurisdiction"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, page_of(request), "jurisdiction-recorded")


def page_of(request: Admitted) -> str:
    """The address of the site's approvals."""
    return reverse("staff:authority", args=[request.here.code])


def approval_at(request: Admitted, approval_id: UUID) -> Approval | None:
    """An approval of the request's site; None for any other."""
    rows = Approval.objects.filter(id=approval_id, site=request.here)
    return rows.select_related("site", "holder", "enrollment__site").first()
