"""Access review: which roles must be looked through again and when, and what a signed list decides.

Pure: the caller brings the clock. Every role at a site has its own due time, counted from when it
was given or last kept; so a new role, and a reviewer's own that only another may decide, never hide
behind a list that was signed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Decision(StrEnum):
    """What becomes of a role."""

    KEEP = "keep"
    END = "end"


@dataclass(frozen=True)
class Held:
    """One role that stands: whose, since when it is known, and when it was last kept by a review."""

    id: UUID
    person: UUID
    given_at: datetime
    kept_at: datetime | None = None


def due_at(held: Held, every: timedelta) -> datetime:
    """When a role must be looked at again."""
    return max(held.given_at, held.kept_at or held.given_at) + every


class State(StrEnum):
    """How a site stands with its review."""

    NOTHING_HELD = "nothing-held"
    IN_TIME = "in-time"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Standing:
    """How a site stands, when the next review is due, and how many roles are overdue."""

    state: State
    due_at: datetime | None
    overdue: int


def standing(
    held: Iterable[Held], *, every: timedelta, ahead: timedelta, now: datetime
) -> Standing:
    """How a site stands now: as its oldest role does."""
    dues = sorted(due_at(each, every) for each in held)
    if not dues:
        return Standing(State.NOTHING_HELD, None, 0)
    late = sum(due <= now for due in dues)
    if late:
        return Standing(State.OVERDUE, dues[0], late)
    state = State.DUE_SOON if now >= dues[0] - ahead else State.IN_TIME
    return Standing(state, dues[0], 0)


def chase_number(found: Standing, ahead: timedelta, now: datetime) -> int:
    """How many times a review is to have been chased: once ahead, then every day once overdue."""
    if found.due_at is None or now < found.due_at - ahead:
        return 0
    if now < found.due_at:
        return 1
    return 2 + (now - found.due_at) // timedelta(days=1)


@dataclass(frozen=True)
class Unfit:
    """Why decisions cannot be signed, and of which role."""

    reason: str  # own-line | line-undecided | line-unknown | not-yours-to-end | nothing-decided
    line: UUID | None = None


def unfit(
    lines: Sequence[Held],
    decisions: Mapping[UUID, Decision],
    *,
    reviewer: UUID,
    may_end: Mapping[UUID, bool],
) -> Unfit | None:
    """The first thing that keeps decisions from being signed; None where they may be.

    Every line of somebody else is decided, and no line of the reviewer's own.
    """
    known = {line.id for line in lines}
    if strange := next((each for each in decisions if each not in known), None):
        return Unfit("line-unknown", strange)
    for line in lines:
        decided = decisions.get(line.id)
        if line.person == reviewer:
            if decided is not None:
                return Unfit("own-line", line.id)
        elif decided is None:
            return Unfit("line-undecided", line.id)
        elif decided is Decision.END and not may_end.get(line.id, False):
            return Unfit("not-yours-to-end", line.id)
    return None if decisions else Unfit("nothing-decided")


Line = Mapping[str, object]


def what_changed(shown: Iterable[Line], now: Iterable[Line]) -> tuple[tuple[str, str], ...]:
    """What differs between the list as shown and as it stands: (what, id of the role) of each.

    ``what`` is ``added``, ``gone`` or ``changed``; empty where nothing differs.
    """
    before = {str(line["assignment"]): line for line in shown}
    after = {str(line["assignment"]): line for line in now}
    added = [("added", each) for each in after if each not in before]
    gone = [("gone", each) for each in before if each not in after]
    changed = [
        ("changed", each) for each in after if each in before and before[each] != after[each]
    ]
    return (*added, *gone, *changed)
