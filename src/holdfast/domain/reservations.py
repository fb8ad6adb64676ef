"""Reservations of people and rooms: what is kept is the wall clock; what is compared is the instant.

The wall-clock time and the name of the zone are what people agreed on. The instant is worked out
from the zone's rules each time it is asked for: when they change, 09:00 stays 09:00.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value

# The clock by which a zone's name is read; a test brings another, as a change of the rules would.
Zones = Callable[[str], tzinfo]
RULES = Reference("Bookings: what is kept, and what is compared", "docs/course.md#bookings")
NO_SUCH_TIME = "no-such-time"


@dataclass(frozen=True)
class Slot:
    """A stretch of time by a site's own clock. ``starts`` has no zone; ``minutes`` really pass."""

    starts: datetime
    zone: str
    minutes: int

    def __post_init__(self) -> None:
        if self.starts.tzinfo is not None:
            raise ValueError("A slot starts by the site's own clock: expected a time without zone.")
        if not 1 <= self.minutes <= 48 * 60:
            raise ValueError(f"A slot of {self.minutes} minutes: expected 1 to 2880.")

    def begins_at(self, zones: Zones = ZoneInfo) -> datetime:
        """The instant at which it begins, by the zone's rules as they are now.

        An hour that comes twice is its first; one that the clocks leap over is read as if they had
        not leapt yet (PEP 495).
        """
        return self.starts.replace(tzinfo=zones(self.zone)).astimezone(UTC)

    def ends_at(self, zones: Zones = ZoneInfo) -> datetime:
        """The instant at which it ends."""
        return self.begins_at(zones) + timedelta(minutes=self.minutes)

    def ends(self, zones: Zones = ZoneInfo) -> datetime:
        """What the site's clock shows when it ends."""
        return self.ends_at(zones).astimezone(zones(self.zone)).replace(tzinfo=None)

    def exists(self, zones: Zones = ZoneInfo) -> bool:
        """False for a time that the site's clock leaps over."""
        shown = self.begins_at(zones).astimezone(zones(self.zone)).replace(tzinfo=None)
        return shown == self.starts

    def overlaps(self, other: "Slot", zones: Zones = ZoneInfo) -> bool:
        """Whether both hold at any instant; one may begin where the other ends."""
        return self.begins_at(zones) < other.ends_at(zones) and other.begins_at(
            zones
        ) < self.ends_at(zones)


@dataclass(frozen=True)
class Reservation:
    """A slot with everything that it takes: ids of people and of a room, as text.

    People are the pair, the on-call physician and the person whose visit it is. ``room`` is empty
    where none is needed.
    """

    id: str
    slot: Slot
    people: frozenset[str]
    room: str = ""


@dataclass(frozen=True)
class Clash:
    """What two reservations would both take."""

    with_id: str
    people: frozenset[str]
    room: str = ""


def clashes(
    wanted: Reservation, standing: Iterable[Reservation], zones: Zones = ZoneInfo
) -> tuple[Clash, ...]:
    """Every reservation at the same instant that takes somebody or the room of this one.

    A reservation never clashes with itself, so that it can be moved.
    """
    return tuple(
        Clash(other.id, wanted.people & other.people, wanted.room if same_room else "")
        for other in standing
        if other.id != wanted.id
        and (
            (same_room := bool(wanted.room) and wanted.room == other.room)
            or wanted.people & other.people
        )
        and wanted.slot.overlaps(other.slot, zones)
    )


# Every reason of a finding, with the values that always come with it.
BOOKING_REASONS: dict[str, tuple[str, ...]] = {
    "booked": ("visit", "on"),
    "not-booked": ("visit",),
    "booked-in-part": ("visit", "missing"),
    "booked-for-others": ("visit",),
    "booked-twice-over": ("visit",),
    "booked-another-day": ("visit", "on"),
    "no-visit-to-book": (),
}


def booking_finding(
    code: str,
    visit: str,
    outcome: Outcome,
    reason: str,
    **values: Value,
) -> Finding:
    """A finding about the reservation of one visit."""
    told: dict[str, Value] = {"visit": visit, **values} if visit else dict(values)
    return Finding(code, outcome, reason, RULES, Standing.DERIVED, told)


def parts_missing(parts: Sequence[tuple[str, object]]) -> str:
    """The names of the parts that a reservation lacks, for a sentence."""
    return ", ".join(name for name, part in parts if not part)
