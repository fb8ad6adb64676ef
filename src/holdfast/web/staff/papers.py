"""A person's papers: scans that came, letters that went, and the waiting list."""

from base64 import b64decode
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.actions.contact import permissions_of
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Receipt
from holdfast.actions.papers import attach_scan, letter_refused, record_letter
from holdfast.actions.waiting_list import record_waiting_step, steps_of, waiting_at
from holdfast.definitions import letters
from holdfast.records.access import covers, printed_name
from holdfast.records.calls import Letter, Scan
from holdfast.records.care import Enrollment
from holdfast.records.keys import Erased, opened
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.paper import letter_pdf
from holdfast.web.paper.letters import LetterDetails, letter_content
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.call_forms import (
    ADDRESSEE_WORDS,
    LETTER_WORDS,
    REASON_WORDS,
    STEP_WORDS,
    LetterForm,
    ScanForm,
    WaitingForm,
)
from holdfast.web.staff.contact import permission_words
from holdfast.web.staff.who import enrollment_at, name_of, names_of

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every scan and letter of a person, with the hash of its bytes."""
    return _page(request, enrollment_at(request, enrollment_id), ScanForm())


@require_POST
def attach(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Keep a scan; what it is, its bytes tell."""
    enrollment = enrollment_at(request, enrollment_id)
    form = ScanForm(request.POST, request.FILES)
    if form.is_valid():
        outcome = attach_scan(
            enrollment=enrollment,
            data=form.cleaned_data["scan"].read(),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            return _to_papers(request, enrollment, "scan-attached")
        form.add_error("scan", refusal_words(outcome))
    return _page(request, enrollment, form, status=422)


@require_safe
def scan(request: Admitted, site: str, enrollment_id: UUID, scan_id: UUID) -> HttpResponse:
    """The exact bytes of a scan, to keep and not to show: they came from outside."""
    found = Scan.objects.filter(id=scan_id, enrollment=enrollment_at(request, enrollment_id))
    row = found.select_related("enrollment__site").first()
    return _bytes(row, row.media_type if row else "")


@require_safe
def letter(request: Admitted, site: str, enrollment_id: UUID, letter_id: UUID) -> HttpResponse:
    """The exact bytes of a letter as it went out."""
    found = Letter.objects.filter(id=letter_id, enrollment=enrollment_at(request, enrollment_id))
    return _bytes(found.select_related("enrollment__site").first(), "application/pdf")


def _bytes(row: Scan | Letter | None, media_type: str) -> HttpResponse:
    if row is None:
        raise Http404
    try:
        content = b64decode(opened(row, "content") or "")
    except Erased:
        raise Http404 from None
    response = HttpResponse(content, content_type=media_type)
    name = f"{row.enrollment.label}-{row.content_sha256[:8]}.{ENDINGS[media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Write a letter from its template and keep it as it goes out."""
    enrollment = enrollment_at(request, enrollment_id)
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _written(request, enrollment, form):
        return _to_papers(request, enrollment, "letter-written")
    context = {"enrollment": enrollment, "who": name_of(request, enrollment), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/letter_write.html", context, status=status)


def _written(request: Admitted, enrollment: Enrollment, form: LetterForm) -> bool:
    told = form.cleaned_data
    # Asked before anything is set in type; the action asks again.
    outcome: Any = letter_refused(enrollment, told["addressee"], told["detail"])
    if outcome is None:
        now = timezone.now()
        template = letters.load(told["language"])[told["kind"], told["addressee"]]
        details = LetterDetails(
            person=name_of(request, enrollment),
            site=enrollment.site.name,
            name=told["name"],
            signed=printed_name(request.user),
            day=local_date(enrollment.site, now),
            address=told["address"].splitlines(),
            detail=told["detail"],
        )
        outcome = record_letter(
            enrollment=enrollment,
            template=template,
            detail=told["detail"],
            pdf=letter_pdf(letter_content(template, details), now),
            entry_id=told["entry_id"],
            by=request.user,
            now=now,
        )
    if isinstance(outcome, Receipt):
        return True
    form.add_error(None, refusal_words(outcome))
    return False


@require_safe
def waiting(request: Admitted, site: str) -> HttpResponse:
    """Who waits, in order."""
    rows = waiting_at(request.here, studies(request, "waiting.see"))
    names = names_of(request, [enrollment for enrollment, _place in rows])
    managed = studies(request, "waiting.manage")
    today = local_date(request.here, timezone.now())
    context = {
        "rows": [
            {
                "who": names[enrollment.id] or enrollment.label,
                "label": enrollment.label,
                "joined_on": place.joined_on,
                "counts_from": place.counts_from,
                "days": (today - place.counts_from).days,
                "href": reverse("staff:waiting-step", args=[request.here.code, enrollment.id])
                if covers(managed, enrollment.protocol_name)
                else "",
            }
            for enrollment, place in rows
        ],
        "done": done_words(request),
    }
    return render(request, "staff/waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def waiting_step(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """One step on the waiting list, and the steps before it."""
    enrollment = enrollment_at(request, enrollment_id)
    today = local_date(enrollment.site, timezone.now())
    form = WaitingForm(request.POST or None, initial={"on_day": today})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        outcome = record_waiting_step(
            enrollment=enrollment,
            step=told["step"],
            on_day=told["on_day"],
            counts_from=told["counts_from"] or told["on_day"],
            reason=told["reason"],
            entry_id=told["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            address = reverse("staff:waiting", args=[request.here.code])
            return go_on(request, address, "waiting-list-changed")
        form.add_error(None, refusal_words(outcome))
    steps = [
        {
            "words": STEP_WORDS[s.step],
            "on": s.on,
            "from": s.counts_from,
            "why": REASON_WORDS[s.reason],
        }
        for s in steps_of(enrollment)
    ]
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "form": form,
        "steps": steps,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/waiting_step.html", context, status=status)


def _to_papers(request: Admitted, enrollment: Enrollment, done: str) -> HttpResponse:
    address = reverse("staff:papers", args=[request.here.code, enrollment.id])
    return go_on(request, address, done)


def _page(
    request: Admitted, enrollment: Enrollment, form: ScanForm, status: int = 200
) -> HttpResponse:
    where = [request.here.code, enrollment.id]
    scans = [
        {
            "words": _("Scan, %(kind)s") % {"kind": ENDINGS[row.media_type].upper()},
            "at": row.recorded_at,
            "hash": row.content_sha256,
            "href": reverse("staff:scan", args=[*where, row.id]),
        }
        for row in Scan.objects.filter(enrollment=enrollment).order_by("-position", "id")
    ]
    written = [
        {
            "words": f"{LETTER_WORDS[row.kind]} · {ADDRESSEE_WORDS[row.addressee]}",
            "at": row.recorded_at,
            "hash": row.content_sha256,
            "href": reverse("staff:letter", args=[*where, row.id]),
        }
        for row in Letter.objects.filter(enrollment=enrollment).order_by("-position", "id")
    ]
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "form": form if "call.record" in request.permissions else None,
        "said": permission_words(said[0])
        if (said := permissions_of(enrollment))
        else {"lines": []},
        "lists": [(_("Scans"), scans), (_("Letters"), written)],
        "done": done_words(request),
    }
    return render(request, "staff/papers.html", context, status=status)
