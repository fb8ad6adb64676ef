"""Who asks is a device, not a person: known by a long-lived cookie, whose secret is kept hashed.

Whoever is logged in on the same browser means nothing here: the account of a request that comes by
a device's address is taken away before any view runs.
"""

import hmac
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from holdfast.records.people import Site
from holdfast.records.room_state import is_revoked
from holdfast.records.rooms import RoomDevice, RoomOpening

DEVICE, OPENING = "room-device", "room-opening"
_A_YEAR_SECONDS = 365 * 24 * 3600


class AtDevice(HttpRequest):
    """What a view of a device may rely on; ``admit`` sets it before any of them runs."""

    here: Site
    device: RoomDevice
    is_revoked: bool
    permissions: frozenset[str]


def admit(request: HttpRequest, site: str) -> None:
    """Let a device of this site in, revoked or not; find nothing here for anybody else."""
    device = _device_of(request)
    if device is None or device.site.code != site:
        raise Http404
    given: dict[str, Any] = {
        "user": AnonymousUser(),
        "here": device.site,
        "permissions": frozenset(),
        "device": device,
        "is_revoked": is_revoked(device),
    }
    vars(request).update(given)
    timezone.activate(ZoneInfo(device.site.zone))


def _device_of(request: HttpRequest) -> RoomDevice | None:
    device_id, secret = _read(request, DEVICE)
    rows = RoomDevice.objects.select_related("site", "room", "account", "end")
    device = rows.filter(id=device_id).first() if device_id else None
    return device if device and _fits(secret, device.secret_sha256) else None


def has_session(request: HttpRequest, opening: RoomOpening) -> bool:
    """True where the request carries the session of exactly this opening."""
    opening_id, secret = _read(request, OPENING)
    return opening_id == opening.id and _fits(secret, opening.session_sha256)


def hashed(secret: str) -> str:
    """What is kept of a cookie's secret."""
    return sha256(secret.encode()).hexdigest()


def remember_device(response: HttpResponse, device: RoomDevice, secret: str) -> None:
    """Give a device its cookie, for a year from now."""
    _write(response, DEVICE, device.id, secret, _A_YEAR_SECONDS)


def remember_again(request: HttpRequest, response: HttpResponse, device: RoomDevice) -> None:
    """Renew the device's cookie, so that one in use does not run out."""
    remember_device(response, device, _read(request, DEVICE)[1])


def remember_opening(response: HttpResponse, opening: RoomOpening, secret: str) -> None:
    """Give the device the session of an opening, until that ends by itself."""
    left = opening.expires_on_clock - timezone.now()
    _write(response, OPENING, opening.id, secret, max(0, int(left.total_seconds())))


def forget_opening(response: HttpResponse) -> None:
    """Take the session away."""
    _write(response, OPENING, UUID(int=0), "", 0)


def _name(kind: str) -> str:
    return f"__Host-{kind}" if settings.TLS else kind


def _read(request: HttpRequest, kind: str) -> tuple[UUID | None, str]:
    told, _, secret = request.COOKIES.get(_name(kind), "").partition(".")
    try:
        return UUID(told), secret
    except ValueError:
        return None, ""


def _write(response: HttpResponse, kind: str, owner: UUID, secret: str, seconds: int) -> None:
    response.set_cookie(
        _name(kind),
        f"{owner.hex}.{secret}",
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=settings.TLS,
    )


def _fits(secret: str, kept: str) -> bool:
    return bool(secret) and hmac.compare_digest(hashed(secret), kept)


def device_secret(request: HttpRequest) -> str:
    """The secret that the device sent; it was found to fit when the request was let in."""
    return _read(request, DEVICE)[1]
