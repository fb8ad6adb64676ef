"""Ends a session that has been idle too long, or has lasted too long in any case."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from holdfast.actions.sessions import seen

SEEN = "seen"
BEGAN = "began"  # of this log-in; unlike the database's own expiry it never moves
WRITE_AT_MOST_EVERY_SECONDS = 60
PULSE = "/pulse/"  # what a page asks by itself is no act of a person


class IdleTimeOut:
    """Logs a person out after ``SESSION_IDLE_SECONDS`` without an act, and a working day after log-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            last = request.session.get(SEEN, now)
            began = request.session.get(BEGAN, now)
            is_idle = now - last > settings.SESSION_IDLE_SECONDS
            if is_idle or now - began > settings.SESSION_COOKIE_AGE:
                logout(request)
            elif BEGAN not in request.session:
                request.session[BEGAN] = request.session[SEEN] = now
            elif request.path_info != PULSE and now - last >= WRITE_AT_MOST_EVERY_SECONDS:
                request.session[SEEN] = now
                seen(str(request.session.session_key), timezone.now())
        return self.get_response(request)
