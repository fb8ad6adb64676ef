"""How often a blind was broken at a site, and the review of each emergency by somebody else."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.code_breaks import review_break
from holdfast.actions.outcomes import Receipt
from holdfast.records import access
from holdfast.records.keys import opened
from holdfast.records.unblinding import CodeBreak
from holdfast.records.unblinding_reads import accidents_at, breaks_at, counts_at, seat_holders
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.forms import ReviewForm
from holdfast.web.unblinding.words import LEARNERS, OUTCOMES, REASONS, SEATS, VERDICTS, WAYS
from holdfast.web.words import role_title

MOST = 200


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """The numbers, the emergencies to review on top, the accidents, and who is told."""
    mine = studies(request, "unblind.see")
    shown = [break_shown(request, row) for row in breaks_at(request.here, mine)[:MOST]]
    counts = counts_at(request.here, mine)
    held = seat_holders(request.here)
    context = {
        "waiting": [each for each in reversed(shown) if not each["review"]],
        "reviewed": [each for each in shown if each["review"]],
        "accidents": [_accident(row) for row in accidents_at(request.here, mine)[:MOST]],
        "counts": counts,
        "learners": [(LEARNERS[code], number) for code, number in counts.by_learner.items()],
        "seats": [
            (title, access.printed_name(held[seat]) if seat in held else "")
            for seat, title in SEATS.items()
        ],
        "done": done_words(request),
    }
    return render(request, "unblinding/page.html", context)


def break_shown(request: Admitted, row: CodeBreak) -> dict[str, Any]:
    """One emergency: of whom, by whom, when, why, what came of it and how its review stands."""
    found = getattr(row, "review", None)
    study = row.enrollment.protocol_name
    held = access.permissions_of(request.user, request.here, timezone.now(), study)
    is_own = row.broken_by_id == request.user.id
    may = "unblind.review" in held and not is_own and found is None
    return {
        "row": row,
        "number": row.enrollment.label,
        "who": access.printed_name(row.broken_by),
        "reason": REASONS.get(row.reason_code, row.reason_code),
        "outcome": OUTCOMES.get(row.outcome, row.outcome),
        "is_own": is_own,
        "review_href": reverse("blind:review", args=[request.here.code, row.id]) if may else "",
        "review": {
            "verdict": VERDICTS.get(found.verdict, found.verdict),
            "by": opened(found.signature, "printed_name"),
            "role": role_title(found.signature.role),
            "at": found.signature.signed_at,
        }
        if found is not None
        else None,
    }


def _accident(row: Any) -> dict[str, Any]:
    return {
        "number": row.enrollment.label,
        "learner": LEARNERS.get(row.learner, row.learner),
        "way": WAYS.get(row.way, row.way),
        "on": row.learned_on,
        "is_certain": row.is_certain,
        "by": access.printed_name(row.recorded_by),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Admitted, site: str, break_id: UUID) -> HttpResponse:
    """Somebody else than who broke it signs whether it was needed."""
    mine = studies(request, "unblind.review")
    row = next((each for each in breaks_at(request.here, mine) if each.id == break_id), None)
    if row is None:
        raise Http404
    form = ReviewForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _reviewed(request, row, form)):
            return answer
    context = {"form": form, "broken": break_shown(request, row)}
    return render(request, "unblinding/review.html", context, status=status)


def _reviewed(request: Admitted, row: CodeBreak, form: ReviewForm) -> HttpResponse | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = review_break(
        code_break=row,
        verdict=form.cleaned_data["verdict"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    back = "blind:page" if "unblind.see" in request.permissions else "blind:report"
    return go_on(request, reverse(back, args=[request.here.code]), "unblinding-reviewed")
