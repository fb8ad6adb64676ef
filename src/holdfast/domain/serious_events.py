"""Something that may be serious was felt or seen: told at once, each time, whatever else is known.

Nobody in the room judges what caused it, nor whether it counts: "yes" and "nobody can say" are told
alike. What happened has no end of its own: it is over when somebody answered it, or took it back.
"""

from collections.abc import Iterator
from dataclasses import replace

from holdfast.domain.conditions import Condition, answered_at, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, earliest
from holdfast.domain.session_plan import SessionPlan, Tier

SERIOUS = "event-may-be-serious"
MAY_BE = frozenset({"yes", "unknown"})


def serious_events(plan: SessionPlan, log: Log) -> Iterator[Condition]:
    """A condition for each entry that says that something is serious, or that nobody can say."""
    for entry in log.of("event"):
        if entry.code("serious") in MAY_BE:
            yield _told(plan, log, entry)


def _told(plan: SessionPlan, log: Log, entry: SessionEntry) -> Condition:
    told = condition(
        plan,
        SERIOUS,
        since=entry.at,
        known_at=entry.known_at,
        because=(entry.id,),
        tier=Tier.URGENT,
        do="tell-the-physician",
    )
    return replace(told, until=earliest(answered_at(told, log), log.corrected_at(entry)))
