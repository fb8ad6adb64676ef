"""A person's randomization and kits: what stands before it, the number, and the kits by their numbers.

No page here knows an arm or a content; what is shown is the same whatever they are.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.dispensing import dispense as draw_kit
from holdfast.actions.gates import shown_gate
from holdfast.actions.outcomes import Receipt
from holdfast.actions.randomizing import SITE, may_randomize
from holdfast.actions.randomizing import randomize as take_slot
from holdfast.records.allocation import KitBarred, KitDispensed
from holdfast.records.allocations import factors_of, list_at, slot_of
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import is_erased
from holdfast.records.protocols import protocol_of
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.allocation_forms import DispenseForm, RandomizeForm
from holdfast.web.staff.blind import looks_on
from holdfast.web.staff.course import conditions_of
from holdfast.web.staff.erased_page import erased_page
from holdfast.web.staff.order_forms import sessions_of
from holdfast.web.staff.who import enrollment_at, name_of


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """What stands before randomization, or the number and every kit."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def randomize(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Take the next slot."""
    enrollment = enrollment_at(request, enrollment_id)
    form = _randomize_form(enrollment, request.POST)
    if form.is_valid():
        outcome = take_slot(
            enrollment=enrollment,
            levels=form.levels(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return go_on(request, _address(enrollment, request.here.code), "randomized")
        form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, randomize_form=form)


@require_POST
def dispense(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Have a kit drawn for a session."""
    enrollment = enrollment_at(request, enrollment_id)
    form = _dispense_form(enrollment, request.POST)
    if form.is_valid():
        outcome = draw_kit(
            enrollment=enrollment,
            visit=form.cleaned_data["visit"],
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return go_on(request, _address(enrollment, request.here.code), "kit-drawn")
        form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, dispense_form=form)


def _address(enrollment: Enrollment, site: str) -> str:
    return reverse("staff:allocation", args=[site, enrollment.id])


def _randomize_form(enrollment: Enrollment, data: Any = None) -> RandomizeForm:
    activated = list_at(enrollment.site_id, enrollment.protocol_name)
    factors = factors_of(activated) if activated else []
    asked = [(code, levels) for code, levels in factors if code != SITE]
    return RandomizeForm(data, auto_id="randomize_%s", factors=asked)


def _dispense_form(enrollment: Enrollment, data: Any = None) -> DispenseForm:
    return DispenseForm(data, auto_id="kit_%s", visits=sessions_of(protocol_of(enrollment)))


def _page(
    request: Admitted,
    enrollment: Enrollment,
    randomize_form: RandomizeForm | None = None,
    dispense_form: DispenseForm | None = None,
) -> HttpResponse:
    if is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    is_slip = randomize_form is not None or dispense_form is not None
    slot = slot_of(enrollment.id)
    gate = None if slot else _gate(enrollment)
    may = request.permissions
    if gate and "participant.randomize" in may and randomize_form is None:
        randomize_form = _randomize_form(enrollment)
    if slot and "kit.dispense" in may and dispense_form is None:
        dispense_form = _dispense_form(enrollment)
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "slot": slot,
        "gate": gate,
        "kits": _kits(request, enrollment),
        "randomize_form": randomize_form if gate else None,
        "dispense_form": dispense_form if slot else None,
        "done": done_words(request),
    }
    return render(request, "staff/allocation.html", context, status=422 if is_slip else 200)


def _gate(enrollment: Enrollment) -> dict[str, Any] | None:
    """What stands before randomization, each condition once; None where nobody is randomized."""
    answer = may_randomize(enrollment, timezone.now())
    if answer is None:
        return None
    language = (get_language() or "en")[:2]
    found = conditions_of(answer, shown_gate(answer, protocol_of(enrollment), language))
    by_outcome = {"failed": "unmet", "unknown": "unknown", "passed": "met"}
    return {
        name: [one for one in found if one["outcome"] == outcome]
        for outcome, name in by_outcome.items()
    }


def _kits(request: Admitted, enrollment: Enrollment) -> list[dict[str, Any]]:
    """Every kit that was drawn for the person, the newest first."""
    rows = KitDispensed.objects.filter(enrollment=enrollment).select_related(
        "kit", "enrollment__site"
    )
    given = list(rows.order_by("-position", "-id"))
    hidden = hidden_from_onlookers(given) if looks_on(request) else frozenset()
    bars = KitBarred.objects.filter(corrected_by=None, is_withdrawn=False)
    barred = set(bars.filter(kit__in=[r.kit_id for r in given]).values_list("kit_id", flat=True))
    titles = {visit.code: visit.title for visit in sessions_of(protocol_of(enrollment))}
    return [
        {
            "number": row.kit.number,
            "visit": titles.get(row.visit, row.visit),
            "use_by": row.kit.use_by,
            "at": row.dispensed_at,
            "is_barred": row.kit_id in barred,
        }
        for row in given
        if row.id not in hidden
    ]
