"""Log-in of programs: name and key with each request (RFC 7617), over TLS or on this machine.

The key is one that the account's owner made after a whole log-in (``actions.api_keys``). A
password does only for an account that has no second factor and of which the site asks none: a
person's second factor cannot be gone round by this door.

A request with an Authorization header is judged by it alone: its cookies are not looked at, so no
page of somebody else's can send it in a person's name, and it needs no token against forgery.
"""

import base64
import binascii

from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from holdfast.actions import tries
from holdfast.actions.api_keys import PREFIX, owner_of
from holdfast.records.factors import has_second_factor
from holdfast.records.people import User
from holdfast.web.account.standing import is_required_of
from holdfast.web.reauthentication import address_of
from holdfast.web.sign_in_journal import note_refused


def sign_in(request: HttpRequest) -> None:
    """Set ``request.user`` from the Authorization header, where there is one."""
    header = request.headers.get("Authorization")
    if header is None:
        return
    request.user = AnonymousUser()
    name, secret = _credentials(header)
    if not name:
        return
    way = _by_key if secret.startswith(PREFIX) else _by_password
    if user := way(request, name, secret):
        request.user = user
        vars(request)["by_header"] = True


def _by_key(request: HttpRequest, name: str, key: str) -> User | None:
    """A key cannot be guessed: a wrong one counts by address alone and locks nobody out."""
    if user := owner_of(name, key, timezone.now()):
        return user
    tries.claim("", address_of(request), timezone.now())
    return None


def _by_password(request: HttpRequest, name: str, password: str) -> User | None:
    claimed = tries.claim(name, address_of(request), timezone.now())
    if claimed.is_refused:
        return None
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        note_refused(name, is_locked_now=claimed.is_last, method="password")
        return None
    tries.give_back(claimed)
    return None if has_second_factor(user) or is_required_of(user) else user


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, password = text.partition(":")
    return name, password
