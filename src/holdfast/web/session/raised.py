"""Alarms as they were raised, in the form in which pages know conditions."""

from typing import Any
from uuid import UUID

import orjson

from holdfast.actions.outcomes import Receipt
from holdfast.domain.session_entries import instant
from holdfast.records.session import AlarmRaised
from holdfast.records.session_now import raised_with


def alarms_with(entry_id: UUID, receipt: Receipt) -> list[dict[str, Any]]:
    """What was raised with an entry, in its own transaction; its receipt says whose record it is in."""
    return [raised_json(row) for row in raised_with(entry_id, receipt.stream_id)]


def raised_json(row: AlarmRaised) -> dict[str, Any]:
    """An alarm as it was raised, in the form in which pages know conditions."""
    return {
        "id": row.condition,
        "code": row.code,
        "tier": row.tier,
        "measure": row.measure,
        "since": instant(row.since),
        "known_at": instant(row.known_at),
        "until": None,
        "because": orjson.loads(row.because),
        "do": row.do,
        "detail": row.detail,
        "number": row.number,
        "value": None if row.value is None else str(row.value),
        "told": orjson.loads(row.told),
        "sounds_at": orjson.loads(row.sounds_at),
        "is_open": True,
        "acknowledged": [],
    }
