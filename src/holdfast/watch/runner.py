"""Runs every loop of the watch in one process, each in a thread of its own, until told to stop.

A loop that fails says so loudly, in the log and in its heartbeat, and runs again at its next turn:
a failure to watch is itself something to be seen.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import Error as DatabaseError
from django.db import connection

from holdfast.records import heartbeats
from holdfast.watch import (
    board,
    concerns,
    custody,
    dates,
    expiry,
    integrity,
    outbox,
    overdue,
    paging,
    reviews,
    seals,
    sessions,
)
from holdfast.watch.each_site import FAILURES, SitesFailed

log = logging.getLogger("holdfast.watch")

Turn = Callable[[datetime], int]

TURNS: Mapping[str, Turn] = {
    "sessions": sessions.watch,
    "paging": paging.turn,
    "overdue": overdue.tell,
    "concerns": concerns.turn,
    "expiry": expiry.chase,
    "reviews": reviews.chase,
    dates.LOOP: dates.judge_again,
    "board": board.follow,
    "outbox": outbox.deliver,
    custody.DUTIES: custody.chase,
    custody.NIGHTLY: custody.look,
    "seals": seals.seal,
    "integrity": integrity.check,
}


def take_turn(loop: str, now: datetime, turn: Turn | None = None) -> bool:
    """One turn of one loop, and its heartbeat; False where it failed."""
    try:
        done = (turn or TURNS[loop])(now)
    except FAILURES as error:
        detail = type(error).__name__
        if loop == "integrity" or isinstance(error, SitesFailed):  # what these say holds no words
            detail = f"{detail}: {error}"
        log.error("watch-failed", extra={"loop": loop, "error": type(error).__name__})
        _beat(loop, now, "failed", detail)
        return False
    _beat(loop, now, "well", str(done))
    return True


def _beat(loop: str, now: datetime, outcome: str, detail: str) -> None:
    try:
        heartbeats.beat(loop, now=now, outcome=outcome, detail=detail)
    except DatabaseError as error:
        # Silence is then the sign: the heartbeat grows old.
        log.error("heartbeat-not-written", extra={"loop": loop, "error": type(error).__name__})


def _wait(loop: str, now: datetime) -> float:
    """Seconds until a loop's next turn; none where it has not run for its interval."""
    try:
        last = heartbeats.last_beat(loop)
    except DatabaseError:
        return 0.0
    due = last + heartbeats.INTERVALS[loop] if last else now
    return max(0.0, (due - now).total_seconds())


class Watch:
    """The running loops."""

    def __init__(self, loops: Mapping[str, Turn] = TURNS) -> None:
        self._stop = threading.Event()
        self.broken = threading.Event()  # a loop ended by a bug
        self._threads = [
            threading.Thread(target=self._run, args=(loop, turn), name=f"watch-{loop}", daemon=True)
            for loop, turn in loops.items()
        ]

    def start(self) -> "Watch":
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds: float = 30.0) -> bool:
        """Ask every loop to end after its turn; True if all did within the time."""
        self._stop.set()
        until = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, loop: str, turn: Turn) -> None:
        try:
            first = _wait(loop, datetime.now(UTC)) if loop == "integrity" else 0.0
            connection.close()
            while not self._stop.wait(first):
                take_turn(loop, datetime.now(UTC), turn)
                connection.close()
                first = heartbeats.INTERVALS[loop] / timedelta(seconds=1)
        finally:
            connection.close()
            if not self._stop.is_set():
                self.broken.set()


def start_in_background(environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """``holdfast watch`` as a process of its own; stop it with ``terminate``."""
    return subprocess.Popen(
        [sys.executable, "-m", "holdfast", "watch"],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
    )
