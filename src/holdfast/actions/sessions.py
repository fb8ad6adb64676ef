"""Open sessions: one row for each, so that a person can see and end their own.

A session that was ended is gone on the server: its cookie opens nothing any more, wherever it is.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.journal import ORGANISATION
from holdfast.records.people import User
from holdfast.records.sign_in import OpenSession


@transaction.atomic
def open_session(*, user: User, session_key: str, kind: str, method: str, now: datetime) -> None:
    """Keep that a session began; rows of sessions that are gone go with it."""
    Session.objects.filter(expire_date__lte=now).delete()
    OpenSession.objects.exclude(session_key__in=Session.objects.values("session_key")).exclude(
        session_key=session_key
    ).delete()
    told = {"kind": kind, "method": method, "since": now, "last_seen": now, "user": user}
    OpenSession.objects.update_or_create(session_key=session_key, defaults=told)


def seen(session_key: str, now: datetime) -> None:
    """Keep when a session was last used."""
    OpenSession.objects.filter(session_key=session_key).update(last_seen=now)


def moved_session(before: str, after: str) -> None:
    """A session got a new key, as it does when its person's password changes."""
    OpenSession.objects.filter(session_key=before).update(session_key=after)


def forget_session(session_key: str) -> None:
    """A session logged out: its row goes."""
    OpenSession.objects.filter(session_key=session_key).delete()


@one_transaction
def end_session(*, session_id: UUID, entry_id: UUID, by: User, now: datetime) -> Answered:
    """End one of one's own sessions, wherever it is open."""
    stream = lock(ORGANISATION, now)
    row = OpenSession.objects.filter(id=session_id, user=by).first()
    if row is None:
        return Refusal("session-unknown")
    told = {"account": by.id.hex, "sessions": 1}
    sent = stream.sent("sessions-ended", entry_id, told | {"session": row.id.hex})
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
    return stream.write(sent, [], by=by, values=told)


@one_transaction
def end_other_sessions(
    *, user: User, but: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """End every session of an account but one; with an empty ``but``, every one."""
    stream = lock(ORGANISATION, now)
    count = end_all(user, but=but)
    told = {"account": user.id.hex, "sessions": count}
    return stream.write(stream.sent("sessions-ended", entry_id, told), [], by=by, values=told)


@one_transaction
def end_sessions_of(*, user: User, entry_id: UUID, by: User, now: datetime) -> Answered:
    """An administrator ends every session of an account: a lost device, somebody who left."""
    if refusal := refused(by, None, "access.manage", now):
        return refusal
    stream = lock(ORGANISATION, now)
    told = {"account": user.id.hex, "sessions": end_all(user)}
    return stream.write(stream.sent("sessions-ended", entry_id, told), [], by=by, values=told)


def end_all(user: User, *, but: str = "") -> int:
    """Delete the sessions of an account, inside the caller's transaction; how many there were."""
    rows = OpenSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)
