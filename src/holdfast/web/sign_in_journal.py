"""Puts log-ins, log-outs and wrong tries into the journal."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from holdfast.actions.sign_ins import record_sign_in
from holdfast.records.people import User


def note_signed_in(user: Any, *, method: str) -> None:
    """Somebody logged in, and how they showed who they are."""
    record_sign_in(kind="signed-in", entry_id=uuid4(), by=user, now=timezone.now(), method=method)


def note_signed_out(user: Any) -> None:
    """Somebody logged out."""
    record_sign_in(kind="signed-out", entry_id=uuid4(), by=user, now=timezone.now())


def note_refused(login_name: str, *, is_locked_now: bool, method: str) -> None:
    """A wrong try for an account. A name that is no account leaves nothing: it may be a password."""
    user = User.objects.filter(login=login_name).first()
    if user is not None:
        kind = "sign-in-locked" if is_locked_now else "sign-in-refused"
        record_sign_in(kind=kind, entry_id=uuid4(), by=user, now=timezone.now(), method=method)
