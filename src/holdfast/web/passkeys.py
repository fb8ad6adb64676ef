"""The ceremonies of passkeys: the challenge we give, and the answer we check. The checks are the library's.

The browser is asked to verify its user every time, and an answer without that is refused. A
challenge is good for one answer, within five minutes, in the session that asked for it.
"""

import json
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from holdfast.records.people import User

GIVEN_AT = "passkey-challenge-at"
LASTS_SECONDS = 5 * 60


def to_create(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey for an account."""
    _given(request)
    return dict(auth.begin_registration(user, passwordless=True))


def created(request: HttpRequest, answer: str) -> dict[str, Any] | None:
    """The passkey that was made; None where the answer does not hold."""
    credential = _read(answer)
    if credential is None or not _is_open(request):
        return None
    try:
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError):
        return None
    finally:
        auth.clear_state()
    return credential if made.is_user_verified() else None


def to_show(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """What the browser needs to use a passkey: of one account, or any it knows for us."""
    _given(request)
    return dict(auth.begin_authentication(user))


def shown(request: HttpRequest, answer: str, user: User | None) -> User | None:
    """Whose passkey was used; None where the answer does not hold, or is somebody else's."""
    credential = _read(answer)
    if credential is None or not _is_open(request):
        return None
    try:
        auth.parse_authentication_response(credential)
        whose = user or auth.extract_user_from_response(credential)
        used: Authenticator = auth.complete_authentication(whose, credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    finally:
        auth.clear_state()
    if used.user_id != whose.pk or not whose.is_active:
        return None
    used.record_usage()
    return whose


def _read(answer: str) -> dict[str, Any] | None:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):  # a thousand brackets are no answer either
        return None
    return told if isinstance(told, dict) else None


def _given(request: HttpRequest) -> None:
    request.session[GIVEN_AT] = int(time.time())


def _is_open(request: HttpRequest) -> bool:
    """Whether a challenge was given not long ago; asking uses it up."""
    given_at = request.session.pop(GIVEN_AT, 0)
    return 0 <= time.time() - given_at <= LASTS_SECONDS
