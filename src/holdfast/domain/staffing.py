"""Who is in the room at each minute, who is on a break and who covers, and when a pair is no pair.

A break is one tap: who goes, for how long, and who covers. Whoever covers counts from then until the
break is over or they leave. Somebody who is there anyway covers nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.domain.conditions import Condition, condition
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest, earliest
from holdfast.domain.session_plan import SessionPlan

PAIR_ALONE = "pair-alone"
PERSON_ALONE = "person-alone"
BREAK_OVER = "break-over"
NEEDED = "therapists-in-room"
BREAK_LONGEST = "break-longest"
THERAPIST = "therapist"
MOVES = ("came-in", "identified", "went-out", "break-began", "break-ended")
_COMES = frozenset({"came-in", "identified"})
_BACK = frozenset({"came-in", "identified", "break-ended"})


@dataclass(frozen=True)
class Break:
    """A break that was begun. ``cover`` is empty where nobody was named."""

    entry: str
    person: str
    cover: str
    began_at: datetime
    ends_at: datetime

    def left(self, now: datetime) -> timedelta:
        """How long it still lasts; negative once it is over."""
        return self.ends_at - now


@dataclass(frozen=True)
class Presence:
    """Somebody in the room: in which role, since when, and whether on a break."""

    person: str
    role: str
    since: datetime
    on_break: Break | None = None


@dataclass(frozen=True)
class Room:
    """Who is there at a moment, and who covers for somebody who is not."""

    present: tuple[Presence, ...]
    covering: tuple[str, ...]

    @property
    def therapists(self) -> frozenset[str]:
        """Who counts as one of the pair: the therapists who are not on a break, and their cover."""
        there = {
            one.person for one in self.present if one.role == THERAPIST and one.on_break is None
        }
        return frozenset(there | set(self.covering))


def room_at(plan: SessionPlan, log: Log, moment: datetime, by: datetime) -> Room:
    """Who was in the room at one moment, as known by another."""
    return _room_after(plan, _moves(log, moment, by))


def _room_after(plan: SessionPlan, moves: Iterable[SessionEntry]) -> Room:
    present: dict[str, Presence] = {}
    for entry in moves:
        person = entry.code("person")
        there = present.get(person)
        if entry.kind in _COMES:
            since = there.since if there else at_latest(entry)
            role = there.role if there and entry.kind == "identified" else entry.code("role")
            present[person] = Presence(person, role, since)
        elif entry.kind == "went-out":
            present.pop(person, None)
            present = {key: _uncovered(one, person) for key, one in present.items()}
        elif there is not None:
            pause = _break(plan, entry) if entry.kind == "break-began" else None
            present[person] = Presence(person, there.role, there.since, pause)
    pauses = [one.on_break for one in present.values() if one.on_break]
    away = {pause.person for pause in pauses}
    covers = {pause.cover for pause in pauses if pause.cover and pause.cover not in away}
    return Room(tuple(present.values()), tuple(sorted(covers)))


def _uncovered(one: Presence, person: str) -> Presence:
    """Somebody on a break whose cover has left is covered by nobody."""
    pause = one.on_break
    if pause is None or pause.cover != person:
        return one
    bare = Break(pause.entry, pause.person, "", pause.began_at, pause.ends_at)
    return Presence(one.person, one.role, one.since, bare)


def _moves(log: Log, moment: datetime, by: datetime) -> list[SessionEntry]:
    found = [e for e in log.of(*MOVES) if at_latest(e) <= moment and log.stood(e, by)]
    return sorted(found, key=lambda entry: (at_latest(entry), entry.known_at, entry.id))


def _break(plan: SessionPlan, entry: SessionEntry) -> Break:
    """A break as it was begun, for no longer than the signed maximum."""
    told, longest = entry.number("minutes") or Decimal(0), plan.value(BREAK_LONGEST)
    lasts = told if longest is None else min(told, longest)
    person, cover = entry.code("person"), entry.code("cover")
    began_at = at_latest(entry)
    ends_at = began_at + timedelta(minutes=float(lasts))
    return Break(entry.id, person, cover, began_at, ends_at)


def staffing(plan: SessionPlan, log: Log, now: datetime) -> Iterator[Condition]:
    """A pair reduced to one or to nobody without cover, and breaks that are over."""
    needed = plan.value(NEEDED)
    if needed is not None:
        for entry in (*log.of(*MOVES), *log.doses):
            yield from _too_few(plan, log, entry, int(needed), now)
            if found := _too_few_after_all(plan, log, entry, int(needed), now):
                yield found
    for entry in log.of("break-began"):
        if found := _break_over(plan, log, entry, now):
            yield found


def _too_few(
    plan: SessionPlan, log: Log, entry: SessionEntry, needed: int, now: datetime
) -> Iterator[Condition]:
    """Every moment from this entry's own on at which, with it known, there came to be too few."""
    known_at = entry.known_at
    dose, end = log.first_dose(known_at), log.ended(known_at)
    if dose is None or not log.stood(entry, known_at):
        return
    moves = _moves(log, known_at, known_at)
    for index, other in [*enumerate(moves), (len(moves), dose)]:
        begins = at_latest(other)
        is_outside = begins < at_latest(dose) or (end is not None and end <= begins)
        if is_outside or begins < at_latest(entry):
            continue
        if other is dose:
            there = room_at(plan, log, begins, known_at).therapists
            is_fewer = True
        else:
            there = _room_after(plan, moves[: index + 1]).therapists
            is_fewer = len(there) < len(_room_after(plan, moves[:index]).therapists)
        if not is_fewer or len(there) >= needed:
            continue
        over = earliest(_enough_again(plan, log, begins, needed, now), log.corrected_at(other))
        yield _alone(plan, there, begins, known_at, other.id, over)


