"""What is written in a room: taken in always, attributed where that can be said, settled by people."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.room_openings import proof_not_held
from holdfast.actions.rooms import public_key_of
from holdfast.actions.session_entries import of_an_act, of_the_room, session_meant, taken_over
from holdfast.actions.session_judging import judged_until
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.writing import LockedStream, lock, one_transaction, refused_where_erased
from holdfast.domain import room
from holdfast.domain.room_custody import CustodyTold
from holdfast.domain.room_entry import RoomEntryTold, how_it_came
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.room_state import idle_after, is_standing, steps_of, subjects_of
from holdfast.records.rooms import (
    RoomAttribution,
    RoomClosing,
    RoomDevice,
    RoomDeviceEnd,
    RoomEntry,
    RoomOpening,
    RoomStep,
    RoomWriterKey,
)
from holdfast.records.session_now import stored_fields

_HALF = 32  # bytes of each half of a raw P-256 signature


def signature_holds(device: RoomDevice, text: str, signature: str) -> bool:
    """True where the device's own key signed exactly this text."""
    return signed_with(device.public_key, text, signature)


def signed_with(public_key: str, text: str, signature: str) -> bool:
    """True where a key signed exactly this text (raw r and s, base64)."""
    key = public_key_of(public_key)
    try:
        raw = b64decode(signature, validate=True)
    except (ValueError, Error):
        return False
    if key is None or len(raw) != 2 * _HALF:
        return False
    pair = (int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
    try:
        key.verify(encode_dss_signature(*pair), text.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def who_signed(opening: RoomOpening, told: CustodyTold) -> Mapping[UUID, UUID]:
    """Whose signature under a movement holds, with the key it was made with: by person."""
    keys = {row.id: row for row in RoomWriterKey.objects.filter(opening=opening)}
    return {
        person: each.key
        for person, each in told.signed.items()
        if each.key in keys
        and keys[each.key].user_id == person
        and signed_with(keys[each.key].public_key, told.text, each.signature)
    }


@refused_where_erased
@one_transaction
def record_room_entry(
    *,
    device: RoomDevice,
    opening: RoomOpening,
    told: RoomEntryTold,
    text: str,
    signature: str,
    has_session: bool,
    now: datetime,
) -> Answered:
    """Take in what a device sends, whatever its state: nothing that was written is dropped.

    It is somebody's only while the opening stands, its session is here, the device's signature
    holds, and that person had switched. Otherwise it is the device's, until a person settles it.
    """
    subjects = subjects_of(opening)
    session = session_meant(told, subjects)
    if told.is_of_session and of_an_act(told):
        return Refusal("needs-its-own-act", {"kind": told.kind.code})
    about = session.enrollment if session else _about(told, subjects)
    stream = lock(about.id if about else opening.site_id, now)
    sent = stream.sent("room-entry-recorded", told.id, {"text": text})
    if earlier := stream.earlier(sent, by=device.account):
        return earlier
    came = how_it_came(
        is_signed=signature_holds(device, text, signature),
        is_revoked=RoomDeviceEnd.objects.filter(device=device).exists(),
        is_closed=RoomClosing.objects.filter(opening=opening).exists(),
        is_standing=has_session and is_standing(opening, now),
    )
    whose = _whose(opening, told, came)
    writer = User.objects.get(id=whose.person) if whose.person else None
    entry = RoomEntry(
        id=uuid5(told.id, "room-entry"),
        site_id=opening.site_id,
        opening=opening,
        device=device,
        enrollment=about,
        kind=told.kind.code,
        details=stored_fields(told.fields) if told.is_of_session else _details(told),
        written_at=told.at,
        written_by=writer,
        reason=whose.reason,
        came=came.value,
        step=RoomStep.objects.filter(opening=opening, pk=told.step or opening.id).first(),
        device_clock=told.device_clock,
        clock_offset_ms=told.offset_ms,
        device_signature=signature[:200],
    )
    _seal(stream, entry, about, text)
    values = {"kind": told.kind.code, "came": came.value, "opening": opening.id.hex}
    by = writer or device.account
    if session is None:
        return stream.write(sent, [entry], by=by, values=values)
    stream.place(entry, by=by)
    facts = [entry, *of_the_room(stream, session, entry, told, by)]
    receipt = stream.write(sent, facts, by=by, values=values)
    judged_until(session, stream, receipt)
    return receipt


def _details(told: RoomEntryTold) -> str:
    return document(dict(told.details)).decode()


def _about(told: RoomEntryTold, subjects: list[Enrollment]) -> Enrollment | None:
    """Whose record it belongs in; nobody's alone where it is about a whole group.

    Words always belong to one person, so that they can be erased: where a page named nobody they
    go to the first, rather than being refused.
    """
    named = next((each for each in subjects if each.id == told.enrollment), None)
    if named is not None or not subjects:
        return named
    return subjects[0] if len(subjects) == 1 or told.words or told.kind.is_about_one else None


def _whose(opening: RoomOpening, told: RoomEntryTold, came: room.Came) -> room.Attribution:
    if told.custody is not None and came not in room.KEPT_APART:
        # Whoever signed it with a key that only their PIN opens wrote it, whoever else had switched.
        first = told.custody.first
        if first in who_signed(opening, told.custody):
            return room.Attribution(first, "signed")
        return room.Attribution(None, "unsigned")
    if came is not room.Came.OPEN:
        return room.Attribution(None, f"came-{came.value}")
    return room.attributed(told.written, steps_of(opening), idle_after(opening.site))


def _seal(stream: LockedStream, entry: RoomEntry, about: Enrollment | None, text: str) -> None:
    """The exact text under the person's key; one without words about a whole room is nobody's."""
    key = data_key_of(about.person_id, PersonKey.WORDS) if about else stream.receipts
    entry.written = sealed(key, entry, "written", text)


@one_transaction
def settle_entry(
    *,
    entry: RoomEntry,
    outcome: str,
    proof: ReauthenticationProof,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Say with a proof that an entry is one's own, or that one kept apart is to stay apart.

    Only who was in the room can have written there. What came from a revoked device, or without
    its signature, may be set apart by anybody who may write about that person.
    """
    place = entry.enrollment or entry.site
    if entry.enrollment is not None and (refusal := refused(by, place, "room.open", now)):
        return refusal
    stream = lock(entry.stream_id, now)
    sent = stream.sent("room-entry-settled", entry_id, {"entry": entry.id, "outcome": outcome})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if outcome not in RoomAttribution.OUTCOMES:
        return Refusal("outcome-unknown")
    settled = RoomAttribution.objects.filter(entry=entry).exists()
    if settled or entry.written_by_id is not None:
        return Refusal("somebodys-already")
    was_there = entry.opening is not None and by.id in room.was_in_the_room(steps_of(entry.opening))
    if outcome == "mine" and not was_there:
        return Refusal("not-of-this-room")
    if outcome == "set-apart" and entry.came not in room.KEPT_APART:
        return Refusal("outcome-unknown")
    if outcome == "set-apart" and not was_there and entry.enrollment is None:
        return Refusal("not-of-this-room")
    if refusal := proof_not_held(proof, by, now):
        return refusal
    fact = RoomAttribution(
        id=uuid5(entry_id, "attribution"),
        entry=entry,
        outcome=outcome,
        settled_at=stream.now,
        settled_by=by,
        proof_id=proof.id,
        proof_method=proof.method,
    )
    values = {"entry": entry.id.hex, "outcome": outcome}
    receipt = stream.write(sent, [fact], by=by, values=values)
    if outcome == "mine":
        taken_over(stream, entry, by)
    return receipt


@refused_where_erased
@one_transaction
def record_from_paper(
    *,
    enrollment: Enrollment,
    kind: str,
    words: str,
    written_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Type in afterwards what was written on paper, with both times; closed or not, it is taken."""
    if refusal := refused(by, enrollment, "room.open", now):
        return refusal
    if kind not in room.KINDS or (words.strip() and not room.KINDS[kind].has_words):
        return Refusal("room-kind-unknown")
    stream = lock(enrollment.id, now)
    told = {"kind": kind, "words": words, "written_at": written_at}
    sent = stream.sent("room-entry-from-paper", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    entry = RoomEntry(
        id=uuid5(entry_id, "room-entry"),
        site_id=enrollment.site_id,
        enrollment=enrollment,
        kind=kind,
        written_at=written_at,
        written_by=by,
        reason="from-paper",
        came=room.Came.PAPER.value,
        device_clock=stream.now,
    )
    _seal(stream, entry, enrollment, document({"words": words}).decode())
    return stream.write(sent, [entry], by=by, values={"kind": kind, "came": entry.came})
