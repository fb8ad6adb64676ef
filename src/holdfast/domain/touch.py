"""Touch, beside what was agreed in preparation: what goes beyond it is recorded, and somebody is told.

An entry says whether the touch is within what the person agreed to before, and names that agreement. An
ask for more is on record whoever asks, and no yes under the drug makes it agreed.
"""

from collections.abc import Iterator
from dataclasses import replace

from holdfast.domain.conditions import Condition, answered_at, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, earliest
from holdfast.domain.session_plan import SessionPlan, Tier

BEYOND = "touch-beyond-agreement"
STOP_WORD = "stop-word-said"
WITHIN = "within"


def touches(plan: SessionPlan, log: Log) -> Iterator[Condition]:
    """A condition for each touch, or ask for one, beyond what was agreed, and for each stop-word."""
    for entry in log.of("touch"):
        if code := _code(entry):
            found = condition(
                plan,
                code,
                since=entry.at,
                known_at=entry.known_at,
                because=(entry.id,),
                tier=Tier.NOTIFY,
                do="stop-and-ask",
            )
            until = earliest(answered_at(found, log), log.corrected_at(entry))
            yield replace(found, until=until)


def _code(entry: SessionEntry) -> str:
    """Touch that began without naming an agreement is beyond it; an ask, where it says so."""
    state = entry.code("state")
    if state == "stop-word":
        return STOP_WORD
    is_named = entry.code("agreed") == WITHIN and entry.code("agreement")
    if state == "began" and not is_named:
        return BEYOND
    return BEYOND if state == "asked" and entry.code("agreed") != WITHIN else ""
