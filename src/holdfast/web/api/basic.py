"""Log-in of programs: name and password with each request (RFC 7617), over TLS or on this machine.

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
from holdfast.web.reauthentication import address_of
from holdfast.web.sign_in_journal import note_refused


def sign_in(request: HttpRequest) -> None:
    """Set ``request.user`` from the Authorization header, where there is one."""
    header = request.headers.get("Authorization")
    if header is None:
        return
    request.user = AnonymousUser()
    name, password = _credentials(header)
    if not name:
        return
    claimed = tries.claim(name, address_of(request), timezone.now())
    if claimed.is_refused:
        return
    user = authenticate(request, username=name, password=password)
    if user is None:
        note_refused(name, is_locked_now=claimed.is_last, method="password")
        return
    tries.give_back(claimed)
    request.user = user
    vars(request)["by_header"] = True


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
