"""Ends a session that has been idle too long."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN = "seen"
WRITE_AT_MOST_EVERY_SECONDS = 60
PULSE = "/pulse/"  # what a page asks by itself is no act of a person


class IdleTimeOut:
    """Logs a person out after ``SESSION_IDLE_SECONDS`` without a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif request.path_info != PULSE and (
                SEEN not in request.session or now - seen >= WRITE_AT_MOST_EVERY_SECONDS
            ):
                request.session[SEEN] = now
        return self.get_response(request)
