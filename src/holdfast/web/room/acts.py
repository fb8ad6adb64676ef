"""What a room's page sends, as JSON: steps, entries, attributions, the close. Each answers JSON."""

from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.room_custody import record_room_movement, record_taken_over
from holdfast.actions.room_entries import record_room_entry, settle_entry
from holdfast.actions.room_openings import close_room, closing_findings, take_step
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.findings import Outcome
from holdfast.domain.room import KEPT_APART, StepKind, was_in_the_room
from holdfast.domain.room_entry import EntryUnreadable, RoomEntryTold, read_entry
from holdfast.records.factors import has_passkey
from holdfast.records.people import User
from holdfast.records.room_state import steps_of, writer_of
from holdfast.records.rooms import RoomEntry, RoomOpening
from holdfast.web import passkeys
from holdfast.web.json_acts import Body, BodyUnreadable, told_receipt, unreadable, wrong
from holdfast.web.reauthentication import address_of, prove_by_passkey, prove_person
from holdfast.web.refusals import refusal_words
from holdfast.web.room.admission import AtDevice, forget_opening, has_session
from holdfast.web.room.page import opening_at
from holdfast.web.room.shown import clock_words
from holdfast.web.room.words import missing_words
from holdfast.web.session.kinds import told_in_a_room
from holdfast.web.session.raised import alarms_with


