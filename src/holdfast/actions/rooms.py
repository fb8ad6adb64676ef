"""Rooms of a site and the devices that are enrolled for them."""

import re
from base64 import b64decode
from binascii import Error
from datetime import datetime
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, make_key, one_transaction
from holdfast.records.keys import sealed
from holdfast.records.people import PersonKey, Site, StaffRecord, User
from holdfast.records.rooms import Room, RoomDevice, RoomDeviceEnd

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@one_transaction
def add_room(
    *, site: Site, code: str, title: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Name a room of a site. The code is what later records call it by."""
    if refusal := refused(by, site, "room.device", now):
        return refusal
    if not _CODE.fullmatch(code) or not 0 < len(title.strip()) <= 80:
        return Refusal("room-does-not-fit")
    stream = lock(site.id, now)
    sent = stream.sent("room-added", entry_id, {"code": code, "title": title})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if Room.objects.filter(site=site, code=code, corrected_by=None, is_withdrawn=False).exists():
        return Refusal("room-code-taken")
    room = Room(id=uuid5(entry_id, "room"), site=site, code=code, title=title.strip())
    return stream.write(sent, [room], by=by, values={"code": code})


@one_transaction
def enroll_device(
    *,
    room: Room,
    label: str,
    secret_sha256: str,
    public_key: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Enroll a device for a room: the hash of its cookie's secret, and its public key.

    It gets an account of its own, by which nobody can log in: what the device records without
    knowing whose it is, is by that account.
    """
    if refusal := refused(by, room.site, "room.device", now):
        return refusal
    if not _DIGEST.fullmatch(secret_sha256) or public_key_of(public_key) is None:
        return Refusal("device-key-does-not-fit")
    if not _CODE.fullmatch(label):
        return Refusal("room-does-not-fit")
    stream = lock(room.site_id, now)
    told = {"room": room.id, "label": label, "secret": secret_sha256, "key": public_key}
    sent = stream.sent("room-device-enrolled", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    account = User(id=uuid5(entry_id, "account"), is_active=False)
    account.login = f"device-{account.id.hex[:12]}"
    account.set_unusable_password()
    account.save(force_insert=True)
    key = make_key(owner=account.id, word_class=PersonKey.IDENTITY, by=by, now=now)
    record = StaffRecord(id=uuid5(account.id, "record"), user_id=account.id, is_open=False)
    record.printed_name = sealed(key, record, "printed_name", f"{room.title}, {label}")
    device = RoomDevice(
        id=uuid5(entry_id, "device"),
        site_id=room.site_id,
        room=room,
        account_id=account.id,
        label=label,
        secret_sha256=secret_sha256,
        public_key=public_key,
    )
    values = {"device": device.id.hex, "room": room.code}
    return stream.write(sent, [record, device], by=by, keys=[key.id], values=values)


def public_key_of(text: str) -> EllipticCurvePublicKey | None:
    """The P-256 key of a device from base64; None for anything else."""
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except (ValueError, TypeError, Error):
        return None
    is_ours = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    return key if is_ours and isinstance(key, EllipticCurvePublicKey) else None


@one_transaction
def revoke_device(
    *, device: RoomDevice, reason: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Revoke a device: it opens nothing any more, and what still comes from it is kept apart."""
    if refusal := refused(by, device.site, "room.device", now):
        return refusal
    if reason not in RoomDeviceEnd.REASONS:
        return Refusal("reason-unknown")
    stream = lock(device.site_id, now)
    sent = stream.sent("room-device-revoked", entry_id, {"device": device.id, "reason": reason})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if RoomDeviceEnd.objects.filter(device=device).exists():
        return Refusal("already-revoked")
    end = RoomDeviceEnd(id=uuid5(entry_id, "end"), device=device, reason=reason)
    return stream.write(sent, [end], by=by, values={"device": device.id.hex, "reason": reason})
