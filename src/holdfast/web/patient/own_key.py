"""The opened key of a private journal, for one visit: in the browser, encrypted, and nowhere else.

Neither the browser nor the server alone opens it: the cookie is sealed under a key of the site and
bound to the session, and the server keeps nothing. It ends with the session, and by itself.
"""

import base64
import json
import os
import time
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from holdfast.actions.tries import Limit
from holdfast.records.keys import NONCE_BYTES, DataKey, site_key

COOKIE = "__Secure-words" if settings.TLS else "words"
PATH = "/me/words/"
OPEN_SECONDS = 20 * 60  # a journal closes by itself
PHRASES = Limit("own-phrase", 20, timedelta(minutes=15))  # each stretches 128 MiB


def keep_key(request: HttpRequest, response: HttpResponse, key: DataKey) -> None:
    """Keep an opened key for this visit."""
    until = int(time.time()) + OPEN_SECONDS
    said = {"id": key.id.hex, "secret": key.secret.hex(), "until": until}
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher().encrypt(nonce, json.dumps(said).encode(), _bound(request))
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(nonce + sealed).decode(),
        max_age=OPEN_SECONDS,
        path=PATH,
        secure=settings.TLS,
        httponly=True,
        samesite="Strict",
    )


def forget_key(response: HttpResponse) -> None:
    """Close the journal in this browser."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")


def kept_key(request: HttpRequest) -> DataKey | None:
    """The key that this visit has open; None where it has none."""
    try:
        raw = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
        said = json.loads(_cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(request)))
    except (InvalidTag, ValueError):
        return None
    if time.time() >= said["until"]:
        return None
    return DataKey(UUID(said["id"]), bytes.fromhex(said["secret"]))


def _cipher() -> AESGCM:
    return AESGCM(site_key().subkey("own-words-visit"))


def _bound(request: HttpRequest) -> bytes:
    return f"own-words/{request.user.pk}/{request.session.session_key}".encode()
