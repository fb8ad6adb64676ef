"""A way back for who has lost everything, and the first password: a code that is good once.

Two people give it out for an account that was in use: an administrator who checked who the person
is, and a witness, each with a signature. It goes by hand; the person is also told through their own
channels that it exists. Used, it sets a password and takes everything else away: second factors,
PIN and sessions, so that whoever has found them can do nothing with them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from allauth.mfa.models import Authenticator

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.sessions import end_all
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, lock, message, one_transaction
from holdfast.definitions.operational_times import operational_times
from holdfast.records import access
from holdfast.records.facts import Fact
from holdfast.records.journal import ORGANISATION, OutboxEntry
from holdfast.records.people import User
from holdfast.records.sign_in import AccountRecovery, AccountRecoveryEnd, Pin

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32: none that looks like another
_LENGTH = 25  # 125 bits: above the 112 from which a plain hash is enough to keep
LASTS = {"recovery": "recovery-code-lasts", "first-password": "first-code-lasts"}


@dataclass(frozen=True)
class Witness:
    """The second person, who stands beside the administrator and just showed who they are."""

    user: User
    proof: ReauthenticationProof | None


def new_code() -> str:
    """A new code: 25 letters and digits, in fives."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 5] for at in range(0, _LENGTH, 5))


def hash_of(code: str) -> str:
    """What is kept of a code; however it was typed."""
    plain = "".join(code.upper().replace("-", "").split())
    return sha256(b"recovery/" + plain.encode()).hexdigest()


@one_transaction
def issue_recovery(
    *,
    user: User,
    purpose: str,
    checked_how: str,
    code_sha256: str,
    proof: ReauthenticationProof | None,
    witness: Witness | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Give out a code for an account. Earlier codes that were not used become void."""
    if refusal := refused(by, None, "access.manage", now):
        return refusal
    stream = lock(ORGANISATION, now)
    told = {"account": user.id.hex, "purpose": purpose, "checked": checked_how}
    sent = stream.sent("recovery-issued", entry_id, told | {"code": code_sha256})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _unfit(user, purpose, checked_how, by) or proof_refused(proof, by, now):
        return refusal
    if purpose == "recovery" and (refusal := _witness_unfit(witness, user, by, now)):
        return refusal
    assert proof is not None
    fact = AccountRecovery(
        id=uuid5(entry_id, "recovery"),
        user=user,
        purpose=purpose,
        checked_how=checked_how,
        code_sha256=code_sha256,
        valid_until=stream.now + operational_times()[LASTS[purpose]].in_force(None),
        signature_id=uuid5(entry_id, "signature"),
        witness_signature_id=uuid5(entry_id, "witness") if purpose == "recovery" else None,
    )
    role = role_with(by, None, "access.manage", stream.now)
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning="checked-who-this-is",
        role=role,
        by=by,
        proof=proof,
    )
    facts = [signature, fact, *_voided(user, entry_id), _tell("account-recovery-issued", user)]
    receipt = stream.write(sent, facts, by=by, values=told)
    if fact.witness_signature_id and witness is not None:
        _witnessed(stream, fact, witness, told)
    return receipt


def _unfit(user: User, purpose: str, checked_how: str, by: User) -> Refusal | None:
    if purpose not in AccountRecovery.PURPOSES or checked_how not in AccountRecovery.CHECKS:
        return Refusal("check-unknown")
    if user.id == by.id:
        return Refusal("recovery-of-oneself")
    if not user.is_active:
        return Refusal("account-closed")
    if purpose == "first-password" and user.has_usable_password():
        return Refusal("account-in-use")
    return None


def _witness_unfit(witness: Witness | None, user: User, by: User, now: datetime) -> Refusal | None:
    if witness is None or witness.user.id in (user.id, by.id):
        return Refusal("witness-missing")
    if not access.assignments_of(witness.user, now):
        return Refusal("witness-not-here")
    return proof_refused(witness.proof, witness.user, now)


def _witnessed(
    stream: LockedStream, fact: AccountRecovery, witness: Witness, told: Mapping[str, str]
) -> None:
    """The witness's own entry and signature, over the same fact, in the same transaction."""
    assert fact.witness_signature_id is not None
    assert witness.proof is not None
    held = sorted(row.role for row in access.assignments_of(witness.user, stream.now))
    signature = sign(
        stream,
        fact.witness_signature_id,
        [fact],
        meaning="witnessed-who-this-is",
        role=held[0],
        by=witness.user,
        proof=witness.proof,
    )
    sent = stream.sent("recovery-witnessed", uuid5(fact.id, "witnessed"), told)
    stream.write(sent, [signature], by=witness.user, values=told)


def _voided(user: User, entry_id: UUID) -> list[Fact]:
    open_ones = AccountRecovery.objects.filter(user=user, end=None).order_by("position")
    return [
        AccountRecoveryEnd(id=uuid5(entry_id, f"void/{row.id}"), recovery=row, outcome="void")
        for row in open_ones
    ]


def standing_code(user: User, code: str, now: datetime) -> AccountRecovery | None:
    """The code that stands for an account, if this is it: not used, not void, not too old."""
    rows = AccountRecovery.objects.filter(user=user, end=None, code_sha256=hash_of(code))
    row = rows.order_by("-position").first()
    return row if row is not None and user.is_active and now < row.valid_until else None


@one_transaction
def recover_account(
    *, user: User, code: str, password_hash: str, entry_id: UUID, now: datetime
) -> Answered:
    """Set a new password by a code, and take every second factor, PIN and session away."""
    stream = lock(ORGANISATION, now)
    row = standing_code(user, code, stream.now)
    if row is None:
        return Refusal("code-wrong")
    told = {"account": user.id.hex, "purpose": row.purpose}
    sent = stream.sent("account-recovered", entry_id, told)
    User.objects.filter(id=user.id).update(password=password_hash)
    Authenticator.objects.filter(user=user).delete()
    Pin.objects.filter(user=user).delete()
    end_all(user)
    end = AccountRecoveryEnd(id=uuid5(entry_id, "end"), recovery=row, outcome="used")
    return stream.write(sent, [end, _tell("account-recovered", user)], by=user, values=told)


def _tell(kind: str, user: User) -> OutboxEntry:
    """A message that reaches the account's own channels too (``watch.notices``)."""
    return message(kind, user.id)
