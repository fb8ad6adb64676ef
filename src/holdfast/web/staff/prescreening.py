"""The pre-screening log of a site, and the flow drawn from it."""

from typing import Any

import orjson
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.prescreening import record_prescreening
from holdfast.records.care import PrescreeningEntry
from holdfast.records.prescreening import consort_flow, log_of
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.flow import drawing, steps
from holdfast.web.staff.forms import PrescreeningForm
from holdfast.web.staff.referral import protocol_choices
from holdfast.web.staff.words import PRESCREENING_OUTCOMES, SCREENING, reason_word, source_word

PER_PAGE = 50


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """The flow, the log and, for who may, a form for the next line."""
    may_record = "prescreening.record" in request.permissions
    return _page(request, PrescreeningForm(**_offered(request)) if may_record else None)


def _offered(request: Admitted) -> dict[str, Any]:
    """The studies that this person may write a line for."""
    return {
        "protocols": protocol_choices(request, "prescreening.record"),
        "for_any": studies(request, "prescreening.record") is None,
    }


@require_POST
def record(request: Admitted, site: str) -> HttpResponse:
    """One more line of the log."""
    form = PrescreeningForm(request.POST, **_offered(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    now = timezone.now()
    outcome = record_prescreening(
        site=request.here,
        referral_source=form.cleaned_data["source"],
        outcome=form.cleaned_data["outcome"],
        reasons=form.cleaned_data["reasons"],
        study=form.cleaned_data["study"] or None,
        decided_at=now,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=now,
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _page(request, form, status=422)
    address = reverse("staff:prescreening", args=[request.here.code])
    return go_on(request, address, "prescreening-recorded")


def _page(request: Admitted, form: PrescreeningForm | None, status: int = 200) -> HttpResponse:
    pages = Paginator(
        log_of(request.here, studies(request, "prescreening.see")), PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "pages": pages,
        "entries": [_entry(line) for line in pages.object_list],
        "flow": _flow(request),
        "done": done_words(request),
    }
    return render(request, "staff/prescreening.html", context, status=status)


def _flow(request: Admitted) -> dict[str, Any]:
    flow = consort_flow(request.here, studies(request, "prescreening.see"))
    drawn = drawing(steps(flow))
    title = ngettext(
        "%(n)d person was considered; %(in)d went on to screening, %(yes)d eligible and confirmed.",
        "%(n)d people were considered; %(in)d went on to screening, %(yes)d eligible and confirmed.",
        flow.assessed,
    ) % {"n": flow.assessed, "in": _screened(flow), "yes": flow.eligible}
    return {"considered": flow.assessed, "title": title, **drawn}


def _screened(flow: Any) -> int:
    return int(flow.screening + flow.eligible + flow.ineligible + flow.undetermined)


def _entry(line: PrescreeningEntry) -> dict[str, Any]:
    outcomes = dict(PRESCREENING_OUTCOMES) | {"screening": SCREENING}
    return {
        "at": line.decided_at,
        "source": source_word(line.referral_source),
        "decision": outcomes.get(line.outcome, line.outcome),
        "reasons": "; ".join(reason_word(code) for code in orjson.loads(line.reason_codes)),
        "by": line.decided_by.login,
        "label": line.enrollment.label if line.enrollment else "",
    }
