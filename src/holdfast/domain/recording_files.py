"""The files of a recording: their hashes, who keeps them, and where in them something is to be found.

A time-code is the time that a file had run when something happened: a stop in between is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from holdfast.domain.recording import RUNNING
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest


@dataclass(frozen=True)
class RecordedFile:
    """A file as somebody named it. ``sha256`` is as it was told."""

    file: str
    stream: str
    sha256: str
    custodian: str
    told_at: datetime


@dataclass(frozen=True)
class Place:
    """Where something is in a recording. ``file`` is empty where nobody named one."""

    stream: str
    file: str
    after: timedelta


def files(log: Log) -> tuple[RecordedFile, ...]:
    """Each file once for each hash and keeper that was told of it, as they stand, by when it was told."""
    found = {
        (one.code("file"), one.code("sha256"), one.code("custodian")): RecordedFile(
            one.code("file"),
            one.code("stream"),
            one.code("sha256"),
            one.code("custodian"),
            at_latest(one),
        )
        for one in reversed(log.standing("recording-file"))
    }
    return tuple(sorted(found.values(), key=lambda one: (one.told_at, one.file)))


def unnamed(log: Log) -> tuple[str, ...]:
    """The files that ran and of which nobody told a hash and a keeper."""
    ran = {one.code("file") for one in log.standing("recording") if one.code("file")}
    return tuple(sorted(ran - {one.file for one in files(log)}))


def place_of(log: Log, stream: str, at: datetime) -> Place | None:
    """Where a moment is in the recording of a stream; None where it did not run then."""
    told = [one for one in log.standing("recording") if one.code("stream") == stream]
    before = [one for one in told if at_latest(one) <= at]
    if not before or before[-1].code("state") != RUNNING:
        return None
    file = before[-1].code("file")
    ran = timedelta(0)
    for one, following in zip(before, [*before[1:], None], strict=True):
        if one.code("state") == RUNNING and one.code("file") == file:
            ran += (at if following is None else at_latest(following)) - at_latest(one)
    return Place(stream, file, ran)


def places_of(log: Log, streams: Sequence[str], entry: SessionEntry) -> tuple[Place, ...]:
    """Where an entry is in each stream that ran when it happened."""
    found = (place_of(log, stream, at_latest(entry)) for stream in streams)
    return tuple(one for one in found if one is not None)


def count_of(share_percent: int, sessions: int) -> int:
    """How many sessions a share is: rounded up, so that a share of anything is one at least."""
    return -(-sessions * share_percent // 100)


def drawn(seed: str, sessions: Sequence[str], count: int) -> tuple[str, ...]:
    """So many sessions drawn for independent review; the same seed and sessions give the same.

    Each session's place is the hash of seed and session, so neither the order in which they are
    handed in nor one session more changes how the others stand to each other.
    """
    by_chance = sorted(set(sessions), key=lambda one: sha256(f"{seed}/{one}".encode()).digest())
    return tuple(sorted(by_chance[: max(count, 0)]))
