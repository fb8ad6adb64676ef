"""Movements of a controlled drug: their kinds, what each must say, and the capsules that it names.

A container (a bottle, or one of the two of a kit) holds capsules numbered from 1. A movement names
one container and capsules of it; every balance is a fold over movements (``domain.accountability``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

MOST_CAPSULES = 10_000  # of one container: catches slips of typing


class Kind(StrEnum):
    """What can happen to a capsule."""

    RECEIVE = "receive"
    STORE = "store"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_IN = "transfer-in"
    ASSIGN = "assign"
    ISSUE_BOX = "issue-box"
    OPEN = "open"
    HAND_OVER = "hand-over"
    SWALLOWED = "swallowed"  # seen swallowed, with a mouth check
    REFUSED = "refused"
    DROPPED = "dropped"
    SPAT = "spat"
    VOMITED = "vomited"
    PART_TAKEN = "part-taken"
    RETURN_BOX = "return-box"  # from the room back to the store
    RETURN = "return"  # to the supplier or the sponsor: it leaves the site's custody
    WASTE = "waste"
    DESTROY = "destroy"
    LOSE = "lose"
    FIND = "find"
    CORRECT = "correct"  # an earlier movement never was


class Place(StrEnum):
    """What a place of a drug store is."""

    SAFE = "safe"
    ROOM_LOCK = "room-lock"
    QUARANTINE = "quarantine"
    RETURNS = "returns"  # what came back, kept apart until it leaves or is destroyed
    WASTE = "waste"


@dataclass(frozen=True)
class Needs:
    """What a movement of a kind must say, and who may make it.

    ``source`` and ``target``: a *place* must be named; *any* place, person or patient may be; or
    nothing is asked. ``is_of_the_room``: what a body or a hand did; it is recorded whatever the
    book says.
    """

    may: tuple[str, ...]
    source: str = ""  # place | any | ""
    target: str = ""
    reason: bool = False
    enrollment: bool = False
    session: bool = False
    seal: bool = False
    minutes: bool = False
    is_of_the_room: bool = False


_MOVE, _BOX = ("custody.move",), ("custody.box",)
_EITHER = ("custody.move", "custody.box")


def _of_the_room(
    source: str = "", target: str = "", *, seal: bool = False, minutes: bool = False
) -> Needs:
    """What is done with one person in a session, by who may open the box."""
    return Needs(
        _BOX,
        source,
        target,
        enrollment=True,
        session=True,
        seal=seal,
        minutes=minutes,
        is_of_the_room=True,
    )


KINDS: MappingProxyType[Kind, Needs] = MappingProxyType(
    {
        Kind.RECEIVE: Needs(_MOVE, target="place"),
        Kind.STORE: Needs(_MOVE, source="any", target="place"),
        Kind.TRANSFER_OUT: Needs(_MOVE, source="place", target="place", seal=True),
        Kind.TRANSFER_IN: Needs(_MOVE, target="place", seal=True),
        Kind.ASSIGN: Needs(_MOVE, source="place", enrollment=True),
        Kind.ISSUE_BOX: Needs(
            _MOVE, source="place", target="place", enrollment=True, session=True, seal=True
        ),
        Kind.OPEN: _of_the_room("place", seal=True),
        Kind.HAND_OVER: _of_the_room("any"),
        Kind.SWALLOWED: _of_the_room(),
        Kind.REFUSED: _of_the_room(target="place"),
        Kind.DROPPED: _of_the_room(),
        Kind.SPAT: _of_the_room(target="place"),
        Kind.VOMITED: _of_the_room(minutes=True),
        Kind.PART_TAKEN: _of_the_room(),
        Kind.RETURN_BOX: Needs(_EITHER, source="any", target="place"),
        Kind.RETURN: Needs(_MOVE, source="place", reason=True),
        Kind.WASTE: Needs(_EITHER, reason=True, is_of_the_room=True),
        Kind.DESTROY: Needs(_MOVE, reason=True),
        Kind.LOSE: Needs(_EITHER, reason=True, is_of_the_room=True),
        Kind.FIND: Needs(_EITHER, target="place", is_of_the_room=True),
        Kind.CORRECT: Needs(_EITHER, reason=True, is_of_the_room=True),
    }
)
# Kinds by which a capsule comes nearer to a person: none of stock that is out of date or held back.
TOWARDS_A_PERSON = frozenset(
    (Kind.ASSIGN, Kind.ISSUE_BOX, Kind.OPEN, Kind.HAND_OVER, Kind.SWALLOWED, Kind.PART_TAKEN)
)
# Why something is wasted, destroyed, returned, lost, corrected, or made by one person alone.
REASONS: MappingProxyType[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.WASTE: (
            *("dropped", "spat", "part-taken", "vomited", "refused", "not-needed"),
            *("damaged", "expired", "other"),
        ),
        Kind.DESTROY: ("expired", "recalled", "excursion", "damaged", "study-over", "other"),
        Kind.RETURN: ("recalled", "expired", "study-over", "wrong-delivery", "other"),
        Kind.LOSE: ("not-found-at-count", "in-transit", "theft-suspected", "in-the-room", "other"),
        Kind.OPEN: ("seal-broken",),
        Kind.RETURN_BOX: ("seal-broken",),
        Kind.TRANSFER_IN: ("seal-broken",),
        Kind.CORRECT: ("never-happened", "typing-error", "recorded-twice", "other"),
    }
)
# Kinds at which a seal is read that was put on before.
SEAL_READ = (Kind.OPEN, Kind.RETURN_BOX, Kind.TRANSFER_IN)
SEAL_PUT = (Kind.ISSUE_BOX, Kind.TRANSFER_OUT)
CORRECTION_REASONS = REASONS[Kind.CORRECT]
EMERGENCIES = ("nobody-else-there", "person-in-danger", "evacuation", "other")


class Movement(NamedTuple):
    """One movement as the fold reads it; immutable, and cheap to make a million of.

    ``source`` and ``target`` are whereabouts (``place:``, ``holder:`` or ``person:`` and an id), or
    empty. ``turn`` counts the movements of the container. ``corrects`` is the id of a movement that
    this one takes the place of; of kind *correct* it takes it away.
    """

    id: str
    container: str
    turn: int
    kind: str
    capsules: str
    at: datetime
    source: str = ""
    target: str = ""
    site: str = ""  # whose store wrote it
    corrects: str | None = None


def seal_problem(read: str, put: str, is_broken: bool) -> str:
    """What is wrong with a seal: broken, or another than was put on; empty where nothing is."""
    if is_broken:
        return "seal-broken"
    return "seal-differs" if read and put and read != put else ""


class CapsulesWrong(ValueError):
    """Text that names no capsules; ``reason`` is why, as a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=4096)
