"""What may be asked of the sealed room once it is open: an arm, a content, and nothing in bulk.

Who may ask is for the action that is the door; here the database is asked by the door's own functions.
"""

from collections.abc import Iterable
from uuid import UUID

from holdfast.unblinded import room
from holdfast.unblinded.room import NotInTheRoom, RoomClosed
from holdfast.unblinded.rows import RowBroken

__all__ = ["NotInTheRoom", "RoomClosed", "RowBroken", "arm_of", "content_of", "contents_of"]


def arm_of(enrollment_id: UUID, door: str = "emergency") -> str:
    """The arm of an enrollment; ``door`` is emergency, safety, dispense, randomize or export.

    Raises ``NotInTheRoom`` where nobody randomized it.
    """
    return str(room.standing().one(door, "given", enrollment_id.hex)["arm"])


def content_of(kit_number: str, door: str = "dispense") -> str:
    """What is in a kit; ``door`` is dispense, stock or export. ``NotInTheRoom`` where no list has it."""
    return str(room.standing().one(door, "kit", kit_number)["content"])


def contents_of(kit_numbers: Iterable[str], door: str) -> dict[str, str]:
    """What is in each kit of a list, by number; kits that no list has are left out."""
    found = room.standing().read(door, "kit", list(kit_numbers))
    return {number: str(row["content"]) for number, row in found.items()}
