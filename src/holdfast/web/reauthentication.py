"""Who signs shows again who they are: a passkey, a PIN or the password, at the moment of signing.

21 CFR 11.200(a)(1): the first signature of a session asks for all components, which are the
log-in name with the password, or a passkey that verified its user. Later ones in the same
unbroken session ask for one: the PIN, or any of those. A session that was idle too long has
ended, and the next begins anew.
"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from holdfast.actions import tries
from holdfast.actions.pins import is_pin_of
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.records.people import User
from holdfast.web.account.journal import note_refused
from holdfast.web.admitted import Admitted

SIGNED_WHOLLY = "signed-wholly"  # in a session: its first signature was made with all components
METHODS = ("password", "pin")


def prove(request: Admitted, password: str) -> ReauthenticationProof | None:
    """A proof, good once and for two minutes; None for a wrong password or too many of them."""
    proof = prove_person(request.user, password, address=address_of(request), method="password")
    if proof is not None:
        request.session[SIGNED_WHOLLY] = True
    return proof


def prove_person(
    user: Any, secret: str, *, address: str, method: str
) -> ReauthenticationProof | None:
    """A proof for somebody who need not be logged in here: the next person at a shared device.

    ``method`` is ``password`` or ``pin``. Wrong tries count for the person, whatever the method
    and whatever the device. The caller holds 11.200: a PIN alone is not a first signature.
    """
    if method not in METHODS:
        raise ValueError(f"Not a way to show who one is: {method}.")
    if not isinstance(user, User) or not user.is_active:
        return None
    claimed = tries.claim(user.login, address, timezone.now())
    if claimed.is_refused:
        return None
    if not (is_pin_of(user, secret) if method == "pin" else user.check_password(secret)):
        note_refused(user.login, is_locked_now=claimed.is_last, method=method)
        return None
    tries.give_back(claimed)
    tries.clear(user.login)
    return ReauthenticationProof.made(user=user, now=timezone.now(), method=method)


def address_of(request: HttpRequest) -> str:
    """The peer's network address, for counting tries; never logged."""
    return request.META.get("REMOTE_ADDR") or "unknown"
