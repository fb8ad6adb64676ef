"""Laboratory and ECG of a course: order, collect, write in the report, review and sign."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.results import (
    cancel_order,
    order_test,
    record_collected,
    record_results,
)
from holdfast.actions.results import review_results as sign_review
from holdfast.definitions import clinical
from holdfast.domain.laboratory import is_outside
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.clinical import TestOrder, TestResult
from holdfast.records.clinical_now import (
    cancelled,
    orders_of,
    standing_results,
    standing_review,
    taken_at,
)
from holdfast.records.keys import opened
from holdfast.web.admitted import Admitted
from holdfast.web.clinical import words as said
from holdfast.web.clinical.lines import words_of
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.staff.clinical import entry_of, frame_of, onward
from holdfast.web.staff.clinical_result_forms import (
    CancelForm,
    CollectForm,
    OrderForm,
    ReportForm,
    ReviewForm,
)
from holdfast.web.staff.who import enrollment_at
from holdfast.web.staff.words import unit_words


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every order with where it stands, the newest first."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def order(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Order a test."""
    enrollment = enrollment_at(request, enrollment_id)
    form = OrderForm(request.POST, auto_id="order_%s")
    if not form.is_valid():
        return _page(request, enrollment, order_form=form)
    told = {name: form.cleaned_data[name] for name in ("test", "review_due_at")}
    outcome = order_test(entry=entry_of(request, enrollment, form), **told)
    return onward(
        request,
        outcome,
        form,
        _href(enrollment),
        lambda: _page(request, enrollment, order_form=form),
    )


