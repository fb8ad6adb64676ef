"""Posts to the address that the site has set, and to nowhere else: no redirect is followed."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import orjson

MOST_ANSWER_BYTES = 64 * 1024
ON_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class NotAnswered(RuntimeError):
    """There was no answer that can be read; the message is a code."""


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Whoever answers "elsewhere" gets no second request: it would carry our signature along."""

    def redirect_request(self, *told: Any, **_more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)


def is_fit(url: str) -> bool:
    """True for an address with TLS, or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE


def posted(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Any:
    """What the receiver answers to a JSON body, parsed; ``NotAnswered`` where it does not."""
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked by is_fit
        url, data=body, headers={"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            return orjson.loads(answer.read(MOST_ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        error.close()
        raise NotAnswered(f"http-{error.code}") from None
    except (OSError, ValueError, HTTPException):
        raise NotAnswered("no-answer") from None
