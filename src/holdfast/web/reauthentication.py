"""Who signs shows again who they are: a passkey, a PIN or the password, at the moment of signing.

21 CFR 11.200(a)(1): the first signature of a session asks for all components, which are the
log-in name with the password, or a passkey that verified its user. Later ones in the same
unbroken session ask for one: the PIN, or any of those. A session that was idle too long has
ended, and the next begins anew.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from holdfast.actions import tries
from holdfast.actions.pins import is_pin_of
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.records.factors import has_passkey
from holdfast.records.people import User
from holdfast.records.sign_in import Pin
from holdfast.web import passkeys
from holdfast.web.admitted import Admitted
from holdfast.web.fields import Shown
from holdfast.web.sign_in_journal import note_refused

SIGNED_WHOLLY = "signed-wholly"  # in a session: its first signature was made with all components
METHODS = ("password", "pin")


def prove(
    request: Admitted, shown: Shown | str, *, apart: str = ""
) -> ReauthenticationProof | None:
    """A proof, good once and for two minutes; None for what does not hold, or too many tries.

    ``apart`` names what wrong tries are counted for, where not for the log-in (``actions.tries``).
    """
    told = Shown("password", shown) if isinstance(shown, str) else shown
    if told.method == "pin" and not request.session.get(SIGNED_WHOLLY):
        return None
    proof = check(request, told, apart=apart)
    if proof is not None and told.method != "pin":
        request.session[SIGNED_WHOLLY] = True
    return proof


def check(request: HttpRequest, shown: Shown, *, apart: str = "") -> ReauthenticationProof | None:
    """Whether the person of this session is who they say, by any of the three ways."""
    user, address = request.user, address_of(request)
    if shown.method != "passkey":
        return prove_person(user, shown.secret, address=address, method=shown.method, apart=apart)
    return prove_by_passkey(request, user, shown.secret, apart=apart)


def in_emergency(request: HttpRequest) -> str:
    """What tries are counted for that stand before an emergency: this session, and no other.

    Whoever types wrong secrets elsewhere, under this name or from this address, shuts nothing here.
    """
    return f"emergency/{request.session.session_key}"


def prove_by_passkey(
    request: HttpRequest, user: Any, answer: str, *, apart: str = ""
) -> ReauthenticationProof | None:
    """A proof by the passkey of somebody who need not be logged in here; the session holds the challenge."""
    claimed = tries.claim("", address_of(request), timezone.now(), apart=apart)
    if claimed.is_refused or not isinstance(user, User):
        return None
    if passkeys.shown(request, answer, user) is None:
        note_refused(user.login, is_locked_now=False, method="passkey")
        return None
    tries.give_back(claimed)
    return ReauthenticationProof.made(user=user, now=timezone.now(), method="passkey")


def not_proved(request: HttpRequest, shown: Shown, *, apart: str = "") -> str:
    """What is said on a form whose proof did not hold."""
    is_locked = tries.is_locked(request.user.get_username(), timezone.now(), apart=apart)
    if is_locked and shown.method != "passkey":
        return _("Too many wrong tries. Wait a quarter of an hour, or use a passkey.")
    if shown.method == "passkey":
        return _("This passkey was not accepted. Try again, or sign another way.")
    if shown.method == "password":
        return _("This is not your password.")
    if not request.session.get(SIGNED_WHOLLY):
        return _("The first signature after you log in asks for your passkey or your password.")
    return _("This is not your PIN.")


@dataclass(frozen=True)
class Signing:
    """What the signing part of a page offers somebody."""

    has_passkey: bool
    has_pin: bool
    may_use_pin: bool


def signing(request: HttpRequest) -> Signing:
    """What the person of this session may sign with now."""
    if not isinstance(request.user, User):
        return Signing(has_passkey=False, has_pin=False, may_use_pin=False)
    has_pin = Pin.objects.filter(user=request.user).exists()
    return Signing(
        has_passkey=has_passkey(request.user),
        has_pin=has_pin,
        may_use_pin=has_pin and bool(request.session.get(SIGNED_WHOLLY)),
    )


def prove_person(
    user: Any, secret: str, *, address: str, method: str, apart: str = ""
) -> ReauthenticationProof | None:
    """A proof for somebody who need not be logged in here: the next person at a shared device.

    ``method`` is ``password`` or ``pin``. Wrong tries count for the person, whatever the method
    and whatever the device; with ``apart`` they count for that alone, and lock no log-in.
    The caller holds 11.200: a PIN alone is not a first signature.
    """
    if method not in METHODS:
        raise ValueError(f"Not a way to show who one is: {method}.")
    if not isinstance(user, User) or not user.is_active:
        return None
    claimed = tries.claim(user.login, address, timezone.now(), apart=apart)
    if claimed.is_refused:
        return None
    if not (is_pin_of(user, secret) if method == "pin" else user.check_password(secret)):
        note_refused(user.login, is_locked_now=claimed.is_last and not apart, method=method)
        return None
    tries.give_back(claimed)
    tries.clear(user.login, apart=apart)
    return ReauthenticationProof.made(user=user, now=timezone.now(), method=method)


def address_of(request: HttpRequest) -> str:
    """The peer's network address, for counting tries; never logged."""
    return request.META.get("REMOTE_ADDR") or "unknown"
