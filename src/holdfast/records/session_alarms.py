"""The conditions that were raised in a session, as its rules read conditions."""

import orjson

from holdfast.domain.conditions import Condition
from holdfast.domain.session_plan import Tier
from holdfast.records.session import AlarmRaised, DosingSession


def raised_conditions(
    session: DosingSession, position: int | None = None, after: int = 0
) -> tuple[Condition, ...]:
    """Every condition on record behind one position of its stream and up to another; by default, all.

    How each ended is not in the record: that is found anew, by a rule or by who answered it.
    """
    rows = AlarmRaised.objects.filter(session_id=session.id, position__gt=after)
    if position is not None:
        rows = rows.filter(position__lte=position)
    return tuple(_condition(row) for row in rows.order_by("position", "condition"))


def _condition(row: AlarmRaised) -> Condition:
    return Condition(
        row.code,
        Tier(row.tier),
        row.measure,
        row.since,
        row.known_at,
        tuple(orjson.loads(row.because)),
        row.do,
        tuple(orjson.loads(row.told)),
        tuple(orjson.loads(row.sounds_at)),
        row.detail,
        row.number,
        row.value,
    )
