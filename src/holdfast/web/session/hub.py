"""One listener a process: it hears what is written of sessions and hands it to every open stream.

It has a thread and a connection of its own. On PostgreSQL it waits for ``NOTIFY``, on SQLite it asks
``PRAGMA data_version``; both tell it only that something was written, and it reads what. A stream has
a bounded queue: one that does not keep up is ended, and its page comes back and catches up by
position. Whether somebody may still listen is asked here as well, for all of them together.
"""

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import connection
from django.utils import timezone

from holdfast.domain.session_entries import instant
from holdfast.records.journal import Stream
from holdfast.records.prepared import Prepared
from holdfast.records.session import DosingSession
from holdfast.records.session_now import alarms_between, entries_of, is_settled_since
from holdfast.web.session.raised import raised_json

log = logging.getLogger("holdfast.web")

CHANNEL = "holdfast_sessions"
LOOK_EVERY, ASK_EVERY = 0.1, 2.0  # seconds: for something new; whether each may still listen
TOGETHER = 0.05  # seconds in which what is written is told in one message; technical
MOST_WAITING = 200  # messages of one stream; technical
END = b""
Covers = Callable[[DosingSession], bool]


@dataclass
class Listener:
    """One open stream. ``may`` is asked every two seconds: what it covers now, None to end it.

    ``asked_at`` is when it was asked last, on the monotonic clock.
    """

    may: Callable[[], Covers | None]
    loop: asyncio.AbstractEventLoop
    queue: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    id: UUID = field(default_factory=uuid4)
    hub: "Hub | None" = None
    covers: Covers | None = None
    asked_at: float = 0.0
    is_greeted: bool = False
    is_over: bool = False

    def tell(self, message: bytes) -> None:
        """Hand over a message, from the hub's thread."""
        try:
            self.loop.call_soon_threadsafe(self._put, message)
        except RuntimeError:  # its loop is over
            if self.hub is not None:
                self.hub.leave(self)

    def _put(self, message: bytes) -> None:
        if self.is_over:
            return
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = END
        self.is_over = message == END
        self.queue.put_nowait(message)


