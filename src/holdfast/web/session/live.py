"""Event streams: what is written of a session is on every screen that may show it within a second.

A stream is an async generator that never asks the record for anything: it hands on what the hub puts
into its queue. It ends at log-out, when a permission ends, and when its page does not keep up.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.records import access
from holdfast.records.people import Site, User
from holdfast.records.prepared import Prepared
from holdfast.records.room_state import is_standing, subjects_of
from holdfast.records.rooms import RoomOpening
from holdfast.records.session import DosingSession
from holdfast.records.session_blind import hidden_from_onlookers
from holdfast.web.admitted import Admitted
from holdfast.web.session.hub import END, Covers, Listener, hub, message
from holdfast.web.staff.blind import is_onlooker

SEES = "session.see"
BEAT_SECONDS = 5.0


@require_safe
def of_site(request: Admitted, site: str) -> StreamingHttpResponse:
    """What is written of the sessions of a site that somebody may see."""
    here, user, key = request.here, request.user.pk, str(request.session.session_key)
    return stream(lambda: _of_person(here, user, key))


def _of_person(here: Site, user_id: UUID, session_key: str) -> Covers | None:
    """What somebody may hear of now; None once they logged out or may hear nothing."""
    now = timezone.now()
    open_here, user = _SESSION.first(session_key), _USER.first(user_id)
    if open_here is None or open_here.expire_date <= now or user is None or not user.is_active:
        return None
    with access.remembered():  # both questions are of this moment
        permissions = access.permissions_of(user, here, now)
        if SEES not in permissions:
            return None
        studies = access.studies_of(user, here, SEES, now)
    is_blind = is_onlooker(permissions)
    hidden: dict[UUID, bool] = {}  # asked once for each look at what may be heard

    def covers(session: DosingSession) -> bool:
        is_here = session.site_id == here.id
        if not is_here or not access.covers(studies, session.enrollment.protocol_name):
            return False
        if is_blind and session.id not in hidden:
            hidden[session.id] = bool(hidden_from_onlookers([session]))
        return not is_blind or not hidden[session.id]

    return covers


_SESSION = Prepared(lambda key: Session.objects.filter(session_key=key))
_USER = Prepared(lambda user: User.objects.filter(id=user))


def of_opening(opening: RoomOpening) -> StreamingHttpResponse:
    """What is written of the sessions of those a room was opened for."""
    return stream(lambda: _of_room(opening.id))


def _of_room(opening_id: UUID) -> Covers | None:
    rows = RoomOpening.objects.select_related("device__end", "closing", "site")
    opening = rows.filter(id=opening_id).first()
    if opening is None or not is_standing(opening, timezone.now()):
        return None
    subjects = {each.id for each in subjects_of(opening)}
    return lambda session: session.enrollment_id in subjects


def stream(may: Callable[[], Covers | None]) -> StreamingHttpResponse:
    """An event stream that goes on for as long as somebody may hear it."""
    response = StreamingHttpResponse(_messages(may), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response


async def _messages(may: Callable[[], Covers | None]) -> AsyncIterator[bytes]:
    # The request's own thread stays as long as the stream; its connection must not.
    await sync_to_async(connections.close_all)()
    listener = Listener(may, asyncio.get_running_loop())
    hub.join(listener)
    try:
        yield b"retry: 1000\n\n"
        while True:
            try:
                told = await asyncio.wait_for(listener.queue.get(), BEAT_SECONDS)
            except TimeoutError:
                told = message("beat", {})
            if told == END:
                yield message("end", {})
                return
            yield told
    finally:
        hub.leave(listener)
