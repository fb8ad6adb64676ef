"""What a session knows of how its person showed who they are, and what that lets them open."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone

from holdfast.actions import tries
from holdfast.actions.sessions import open_session
from holdfast.definitions.roles import roles
from holdfast.records import access
from holdfast.records.factors import has_second_factor
from holdfast.records.people import User
from holdfast.web.account import devices
from holdfast.web.sign_in_journal import note_signed_in

SECOND = "second-factor"  # this session was opened with a second factor or a passkey
SHOWN_AT = "shown-at"  # when its person last showed who they are
SHOWN_LASTS_SECONDS = 10 * 60
# What may be opened while a second factor is still to be set up.
WHILE_SETTING_UP = frozenset(
    {"sign-in-setup", "confirm-who", "totp", "passkey-add", "log-out", "pulse"}
)


def let_in(request: HttpRequest, user: User, method: str) -> None:
    """Open a session for somebody who showed all they must: a new one, whatever came before."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now()
    tries.clear(user.login)
    request.session[SECOND] = method != "password"
    just_shown(request)
    open_session(
        user=user,
        session_key=str(request.session.session_key),
        kind=devices.kind_of(request.headers.get("User-Agent", "")),
        method=method,
        now=now,
    )
    note_signed_in(user, method=method)


def just_shown(request: HttpRequest) -> None:
    """The person of this session just showed who they are."""
    request.session[SHOWN_AT] = int(time.time())


def has_just_shown(request: HttpRequest) -> bool:
    """Whether that was not long ago: what changes how one logs in asks for it."""
    return time.time() - request.session.get(SHOWN_AT, 0) <= SHOWN_LASTS_SECONDS


def is_required_of(user: Any) -> bool:
    """Whether the site requires a second factor of somebody, by any role they hold now."""
    if settings.SECOND_FACTOR != "required":
        return False
    known = roles().roles
    held = {row.role for row in access.assignments_of(user, timezone.now())}
    return any(role not in known or known[role].needs_second_factor for role in held)


def what_is_missing(request: HttpRequest) -> str | None:
    """``set-up`` or ``log-in-again`` where a session without a second factor may open nothing."""
    if request.session.get(SECOND) or not is_required_of(request.user):
        return None
    return "log-in-again" if has_second_factor(request.user) else "set-up"
