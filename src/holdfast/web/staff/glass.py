"""The site's emergency openings: those that wait for a review, and the review itself."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.glass import review_glass
from holdfast.actions.outcomes import Receipt
from holdfast.domain.glass import may_review
from holdfast.records import access
from holdfast.records.glass import (
    REVIEWED_WITHIN,
    GlassOpening,
    opening_value,
    openings_at,
    time_in_force,
)
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.glass.forms import ReviewForm
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.glass_shown import misses_shown, opening_shown, what_was_done

MOST = 200


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Every emergency opening of the site's records, those to review on top."""
    now, within = timezone.now(), time_in_force(request.here, REVIEWED_WITHIN)
    studies = access.studies_of(request.user, request.here, "glass.see", now)
    shown = [
        opening_shown(request, row, within, now)
        for row in openings_at(request.here)[:MOST]
        if access.covers(studies, row.enrollment.protocol_name)
    ]
    context = {
        "waiting": [each for each in reversed(shown) if each["review"] is None],
        "reviewed": [each for each in shown if each["review"] is not None],
        "misses": misses_shown(request.here) if "glass.review" in request.permissions else [],
        "done": done_words(request),
    }
    return render(request, "glass/site.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Admitted, site: str, opening_id: UUID) -> HttpResponse:
    """Somebody else than who opened it signs whether it was justified."""
    opening = _opening(request, opening_id)
    form = ReviewForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _reviewed(request, opening, form)):
            return answer
    within = time_in_force(request.here, REVIEWED_WITHIN)
    context = {
        "form": form,
        "waits": _waits_for(request, opening),
        "opening": opening_shown(request, opening, within, timezone.now()),
        "acts": what_was_done(opening),
    }
    return render(request, "glass/review.html", context, status=status)


def _opening(request: Admitted, opening_id: UUID) -> GlassOpening:
    studies = access.studies_of(request.user, request.here, "glass.review", timezone.now())
    rows = [row for row in openings_at(request.here) if row.id == opening_id]
    if not rows or not access.covers(studies, rows[0].enrollment.protocol_name):
        raise Http404
    return rows[0]


def _waits_for(request: Admitted, opening: GlassOpening) -> bool:
    is_reviewed = getattr(opening, "review", None) is not None
    return not is_reviewed and may_review(opening_value(opening), request.user.id)


def _reviewed(request: Admitted, opening: GlassOpening, form: ReviewForm) -> Any:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = review_glass(
        opening=opening,
        verdict=form.cleaned_data["verdict"],
        words=form.cleaned_data["words"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("staff:glass", args=[request.here.code]), "glass-reviewed")
