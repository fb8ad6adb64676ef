"""The page of an open room, and the JSON that keeps it current."""

from pathlib import Path
from uuid import UUID

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.domain.room import KINDS as ENTRY_KINDS
from holdfast.records.rooms import RoomOpening
from holdfast.web.pharmacy.words import ACTS, EMERGENCY_WORDS, OF_THE_BOX
from holdfast.web.room.admission import AtDevice, has_session
from holdfast.web.room.door import theme_of
from holdfast.web.room.shown import state as state_shown
from holdfast.web.room.words import KINDS
from holdfast.web.session.page_words import panel_words
from holdfast.web.session.telephone import on_call_number

WRITING = "X-Writing"
WORKER = "holdfast/room-worker.js"


def opening_at(request: AtDevice, opening_id: UUID) -> RoomOpening:
    """An opening of this very device; not found for any other."""
    rows = RoomOpening.objects.filter(device=request.device, id=opening_id)
    found = rows.select_related("site", "device__end", "device__room", "closing").first()
    if found is None:
        raise Http404
    return found


@require_safe
def page(request: AtDevice, site: str, opening_id: UUID) -> HttpResponse:
    """The room: who is in it, who writes, what was written. Its script fills it."""
    opening = opening_at(request, opening_id)
    if request.is_revoked:
        raise Http404
    get_token(request)
    context = {
        "opening": opening,
        "room": request.device.room,
        "kinds": [(code, KINDS[code]) for code, kind in ENTRY_KINDS.items() if kind.has_words],
        "theme": theme_of(request),
        "custody_kinds": [(kind.value, ACTS[kind]) for kind in OF_THE_BOX],
        "custody_alone": EMERGENCY_WORDS.items(),
        "words": panel_words(opening.site),
        "telephone": on_call_number(opening.site),
        "now_at": reverse("room:session-now", args=[site, opening.id]),
        "live_at": reverse("room:session-live", args=[site, opening.id]),
        "gate_at": reverse("room:session-gate", args=[site, opening.id, UUID(int=0), "an-act"]),
    }
    return render(request, "room/room.html", context)


@require_safe
def worker(request: AtDevice, site: str) -> HttpResponse:
    """The script that serves the room's page from the browser while the server is away.

    It reaches no further than where it lies: below ``/SITE/room/``.
    """
    found = finders.find(WORKER)
    assert isinstance(found, str)  # it is of the package
    return HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")


@never_cache
@require_safe
def state(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """What the page shows now. A revoked device learns that it is one, and nothing else."""
    opening = opening_at(request, opening_id)
    if request.is_revoked:
        return JsonResponse({"status": "revoked", "csrf": get_token(request)})
    session = has_session(request, opening)
    return JsonResponse(
        state_shown(request, opening, has_session=session, switch=switch_of(request))
    )


def switch_of(request: AtDevice) -> UUID | None:
    """The switch that the page says it writes under; it alone knows the id."""
    try:
        return UUID(request.headers.get(WRITING, ""))
    except ValueError:
        return None
