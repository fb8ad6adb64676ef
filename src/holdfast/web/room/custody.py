"""The session box on a room's device: what is in it, and the keys by which two people sign what happens."""

from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.room_keys import keep_writer_key
from holdfast.domain.accountability import ON_HAND
from holdfast.domain.movements import ranges
from holdfast.records.session import DosingSession
from holdfast.records.supply import DrugMovement
from holdfast.web.json_acts import Body, BodyUnreadable, told_receipt, unreadable, wrong
from holdfast.web.pharmacy.box import capsules_now, issued_to
from holdfast.web.pharmacy.words import PARTS, STATUSES
from holdfast.web.refusals import refusal_words
from holdfast.web.room.acts import who_proves
from holdfast.web.room.admission import AtDevice, has_session
from holdfast.web.room.page import opening_at
from holdfast.web.room.session import sessions_of


@require_POST
def key(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Somebody in the room proves their PIN, and this device's key for them is kept."""
    opening = opening_at(request, opening_id)
    if request.is_revoked or not has_session(request, opening):
        raise Http404
    try:
        body = Body.of(request)
        entry_id, public_key = body.identifier("id"), body.text("key")
        proved = who_proves(request, body)
    except BodyUnreadable as error:
        return unreadable(error)
    if isinstance(proved, JsonResponse):
        return proved
    by, proof = proved
    outcome = keep_writer_key(
        opening=opening,
        public_key=public_key,
        proof=proof,
        entry_id=entry_id,
        by=by,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        return wrong(refusal_words(outcome))
    return JsonResponse(
        told_receipt(outcome, key=str(outcome.fact_id("records_roomwriterkey") or entry_id))
    )


@never_cache
@require_safe
def box(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """The containers of the session boxes of those whom this room was opened for."""
    opening = opening_at(request, opening_id)
    if request.is_revoked or not has_session(request, opening):
        raise Http404
    found: list[dict[str, Any]] = []
    for session in sessions_of(opening):
        found += [_shown(session, issue) for issue in issued_to(session.enrollment)]
    return JsonResponse({"containers": found})


def _shown(session: DosingSession, issue: DrugMovement) -> dict[str, Any]:
    container = issue.container
    own = capsules_now(container, session.site.zone)
    states = dict.fromkeys(str(STATUSES[now.status]) for now in own.values())
    here = [number for number, now in own.items() if now.status in ON_HAND]
    seal = _("seal %(seal)s") % {"seal": issue.seal}
    return {
        "code": container.code,
        "part": str(PARTS.get(container.part, container.part)),
        "about": session.enrollment.label,
        "enrollment": str(session.enrollment_id),
        "session": str(session.id),
        "capsules": ranges(here or own),
        "says": ", ".join([seal, *states]),
    }
