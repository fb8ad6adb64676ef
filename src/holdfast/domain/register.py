"""The register of a drug, line by line: what each movement changed, and the true balance after it.

Lines stand in the order in which they were written, for that is the order in which somebody could have
compared the balance with the shelf. A correction is a line of its own; nothing is taken out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.domain.accountability import Bucket, Contained, fold
from holdfast.domain.movements import Movement, capsules_of


@dataclass(frozen=True)
class RegisterLine:
    """One movement in the register: the drug it is of, capsules moved, what changed, and the balance."""

    movement: Movement
    drug: str
    capsules: int
    change: int
    balance: int  # of the drug, on hand, after this line


@dataclass(frozen=True)
class Account:
    """What became of one lot, kit, container or site: the columns of an accountability log."""

    name: str
    received: int = 0
    moved_in: int = 0
    moved_on: int = 0
    on_hand: int = 0
    administered: int = 0
    returned: int = 0
    wasted: int = 0
    destroyed: int = 0
    lost: int = 0
    found: int = 0

    @property
    def holds(self) -> bool:
        """Received and moved in, less moved on, is on hand and all that is gone, less found."""
        gone = self.administered + self.returned + self.wasted + self.destroyed + self.lost
        return self.received + self.moved_in - self.moved_on == self.on_hand + gone - self.found


@dataclass
class _Containers:
    """The movements of each container so far, and how many of it are on hand."""

    known: Mapping[str, Contained]
    told: dict[str, list[Movement]] = field(default_factory=dict)
    on_hand: dict[str, int] = field(default_factory=dict)

    def after(self, movement: Movement) -> int:
        """How many more are on hand in the container of a movement, after it."""
        own = self.told.setdefault(movement.container, [])
        own.append(movement)
        contained = self.known.get(movement.container) or Contained(movement.container)
        ledger = fold([contained], own)
        now = sum(one.now[Bucket.ON_HAND] for one in ledger.by_container.values())
        change = now - self.on_hand.get(movement.container, 0)
        self.on_hand[movement.container] = now
        return change


def register_lines(
    movements: Iterable[Movement], drugs: Mapping[str, str], known: Mapping[str, Contained]
) -> list[RegisterLine]:
    """Every line of a register; ``drugs`` says of what drug each container is."""
    containers, balances, lines = _Containers(known), dict[str, int](), list[RegisterLine]()
    for movement in movements:
        drug = drugs.get(movement.container, "")
        change = containers.after(movement)
        balances[drug] = balances.get(drug, 0) + change
        count = len(capsules_of(movement.capsules))
        lines.append(RegisterLine(movement, drug, count, change, balances[drug]))
    return lines


def accounts(
    movements: Iterable[Movement],
    groups: Mapping[str, str],
    known: Mapping[str, Contained],
    site: str,
) -> list[Account]:
    """What became of each group of containers at one site, in the order of their names."""
    told: dict[str, list[Movement]] = {}
    for movement in movements:
        told.setdefault(groups.get(movement.container, movement.container), []).append(movement)
    found = []
    for name, own in sorted(told.items()):
        inside = sorted({one.container for one in own} & set(known))
        balance = fold([known[code] for code in inside], own).by_site.get(site)
        if balance is not None:
            columns = {each.value: number for each, number in balance.now.items()}
            columns |= {"received": balance.received, "lost": balance.lost}
            columns |= {"found": balance.found, "moved_in": balance.moved_in}
            found.append(Account(name, moved_on=balance.moved_on, **columns))
    return found
