"""The orders of a person's doses: which stand, which ended and why; to sign one and to take one back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.orders import cancel_dose_order, sign_dose_order
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.definitions.sentences.gates import gate_sentence
from holdfast.domain.findings import Outcome
from holdfast.records.access import printed_name
from holdfast.records.approvals import held_approvals
from holdfast.records.care import Enrollment
from holdfast.records.orders import DoseOrder, finding_of, orders_of
from holdfast.records.protocols import protocol_of
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.blind import looks_on
from holdfast.web.staff.order_forms import CancelOrderForm, DoseOrderForm, dose_words, sessions_of
from holdfast.web.staff.who import enrollment_at, name_of


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every order of a person, the newest first."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def sign(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A prescriber signs an order."""
    enrollment = enrollment_at(request, enrollment_id)
    form = _order_form(enrollment, request.POST)
    if form.is_valid():
        proof = prove(request, form.cleaned_data["password"])
        if proof is None:
            form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        else:
            outcome = sign_dose_order(
                enrollment=enrollment,
                told=form.told(),
                proof=proof,
                entry_id=form.cleaned_data["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(outcome, Receipt):
                return go_on(request, _address(enrollment, request.here.code), "order-signed")
            form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, order_form=form)


@require_POST
def cancel(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A prescriber takes an order back."""
    enrollment = enrollment_at(request, enrollment_id)
    form = CancelOrderForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        order = DoseOrder.objects.filter(enrollment=enrollment, id=told["order"]).first()
        if order is None:
            form.add_error(None, refusal_words(Refusal("order-stands-no-more")))
        else:
            outcome = cancel_dose_order(
                order=order,
                reason=told["reason"],
                words=told["words"],
                entry_id=told["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(outcome, Receipt):
                return go_on(request, _address(enrollment, request.here.code), "order-cancelled")
            form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, cancel_form=form)


def _address(enrollment: Enrollment, site: str) -> str:
    return reverse("staff:orders", args=[site, enrollment.id])


def _order_form(enrollment: Enrollment, data: Any = None) -> DoseOrderForm:
    held = held_approvals(enrollment.site)
    return DoseOrderForm(
        data,
        auto_id="order_%s",
        protocol=protocol_of(enrollment),
        products=sorted({each.product for each in held if each.product}),
        zone=enrollment.site.zone,
    )


def _page(
    request: Admitted,
    enrollment: Enrollment,
    order_form: DoseOrderForm | None = None,
    cancel_form: CancelOrderForm | None = None,
) -> HttpResponse:
    is_slip = order_form is not None or cancel_form is not None
    may_sign = "order.sign" in request.permissions
    if may_sign and order_form is None and sessions_of(protocol_of(enrollment)):
        order_form = _order_form(enrollment)
    rows = orders_of(enrollment)
    hidden = hidden_from_onlookers(rows) if looks_on(request) else frozenset()
    shown = [_shown(row, enrollment, may_sign, cancel_form) for row in rows if row.id not in hidden]
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "orders": shown,
        "order_form": order_form,
        "cancel_problems": None if _is_of_one(cancel_form, shown) else cancel_form,
        "done": done_words(request),
    }
    return render(request, "staff/orders.html", context, status=422 if is_slip else 200)


def _is_of_one(form: CancelOrderForm | None, shown: list[dict[str, Any]]) -> bool:
    """Whether a form that was not taken is shown beside the order that it names."""
    return form is None or any(one["cancel"] is form for one in shown)


def _shown(
    row: DoseOrder, enrollment: Enrollment, may_sign: bool, slip: CancelOrderForm | None
) -> dict[str, Any]:
    finding = finding_of(row, enrollment, timezone.now())
    stands = finding.outcome is Outcome.PASSED
    visit = next((v for v in sessions_of(protocol_of(enrollment)) if v.code == row.visit), None)
    form = None
    if stands and may_sign:
        is_its = slip is not None and slip.data.get("order") == str(row.id)
        form = (
            slip
            if is_its
            else CancelOrderForm(initial={"order": row.id}, auto_id=f"cancel-{row.id.hex[:8]}_%s")
        )
    return {
        "id": row.id,
        "title": visit.title if visit else row.visit,
        "doses": dose_words(row.initial_mg, row.supplement_mg),
        "window": (row.supplement_from_minutes, row.supplement_to_minutes)
        if row.supplement_from_minutes is not None
        else None,
        "product": row.product,
        "by": printed_name(row.ordered_by),
        "at": row.ordered_at,
        "until": row.expires_at,
        "mark": "passed" if stands else "failed",
        "sentence": gate_sentence(finding),
        "cancel": form,
        "opens": form is slip and slip is not None,
    }
