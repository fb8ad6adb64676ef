"""Second factors: passkeys, one-time codes and recovery codes, kept in the log-in library's rows.

The checks are the library's; the rows are written here, each with its entry in the journal. An
entry names the kind of factor, never a secret. A one-time code is good once for all processes
together: the step of the last one used stands beside the secret.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.pins import own_factors_key
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.factors import COLUMN, PASSKEY_KINDS, TABLE, factor_of, opened_secret
from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import SealBroken
from holdfast.records.people import User

TOTP, CODES, PASSKEY = (
    Authenticator.Type.TOTP,
    Authenticator.Type.RECOVERY_CODES,
    Authenticator.Type.WEBAUTHN,
)
NAMES = {TOTP: "totp", CODES: "recovery-codes", PASSKEY: "passkey"}


def new_secret() -> str:
    """A new secret for an app for codes: 160 random bits."""
    return str(generate_totp_secret())


def add_totp(*, secret: str, code: str, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Keep an app for codes of one's own, once it has shown a right code; an earlier one goes."""
    step = _step_of(secret, code)
    if step is None:
        return Refusal("code-wrong")
    kept = sealed_for(by, secret, now=now)
    return _add(TOTP, {"secret": kept, "last_step": step}, entry_id, by, now)


def add_passkey(
    *, kind: str, credential: Mapping[str, Any], entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Keep a passkey of one's own. The ceremony was checked at the edge; ``kind`` is a code."""
    if kind not in PASSKEY_KINDS:
        return Refusal("passkey-kind-unknown")
    return _add(PASSKEY, {"name": kind, "credential": dict(credential)}, entry_id, by, now)


def make_recovery_codes(*, entry_id: UUID, by: User, now: datetime) -> Sequence[str]:
    """Ten new codes, each good once, in place of all earlier ones; shown once, by the caller."""
    seed = sealed_for(by, RecoveryCodes.generate_seed(), now=now)
    _add(CODES, {"seed": seed, "used_mask": 0}, entry_id, by, now)
    made = factor_of(by, CODES)
    return list(RecoveryCodes(made).generate_codes()) if made else []


@one_transaction
def remove_factor(*, factor: str, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Take away a factor of one's own: ``totp``, or the number of a passkey.

    With the last one the recovery codes go too.
    """
    stream = lock(ORGANISATION, now)
    held = Authenticator.objects.filter(user=by)
    if factor == NAMES[TOTP]:
        row = held.filter(type=TOTP).first()
    else:
        row = held.filter(type=PASSKEY, pk=int(factor)).first() if factor.isdigit() else None
    if row is None:
        return Refusal("factor-unknown")
    told = {"account": by.id.hex, "factor": NAMES[row.type]}
    sent = stream.sent("second-factor-removed", entry_id, told | {"row": row.pk})
    row.delete()
    if not Authenticator.objects.filter(user=by).exclude(type=CODES).exists():
        Authenticator.objects.filter(user=by).delete()
    facts = [message("account-factor-changed", by.id)]
    return stream.write(sent, facts, by=by, values=told)


@transaction.atomic
def is_code_of(user: User, code: str) -> bool:
    """Whether this is a one-time code of the account's app, not used before. Using it uses it up."""
    row = Authenticator.objects.select_for_update().filter(user=user, type=TOTP).first()
    if row is None or factor_of(user, TOTP) is None:
        return False
    step = _step_of(opened_secret(row.data["secret"])[1], code)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    row.record_usage()
    return True


@one_transaction
def use_recovery_code(user: User, code: str, *, entry_id: UUID, now: datetime) -> bool:
    """Whether this is an unused recovery code of the account; then it is used up, on record."""
    stream = lock(ORGANISATION, now)
    row = factor_of(user, CODES)
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    told = {"account": user.id.hex}
    stream.write(stream.sent("recovery-code-used", entry_id, told), [], by=user, values=told)
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The step of time a one-time code belongs to, now or one step beside; None for a wrong one."""
    given = "".join(code.split())
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), given.encode())
    ]
    return max(steps, default=None)


def sealed_for(owner: User, text: str, *, now: datetime) -> str:
    """A secret sealed under the key of its owner, as the rows and sessions keep it."""
    key = own_factors_key(owner, by=owner, now=now)
    return key.seal(text, table=TABLE, column=COLUMN, row=owner.id).stored


def opened_for(owner: User, text: str) -> str:
    """A secret that was sealed for its owner; ``SealBroken`` for another's."""
    whose, secret = opened_secret(text)
    if whose != owner:
        raise SealBroken("A secret was moved from another account.")
    return secret


@one_transaction
def _add(kind: str, data: Mapping[str, Any], entry_id: UUID, by: User, now: datetime) -> Answered:
    """Write a row and its entry. The secret is no part of what is compared."""
    stream = lock(ORGANISATION, now)
    told = {"account": by.id.hex, "factor": NAMES[kind]}
    sent = stream.sent("second-factor-added", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if kind != PASSKEY:
        Authenticator.objects.filter(user=by, type=kind).delete()
    Authenticator.objects.create(user=by, type=kind, data=dict(data))
    facts = [message("account-factor-changed", by.id)]
    return stream.write(sent, facts, by=by, values=told)
