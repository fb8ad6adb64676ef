"""Around every request: its id, its log line, and how much may come in."""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from holdfast.web import errors
from holdfast.web.quiet import is_quiet

log = logging.getLogger("holdfast.web")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class RequestLog:
    """Gives each request an id of ours, shows it in the response, and logs one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid4())
        vars(request)["request_id"] = request_id
        began = time.monotonic()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if is_quiet(request):
            vars(response)["_has_been_logged"] = True  # Django would write of a status, too
        elif not request.path.startswith("/static/"):
            log.info("request", extra=self._fields(request, response, began))
        return response

    def _fields(
        self, request: HttpRequest, response: HttpResponse, began: float
    ) -> dict[str, object]:
        match = request.resolver_match
        user = getattr(request, "user", None)
        return {
            "route": match.view_name if match else "none",
            "method": request.method,
            "status": response.status_code,
            "duration_ms": round((time.monotonic() - began) * 1000),
            "user_id": str(user.pk) if user is not None and user.is_authenticated else "",
            "request_id": response["X-Request-ID"],
        }


class Methods:
    """Refuses every method that no page and no program of ours uses, whatever the view would do."""

    KNOWN = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = request.method in self.KNOWN
        response = self.get_response(request) if is_known else errors.wrong_method(request)
        if response.status_code != 405 or not is_known:
            return response
        page = errors.wrong_method(request)
        page["Allow"] = response.get("Allow", "")
        return page


# Where a file comes in. Everywhere else a form is all that is ever sent, and anybody may send one.
UPLOADS = frozenset(
    {
        "staff:referral-import",
        "staff:scan-attach",
        "staff:consent-act",
        "staff:authority-record",
        "staff:authority-correct",
        "staff:authority-change",
        "pharmacy:receive",
        "api-1:import-referral",
    }
)


def most_bytes(path: str) -> int:
    """The largest body that an address takes, in bytes."""
    try:
        takes_files = resolve(path).view_name in UPLOADS
    except Resolver404:
        takes_files = False
    return int(settings.UPLOAD_LIMIT_BYTES if takes_files else settings.FORM_LIMIT_BYTES)


class BodyLimit:
    """Refuses a body whose stated length is over the limit before a byte of it is parsed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > most_bytes(request.path_info):
            return errors.too_large(request)
        return self.get_response(request)


class BodyLimitAtTheDoor:
    """Counts the bytes of a body as they come, so that none over the limit is ever kept.

    Django would first take in the whole body. Here what is over the limit is let go chunk by
    chunk, and the application sees an empty body with the stated length, which ``BodyLimit``
    answers with a page that says so. A sender that never ends is cut off at eight times the limit.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit = most_bytes(scope["path"])
        headers = dict(scope["headers"])
        stated = headers.get(b"content-length", b"0")
        # Without a stated length the body ends where it ends: chunks, or the frames of HTTP/2.
        is_stated = b"content-length" in headers and b"transfer-encoding" not in headers
        if is_stated and stated.isdigit() and int(stated) <= limit:
            await self.application(scope, receive, send)
            return
        messages, total = await _take_in(receive, limit)
        if total > limit or not stated.isdigit():
            kept = [(k, v) for k, v in scope["headers"] if k != b"content-length"]
            scope = {
                **scope,
                "headers": [*kept, (b"content-length", str(max(total, limit + 1)).encode())],
            }
            messages = [{"type": "http.request", "body": b"", "more_body": False}]
        await self.application(scope, _again(messages, receive), send)


async def _take_in(receive: Receive, limit: int) -> tuple[list[Message], int]:
    """Read a body to its end, keeping it only while it is within the limit."""
    messages: list[Message] = []
    total = 0
    while True:
        message = await receive()
        total += len(message.get("body", b""))
        messages = [*messages, message] if total <= limit else []
        if message["type"] != "http.request" or not message.get("more_body") or total > 8 * limit:
            return messages, total


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Hand out the messages already read, then listen on."""
    waiting = iter(messages)

    async def next_message() -> Message:
        for message in waiting:
            return message
        return await receive()

    return next_message
