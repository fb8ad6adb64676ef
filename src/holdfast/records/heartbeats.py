"""The signs of life of the watch's loops, and which of them are missing."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from holdfast.records.journal import Heartbeat

# How often each loop gives a sign of life, and how late it may be before silence is a failure.
INTERVALS: dict[str, timedelta] = {
    "sessions": timedelta(seconds=5),
    "paging": timedelta(seconds=5),
    "overdue": timedelta(minutes=1),
    "concerns": timedelta(minutes=1),
    "expiry": timedelta(hours=1),
    "dates": timedelta(minutes=15),
    "reviews": timedelta(minutes=15),
    "board": timedelta(minutes=5),
    "outbox": timedelta(seconds=15),
    "custody-duties": timedelta(minutes=15),
    "custody": timedelta(days=1),
    "seals": timedelta(minutes=5),
    "integrity": timedelta(days=1),
}
GRACE = timedelta(minutes=2)
# A watch that died is on every screen within 45 s: this, and each page judges every second.
GRACES: dict[str, timedelta] = {
    "sessions": timedelta(seconds=25),
    "paging": timedelta(seconds=25),
}


AHEAD = timedelta(seconds=5)  # a sign of life from further in the future is of a wrong clock


@dataclass(frozen=True)
class Stale:
    """One loop that does not do its work, and since when."""

    loop: str
    reason: str  # never | silent | failed | ahead
    beat_at: datetime | None
    detail: str = ""


def beat(loop: str, *, now: datetime, outcome: str = "well", detail: str = "") -> None:
    """Write that a loop ran to its end, or that it failed."""
    with transaction.atomic():
        Heartbeat.objects.update_or_create(
            loop=loop,
            defaults={
                "beat_at": now,
                "beat_by": f"{socket.gethostname()[:60]}/{os.getpid()}",
                "outcome": outcome,
                "detail": detail[:200],
            },
        )


def last_beat(loop: str) -> datetime | None:
    """When a loop last gave a sign of life, well or not."""
    return Heartbeat.objects.filter(loop=loop).values_list("beat_at", flat=True).first()


def last_well(loop: str) -> datetime | None:
    """When a loop last ran to its end; None where its last turn failed, or it never ran."""
    row = Heartbeat.objects.filter(loop=loop, outcome="well").first()
    return row.beat_at if row is not None else None


def silent_after(loop: str) -> timedelta:
    """How old a loop's sign of life may be."""
    return INTERVALS[loop] + GRACES.get(loop, GRACE)


def stale(now: datetime) -> tuple[Stale, ...]:
    """The loops that never ran, fell silent or failed; empty when the whole watch is well."""
    there = {row.loop: row for row in Heartbeat.objects.all()}
    found = (_judged(loop, there.get(loop), now) for loop in INTERVALS)
    return tuple(stale for stale in found if stale is not None)


def _judged(loop: str, row: Heartbeat | None, now: datetime) -> Stale | None:
    if row is None:
        return Stale(loop, "never", None)
    if now - row.beat_at > silent_after(loop):
        return Stale(loop, "silent", row.beat_at, row.detail)
    if row.beat_at > now + AHEAD:
        return Stale(loop, "ahead", row.beat_at, row.detail)
    if row.outcome != "well":
        return Stale(loop, "failed", row.beat_at, row.detail)
    return None
