"""A person's PIN, by which they sign in about a second once they have signed with all they have."""

import hmac
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.writing import lock, make_key, one_transaction
from holdfast.domain.pins import pin_problem
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import DataKey, data_key_of
from holdfast.records.people import PersonKey, User
from holdfast.records.sign_in import Pin


def set_pin(user: User, pin: str, *, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Set or replace somebody's own PIN. Nobody sets another's; a trivial one is refused."""
    if by.id != user.id:
        return Refusal("pin-of-another")
    if problem := pin_problem(pin):
        return Refusal(problem)
    made = own_factors_key(user, by=by, now=now)
    return _keep(make_password(_keyed(made, pin)), user=user, entry_id=entry_id, now=now)


def is_pin_of(user: User, pin: str) -> bool:
    """Whether this is somebody's PIN. It takes as long for one who has none."""
    held = Pin.objects.filter(user=user).first()
    if held is None:
        make_password(pin)
        return False
    return check_password(_keyed(data_key_of(user.id, PersonKey.FACTORS), pin), held.encoded)


@one_transaction
def remove_pin(user: User, *, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Take a PIN away: the person's own act."""
    if by.id != user.id:
        return Refusal("pin-of-another")
    stream = lock(ORGANISATION, now)
    sent = stream.sent("pin-removed", entry_id, {"account": user.id.hex})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    Pin.objects.filter(user=user).delete()
    return stream.write(sent, [], by=by, values={"account": user.id.hex})


def own_factors_key(user: User, *, by: User, now: datetime) -> DataKey:
    """The key of an account's second factors; made, and named in the journal, when first needed."""
    if not PersonKey.objects.filter(owner=user.id, word_class=PersonKey.FACTORS).exists():
        _make_factors_key(user, by=by, now=now)
    return data_key_of(user.id, PersonKey.FACTORS)


@one_transaction
def _make_factors_key(user: User, *, by: User, now: datetime) -> Receipt | None:
    stream = lock(ORGANISATION, now)  # whoever comes second finds it made
    if PersonKey.objects.filter(owner=user.id, word_class=PersonKey.FACTORS).exists():
        return None
    key = make_key(owner=user.id, word_class=PersonKey.FACTORS, by=by, now=stream.now)
    values = {"account": user.id.hex}
    sent = stream.sent("factors-key-made", key.id, values)
    return stream.write(sent, [], by=by, keys=[key.id], values=values)


@one_transaction
def _keep(encoded: str, *, user: User, entry_id: UUID, now: datetime) -> Answered:
    stream = lock(ORGANISATION, now)
    # The PIN is no part of what is compared: a journal must not tell two PINs apart.
    sent = stream.sent("pin-set", entry_id, {"account": user.id.hex})
    if earlier := stream.earlier(sent, by=user):
        return earlier
    told = {"encoded": encoded, "set_at": stream.now, "set_by": user}
    Pin.objects.update_or_create(user=user, defaults=told)
    return stream.write(sent, [], by=user, values={"account": user.id.hex})


def _keyed(key: DataKey, pin: str) -> str:
    return hmac.digest(key.secret, b"pin/" + pin.encode(), sha256).hex()
