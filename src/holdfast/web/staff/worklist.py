"""The worklist of a site: everyone, by what is next for them."""

from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from holdfast.definitions import protocols
from holdfast.records.access import covers
from holdfast.records.care import Enrollment
from holdfast.records.worklist import WorklistLine, worklist
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.limits import unsigned_count
from holdfast.web.staff.search import found_enrollments
from holdfast.web.staff.who import names_of

PER_PAGE = 50
TABS = ("all", "ask", "confirm", "overdue", "done")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """People by what is next, fifty a page; a search finds whole names and record numbers.

    What is searched for comes by POST alone: a name never stands in an address.
    """
    now = timezone.now()
    told = request.POST if request.method == "POST" else request.GET
    words = request.POST.get("q", "").strip()[:100]
    chosen = told.get("next", "all")
    chosen = chosen if chosen in TABS else "all"
    lines = worklist(request.here, now, studies(request, "worklist.see"))
    shown = [line for line in lines if _belongs(line, chosen)]
    if words:
        found = found_enrollments(request, words)
        shown = [line for line in shown if line.enrollment.id in found]
    pages = Paginator(shown, PER_PAGE).get_page(told.get("page"))
    context = {
        "rows": _rows(request, pages.object_list, now),
        "pages": pages,
        "q": words,
        "chosen": chosen,
        "tabs": _tabs(lines),
        "unsigned": _unsigned(request),
    }
    return render(request, "staff/worklist.html", context)


def _belongs(line: WorklistLine, chosen: str) -> bool:
    if chosen == "all":
        return True
    if chosen == "overdue":
        return line.is_overdue
    return line.moment.kind == chosen or (chosen == "confirm" and line.moment.kind == "decide")


def _tabs(lines: list[WorklistLine]) -> list[dict[str, Any]]:
    words = {
        "all": _("Everyone"),
        "ask": _("Questions open"),
        "confirm": _("To confirm"),
        "overdue": _("Overdue"),
        "done": _("Confirmed"),
    }
    return [
        {"code": code, "words": words[code], "count": sum(_belongs(line, code) for line in lines)}
        for code in TABS
    ]


def _rows(request: Admitted, lines: Any, now: datetime) -> list[dict[str, Any]]:
    names = names_of(request, [line.enrollment for line in lines])
    return [
        {
            "href": reverse(
                "staff:screening", args=[line.enrollment.site.code, line.enrollment.id]
            ),
            "who": names[line.enrollment.id] or line.enrollment.label,
            "number": line.enrollment.label if names[line.enrollment.id] else "",
            "decision": line.moment.decision,
            "next": next_words(line),
            "when": when_words(line, now),
            "late": line.is_overdue,
        }
        for line in lines
    ]


def next_words(line: WorklistLine) -> str:
    """The next act, in words."""
    moment = line.moment
    if moment.kind == "done":
        is_yes = moment.decision == "eligible"
        return _("Confirmed eligible") if is_yes else _("Confirmed ineligible")
    if moment.kind == "ask":
        return ngettext("%(n)d question is open", "%(n)d questions are open", moment.questions) % {
            "n": moment.questions
        }
    if moment.decision == "ineligible":
        return _("Ineligible: a physician confirms")
    return _("Eligible: a physician confirms")


def when_words(line: WorklistLine, now: datetime) -> str:
    """How long it waits, and how late it is, in words."""
    moment = line.moment
    if line.is_overdue and moment.overdue_at:
        return _("overdue by %(span)s") % {"span": span_words(now - moment.overdue_at)}
    if line.is_due and moment.due_at:
        return _("due for %(span)s") % {"span": span_words(now - moment.due_at)}
    if moment.kind == "done":
        return _("%(span)s ago") % {"span": span_words(now - moment.since)}
    return _("waiting %(span)s") % {"span": span_words(now - moment.since)}


def span_words(span: timedelta) -> str:
    """A span in its largest whole unit: minutes, hours or days."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _unsigned(request: Admitted) -> int:
    """How many limits of the protocols in use here await a signature; 0 for who may not see them."""
    if "limit.see" not in request.permissions:
        return 0
    here = Enrollment.objects.filter(site=request.here)
    used = set(here.values_list("protocol_name", flat=True).distinct())
    seen = studies(request, "limit.see")
    names = [name for name in protocols.names() if name in used and covers(seen, name)]
    return sum(unsigned_count(request.here, name) for name in names)
