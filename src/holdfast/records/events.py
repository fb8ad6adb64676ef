"""The event of a journal entry: its exact bytes, and how to read them back.

An event is canonical JSON. Identifiers are 32 lower-case hexadecimal digits.

==============  ==================================================================================
``schema``      1; a reader reads every earlier number
``stream``      the stream's id
``position``    its place in the stream, from 1 without a gap
``entry``       the client's id of the entry, unique in the whole journal
``kind``        what happened, in the past tense: ``answer-recorded``
``recorded_at`` when we knew; never before the entry ahead of it
``by``          the account that did it
``content``     keyed hash of what was sent, by which the same entry is known again
``facts``       table, id and SHA-256 of each row written, in the order of writing
``keys``        ids of the data keys made with it
``values``      codes and ids that say more; never a name, never free words
==============  ==================================================================================
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from holdfast.records.canonical import document
from holdfast.records.columns import instant_of, instant_text

SCHEMA = 1


class SchemaUnknown(ValueError):
    """An event of a schema that this version cannot read."""


@dataclass(frozen=True)
class Event:
    """One event, as it was written."""

    stream: UUID
    position: int
    entry: UUID
    kind: str
    recorded_at: datetime
    by: UUID
    content: str
    facts: tuple[tuple[str, UUID, str], ...]
    keys: tuple[UUID, ...]
    values: Mapping[str, Any]


def event_bytes(
    *,
    stream: UUID,
    position: int,
    entry: UUID,
    kind: str,
    recorded_at: datetime,
    by: UUID,
    content: str,
    facts: Sequence[tuple[str, str, str]],
    keys: Sequence[UUID] = (),
    values: Mapping[str, Any] | None = None,
) -> bytes:
    """The exact bytes of an event."""
    return document(
        {
            "schema": SCHEMA,
            "stream": stream.hex,
            "position": position,
            "entry": entry.hex,
            "kind": kind,
            "recorded_at": instant_text(recorded_at),
            "by": by.hex,
            "content": content,
            "facts": facts,
            "keys": [key.hex for key in keys],
            "values": dict(values or {}),
        }
    )


def read_event(data: bytes) -> Event:
    """An event from its bytes; ``SchemaUnknown`` for one written by a later version."""
    told = orjson.loads(data)
    if told["schema"] != SCHEMA:
        raise SchemaUnknown(f"Event schema {told['schema']} is newer than this version reads.")
    return Event(
        stream=UUID(told["stream"]),
        position=told["position"],
        entry=UUID(told["entry"]),
        kind=told["kind"],
        recorded_at=instant_of(told["recorded_at"]),
        by=UUID(told["by"]),
        content=told["content"],
        facts=tuple((table, UUID(row), digest) for table, row, digest in told["facts"]),
        keys=tuple(UUID(key) for key in told["keys"]),
        values=told["values"],
    )


def chained(previous_hash: str, event: bytes) -> str:
    """The hash of an entry: over the raw bytes of the previous hash, then the event."""
    return sha256(bytes.fromhex(previous_hash) + event).hexdigest()