def capsules_of(text: str) -> tuple[int, ...]:
    """The capsules of a canonical text such as ``1-3,7``.

    Raises
    ------
    CapsulesWrong
        With ``capsules-missing``, ``count-negative``, ``capsule-repeated`` or ``capsules-unclear``.

    Examples
    --------
    >>> capsules_of("1-3,7")
    (1, 2, 3, 7)
    """
    if not text.strip():
        raise CapsulesWrong("capsules-missing")
    found: list[int] = []
    for part in text.split(","):
        first, last = _ends(part.strip())
        if last - first >= MOST_CAPSULES:
            raise CapsulesWrong("capsules-unclear")
        found.extend(range(first, last + 1))
    if len(set(found)) != len(found):
        raise CapsulesWrong("capsule-repeated")
    return tuple(sorted(found))


def _ends(part: str) -> tuple[int, int]:
    if part.startswith("-"):
        raise CapsulesWrong("count-negative")
    first, dash, last = part.partition("-")
    if not (first.isascii() and first.isdigit() and len(first) <= 6):
        raise CapsulesWrong("capsules-unclear")
    if dash and not (last.isascii() and last.isdigit() and len(last) <= 6):
        raise CapsulesWrong("capsules-unclear")
    ends = int(first), int(last) if dash else int(first)
    if ends[0] < 1:
        raise CapsulesWrong("count-negative")
    if ends[1] < ends[0]:
        raise CapsulesWrong("capsules-unclear")
    return ends


def ranges(capsules: Iterable[int]) -> str:
    """Capsules as canonical text: in order, each once, runs joined.

    Examples
    --------
    >>> ranges([7, 1, 2, 3])
    '1-3,7'
    """
    parts: list[list[int]] = []
    for number in sorted(set(capsules)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in parts)


def canonical(text: str) -> str:
    """The canonical form of what somebody typed; ``CapsulesWrong`` where it names none."""
    return ranges(capsules_of(text))
