"""What is to befall a course, drawn once by chance: how far it goes, and what goes otherwise."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Path:
    """The turns of one course.

    ``stops_after`` dosing sessions the person stops treatment and is followed up; ``lost_after`` so
    many they are not to be found. ``misses`` is how often an appointment is not kept, ``postpones``
    how often a session is put off, ``pauses`` whether the course stands still for a while.
    ``is_brief`` leaves out what no gate asks for: bookings of other visits, goals, notes, calls as
    clinical records.
    """

    enrolls: bool = True
    stops_after: int | None = None
    lost_after: int | None = None
    misses: float = 0.0
    postpones: float = 0.0
    pauses: bool = False
    tapers: bool = False
    is_brief: bool = False


STRAIGHT = Path()


def drawn(chance: Random, *, is_brief: bool = False) -> Path:
    """A path as they are: most go to the end, some do not, and little is all as planned."""
    end = chance.random()
    return Path(
        enrolls=end >= 0.05,
        stops_after=chance.randrange(1, 3) if 0.05 <= end < 0.13 else None,
        lost_after=chance.randrange(0, 2) if 0.13 <= end < 0.18 else None,
        misses=0.04,
        postpones=0.1,
        pauses=chance.random() < 0.05,
        tapers=chance.random() < 0.3,
        is_brief=is_brief,
    )
