"""Who signs shows again who they are: the password once more, at the moment of signing."""

from django.utils import timezone

from holdfast.actions.signatures import ReauthenticationProof
from holdfast.web.account.attempts import ATTEMPTS
from holdfast.web.account.journal import note_refused
from holdfast.web.admitted import Admitted


def prove(request: Admitted, password: str) -> ReauthenticationProof | None:
    """A proof, good once and for two minutes; None for a wrong password or too many of them."""
    user, address = request.user, request.META.get("REMOTE_ADDR") or "unknown"
    name = user.get_username()
    if ATTEMPTS.is_locked(name, address):
        return None
    if not user.check_password(password):
        ATTEMPTS.failed(name, address)
        note_refused(name, is_locked_now=ATTEMPTS.is_locked(name, address))
        return None
    ATTEMPTS.succeeded(name)
    return ReauthenticationProof.made(user=user, now=timezone.now())
