"""Reading back what was written about a person in a room, and typing in what stood on paper."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.room_entries import record_from_paper
from holdfast.records.care import Enrollment
from holdfast.records.room_state import entries_about
from holdfast.records.rooms import RoomEntry
from holdfast.records.session import SessionFact
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.records.session_now import sessions_of
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.room.forms import PaperForm
from holdfast.web.room.shown import entry_shown
from holdfast.web.staff.blind import looks_on
from holdfast.web.staff.erased_words import erased_words
from holdfast.web.staff.who import enrollment_at


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every entry about this person, the newest first."""
    return _page(request, enrollment_at(request, enrollment_id))


def _page(request: Admitted, enrollment: Enrollment, form: PaperForm | None = None) -> HttpResponse:
    names: dict[UUID, str] = {}
    entries: list[dict[str, Any]] = [
        {**entry_shown(row, names, with_words=True), "moment": row.written_at}
        for row in _told(request, enrollment)
    ]
    may_write = "room.open" in request.permissions
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "entries": entries,
        "erased_words": erased_words(enrollment.person_id),
        "paper_form": form or (PaperForm(auto_id="paper_%s") if may_write else None),
        "form": form,
        "done": done_words(request),
    }
    return render(request, "room/reading.html", context, status=422 if form else 200)


def _told(request: Admitted, enrollment: Enrollment) -> list[RoomEntry]:
    """The entries about a person; for who only looks on, without those of sessions that tell the arm."""
    rows = entries_about(enrollment)
    if not looks_on(request):
        return rows
    hidden = hidden_from_onlookers(sessions_of(enrollment))
    theirs = SessionFact.objects.filter(session__in=hidden).exclude(room_entry=None)
    kept = set(theirs.values_list("room_entry_id", flat=True))
    return [row for row in rows if row.id not in kept]


@require_POST
def paper(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Record what was written on paper, with both times."""
    enrollment = enrollment_at(request, enrollment_id)
    form = PaperForm(request.POST, auto_id="paper_%s")
    if form.is_valid() and form.cleaned_data["written_at"] > timezone.now():
        form.add_error("written_at", _("This moment has not come yet."))
    if not form.is_valid():
        return _page(request, enrollment, form)
    told = {name: form.cleaned_data[name] for name in ("kind", "words", "written_at", "entry_id")}
    outcome = record_from_paper(enrollment=enrollment, by=request.user, now=timezone.now(), **told)
    if isinstance(outcome, Receipt):
        address = reverse("room:entries", args=[request.here.code, enrollment.id])
        return go_on(request, address, "room-entry-from-paper")
    form.add_error(None, refusal_words(outcome))
    return _page(request, enrollment, form)
