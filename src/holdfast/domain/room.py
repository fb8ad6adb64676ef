"""The shared device of a room: who is in it, who is writing, and when an opening may be closed.

Pure: the caller brings the clock and the facts. Who writes is always somebody who proved on this
device who they are, after the opening and since the last switch; never whoever logged in before.
What cannot be attributed is recorded all the same, and waits for a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from holdfast.domain.findings import Finding, Outcome, Reference, Standing

CLOSING = Reference("The shared device of a room: closing", "docs/room.md#closing")
PEOPLE_TO_OPEN = 2  # DESIGN: opened by both therapists; where two are asked for, two differ
CLOCK_TOLERANCE = timedelta(seconds=5)  # how well two clocks can be compared; technical, ours


class StepKind(StrEnum):
    """What a person did by proving who they are on the device."""

    IN = "in"  # is in the room from now on
    WRITES = "writes"  # is the one who writes from now on
    OUT = "out"  # has left the room


class Came(StrEnum):
    """How an entry reached the record."""

    OPEN = "open"  # from the device of a standing opening
    EXPIRED = "expired"  # the opening had ended by itself, or its cookie was gone
    CLOSED = "closed"  # after somebody closed the opening
    REVOKED = "revoked"  # from a device that was revoked: kept apart until a person settles it
    UNSIGNED = "unsigned"  # the device's signature does not hold: kept apart as well
    PAPER = "paper"  # typed in afterwards by somebody who was logged in


KEPT_APART = frozenset({Came.REVOKED, Came.UNSIGNED})


@dataclass(frozen=True)
class EntryKind:
    """One kind of entry. Words are sealed; ``fields`` are codes and numbers beside them.

    ``is_about_one``: belongs to one person's record. ``is_urgent``: taken without any proof, shown
    loudly. ``is_kept_in_sight``: still on the dimmed screen, as kind and time, never its words.
    """

    code: str
    has_words: bool = True
    is_about_one: bool = True
    is_urgent: bool = False
    is_kept_in_sight: bool = False
    fields: frozenset[str] = frozenset()


KINDS: Mapping[str, EntryKind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            EntryKind("note"),
            EntryKind("observation", is_kept_in_sight=True),
            EntryKind("urgent", is_urgent=True, is_kept_in_sight=True, is_about_one=False),
            EntryKind(
                "help-called",
                has_words=False,
                is_urgent=True,
                is_kept_in_sight=True,
                is_about_one=False,
            ),
        )
    }
)

# A movement of a medicine, which two people signed (``domain.room_custody``). It is written in no other
# way, so it is none of the kinds that a page or a paper offers.
CUSTODY = EntryKind("custody", has_words=False, is_kept_in_sight=True)


@dataclass(frozen=True)
class Step:
    """A person proved who they are on the device, and what for."""

    id: UUID
    kind: StepKind
    person: UUID
    at: datetime


@dataclass(frozen=True)
class Written:
    """An entry as the device says it was made.

    ``at``: the device's clock, set right by its offset. ``step``: the switch it was made under, by
    an id that only the page of that switch knows. ``idle``: how long nobody had touched the screen.
    """

    at: datetime
    step: UUID | None
    idle: timedelta


@dataclass(frozen=True)
class Attribution:
    """Whose entry it is; nobody's, with the reason as a code, where that cannot be said."""

    person: UUID | None
    reason: str


def in_the_room(steps: Iterable[Step]) -> tuple[UUID, ...]:
    """Who is in the room after these steps, in the order they came."""
    present: dict[UUID, None] = {}
    for step in sorted(steps, key=lambda step: step.at):
        if step.kind is StepKind.OUT:
            present.pop(step.person, None)
        elif step.kind is StepKind.IN:
            present.setdefault(step.person)
    return tuple(present)


def was_in_the_room(steps: Iterable[Step]) -> frozenset[UUID]:
    """Everybody who was in the room at any time of the opening."""
    return frozenset(step.person for step in steps if step.kind is StepKind.IN)


def attributed(written: Written, steps: Sequence[Step], idle_after: timedelta) -> Attribution:
    """Whose entry this is: of whoever switched last before it, and was not idle or gone since."""
    if written.step is None:
        return Attribution(None, "nobody-had-switched")
    mine = next(
        (s for s in steps if s.id == written.step and s.kind is StepKind.WRITES),
        None,
    )
    if mine is None:
        return Attribution(None, "switch-unknown")
    if written.at < mine.at - CLOCK_TOLERANCE:
        return Attribution(None, "before-the-switch")
    between = [s for s in steps if mine.at <= s.at <= written.at and s.id != mine.id]
    if any(s.kind is StepKind.WRITES for s in between):
        return Attribution(None, "somebody-else-switched")
    if any(s.kind is StepKind.OUT and s.person == mine.person for s in between):
        return Attribution(None, "had-left")
    if written.idle > idle_after:
        return Attribution(None, "idle")
    return Attribution(mine.person, "switched")


def writing_now(steps: Sequence[Step], step_id: UUID | None) -> UUID | None:
    """Who is writing under a switch, by the facts alone; None once somebody switched or left."""
    last = max(
        (s for s in steps if s.kind is StepKind.WRITES), key=lambda step: step.at, default=None
    )
    if last is None or last.id != step_id or last.person not in in_the_room(steps):
        return None
    return last.person


@dataclass(frozen=True)
class Waiting:
    """An entry that is nobody's yet."""

    entry: UUID
    kind: str
    at: datetime


def may_open(
    people: Sequence[UUID], permitted: Iterable[UUID], enrollments: int, *, is_device_free: bool
) -> tuple[Finding, ...]:
    """Every condition of opening a room: two different people, both permitted, for somebody."""
    may = frozenset(permitted)
    two = len(set(people)) >= PEOPLE_TO_OPEN and len(set(people)) == len(people)
    return (
        _finding("two-people", two, "two-people-needed"),
        _finding("people-permitted", set(people) <= may, "not-all-permitted"),
        _finding("for-somebody", enrollments > 0, "nobody-named"),
        _finding("device-free", is_device_free, "already-open"),
    )


def may_close(
    *, closer: UUID, steps: Sequence[Step], waiting: Sequence[Waiting], unsent: int | None
) -> tuple[Finding, ...]:
    """Every condition of closing: all entries attributed and received, by somebody of the room.

    ``unsent`` is what the device says it still keeps; None, where it says nothing, is unknown.
    """
    was_there = closer in was_in_the_room(steps)
    sent = Outcome.UNKNOWN if unsent is None else _outcome(unsent == 0)
    return (
        _finding("closed-by-one-of-them", was_there, "not-of-this-room"),
        *(
            _finding("entry-attributed", False, "entry-is-nobodys", entry.entry, entry.kind)
            for entry in sorted(waiting, key=lambda entry: entry.at)
        ),
        Finding(
            "all-received",
            sent,
            "received" if sent is Outcome.PASSED else "entries-kept-on-the-device",
            CLOSING,
            Standing.DERIVED,
            {} if unsent is None else {"count": unsent},
        ),
    )


def _outcome(holds: bool) -> Outcome:
    return Outcome.PASSED if holds else Outcome.FAILED


def _finding(
    code: str, holds: bool, reason: str, entry: UUID | None = None, kind: str = ""
) -> Finding:
    values = {} if entry is None else {"entry": str(entry), "kind": kind}
    said = code if holds else reason
    return Finding(code, _outcome(holds), said, CLOSING, Standing.DERIVED, values)
