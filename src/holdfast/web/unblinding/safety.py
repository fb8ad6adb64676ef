"""One case opened for the sponsor's safety unit. No page of anybody else tells that it was."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.safety_breaks import break_for_safety, notes_on
from holdfast.domain.unblinding import Outcome
from holdfast.records.access import covers
from holdfast.records.unblinding import SafetyBreak
from holdfast.web.admitted import Admitted, studies
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.emergency import arm_words
from holdfast.web.unblinding.forms import SafetyForm
from holdfast.web.unblinding.reports import numbered
from holdfast.web.unblinding.words import SAFETY_REASONS

MOST = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """The form with the unit's own earlier openings; and, in the answer to it alone, the arm."""
    form, status = SafetyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (shown := _opened(request, form)):
            return shown
    mine = studies(request, "unblind.safety")
    rows = SafetyBreak.objects.filter(site=request.here).select_related("case__site")
    past = [row for row in rows.order_by("-recorded_at") if covers(mine, row.case.protocol_name)]
    context = {
        "form": form,
        "count": len(past),
        "past": [(row, SAFETY_REASONS.get(row.reason_code, "")) for row in past[:MOST]],
    }
    return render(request, "unblinding/safety.html", context, status=status)


def _opened(request: Admitted, form: SafetyForm) -> HttpResponse | None:
    case = numbered(request, form, "unblind.safety")
    if case is None:
        return None
    told = form.cleaned_data
    proof = prove(request, told["password"])
    if proof is None:
        form.add_error("password", not_proved(request, told["password"]))
        return None
    broken = break_for_safety(
        case=case,
        reason_code=told["reason"],
        proof=proof,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(broken.answered, Refusal):
        form.add_error(None, refusal_words(broken.answered))
        return None
    outcome = broken.outcome if isinstance(broken.answered, Receipt) else None
    context = {
        "number": case.label,
        "is_shown": outcome is Outcome.SHOWN,
        "is_not_randomized": outcome is Outcome.NOT_RANDOMIZED,
        "is_not_readable": outcome is Outcome.NOT_READABLE,
        "arm": arm_words(case, broken.arm),
        "notes": notes_on(case) if outcome is Outcome.SHOWN else [],
    }
    return render(request, "unblinding/safety_shown.html", context)
