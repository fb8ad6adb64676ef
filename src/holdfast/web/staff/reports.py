"""The six-monthly report of an authorised prescriber: made, listed, and handed out in three formats."""

import datetime
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Receipt
from holdfast.actions.periodic_reports import make_tga_report
from holdfast.definitions import reports
from holdfast.domain.periodic_report import due_on, periods_before
from holdfast.records.people import Site
from holdfast.records.periodic import PeriodicReport
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.paper.reports import FORMATS, report_bytes
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.known import day_words

PERIODS_OFFERED = 4
LINES = {
    "new-patients": _("New patients: whose first dosing session was in the period."),
    "total-patients": _("Total patients: who had a dosing session in the period."),
    "dosing-sessions": _("Dosing sessions held in the period."),
    "events-noted": _("Possible adverse events first known in the period."),
    "serious-events-noted": _("Of these, said to be serious."),
    "seriousness-not-known": _("Of these, not yet said whether serious."),
}


class PeriodForm(forms.Form):
    """One of the last reporting periods."""

    entry_id = fields.entry_id()
    period = forms.ChoiceField(label=_("Which period?"), widget=fields.ColumnOptions)

    def __init__(self, *args: Any, spans: list[tuple[datetime.date, datetime.date]], **kw: Any):
        super().__init__(*args, **kw)
        self.spans = {f"{first}/{last}": (first, last) for first, last in spans}
        field: Any = self.fields["period"]
        field.choices = [(code, _words(*span)) for code, span in self.spans.items()]

    def span(self) -> tuple[datetime.date, datetime.date]:
        """The days that were chosen."""
        return self.spans[self.cleaned_data["period"]]


def _words(first: datetime.date, last: datetime.date) -> str:
    due = due_on(reports.tga().periods, first, last)
    return _("%(first)s to %(last)s, due %(due)s") % {
        "first": day_words(first),
        "last": day_words(last),
        "due": day_words(due) if due else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Make a report; those made before, with their counts."""
    form = PeriodForm(request.POST or None, spans=_spans(request.here))
    if request.method == "POST" and form.is_valid():
        first, last = form.span()
        outcome = make_tga_report(
            site=request.here,
            first_day=first,
            last_day=last,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return go_on(request, reverse("staff:tga", args=[request.here.code]), "report-made")
        form.add_error(None, refusal_words(outcome))
    rows = PeriodicReport.objects.filter(site=request.here).select_related("recorded_by")
    context = {
        "form": form,
        "made": [_shown(row) for row in rows.order_by("-position")],
        "sources": reports.tga().references.values(),
        "done": done_words(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/reports.html", context, status=status)


def _spans(site: Site) -> list[tuple[datetime.date, datetime.date]]:
    today = local_date(site, timezone.now())
    return periods_before(reports.tga().periods, today, PERIODS_OFFERED)


def _shown(row: PeriodicReport) -> dict[str, Any]:
    told = orjson.loads(row.content)
    return {
        "id": row.id,
        "first": row.first_day,
        "last": row.last_day,
        "at": row.recorded_at,
        "by": row.recorded_by.login,
        "hash": row.content_sha256,
        "counts": [(LINES.get(code, code), number) for code, number in told["counts"].items()],
    }


@require_safe
def download(request: Admitted, site: str, report_id: UUID, form: str) -> HttpResponse:
    """A report in one format."""
    found = PeriodicReport.objects.filter(site=request.here, id=report_id).select_related("site")
    row = found.first()
    if row is None or form not in FORMATS:
        raise Http404
    response = HttpResponse(report_bytes(row, form), content_type=FORMATS[form])
    name = f"tga-{row.site.code}-{row.first_day}-{row.last_day}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
