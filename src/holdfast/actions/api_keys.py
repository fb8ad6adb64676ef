"""Keys by which programs act for an account: made by its owner, shown once, ended after a time."""

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions.operational_times import operational_times
from holdfast.records.journal import ORGANISATION
from holdfast.records.people import User
from holdfast.records.sign_in import ApiKey

PREFIX = "hfk-"


def new_key() -> str:
    """A new key: 160 random bits behind a word by which a leaked one is recognised."""
    return PREFIX + secrets.token_hex(20)


def hash_of(key: str) -> str:
    """What is kept of a key."""
    return sha256(b"api-key/" + key.encode()).hexdigest()


def owner_of(login: str, key: str, now: datetime) -> User | None:
    """The open account a key stands for now, if it is the named one's."""
    row = ApiKey.objects.filter(key_sha256=hash_of(key), corrected_by=None, is_withdrawn=False)
    found = row.select_related("user").first()
    if found is None or now >= found.valid_until or found.user.login != login:
        return None
    return found.user if found.user.is_active else None


@one_transaction
def make_api_key(*, key_sha256: str, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Keep the hash of a key of one's own."""
    stream = lock(ORGANISATION, now)
    told = {"account": by.id.hex}
    sent = stream.sent("api-key-made", entry_id, told | {"key": key_sha256})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    lasts = operational_times()["api-key-lasts"].in_force(None)
    fact = ApiKey(
        id=uuid5(entry_id, "key"), user=by, key_sha256=key_sha256, valid_until=stream.now + lasts
    )
    return stream.write(sent, [fact], by=by, values=told)


@one_transaction
def withdraw_api_key(*, key_id: UUID, entry_id: UUID, by: User, now: datetime) -> Answered:
    """End a key of one's own before its time."""
    stream = lock(ORGANISATION, now)
    row = ApiKey.objects.filter(id=key_id, user=by, corrected_by=None, is_withdrawn=False).first()
    if row is None:
        return Refusal("key-unknown")
    told = {"account": by.id.hex}
    sent = stream.sent("api-key-withdrawn", entry_id, told | {"key": row.id.hex})
    fact = ApiKey(
        id=uuid5(entry_id, "key"),
        corrects_id=row.id,
        correction_reason="withdrawn",
        user=by,
        key_sha256=row.key_sha256,
        valid_until=row.valid_until,
        is_withdrawn=True,
    )
    return stream.write(sent, [fact], by=by, values=told)