@require_POST
def collect(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Record that it was taken."""
    enrollment = enrollment_at(request, enrollment_id)
    if (row := _order(request, enrollment)) is None:
        return _page(request, enrollment, is_wrong=True)
    form = CollectForm(request.POST, auto_id=f"taken-{row.id}_%s")
    if not form.is_valid():
        return _page(request, enrollment, about=row, collect=form)
    entry = entry_of(request, enrollment, form)
    outcome = record_collected(
        entry=entry, order=row, collected_at=form.cleaned_data["collected_at"]
    )
    return onward(
        request,
        outcome,
        form,
        _href(enrollment),
        lambda: _page(request, enrollment, about=row, collect=form),
    )


@require_POST
def cancel(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Cancel what was ordered."""
    enrollment = enrollment_at(request, enrollment_id)
    if (row := _order(request, enrollment)) is None:
        return _page(request, enrollment, is_wrong=True)
    form = CancelForm(request.POST, auto_id=f"cancel-{row.id}_%s")
    if not form.is_valid():
        return _page(request, enrollment, about=row, cancel=form)
    told = {name: form.cleaned_data[name] for name in ("reason", "words")}
    outcome = cancel_order(entry=entry_of(request, enrollment, form), order=row, **told)
    return onward(
        request,
        outcome,
        form,
        _href(enrollment),
        lambda: _page(request, enrollment, about=row, cancel=form),
    )


@require_POST
def report(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Write in a report."""
    enrollment = enrollment_at(request, enrollment_id)
    if (row := _order(request, enrollment)) is None:
        return _page(request, enrollment, is_wrong=True)
    form = ReportForm(request.POST, test=row.test, auto_id=f"report-{row.id}_%s")
    if not form.is_valid():
        return _page(request, enrollment, about=row, report=form)
    outcome = record_results(
        entry=entry_of(request, enrollment, form),
        order=row,
        measured=form.measured(),
        resulted_at=form.cleaned_data["resulted_at"],
    )
    return onward(
        request,
        outcome,
        form,
        _href(enrollment),
        lambda: _page(request, enrollment, about=row, report=form),
    )


@require_POST
def review(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Review the results of an order and sign."""
    enrollment = enrollment_at(request, enrollment_id)
    if (row := _order(request, enrollment)) is None:
        return _page(request, enrollment, is_wrong=True)
    form = ReviewForm(request.POST, auto_id=f"review-{row.id}_%s")
    if not form.is_valid():
        return _page(request, enrollment, about=row, review=form)
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return _page(request, enrollment, about=row, review=form)
    names = ("is_acceptable", "stands_until", "resolves_critical", "words")
    outcome = sign_review(
        entry=entry_of(request, enrollment, form),
        order=row,
        proof=proof,
        **{name: form.cleaned_data[name] for name in names},
    )
    return onward(
        request,
        outcome,
        form,
        _href(enrollment),
        lambda: _page(request, enrollment, about=row, review=form),
    )


def _order(request: Admitted, enrollment: Enrollment) -> TestOrder | None:
    """The order that is meant; None where none is named, not found where it is another course's."""
    try:
        wanted = UUID(request.POST.get("order", ""))
    except ValueError:
        return None
    row = TestOrder.objects.filter(enrollment=enrollment, id=wanted).first()
    if row is None:
        raise Http404
    return row


def _href(enrollment: Enrollment) -> str:
    return reverse("staff:clinical-results", args=[enrollment.site.code, enrollment.id])


def _page(
    request: Admitted,
    enrollment: Enrollment,
    *,
    about: TestOrder | None = None,
    order_form: forms.Form | None = None,
    is_wrong: bool = False,
    **sent: forms.Form,
) -> HttpResponse:
    may = request.permissions
    context = frame_of(request, enrollment) | {
        "orders": [
            _shown(row, may, sent if about is not None and row.id == about.id else {})
            for row in orders_of(enrollment)
        ],
        "order_form": (order_form or OrderForm(auto_id="order_%s"))
        if "clinical.record" in may
        else None,
    }
    status = 422 if order_form is not None or sent or is_wrong else 200
    return render(request, "staff/clinical_results.html", context, status=status)


def _shown(row: TestOrder, may: frozenset[str], sent: dict[str, forms.Form]) -> dict[str, Any]:
    rows, taken = standing_results(row), taken_at(row)
    off = cancelled(row)
    signed = standing_review(row, rows)
    start = {"order": row.id}
    may_write, may_sign = "clinical.record" in may, "result.review" in may
    return {
        "id": row.id,
        "title": said.TESTS.get(row.test, row.test),
        "at": row.ordered_at,
        "by": printed_name(row.ordered_by),
        "due": row.review_due_at,
        "taken": taken,
        "mark": "unknown" if signed is None else ("passed" if signed.is_acceptable else "failed"),
        "off": off
        and {
            "why": said.CANCELLED[off.reason],
            "by": printed_name(off.cancelled_by),
            "at": off.cancelled_at,
            "words": words_of(off, "words"),
        },
        "cancel": sent.get("cancel")
        or (
            CancelForm(initial=start, auto_id=f"cancel-{row.id}_%s")
            if may_write and off is None and not rows
            else None
        ),
        "critical": signed is None and any(one.is_critical for one in rows),
        "rows": [result_shown(one) for one in sorted(rows, key=_place)],
        "review": signed
        and {
            "at": signed.reviewed_at,
            "by": opened(signed.signature, "printed_name"),
            "until": signed.stands_until,
            "is_acceptable": signed.is_acceptable,
            "words": words_of(signed, "words"),
        },
        "collect": sent.get("collect")
        or (
            CollectForm(initial=start, auto_id=f"taken-{row.id}_%s")
            if may_write and taken is None and off is None
            else None
        ),
        "report": sent.get("report")
        or (
            ReportForm(initial=start, test=row.test, auto_id=f"report-{row.id}_%s")
            if may_write
            else None
        ),
        "review_form": sent.get("review")
        or (
            ReviewForm(initial=start, auto_id=f"review-{row.id}_%s")
            if may_sign and rows and signed is None
            else None
        ),
        "opens": next(iter(sent), ""),
    }


def _place(one: TestResult) -> tuple[int, str]:
    """Where a line stands: as the catalogue orders them, others after those."""
    order = [known.loinc for known in clinical.analytes().values()]
    return (order.index(one.loinc) if one.loinc in order else len(order), one.loinc)


def result_shown(one: TestResult) -> dict[str, Any]:
    """One line of a report as it is shown."""
    known = clinical.analyte_of(one.loinc)
    return {
        "title": said.ANALYTES[known.code] if known else one.loinc,
        "loinc": one.loinc,
        "value": one.value,
        "unit": unit_words(one.unit),
        "finding": said.FINDINGS.get(one.finding, one.finding),
        "range": words_of(one, "range_words"),
        "outside": is_outside(one.value, one.low, one.high),
        "critical": one.is_critical,
        "formula": one.formula,
        "corrected": bool(one.corrects_id),
    }
