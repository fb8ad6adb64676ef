"""What a page of a session sends, as JSON: entries, and what its gates are asked. Each answers JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Answered, Conflict, Receipt
from holdfast.actions.session_asking import authorise, session_gate
from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.actions.session_opening import close_session
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.session_entries import EntryRefused, read_fields
from holdfast.domain.session_gates import SessionAct
from holdfast.records.people import User
from holdfast.records.session import DosingSession
from holdfast.records.session_now import session_of
from holdfast.web.admitted import Admitted
from holdfast.web.json_acts import Body, BodyUnreadable, told_receipt, unreadable, wrong
from holdfast.web.reauthentication import address_of, prove_person
from holdfast.web.refusals import refusal_words
from holdfast.web.session.gates import gate_told
from holdfast.web.session.kinds import told_in_a_room
from holdfast.web.session.pages import session_at
from holdfast.web.session.raised import alarms_with
from holdfast.web.staff.who import enrollment_at

SCHEMA = 1  # of an entry that a page of somebody logged in sends
KEYS = {"schema", "id", "session", "kind", "words", "details", "at", "offset_ms", "by", "corrects"}
MOST_WORDS = 20_000  # characters
MOST_OFFSET_MS = 10 * 365 * 24 * 3600 * 1000


@require_POST
def entry(request: Admitted, site: str, enrollment_id: UUID) -> JsonResponse:
    """Write an entry that a page of somebody logged in has kept until this answer."""
    enrollment = enrollment_at(request, enrollment_id)
    try:
        body = Body.of(request)
        told = _read(body.text("entry"))
    except (BodyUnreadable, EntryRefused) as error:
        return unreadable(error)
    if (session := session_of(told["session"], enrollment)) is None:
        raise Http404
    if told["by"] != request.user.id:
        # Somebody else is logged in here now: the entry waits for whoever wrote it.
        return JsonResponse({"id": str(told["entry"].id), "waits_for": "writer"}, status=403)
    outcome = record_entry(
        session=session, told=told["entry"], came="page", by=request.user, now=timezone.now()
    )
    return answered(outcome, told["entry"].id)


def answered(outcome: Answered, entry_id: UUID) -> JsonResponse:
    """The receipt of an entry with the alarms that it raised; or why there is none."""
    if isinstance(outcome, Conflict):
        return JsonResponse({"id": str(entry_id), "conflict": str(outcome.id)}, status=409)
    if not isinstance(outcome, Receipt):
        return wrong(refusal_words(outcome), refused=outcome.reason, id=str(entry_id))
    return JsonResponse(told_receipt(outcome, alarms=alarms_with(entry_id, outcome)))


def _read(text: str) -> dict[str, Any]:
    """An entry from its exact text; ``BodyUnreadable`` or ``EntryRefused`` for anything else."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise BodyUnreadable("not-json") from None
    if not isinstance(told, dict) or set(told) != KEYS or told["schema"] != SCHEMA:
        raise BodyUnreadable("keys")
    kinds = told_in_a_room()
    if not isinstance(told["kind"], str) or told["kind"] not in kinds:
        raise BodyUnreadable("kind")
    words = told["words"]
    if not isinstance(words, str) or len(words) > MOST_WORDS or "\0" in words:
        raise BodyUnreadable("words")
    made = EntryTold(
        id=_identifier(told, "id"),
        kind=told["kind"],
        at=_moment(told),
        fields=read_fields(told["details"], kinds[told["kind"]], "details"),
        corrects=None if told["corrects"] is None else _identifier(told, "corrects"),
        words=words,
    )
    return {"entry": made, "session": _identifier(told, "session"), "by": _identifier(told, "by")}


def _identifier(told: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(told[name])
    except (ValueError, TypeError, AttributeError):
        raise BodyUnreadable(name) from None


def _moment(told: Mapping[str, Any]) -> datetime:
    """When it was true: the browser's clock, by as much as it is known to differ from ours."""
    offset = told["offset_ms"]
    is_whole = isinstance(offset, int) and not isinstance(offset, bool)
    if offset is not None and not (is_whole and abs(offset) <= MOST_OFFSET_MS):
        raise BodyUnreadable("offset_ms")
    try:
        moment = datetime.fromisoformat(told["at"])
    except (ValueError, TypeError):
        raise BodyUnreadable("at") from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise BodyUnreadable("at")
    return (moment - timedelta(milliseconds=offset or 0)).astimezone(UTC)


@never_cache
@require_safe
def gate(request: Admitted, site: str, enrollment_id: UUID, act: str) -> JsonResponse:
    """What a gate of the session answers now, line by line."""
    _enrollment, session = session_at(request, enrollment_id)
    return asked(session, act)


def asked(session: DosingSession | None, act: str) -> JsonResponse:
    """A gate's answer; not found for an act that there is not."""
    if act not in tuple(SessionAct):
        raise Http404
    if session is None:
        return wrong(_("No session is open."), refused="no-session")
    return JsonResponse(gate_told(session_gate(session, SessionAct(act), timezone.now())))


@require_POST
def ask(request: Admitted, site: str, enrollment_id: UUID, act: str) -> JsonResponse:
    """Ask a gate for its authorisation, with a proof of who asks; the server alone judges it."""
    _enrollment, session = session_at(request, enrollment_id)
    try:
        body = Body.of(request)
        entry_id, secret = body.identifier("id"), body.text("secret")
    except BodyUnreadable as error:
        return unreadable(error)
    if session is None or act not in tuple(SessionAct):
        raise Http404
    proof = prove_person(request.user, secret, address=address_of(request), method="password")
    if proof is None:
        return wrong(_("This is not your password, or there were too many tries."))
    return authorised(session, SessionAct(act), proof, entry_id)


def authorised(
    session: DosingSession, act: SessionAct, proof: ReauthenticationProof, entry_id: UUID
) -> JsonResponse:
    """The receipt of an authorisation, or everything that keeps its gate shut."""
    by, now = User.objects.get(id=proof.user_id), timezone.now()
    told: dict[str, Any] = {"session": session, "proof": proof, "by": by, "now": now}
    if act is SessionAct.CLOSE_SESSION:
        outcome = close_session(entry_id=entry_id, **told)
    else:
        outcome = authorise(act=act, entry_id=entry_id, **told)
    if isinstance(outcome, Receipt):
        return JsonResponse(told_receipt(outcome))
    if isinstance(outcome, Conflict):
        return JsonResponse({"id": str(entry_id), "conflict": str(outcome.id)}, status=409)
    answer = gate_told(session_gate(session, act, timezone.now()))
    return wrong(refusal_words(outcome), refused=outcome.reason, gate=answer)
