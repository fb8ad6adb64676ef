"""What is compared when a drug is reconciled, and each difference by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from holdfast.domain.accountability import Contained
from holdfast.domain.movements import Movement

# A part of a kit, and the slot of a session that it is for.
SLOTS = {"initial": "initial", "supplement": "supplemental"}
# Every difference that can be named, and what it means in words.
DIFFERENCES: Mapping[str, str] = {
    "law-broken": "Received is not on hand + administered + returned + wasted + destroyed + lost - found.",
    "movement-does-not-fit": "A movement does not fit what the ledger says of its capsules.",
    "count-differs": "A count found another number than the ledger had there at that moment.",
    "dose-without-movement": "The session says a dose was given; the ledger has nothing swallowed for it.",
    "movement-without-dose": "The ledger has a capsule swallowed; the session says nothing of that dose.",
    "dose-of-another-amount": "The session and the ledger name different nominal amounts.",
    "movement-of-another-person": "A movement names a session of one person and another person.",
    "given-without-order": "A capsule was swallowed, and no order stood for it.",
    "order-unknown": "A movement names an order that is not on record.",
    "order-of-another": "A movement names an order for another person or another session.",
    "order-over": "A movement names an order that did not stand at that moment.",
    "dose-not-as-ordered": "More was given, or another amount, than the order names.",
    "kit-not-dispensed": "A kit went towards a person, and was never dispensed.",
    "kit-of-another": "A kit went towards another person than it was dispensed for.",
    "kit-used-twice": "One kit was given to more than one person.",
    "kit-dispensed-without-stock": "A kit was dispensed that the ledger never received.",
    "left-in-the-room": "The session is closed, and a capsule of its box is still out.",
}


@dataclass(frozen=True)
class Box:
    """A container as reconciliation reads it."""

    contained: Contained
    code: str = ""  # what its label says
    part: str = "bottle"
    nominal_mg: Decimal | None = None

    @property
    def slot(self) -> str:
        """Which dose of a session it is for; "" for a bottle, which may be either."""
        return SLOTS.get(self.part, "")


class Given(NamedTuple):
    """A capsule movement in a person's session, as the ledger tells it beside the fold."""

    movement: str
    session: str = ""
    enrollment: str = ""
    order: str = ""


@dataclass(frozen=True)
class Ordered:
    """An order, with the moments between which it stood."""

    id: str
    enrollment: str
    visit: str
    initial_mg: Decimal
    supplement_mg: Decimal | None
    from_at: datetime
    until_at: datetime

    def of_slot(self, slot: str) -> Decimal | None:
        """What it allows for a dose; None where it allows none."""
        return self.initial_mg if slot == "initial" else self.supplement_mg


class Sat(NamedTuple):
    """A dosing session: of whom, which visit, and whether it is closed."""

    id: str
    enrollment: str
    visit: str
    closed_at: datetime | None = None
    ordered_slots: frozenset[str] = (
        frozenset()
    )  # doses that a physician ordered in the session itself


class Dosed(NamedTuple):
    """What a session says of one dose that was given."""

    entry: str
    session: str
    slot: str
    nominal_mg: Decimal | None
    at: datetime


class Counted(NamedTuple):
    """What somebody counted of a container at a place. ``is_settled``: its difference was explained."""

    id: str
    container: str
    where: str
    counted: int
    at: datetime
    is_settled: bool = False


@dataclass(frozen=True)
class Dispensed:
    """A kit was drawn for a visit of a person."""

    kit: str
    enrollment: str
    visit: str


@dataclass(frozen=True)
class Record:
    """All that is compared."""

    boxes: Sequence[Box]
    movements: Sequence[Movement]
    given: Mapping[str, Given] = field(default_factory=dict)  # by movement; only those of a person
    orders: Sequence[Ordered] = ()
    sessions: Sequence[Sat] = ()
    doses: Sequence[Dosed] = ()
    counts: Sequence[Counted] = ()
    dispensed: Sequence[Dispensed] = ()


@dataclass(frozen=True, order=True)
class Difference:
    """One thing that does not fit: its code, what it is about, and what is known of it."""

    code: str
    about: str
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reconciled:
    """What came of it: how much was read, and every difference in a fixed order."""

    movements: int
    containers: int
    capsules: int
    differences: tuple[Difference, ...]

    @property
    def fits(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def difference(code: str, about: str, **told: object) -> Difference:
    """One difference, with what is known of it as text."""
    assert code in DIFFERENCES
    return Difference(code, about, tuple((name, str(value)) for name, value in told.items()))
