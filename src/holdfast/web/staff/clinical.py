"""The clinical record of a course: what stands before the next session, and every section of it."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.clinical import Entry
from holdfast.actions.clinical_gates import SOURCES
from holdfast.actions.judging import protocol_of
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.definitions.sentences.clinical import clinical_sentence
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.clinical_now import open_alarms, orders_of, standing
from holdfast.web.admitted import Admitted
from holdfast.web.clinical.lines import PARTS
from holdfast.web.clinical.words import ALARMS, STEPS
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.clinical_sections import SECTIONS, Section, offered
from holdfast.web.staff.who import enrollment_at, name_of


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Open alarms with their steps, what the next session waits for, and every section."""
    enrollment = enrollment_at(request, enrollment_id)
    context = frame_of(request, enrollment) | {
        "alarms": alarms_of(enrollment),
        "findings": _findings(enrollment),
        "tests": len(orders_of(enrollment)),
        "unsettled": sum(
            not hasattr(row, "settled") for row in standing(EventCandidate, enrollment)
        ),
        "sections": [
            {
                "title": PARTS[slug][0],
                "why": section.why,
                "count": len(found := PARTS[slug][1](enrollment)),
                "newest": found[0] if found else None,
                "href": href(enrollment, slug),
            }
            for slug, section in SECTIONS.items()
        ],
    }
    return render(request, "staff/clinical.html", context)


def frame_of(request: Admitted, enrollment: Enrollment) -> dict[str, Any]:
    """What every page of the clinical record begins with."""
    return {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "done": done_words(request),
        "may_write": "clinical.record" in request.permissions,
    }


def alarms_of(enrollment: Enrollment) -> list[dict[str, Any]]:
    """The alarms that nobody took yet, with what to do."""
    return [
        {"words": ALARMS[row.kind], "steps": STEPS[row.kind], "at": row.recorded_at}
        for row in open_alarms(enrollment)
    ]


def _findings(enrollment: Enrollment) -> list[dict[str, Any]]:
    protocol, now = protocol_of(enrollment), timezone.now()
    found = [
        finding
        for source in SOURCES
        for findings in source(enrollment, protocol, now).values()
        for finding in findings
    ]
    order = {"failed": 0, "unknown": 1, "passed": 2}
    return [
        {"outcome": one.outcome.value, "sentence": clinical_sentence(one)}
        for one in sorted(found, key=lambda one: order[one.outcome.value])
    ]


def href(enrollment: Enrollment, section: str) -> str:
    """The address of a section."""
    return reverse("staff:clinical-section", args=[enrollment.site.code, enrollment.id, section])


@require_safe
def section(request: Admitted, site: str, enrollment_id: UUID, section: str) -> HttpResponse:
    """One section: what stands in it, and its forms."""
    return _section(request, enrollment_at(request, enrollment_id), section)


@require_POST
def record(request: Admitted, site: str, enrollment_id: UUID, section: str) -> HttpResponse:
    """Record what was typed into one of the forms of a section."""
    enrollment, found = enrollment_at(request, enrollment_id), _known(section)
    name = request.POST.get("sheet", next(iter(found.sheets)))
    if name not in found.sheets:
        raise Http404
    sheet = found.sheets[name]
    form = offered(sheet.form(request.POST, auto_id=f"{name}_%s"), enrollment)
    if not form.is_valid():
        return _section(request, enrollment, section, name, form)
    entry = entry_of(request, enrollment, form)
    return onward(
        request,
        sheet.act(entry, form),
        form,
        href(enrollment, section),
        lambda: _section(request, enrollment, section, name, form),
    )


def entry_of(request: Admitted, enrollment: Enrollment, form: forms.Form) -> Entry:
    """Who records, what they record it of, and when."""
    return Entry(
        enrollment=enrollment,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )


def onward(
    request: Admitted, outcome: Answered, form: forms.Form, address: str, again: Any
) -> HttpResponse:
    """On to an address where it was written; the page again, with the reason, where it was not."""
    if isinstance(outcome, Receipt):
        return go_on(request, address, "clinical-recorded")
    form.add_error(None, refusal_words(outcome))
    response: HttpResponse = again()
    return response


def _known(section: str) -> Section:
    found = SECTIONS.get(section)
    if found is None:
        raise Http404
    return found


def _section(
    request: Admitted,
    enrollment: Enrollment,
    slug: str,
    sent: str = "",
    form: forms.Form | None = None,
) -> HttpResponse:
    found = _known(slug)
    may_write = "clinical.record" in request.permissions
    title, lines = PARTS[slug]
    shown = lines(enrollment)
    context = frame_of(request, enrollment) | {
        "title": title,
        "why": found.why,
        "lines": shown,
        "action": reverse(
            "staff:clinical-record", args=[enrollment.site.code, enrollment.id, slug]
        ),
        "sheets": [
            {
                "name": name,
                "opens": sheet.opens,
                "button": sheet.button,
                "form": form
                if form is not None and name == sent
                else offered(sheet.form(auto_id=f"{name}_%s"), enrollment),
                "is_open": name == sent or (not shown and len(found.sheets) == 1),
            }
            for name, sheet in found.sheets.items()
            if may_write
        ],
    }
    status = 422 if form is not None else 200
    return render(request, "staff/clinical_section.html", context, status=status)
