"""Second factors of accounts: what the log-in library is told of us, and what a person holds.

The rows are the library's (``mfa_authenticator``). Secrets in them are sealed under the account's
own data key, which the site key wraps: a rotated site key changes nothing, and a stolen table
without the site key gives no codes. A passkey's row holds a public key and no secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from holdfast.records.columns import Sealed
from holdfast.records.keys import KeyMissing, SealBroken, data_key, key_id_of
from holdfast.records.people import PersonKey, User

TABLE, COLUMN = "mfa_authenticator", "secret"
PASSKEY_KINDS = ("phone", "tablet", "computer", "security-key", "other")


class SealedElsewhere(RuntimeError):
    """The library was asked to keep a secret itself; ours are written by ``actions`` alone."""


class Factors(DefaultMFAAdapter):
    """What ``allauth.mfa`` asks: how secrets are kept, and what an account is called."""

    def encrypt(self, text: str) -> str:
        """Never: a secret is sealed for its owner by ``actions.second_factors``."""
        raise SealedElsewhere("Secrets are sealed by actions.second_factors.")

    def decrypt(self, encrypted_text: str) -> str:
        """A secret of the library's rows, opened under the key of its owner."""
        return opened_secret(encrypted_text)[1]

    def get_totp_issuer(self) -> str:
        """What an app for codes shows above the log-in name."""
        return "Holdfast"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host name by which the browser reached us."""
        return {"id": str(context.request.get_host()).partition(":")[0], "name": "Holdfast"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The log-in name and the account's id; never a person's name."""
        return {"id": user.id.hex.encode(), "display_name": user.login, "name": user.login}


def opened_secret(text: str) -> tuple[User, str]:
    """Whose a sealed secret is, and what it says."""
    held = Sealed(text)
    row = PersonKey.objects.filter(id=key_id_of(held), word_class=PersonKey.FACTORS).first()
    if row is None:
        raise KeyMissing("The key of a second factor is not in this database.")
    secret = data_key(row).open(held, table=TABLE, column=COLUMN, row=row.owner)
    return User.objects.get(id=row.owner), secret


def factor_of(user: User, kind: str) -> Authenticator | None:
    """The one-time-code app or the recovery codes of an account; ``SealBroken`` for another's."""
    row = Authenticator.objects.filter(user=user, type=kind).first()
    if row is not None and kind != Authenticator.Type.WEBAUTHN:
        secret = row.data["secret" if kind == Authenticator.Type.TOTP else "seed"]
        if opened_secret(secret)[0] != user:
            raise SealBroken("A second factor was moved from another account.")
    return row


@dataclass(frozen=True)
class Passkey:
    """One passkey as its owner sees it."""

    id: int
    kind: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class Held:
    """The second factors of an account."""

    passkeys: Sequence[Passkey]
    has_totp: bool
    codes_left: int

    @property
    def is_protected(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.has_totp or bool(self.passkeys)


def has_second_factor(user: Any) -> bool:
    """Whether an account has a passkey or an app for codes."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def has_passkey(user: Any) -> bool:
    """Whether an account has a passkey."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).exists()


def held_by(user: User) -> Held:
    """Everything an account holds, the oldest passkey first."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    codes = factor_of(user, Authenticator.Type.RECOVERY_CODES)
    return Held(
        passkeys=[
            Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
            for row in rows.order_by("created_at", "id")
        ],
        has_totp=factor_of(user, Authenticator.Type.TOTP) is not None,
        codes_left=len(RecoveryCodes(codes).get_unused_codes()) if codes else 0,
    )