@require_POST
def entry(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Take in an entry, whatever the state of the opening or the device."""
    opening = opening_at(request, opening_id)
    try:
        body = Body.of(request)
        text = body.text("entry")
        signature = body.text("signature")
        told = read_entry(text, told_in_a_room())
    except (BodyUnreadable, EntryUnreadable) as error:
        return unreadable(error)
    if told.opening != opening.id:
        return wrong(_("This entry is of another opening."), refused="opening", id=str(told.id))
    outcome = record_room_entry(
        device=request.device,
        opening=opening,
        told=told,
        text=text,
        signature=signature,
        has_session=has_session(request, opening),
        now=timezone.now(),
    )
    if isinstance(outcome, Conflict):
        return JsonResponse({"id": str(told.id), "conflict": str(outcome.id)}, status=409)
    if not isinstance(outcome, Receipt):
        return wrong(refusal_words(outcome), refused=outcome.reason, id=str(told.id))
    row = RoomEntry.objects.get(id=outcome.fact_id("records_roomentry") or told.id)
    whose = writer_of(row)
    more: dict[str, Any] = {"is_nobodys": whose is None, "came": row.came, "reason": row.reason}
    more["alarms"] = alarms_with(told.id, outcome) if told.is_of_session else []
    if told.custody:
        is_apart = row.came in KEPT_APART
        more["movement"] = "kept-apart" if is_apart else _movement(opening, told)
    return JsonResponse(told_receipt(outcome, **more))


def _movement(opening: RoomOpening, told: RoomEntryTold) -> str:
    """What became of the movement that an entry carries: recorded, or why a person must look at it."""
    outcome = record_room_movement(opening=opening, told=told, now=timezone.now())
    if outcome is None:
        return "nobodys"
    return "recorded" if isinstance(outcome, Receipt) else getattr(outcome, "reason", "conflict")


def who_proves(request: AtDevice, body: Body) -> tuple[User, ReauthenticationProof] | JsonResponse:
    """Who proves who they are here: a tile with PIN or password, or a log-in name with password."""
    login = body.text("login").strip()
    if login:
        user = User.objects.filter(login=login).first()
    else:
        user = User.objects.filter(id=body.identifier("person")).first()
    if (answer := body.text("passkey")) and not login:
        proof = prove_by_passkey(request, user, answer)
        return (user, proof) if user and proof else wrong(_("This passkey was not accepted."))
    secret = body.text("secret")
    # All digits is a PIN: no password may be. Who comes in anew shows all components.
    method = "pin" if secret.isascii() and secret.isdigit() and not login else "password"
    proof = prove_person(user, secret, address=address_of(request), method=method)
    if user is None or proof is None:
        return wrong(_("This is not theirs, or there were too many tries."))
    return user, proof


@require_POST
def passkey(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """What a browser needs to use the passkey of somebody who was in this room, and of nobody else."""
    opening = opening_at(request, opening_id)
    if request.is_revoked:
        raise Http404
    try:
        person = Body.of(request).identifier("person")
    except BodyUnreadable as error:
        return unreadable(error)
    if person not in was_in_the_room(steps_of(opening)):
        raise Http404
    user = User.objects.get(id=person)
    if not has_passkey(user):
        return wrong(_("They have no passkey. Use the PIN or the password."))
    return JsonResponse(passkeys.to_show(request, user))


@require_POST
def step(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Somebody comes in, writes from now on, or leaves."""
    opening = opening_at(request, opening_id)
    if request.is_revoked or not has_session(request, opening):
        raise Http404
    try:
        body = Body.of(request)
        kind = StepKind(body.text("kind"))
        entry_id = body.identifier("id")
        if kind is StepKind.IN and not body.text("login"):
            raise BodyUnreadable("login")
        proved = who_proves(request, body)
    except BodyUnreadable as error:
        return unreadable(error)
    except ValueError:
        return wrong(_("This could not be read (%(place)s).") % {"place": "kind"})
    if isinstance(proved, JsonResponse):
        return proved
    by, proof = proved
    outcome = take_step(
        opening=opening, kind=kind, proof=proof, entry_id=entry_id, by=by, now=timezone.now()
    )
    if not isinstance(outcome, Receipt):
        return wrong(refusal_words(outcome))
    step_id = outcome.fact_id("records_roomstep")
    return JsonResponse(told_receipt(outcome, step=str(step_id), person=str(by.id)))


@require_POST
def attribute(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Somebody who was in the room takes entries over as theirs: one proof, each entry by itself."""
    opening = opening_at(request, opening_id)
    if request.is_revoked:
        raise Http404
    try:
        body = Body.of(request)
        entry_id, wanted = body.identifier("id"), body.identifiers("entries")
        rows = RoomEntry.objects.filter(opening=opening, id__in=wanted).order_by("written_at", "id")
        found = list(rows.select_related("enrollment__site", "opening__site", "site"))
        if not found or len(found) < len(wanted):
            raise Http404
        proved = who_proves(request, body)
    except BodyUnreadable as error:
        return unreadable(error)
    if isinstance(proved, JsonResponse):
        return proved
    by, proof = proved
    receipts = []
    for row in found:
        now = timezone.now()
        each = ReauthenticationProof.made(user=by, now=now, method=proof.method)
        outcome = settle_entry(
            entry=row,
            outcome="mine",
            proof=each,
            entry_id=uuid5(entry_id, row.id.hex),
            by=by,
            now=now,
        )
        if not isinstance(outcome, Receipt):
            return wrong(refusal_words(outcome))
        receipts.append(told_receipt(outcome))
        again = ReauthenticationProof.made(user=by, now=now, method=proof.method)
        record_taken_over(entry=row, proof=again, by=by, now=now)
    return JsonResponse({"receipts": receipts})


@require_POST
def close(request: AtDevice, site: str, opening_id: UUID) -> JsonResponse:
    """Close the room; where something is missing, every part of it is named."""
    opening = opening_at(request, opening_id)
    if request.is_revoked:
        raise Http404
    try:
        body = Body.of(request)
        unsent, entry_id = body.count("unsent"), body.identifier("id")
        proved = who_proves(request, body)
    except BodyUnreadable as error:
        return unreadable(error)
    if isinstance(proved, JsonResponse):
        return proved
    by, proof = proved
    outcome = close_room(
        opening=opening, unsent=unsent, proof=proof, entry_id=entry_id, by=by, now=timezone.now()
    )
    if isinstance(outcome, Receipt):
        response = JsonResponse(told_receipt(outcome))
        forget_opening(response)
        return response
    found = closing_findings(opening, by, unsent)
    missing = [each for each in found if each.outcome is not Outcome.PASSED]
    return wrong(refusal_words(outcome), missing=[_missing(each) for each in missing])


def _missing(finding: Any) -> dict[str, str]:
    entry_id = str(finding.values.get("entry", ""))
    row = RoomEntry.objects.filter(id=entry_id).first() if entry_id else None
    moment = clock_words(row.written_at) if row else ""
    return {"code": finding.code, "entry": entry_id, "words": str(missing_words(finding, moment))}
