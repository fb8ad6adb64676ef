"""When a room was last heard from: its tablet asks every ten seconds, whether anything is written or not."""

import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from holdfast.records import heartbeats
from holdfast.records.session import DosingSession
from holdfast.records.session_now import last_heard

NOTED_EVERY = 15.0  # seconds; a minute without a sign is told
_NOTED: dict[UUID, float] = {}


def note_heard(sessions: Iterable[DosingSession], now: datetime) -> None:
    """Keep that the tablet of these sessions asked; not more often than it is needed."""
    for session in sessions:
        if time.monotonic() - _NOTED.get(session.id, -NOTED_EVERY) >= NOTED_EVERY:
            _NOTED[session.id] = time.monotonic()
            heartbeats.beat(_name(session), now=now)


def heard_at(session: DosingSession) -> datetime | None:
    """When its tablet was last heard from, by asking or by an entry; None where it never was."""
    asked = heartbeats.last_beat(_name(session))
    return max([*last_heard(session).values(), *([asked] if asked else [])], default=None)


def _name(session: DosingSession) -> str:
    return f"room/{session.id.hex}"