class Hub:
    """The listeners of this process, and the thread that serves them; it ends with the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[UUID, Listener] = {}
        self._thread: threading.Thread | None = None
        self._known: dict[UUID, tuple[DosingSession, int]] = {}

    @property
    def is_running(self) -> bool:
        """Somebody is served."""
        return self._thread is not None

    def join(self, listener: Listener) -> None:
        """Serve one more."""
        listener.hub = self
        with self._lock:
            self._listeners[listener.id] = listener
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sessions", daemon=True)
                self._thread.start()

    def leave(self, listener: Listener) -> None:
        """Serve one less."""
        with self._lock:
            self._listeners.pop(listener.id, None)

    def _run(self) -> None:
        wakes = Wakes()
        try:
            self._serve(wakes)
        finally:
            wakes.close()
            connection.close()
            with self._lock:
                if threading.current_thread() is self._thread:
                    self._thread = None
            for each in list(self._listeners.values()):  # whoever came while it ended comes again
                each.tell(END)

    def _serve(self, wakes: "Wakes") -> None:
        looked = time.monotonic()
        self._known = {}
        self._read()
        while True:
            with self._lock:
                listeners = list(self._listeners.values())
                if not listeners:
                    self._thread = None
                    return
            now = time.monotonic()
            self._ask(due(listeners, now - looked))
            looked = now
            self._greet([each for each in listeners if not each.is_greeted])
            if wakes.is_woken():
                self._read()

    def _ask(self, listeners: list[Listener]) -> None:
        for each in listeners:
            each.covers, each.asked_at = each.may(), time.monotonic()
            if each.covers is None:
                self.leave(each)
                each.tell(END)

    def _greet(self, listeners: list[Listener]) -> None:
        for each in listeners:
            if each.covers is None:
                each.covers = each.may()
            if each.covers is None:
                self.leave(each)
                each.tell(END)
                continue
            each.is_greeted = True
            mine = [row for row in self._known.values() if each.covers(row[0])]
            each.tell(message("hello", {str(one.id): place for one, place in mine}))

    def _read(self) -> None:
        """Find what was written since, and tell it."""
        rows = _OPEN.rows()
        found = {row.id: row for row in rows}
        places = {stream.id: stream.position for stream in _STREAMS.rows()}
        for one, _ in self._known.values():
            if one.enrollment_id not in places:  # its session was closed since
                places[one.enrollment_id] = Stream.objects.get(id=one.enrollment_id).position
        told: list[tuple[DosingSession, bytes]] = []
        for id_, row in found.items():
            if id_ not in self._known:
                self._known[id_] = (row, places[row.enrollment_id])
                told.append((row, message("opened", {"session": str(id_)})))
        for id_, (row, place) in list(self._known.items()):
            if places[row.enrollment_id] > place:
                news = _news(row, place, places[row.enrollment_id])
                told.append((row, message("news", news)))
                self._known[id_] = (row, places[row.enrollment_id])
            if id_ not in found:
                told.append((row, message("closed", {"session": str(id_)})))
                del self._known[id_]
        self._tell(told)

    def _tell(self, told: list[tuple[DosingSession, bytes]]) -> None:
        """Hand everything that was found at once to each listener in one piece."""
        with self._lock:
            listeners = list(self._listeners.values()) if told else []
        for each in listeners:
            if each.is_greeted and (covers := each.covers) is not None:
                mine = [encoded for session, encoded in told if covers(session)]
                if mine:
                    each.tell(b"".join(mine))


_OPEN = Prepared(
    lambda: DosingSession.objects.filter(closing=None).select_related("enrollment__site", "site")
)
_STREAMS = Prepared(
    lambda: Stream.objects.filter(
        id__in=DosingSession.objects.filter(closing=None).values("enrollment_id")
    )
)


def due(listeners: list[Listener], passed: float) -> list[Listener]:
    """Whom to ask after so many seconds: a share at a time, since all at once hold up everybody else."""
    share = math.ceil(len(listeners) * passed / ASK_EVERY)
    return sorted(listeners, key=lambda each: each.asked_at)[:share]


def _news(session: DosingSession, after: int, position: int) -> dict[str, Any]:
    """What was written of a session between two positions, without a word."""
    alarms = alarms_between(session, after, position)
    return {
        "session": str(session.id),
        "after": after,
        "position": position,
        "at": instant(timezone.now()),
        "entries": [one.to_json() for one in entries_of(session, position, after=after)],
        "alarms": [raised_json(row) for row in alarms],
        "again": is_settled_since(session, after),
    }


def message(kind: str, told: dict[str, Any]) -> bytes:
    """A message as an event stream writes it."""
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(told) + b"\n\n"


class Wakes:
    """Says when something may have been written."""

    def __init__(self) -> None:
        self._version = -1
        self._listening: Any = None
        if connection.vendor == "postgresql":
            self._listening = _listen()

    def is_woken(self) -> bool:
        """Wait a little; True where something was written, and at times to be sure."""
        if self._listening is not None:
            if list(self._listening.notifies(timeout=LOOK_EVERY * 5, stop_after=1)):
                list(self._listening.notifies(timeout=TOGETHER))  # what comes right after as well
                return True
            return self._is_time()
        time.sleep(LOOK_EVERY)
        with connection.cursor() as cursor:
            version = cursor.execute("PRAGMA data_version").fetchone()[0]
        before, self._version = self._version, version
        return bool(before != version)

    def close(self) -> None:
        """Listen no more."""
        if self._listening is not None:
            self._listening.close()

    def _is_time(self) -> bool:
        now = int(time.monotonic())
        before, self._version = self._version, now
        return before != now


def _listen() -> Any:
    """A connection of its own that hears ``NOTIFY``; it holds no transaction."""
    import psycopg

    told = connection.get_connection_params()
    for name in ("cursor_factory", "context", "pool", "prepare_threshold"):
        told.pop(name, None)
    made = psycopg.connect(**told, autocommit=True)
    made.execute(f"LISTEN {CHANNEL}")
    return made


hub = Hub()
