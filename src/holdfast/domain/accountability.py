"""Where every capsule is: a fold over drug movements, and everything that does not fit.

Nothing stores a balance. A movement is told by somebody and may be wrong; the fold applies what was
told, because hands are right more often than books, and names each problem beside it. A capsule is
in one state at a time, so that none is made or lost by the telling:

received = on hand + administered + returned + wasted + destroyed + lost - found
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from holdfast.domain.movements import TOWARDS_A_PERSON, Kind, Movement, capsules_of, ranges


class Status(StrEnum):
    """What became of a capsule last."""

    STOCK = "stock"
    TRANSIT = "transit"
    ASSIGNED = "assigned"
    BOXED = "boxed"
    OPENED = "opened"
    HANDED = "handed"
    REFUSED = "refused"
    DROPPED = "dropped"
    SPAT = "spat"
    BACK = "back"  # came back opened, or was found: it is kept, and given to nobody
    ADMINISTERED = "administered"
    VOMITED = "vomited"
    PART_TAKEN = "part-taken"  # the rest of it is still to be wasted
    PART_WASTED = "part-wasted"
    RETURNED = "returned"
    WASTED = "wasted"
    DESTROYED = "destroyed"
    LOST = "lost"


class Bucket(StrEnum):
    """The columns of a balance."""

    ON_HAND = "on_hand"
    ADMINISTERED = "administered"
    RETURNED = "returned"
    WASTED = "wasted"
    DESTROYED = "destroyed"
    LOST = "lost"


_S, _K = Status, Kind
_TAKEN = (_S.ADMINISTERED, _S.VOMITED, _S.PART_TAKEN, _S.PART_WASTED)
_GONE = (_S.RETURNED, _S.WASTED, _S.DESTROYED, _S.LOST)
ON_HAND = frozenset(Status) - {*_TAKEN, *_GONE}
BUCKETS: Mapping[Status, Bucket] = MappingProxyType(
    dict.fromkeys(ON_HAND, Bucket.ON_HAND)
    | dict.fromkeys(_TAKEN, Bucket.ADMINISTERED)
    | {status: Bucket(status.value) for status in _GONE}
)
# Out of which states a movement of a kind comes, where everything fits.
_UNUSED = (_S.STOCK, _S.ASSIGNED, _S.BACK)
_LEFT_OVER = (_S.REFUSED, _S.DROPPED, _S.SPAT)
_IN_HAND = (_S.OPENED, _S.HANDED)
FROM: Mapping[Kind, frozenset[Status]] = MappingProxyType(
    {
        _K.RECEIVE: frozenset(),
        _K.STORE: frozenset((*_UNUSED, *_LEFT_OVER)),
        _K.TRANSFER_OUT: frozenset(_UNUSED),
        _K.TRANSFER_IN: frozenset((_S.TRANSIT,)),
        _K.ASSIGN: frozenset((_S.STOCK,)),
        _K.ISSUE_BOX: frozenset((_S.STOCK, _S.ASSIGNED)),
        _K.OPEN: frozenset((_S.BOXED,)),
        _K.HAND_OVER: frozenset((_S.OPENED, _S.REFUSED, _S.DROPPED)),
        _K.SWALLOWED: frozenset(_IN_HAND),
        _K.REFUSED: frozenset(_IN_HAND),
        _K.DROPPED: frozenset((*_IN_HAND, _S.REFUSED)),
        _K.SPAT: frozenset((*_IN_HAND, _S.ADMINISTERED)),
        _K.VOMITED: frozenset((_S.ADMINISTERED, _S.PART_TAKEN, _S.PART_WASTED)),
        _K.PART_TAKEN: frozenset(_IN_HAND),
        _K.RETURN_BOX: frozenset((_S.ASSIGNED, _S.BOXED, _S.OPENED, *_LEFT_OVER)),
        _K.RETURN: frozenset(_UNUSED),
        _K.WASTE: frozenset(
            (*_UNUSED, _S.BOXED, *_IN_HAND, *_LEFT_OVER, _S.PART_TAKEN, _S.VOMITED)
        ),
        _K.DESTROY: frozenset((*_UNUSED, *_LEFT_OVER, _S.WASTED)),
        _K.LOSE: ON_HAND,
        _K.FIND: frozenset((_S.LOST,)),
    }
)
_TO: Mapping[Kind, Status] = MappingProxyType(
    {
        _K.RECEIVE: _S.STOCK,
        _K.TRANSFER_OUT: _S.TRANSIT,
        _K.TRANSFER_IN: _S.STOCK,
        _K.ASSIGN: _S.ASSIGNED,
        _K.ISSUE_BOX: _S.BOXED,
        _K.OPEN: _S.OPENED,
        _K.HAND_OVER: _S.HANDED,
        _K.SWALLOWED: _S.ADMINISTERED,
        _K.REFUSED: _S.REFUSED,
        _K.DROPPED: _S.DROPPED,
        _K.SPAT: _S.SPAT,
        _K.VOMITED: _S.VOMITED,
        _K.PART_TAKEN: _S.PART_TAKEN,
        _K.RETURN: _S.RETURNED,
        _K.DESTROY: _S.DESTROYED,
        _K.LOSE: _S.LOST,
        _K.FIND: _S.BACK,
    }
)
# Every problem that the fold can name.
PROBLEMS = (
    *("never-received", "received-twice", "swallowed-twice", "gone-already", "out-of-order"),
    *("not-there", "arrived-elsewhere", "before-receipt", "expired", "held-back"),
)


class Hold(NamedTuple):
    """Stock is held back from a moment until another: a recall, an excursion, a quarantine."""

    code: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Contained:
    """What the fold must know of a container. ``expires`` is the end of its last day."""

    id: str
    lot: str = ""
    kit: str = ""
    expires: datetime | None = None
    holds: tuple[Hold, ...] = ()


class Problem(NamedTuple):
    """A movement that does not fit, and the capsules for which it does not."""

    code: str
    movement: str
    container: str
    capsules: str
    kind: str
    was: str = ""


class CapsuleNow(NamedTuple):
    """The state of one capsule, where, at whose site, and the movement that put it there."""

    status: Status
    where: str
    site: str
    by: Movement


@dataclass
class Balance:
    """Counts of one lot, kit, place, holder or site.

    ``moved_in`` and ``moved_on`` are what came from another place and went to another.
    """

    received: int = 0
    moved_in: int = 0
    moved_on: int = 0
    lost: int = 0
    found: int = 0
    now: dict[Bucket, int] = field(default_factory=lambda: dict.fromkeys(Bucket, 0))

    @property
    def on_hand(self) -> int:
        """What should be there when somebody looks."""
        return self.now[Bucket.ON_HAND]

    @property
    def holds(self) -> bool:
        """Whether the law holds: nothing was made or lost."""
        gone = sum(self.now[each] for each in Bucket if each is not Bucket.LOST)
        came = self.received + self.moved_in - self.moved_on
        return came == gone + self.lost - self.found and min(self.now.values()) >= 0


@dataclass
class Ledger:
    """What the movements add up to: each capsule, each balance, each problem."""

    containers: Mapping[str, Contained]
    capsules: dict[str, dict[int, CapsuleNow]]
    problems: list[Problem]
    by_where: dict[str, Balance]
    by_site: dict[str, Balance]
    by_container: dict[str, Balance]

    def by_lot(self) -> dict[str, Balance]:
        """One balance for each lot; blinded kits have none outside the sealed room."""
        return self._together(lambda one: one.lot)

    def by_kit(self) -> dict[str, Balance]:
        """One balance for each kit number."""
        return self._together(lambda one: one.kit)

    def _together(self, key: Callable[[Contained], str]) -> dict[str, Balance]:
        found: dict[str, Balance] = {}
        for code, own in self.by_container.items():
            name = key(self.containers[code])
            if not name:
                continue
            total = found.setdefault(name, Balance())
            for each in ("received", "lost", "found"):
                setattr(total, each, getattr(total, each) + getattr(own, each))
            for bucket, number in own.now.items():
                total.now[bucket] += number
        return found

    def broken(self) -> list[str]:
        """Every lot, kit, place and site for which the law does not hold: none, ever."""
        several = {
            "container": self.by_container,
            "lot": self.by_lot(),
            "kit": self.by_kit(),
            "where": self.by_where,
            "site": self.by_site,
        }
        return [
            f"{what} {name}"
            for what, balances in several.items()
            for name, balance in balances.items()
            if not balance.holds
        ]

    def at(self, where: str, container: str = "") -> dict[str, list[int]]:
        """Which capsules are on hand somewhere, by container."""
        mine = {container: self.capsules.get(container, {})} if container else self.capsules
        found = {
            code: [n for n, now in own.items() if now.where == where and now.status in ON_HAND]
            for code, own in mine.items()
        }
        return {code: numbers for code, numbers in found.items() if numbers}


def fold(containers: Iterable[Contained], movements: Iterable[Movement]) -> Ledger:
    """Every capsule, balance and problem that follows from movements, in any order given."""
    known = {one.id: one for one in containers}
    ledger = Ledger(known, {}, [], {}, {}, {})
    told: dict[str, list[Movement]] = {}
    for movement in movements:
        told.setdefault(movement.container, []).append(movement)
    for code, own in told.items():
        contained = known.get(code) or Contained(code)
        if code not in known:
            known[code] = contained
        ledger.capsules[code] = _Container(contained, ledger).folded(own)
    _count(ledger)
    return ledger


class _Container:
    """The fold of one container: its capsules depend on its own movements alone."""

    def __init__(self, contained: Contained, ledger: Ledger) -> None:
        self.contained, self.ledger = contained, ledger
        self.now: dict[int, CapsuleNow] = {}
        self.total = ledger.by_container.setdefault(contained.id, Balance())

    def folded(self, movements: Sequence[Movement]) -> dict[int, CapsuleNow]:
        gone = {one.corrects for one in movements if one.corrects}
        stand = [m for m in movements if m.id not in gone and m.kind != Kind.CORRECT]
        received = min((m.at for m in stand if m.kind == Kind.RECEIVE), default=None)
        if received is None:
            stand.sort(key=lambda m: (m.at, m.turn))
        else:
            # What is dated before the container came is a slip of the date: it happened after.
            first = received
            stand.sort(key=lambda m: (max(m.at, first), m.kind != Kind.RECEIVE, m.turn))
        for movement in stand:
            self._apply(movement, received)
        return self.now

    def _apply(self, m: Movement, received: datetime | None) -> None:
        kind, now = Kind(m.kind), self.now
        wrong: dict[tuple[str, str], list[int]] = {}
        of_the_whole = self._of_the_whole(m, kind, received)
        for number in capsules_of(m.capsules):
            was = now.get(number)
            if was is None:
                if kind is not Kind.RECEIVE:
                    wrong.setdefault(("never-received", ""), []).append(number)
                    continue
                self._enter(m)
                now[number] = CapsuleNow(Status.STOCK, m.target, m.site, m)
                continue
            code = _misfit(kind, was, m)
            if code:
                wrong.setdefault((code, was.status.value), []).append(number)
            if kind is not Kind.RECEIVE:
                now[number] = self._moved(kind, was, m)
        for (code, before), numbers in wrong.items():
            self._problem(code, m, ranges(numbers), before)
        for code in of_the_whole:
            self._problem(code, m, m.capsules, "")

    def _problem(self, code: str, m: Movement, capsules: str, was: str) -> None:
        found = Problem(code, m.id, m.container, capsules, m.kind, was)
        self.ledger.problems.append(found)

    def _of_the_whole(self, m: Movement, kind: Kind, received: datetime | None) -> list[str]:
        """What is wrong with a movement for every capsule of it."""
        found = []
        if received is not None and m.at < received:
            found.append("before-receipt")
        is_late = self.contained.expires is not None and m.at >= self.contained.expires
        if is_late and (kind in TOWARDS_A_PERSON or kind is Kind.RECEIVE):
            found.append("expired")
        if kind in TOWARDS_A_PERSON and any(
            hold.since <= m.at and (hold.until is None or m.at < hold.until)
            for hold in self.contained.holds
        ):
            found.append("held-back")
        return found

    def _enter(self, m: Movement) -> None:
        self.total.received += 1
        _of(self.ledger.by_where, m.target).received += 1
        _of(self.ledger.by_site, m.site).received += 1

    def _moved(self, kind: Kind, was: CapsuleNow, m: Movement) -> CapsuleNow:
        status, where = _status(kind, was.status), _where(kind, was, m)
        site = m.site if kind is Kind.TRANSFER_IN else was.site
        if status is not was.status and Status.LOST in (status, was.status):
            # It is lost where it went, and found where it was lost.
            is_lost = status is Status.LOST
            at, of = (where, site) if is_lost else (was.where, was.site)
            for one in (self.total, _of(self.ledger.by_where, at), _of(self.ledger.by_site, of)):
                one.lost += is_lost
                one.found += not is_lost
        if where != was.where:
            _of(self.ledger.by_where, was.where).moved_on += 1
            _of(self.ledger.by_where, where).moved_in += 1
        if site != was.site:
            _of(self.ledger.by_site, was.site).moved_on += 1
            _of(self.ledger.by_site, site).moved_in += 1
        return CapsuleNow(status, where, site, m)


def _of(balances: dict[str, Balance], name: str) -> Balance:
    found = balances.get(name)
    if found is None:
        found = balances[name] = Balance()
    return found


def _misfit(kind: Kind, was: CapsuleNow, m: Movement) -> str:
    """Why a movement does not fit the state of one capsule; empty where it does."""
    status = was.status
    if status not in FROM[kind]:
        if kind is Kind.RECEIVE:
            return "received-twice"
        if status in _TAKEN and kind in (Kind.SWALLOWED, Kind.PART_TAKEN):
            return "swallowed-twice"
        return "out-of-order" if status in ON_HAND else "gone-already"
    if kind is Kind.TRANSFER_IN:
        return "" if was.where == f"transit:{m.target}" else "arrived-elsewhere"
    return "not-there" if m.source and m.source != was.where else ""


def _status(kind: Kind, was: Status) -> Status:
    """The state after a movement; what was swallowed in part stays taken when its rest is wasted."""
    if kind is Kind.STORE:
        return was if was in FROM[kind] else Status.BACK
    if kind is Kind.RETURN_BOX:
        return Status.ASSIGNED if was in (Status.BOXED, Status.ASSIGNED) else Status.BACK
    if kind is Kind.WASTE:
        return Status.PART_WASTED if was in _TAKEN else Status.WASTED
    return _TO[kind]


def _where(kind: Kind, was: CapsuleNow, m: Movement) -> str:
    if kind is Kind.TRANSFER_OUT:
        return f"transit:{m.target}"
    if kind is Kind.LOSE and was.status is Status.LOST:
        return was.where  # it is lost already, and was lost there
    return m.target or was.where


def _count(ledger: Ledger) -> None:
    """Put each capsule into the balances of its container, its place and its site."""
    for code, own in ledger.capsules.items():
        total = ledger.by_container[code]
        for now in own.values():
            bucket = BUCKETS[now.status]
            total.now[bucket] += 1
            ledger.by_where[now.where].now[bucket] += 1
            ledger.by_site[now.site].now[bucket] += 1
