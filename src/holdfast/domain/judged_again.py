"""Whether a gate still stood open when its act was done, by what was known just before.

An authorisation ends by itself, but a no, a new reading or an alarm may come sooner. It is for the
minutes in which what was asked before counts as well; nothing else is forgiven.
"""

from collections.abc import Iterable

from holdfast.domain.dose_meaning import (
    GATE_OF,
    ON_SPOKEN_ORDER,
    RELEASED_WITHOUT,
    WITHOUT_AUTHORISATION,
)
from holdfast.domain.dose_totals import Slot
from holdfast.domain.gates import GateAnswer
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_gates import SessionAct, SessionGates

GATE_SHUT = "gate-shut-by-then"
PERMITTED = frozenset({"dose-given", "exit", "session-closed"})  # what an authorisation permits
# Nothing new was learnt: what was asked, read or said before is older by the authorisation's minutes.
_OF_TIME = frozenset(
    {
        "read-too-long-ago",
        "asked-too-long-ago",
        "symptoms-asked-too-long-ago",
        "agreement-too-old",
        "statement-too-old",
    }
)
_UNAUTHORISED = frozenset({WITHOUT_AUTHORISATION, ON_SPOKEN_ORDER, RELEASED_WITHOUT})


def act_behind(
    gates: SessionGates, entry: SessionEntry, deviations: Iterable[str]
) -> SessionAct | None:
    """The act whose gate an entry was done behind; None where there is none, or it had no authorisation."""
    if _UNAUTHORISED & set(deviations):
        return None
    if entry.kind == "dose-given":
        return GATE_OF[Slot(entry.code("dose"))]
    rule = gates.exits.get(entry.code("exit")) if entry.kind == "exit" else None
    return None if rule is None else rule.act


def known_before(entries: Iterable[SessionEntry], done: SessionEntry) -> tuple[SessionEntry, ...]:
    """What was known just before something was done; what was permitted at the same instant is left out."""
    return tuple(
        one
        for one in entries
        if one.id != done.id
        and one.known_at <= done.at
        and not (one.known_at == done.at and one.kind in PERMITTED)
    )


def was_shut(answer: GateAnswer) -> bool:
    """Something that is not only older kept the gate shut."""
    return any(one.finding.reason not in _OF_TIME for one in answer.closed_by)