def _too_few_after_all(
    plan: SessionPlan, log: Log, entry: SessionEntry, needed: int, now: datetime
) -> Condition | None:
    """That somebody came or covered is taken back, and then there are too few."""
    known_at = log.corrected_at(entry)
    dose = None if known_at is None else log.first_dose(known_at)
    if known_at is None or dose is None or log.ended(known_at) is not None:
        return None
    there = room_at(plan, log, known_at, known_at).therapists
    if len(there) >= needed:
        return None
    begins = max(at_latest(entry), at_latest(dose))
    over = _enough_again(plan, log, known_at, needed, now)
    return _alone(plan, there, begins, known_at, f"{entry.id}/corrected", over)


def _alone(
    plan: SessionPlan,
    there: frozenset[str],
    begins: datetime,
    known_at: datetime,
    because: str,
    over: datetime | None,
) -> Condition:
    return condition(
        plan,
        PAIR_ALONE if there else PERSON_ALONE,
        since=begins,
        known_at=known_at,
        because=(because.removesuffix("/corrected"),),
        detail=because,
        number=NEEDED,
        value=Decimal(len(there)),
        until=None if over is None else max(over, known_at),
    )


def _enough_again(
    plan: SessionPlan, log: Log, after: datetime, needed: int, now: datetime
) -> datetime | None:
    """When it was known that, after a moment, there were enough again, or the session had ended."""
    found = [log.end_known_after(after)]
    for entry in _moves(log, now, now):
        at = at_latest(entry)
        if at >= after and len(room_at(plan, log, at, now).therapists) >= needed:
            found.append(entry.known_at)
            break
    return earliest(*found)


def _break_over(
    plan: SessionPlan, log: Log, entry: SessionEntry, now: datetime
) -> Condition | None:
    """A break whose time was over before somebody was known to be back."""
    ends_at = _break(plan, entry).ends_at
    known_at = max(ends_at, entry.known_at)
    if known_at > now or not log.stood(entry, known_at) or log.ended(known_at) is not None:
        return None
    person = entry.code("person")
    back = [
        e for e in log.of(*_BACK) if e.code("person") == person and at_latest(e) >= at_latest(entry)
    ]
    if any(log.stood(e, known_at) for e in back):
        return None
    again = (e.known_at for e in back if log.corrected_at(e) is None)
    over = earliest(*again, log.corrected_at(entry), log.end_known_after(known_at))
    return condition(
        plan,
        BREAK_OVER,
        since=ends_at,
        known_at=known_at,
        because=(entry.id,),
        until=None if over is None else max(over, known_at),
    )


def breaks(plan: SessionPlan, log: Log, now: datetime) -> tuple[Break, ...]:
    """The breaks that are on now, with their end, for the countdown."""
    room = room_at(plan, log, now, now)
    return tuple(one.on_break for one in room.present if one.on_break is not None)
