"""The site of a public page, and the box of a recipient in the cookie of one visit."""

import base64
import json
import os
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from holdfast.actions.tries import Limit, is_too_many
from holdfast.records.concern_keys import Box
from holdfast.records.keys import site_key
from holdfast.records.people import Site, User
from holdfast.web.reauthentication import address_of

COOKIE = "__Secure-box" if settings.TLS else "box"
OPEN_SECONDS = 20 * 60  # a box closes by itself
NONCE_BYTES = 12

# What one address may do; the address is kept as a keyed hash until the window ends.
RAISES = Limit("concern", 10, timedelta(hours=1))
PHRASES = Limit("concern-phrase", 20, timedelta(minutes=15))
CARDS = Limit("concern-card", 60, timedelta(minutes=15))  # each is set in type
ADDITIONS = Limit("concern-addition", 30, timedelta(hours=1))


def site_of(code: str) -> Site:
    """The site that an address names; not found where there is none."""
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise Http404
    timezone.activate(ZoneInfo(site.zone))  # web.permissions deactivates it
    return site


def refused_for_now(request: HttpRequest, limit: Limit) -> bool:
    """Count one act of this address; True where there were too many."""
    return is_too_many(limit, address_of(request), timezone.now())


def keep_box(response: HttpResponse, box: Box, user: User, site: Site) -> None:
    """Keep an opened box in the browser, encrypted: neither it nor the database alone opens it."""
    said = {"box": box.secret.hex(), "until": int(time.time()) + OPEN_SECONDS}
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher().encrypt(nonce, json.dumps(said).encode(), _bound(user, site))
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(nonce + sealed).decode(),
        max_age=OPEN_SECONDS,
        path=f"/{site.code}/concerns/",
        secure=settings.TLS,
        httponly=True,
        samesite="Strict",
    )


def forget_box(response: HttpResponse, site: Site) -> None:
    """Close the box in this browser."""
    response.delete_cookie(COOKIE, path=f"/{site.code}/concerns/", samesite="Strict")


def kept_box(request: HttpRequest, user: User, site: Site) -> Box | None:
    """The box that this browser has open for this person at this site; None where it has none."""
    try:
        raw = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
        said = json.loads(
            _cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(user, site))
        )
    except (InvalidTag, ValueError):
        return None
    return Box(bytes.fromhex(said["box"])) if time.time() < said["until"] else None


def _cipher() -> AESGCM:
    return AESGCM(site_key().subkey("concern-box"))


def _bound(user: User, site: Site) -> bytes:
    return f"box/{user.id.hex}/{site.id.hex}".encode()
