"""The sessions of those a room was opened for, for its own device: what the panel shows, and its stream."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_entries import move_entry
from holdfast.domain import room
from holdfast.domain.session_entries import instant
from holdfast.records.people import User
from holdfast.records.room_state import is_standing, steps_of, subjects_of
from holdfast.records.rooms import RoomOpening
from holdfast.records.session import DosingSession, SessionFact
from holdfast.web.json_acts import Body, BodyUnreadable, told_receipt, unreadable, wrong
from holdfast.web.refusals import refusal_words
from holdfast.web.room.admission import AtDevice, has_session
from holdfast.web.room.page import opening_at, switch_of
from holdfast.web.session.acts import asked
from holdfast.web.session.heard import note_heard
from holdfast.web.session.live import of_opening
from holdfast.web.session.shown import told


@never_cache
@require_safe
def now(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """The open sessions of this room. ``after.<session>`` is the position a page knows one up to."""
    opening = _standing(request, opening_id)
    moment = timezone.now()
    writer = room.writing_now(steps_of(opening), switch_of(request))
    rows = sessions_of(opening)
    note_heard(rows, moment)
    return JsonResponse(
        {
            "now": instant(moment),
            "sessions": [
                told(row, moment, after=_after(request.GET, row), with_words=writer is not None)
                for row in rows
            ],
        }
    )


def sessions_of(opening: RoomOpening) -> list[DosingSession]:
    """The sessions that go on of those a room was opened for, by number."""
    subjects = [each.id for each in subjects_of(opening)]
    rows = DosingSession.objects.filter(enrollment__in=subjects, closing=None)
    rows = rows.select_related("enrollment__site", "site", "room", "closing", "passed")
    return sorted(rows, key=lambda row: row.enrollment.number)


def _standing(request: AtDevice, opening_id: UUID) -> RoomOpening:
    """An opening of this device while it stands; not found for any other."""
    opening = opening_at(request, opening_id)
    if request.is_revoked or not has_session(request, opening):
        raise Http404
    if not is_standing(opening, timezone.now()):
        raise Http404
    return opening


def _after(given: Mapping[str, Any], session: DosingSession) -> int:
    known = str(given.get(f"after.{session.id}", ""))
    return int(known) if known.isascii() and known.isdigit() and len(known) < 16 else 0


@require_safe
def live(request: AtDevice, site: str, opening_id: UUID) -> StreamingHttpResponse:
    """What is written of these sessions, as it is written."""
    return of_opening(_standing(request, opening_id))


@never_cache
@require_safe
def gate(
    request: AtDevice, site: str, opening_id: UUID, session_id: UUID, act: str
) -> JsonResponse:
    """What a gate of one of these sessions answers now."""
    opening = _standing(request, opening_id)
    found = (row for row in sessions_of(opening) if row.id == session_id)
    return asked(next(found, None), act)


@require_POST
def move(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Whoever writes moves an entry that was made against the wrong person; both records say so."""
    opening = _standing(request, opening_id)
    writer = room.writing_now(steps_of(opening), switch_of(request))
    if writer is None:
        return wrong(_("Tap your name first."), refused="nobody-writes")
    try:
        body = Body.of(request)
        entry_id, of, to = (body.identifier(name) for name in ("id", "entry", "to"))
    except BodyUnreadable as error:
        return unreadable(error)
    open_ = {row.id: row for row in sessions_of(opening)}
    fact = SessionFact.objects.filter(id=of, session__in=open_).first()
    if fact is None or to not in open_:
        raise Http404
    by = User.objects.get(id=writer)
    outcome = move_entry(fact=fact, to=open_[to], entry_id=entry_id, by=by, now=timezone.now())
    if not isinstance(outcome, Receipt):
        return wrong(refusal_words(outcome))
    return JsonResponse(told_receipt(outcome))
