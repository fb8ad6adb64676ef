"""Planned unblinding of what a lock covers: opened with a signature, then looked at, each look on record."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt
from holdfast.actions.planned_unblinding import guesses_missing, open_planned, show_arms
from holdfast.domain.unblinding import Outcome
from holdfast.records.unblinding import DatabaseLock, PlannedUnblinding
from holdfast.web.admitted import Admitted
from holdfast.web.refusals import refusal_words
from holdfast.web.unblinding.emergency import arm_words
from holdfast.web.unblinding.forms import PlannedForm, ShowForm
from holdfast.web.unblinding.locks import asked_at, asked_shown, proved
from holdfast.web.unblinding.words import OUTCOMES

OPEN = "unblind.planned"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, asked_id: UUID) -> HttpResponse:
    """Open the blind of what is locked; once it is open, look at it."""
    row = next((each for each in asked_at(request, OPEN) if each.id == asked_id), None)
    if row is None or row.lifts_key is not None:
        raise Http404
    rows = DatabaseLock.objects.select_related("site", "enrollment__site")
    locked = rows.filter(asked=row).first()
    opened = PlannedUnblinding.objects.filter(lock=locked).first() if locked else None
    form: ShowForm | PlannedForm = (ShowForm if opened else PlannedForm)(request.POST or None)
    people: list[tuple[str, str, bool]] = []
    if request.method == "POST" and form.is_valid():
        if opened and isinstance(form, ShowForm):
            people = _shown(request, opened, form)
        elif locked and isinstance(form, PlannedForm) and _opened(request, locked, form):
            opened, form = PlannedUnblinding.objects.get(lock=locked), ShowForm()
    status = 422 if form.errors or (request.method == "POST" and not locked) else 200
    missing = guesses_missing(locked, timezone.now()) if locked and not opened else {}
    context = {
        "form": form,
        "lock": asked_shown(row),
        "locked": locked,
        "opened": opened,
        "missing": sum(map(len, missing.values())),
        "people": people,
    }
    return render(request, "unblinding/planned.html", context, status=status)


def _opened(request: Admitted, locked: DatabaseLock, form: PlannedForm) -> bool:
    if (proof := proved(request, form)) is None:
        return False
    outcome = open_planned(
        locked=locked,
        reason_code=form.cleaned_data["reason"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
    return isinstance(outcome, Receipt)


def _shown(
    request: Admitted, opened: PlannedUnblinding, form: ShowForm
) -> list[tuple[str, str, bool]]:
    row = PlannedUnblinding.objects.select_related("lock__site", "lock__enrollment__site")
    arms = show_arms(
        opened=row.get(id=opened.id),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(arms.answered, Receipt):
        form.add_error(None, refusal_words(arms.answered))
    return [
        (
            each.label,
            arm_words(each, found.arm)
            if found.outcome is Outcome.SHOWN
            else str(OUTCOMES[found.outcome]),
            found.outcome is Outcome.SHOWN,
        )
        for each, found in arms.people
    ]
