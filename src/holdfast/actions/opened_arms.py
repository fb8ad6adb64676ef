"""One arm out of the sealed room, or why there is none: what every door that breaks a blind asks.

An arm is a value of this module's answers alone. It has no ``repr``, so that no log, no error and no
debugger's line can show it by accident.
"""

from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from holdfast.actions.apart import apart
from holdfast.domain.unblinding import Outcome
from holdfast.records.allocation import SlotTaken
from holdfast.unblinded import doors, room

_PIECE, _PIECES = 200, 2  # characters of a note in one row; always as many rows, whatever is said
LONGEST_NOTE = _PIECE * _PIECES


@dataclass(frozen=True)
class OpenedArm:
    """What opening one case gave. ``arm`` is empty unless the outcome is ``shown``."""

    outcome: Outcome
    arm: str = field(default="", repr=False)


_UNREADABLE = OpenedArm(Outcome.NOT_READABLE)


def arm_behind(enrollment_id: UUID, door: str) -> OpenedArm:
    """The arm of one enrollment by one door. Whatever breaks in the room breaks nothing else."""
    return apart("arm-not-readable", partial(_arm, enrollment_id, door), lambda: _UNREADABLE)


def _arm(enrollment_id: UUID, door: str) -> OpenedArm:
    try:
        return OpenedArm(Outcome.SHOWN, doors.arm_of(enrollment_id, door))
    except (doors.NotInTheRoom, doors.RoomClosed):
        # Who has a slot has an arm: where it is not in the room, something is wrong with the room.
        has_slot = SlotTaken.objects.filter(enrollment=enrollment_id).exists()
        return _UNREADABLE if has_slot else OpenedArm(Outcome.NOT_RANDOMIZED)


def keep_note(about: UUID, words: str) -> bool:
    """Keep free words where unblinded eyes alone read them; False where there is no room to keep them."""
    return apart("note-not-kept", partial(_keep, about, words), lambda: False)


def _keep(about: UUID, words: str) -> bool:
    rows = [
        (f"{about.hex}/{number}", {"words": words[number * _PIECE : (number + 1) * _PIECE]})
        for number in range(_PIECES)
    ]
    try:
        room.standing().put_all("note", rows)
    except room.RoomClosed:
        return False
    return True


def note_about(about: UUID, door: str) -> str:
    """The free words kept beside an act; empty where there are none. For unblinded eyes."""
    places = [f"{about.hex}/{number}" for number in range(_PIECES)]
    found = room.standing().read(door, "note", places)
    return "".join(str(found[place]["words"]) for place in places if place in found)
