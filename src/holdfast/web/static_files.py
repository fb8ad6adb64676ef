"""Static files straight from the package; their address carries a hash, so nothing stale is shown."""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import cast

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse


class HashedAddresses(StaticFilesStorage):
    """Adds ``?v=<hash>`` to each address; no collecting, no second copy on the disk."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        return f"{address}?v={_hash(name)}" if name else address


@cache
def _hash(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise ValueError(f"No static file {name}.")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


class WholeFiles:
    """Hands a static file to the server in one piece.

    Under ASGI Django would read a streamed file whole all the same, and warn of it each time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming or not request.path.startswith("/static/"):
            return response
        parts = cast(Iterable[bytes], response)
        whole = HttpResponse(b"".join(parts), status=response.status_code)
        whole.headers = response.headers
        response.close()
        return whole
