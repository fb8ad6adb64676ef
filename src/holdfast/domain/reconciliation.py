"""Everything that is on record of a drug, against everything else: the ledger, orders, kits, doses and counts.

The whole ledger is folded anew (``domain.accountability``); each difference has a name, what it is about,
and what each side says. Nothing here knows what a blinded kit holds: milligrams are nominal, as the label
and the order say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from holdfast.domain.accountability import Contained, Ledger, Status, fold
from holdfast.domain.movements import Kind, Movement, capsules_of
from holdfast.domain.reconciled import (
    Box,
    Counted,
    Difference,
    Dosed,
    Given,
    Ordered,
    Reconciled,
    Record,
    Sat,
    difference,
)

Taken = Mapping[tuple[str, str], Sequence[Movement]]  # by session and slot
_TAKEN = frozenset((Kind.SWALLOWED.value, Kind.PART_TAKEN.value))
_IN_THE_ROOM = frozenset(
    kind.value
    for kind in (
        *(Kind.OPEN, Kind.HAND_OVER, Kind.SWALLOWED, Kind.PART_TAKEN, Kind.REFUSED),
        *(Kind.DROPPED, Kind.SPAT, Kind.VOMITED),
    )
)
_LEFT_IN_THE_ROOM = frozenset(
    (*(Status.BOXED, Status.OPENED, Status.HANDED), Status.REFUSED, Status.DROPPED, Status.SPAT)
)
_TOWARDS = frozenset(
    kind.value for kind in (Kind.ASSIGN, Kind.ISSUE_BOX, Kind.HAND_OVER, Kind.SWALLOWED)
)


def reconcile(record: Record) -> Reconciled:
    """Fold every movement, and compare what follows with all the rest."""
    ledger = fold([box.contained for box in record.boxes], record.movements)
    boxes = {box.contained.id: box for box in record.boxes}
    standing = _standing(record.movements)
    taken = _taken(record, standing, boxes)
    found = [
        *(difference("law-broken", name) for name in ledger.broken()),
        *_misfits(ledger, boxes),
        *_counts(record, boxes, ledger),
        *_persons(record, standing),
        *_doses(record, taken, boxes),
        *_against_orders(record, standing),
        *_under_orders(record, taken, boxes),
        *_kits(record, standing, boxes, ledger),
        *_left(record, ledger, boxes),
    ]
    capsules = sum(len(own) for own in ledger.capsules.values())
    return Reconciled(
        len(record.movements), len(ledger.capsules), capsules, tuple(sorted(set(found)))
    )


def _standing(movements: Iterable[Movement]) -> list[Movement]:
    """Movements that nobody took back or corrected."""
    told = list(movements)
    gone = {one.corrects for one in told if one.corrects}
    return [one for one in told if one.id not in gone and one.kind != Kind.CORRECT]


def _name(boxes: Mapping[str, Box], container: str) -> str:
    box = boxes.get(container)
    return box.code if box is not None and box.code else container


def _misfits(ledger: Ledger, boxes: Mapping[str, Box]) -> Iterable[Difference]:
    for one in ledger.problems:
        told = {"why": one.code, "kind": one.kind, "capsules": one.capsules}
        container = _name(boxes, one.container)
        yield difference("movement-does-not-fit", one.movement, container=container, **told)


# --- Counts --------------------------------------------------------------------------------------


def _counts(record: Record, boxes: Mapping[str, Box], ledger: Ledger) -> Iterable[Difference]:
    """Each count against the ledger as it stood at its moment, by what is known now."""
    asked: dict[str, list[Counted]] = defaultdict(list)
    for one in record.counts:
        asked[one.container].append(one)
    if not asked:
        return
    told: dict[str, list[Movement]] = defaultdict(list)
    for movement in record.movements:
        if movement.container in asked:
            told[movement.container].append(movement)
    for container, counts in asked.items():
        contained = boxes[container].contained if container in boxes else Contained(container)
        newest = max((one.at for one in told[container]), default=None)
        for count in counts:
            then = ledger
            if newest is not None and newest > count.at:
                before = [one for one in told[container] if one.at <= count.at or one.corrects]
                then = fold([contained], before)
            there = then.at(count.where, container).get(container, [])
            if len(there) != count.counted and not count.is_settled:
                yield difference(
                    "count-differs",
                    count.id,
                    container=_name(boxes, container),
                    counted=count.counted,
                    ledger=len(there),
                )


# --- Sessions ------------------------------------------------------------------------------------


def _persons(record: Record, standing: Sequence[Movement]) -> Iterable[Difference]:
    """A movement of a session is of the person of that session."""
    of = {one.id: one.enrollment for one in record.sessions}
    for movement in standing:
        given = record.given.get(movement.id)
        if given is None or not given.session or not given.enrollment:
            continue
        if of.get(given.session, given.enrollment) != given.enrollment:
            yield difference(
                "movement-of-another-person", movement.id, session=given.session, kind=movement.kind
            )


def _taken(record: Record, standing: Sequence[Movement], boxes: Mapping[str, Box]) -> Taken:
    """What was swallowed in each session, by the dose that it was; a bottle's is told by its time."""
    found: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    doses: dict[str, list[Dosed]] = defaultdict(list)
    for dose in record.doses:
        doses[dose.session].append(dose)
    for movement in standing:
        given = record.given.get(movement.id)
        if movement.kind in _TAKEN and given is not None and given.session:
            box = boxes.get(movement.container)
            slot = box.slot if box is not None and box.slot else ""
            slot = slot or _nearest(doses[given.session], movement.at)
            found[given.session, slot].append(movement)
    return found


def _nearest(doses: Sequence[Dosed], at: datetime) -> str:
    """The dose that a capsule from a bottle was: the one nearest in time; "" where there is none."""
    nearest = min(doses, key=lambda one: abs(one.at - at), default=None)
    return nearest.slot if nearest else ""


def _doses(record: Record, taken: Taken, boxes: Mapping[str, Box]) -> Iterable[Difference]:
    """Each dose of a session against what was swallowed, both ways, with the nominal amounts."""
    said: dict[tuple[str, str], list[Dosed]] = defaultdict(list)
    for dose in record.doses:
        said[dose.session, dose.slot].append(dose)
    for key in sorted({*taken, *said}):
        session, slot = key
        if not taken.get(key):
            for dose in said[key]:
                yield difference("dose-without-movement", dose.entry, session=session, slot=slot)
        elif not said.get(key):
            for movement in taken[key]:
                yield difference("movement-without-dose", movement.id, session=session, slot=slot)
        else:
            yield from _amounts(key, said[key], taken[key], boxes)


def _amounts(
    key: tuple[str, str],
    said: Sequence[Dosed],
    taken: Sequence[Movement],
    boxes: Mapping[str, Box],
) -> Iterable[Difference]:
    """The nominal amounts of both sides, where both are known."""
    told = [one.nominal_mg for one in said]
    swallowed = [_nominal(one, boxes) for one in taken]
    if None in told or None in swallowed:
        return
    here = sum((one for one in told if one is not None), Decimal(0))
    there = sum((one for one in swallowed if one is not None), Decimal(0))
    if here != there:
        yield difference(
            "dose-of-another-amount", key[0], slot=key[1], session_mg=here, ledger_mg=there
        )


def _nominal(movement: Movement, boxes: Mapping[str, Box]) -> Decimal | None:
    box = boxes.get(movement.container)
    if box is None or box.nominal_mg is None:
        return None
    return box.nominal_mg * len(capsules_of(movement.capsules))


# --- Orders --------------------------------------------------------------------------------------


def _against_orders(record: Record, standing: Sequence[Movement]) -> Iterable[Difference]:
    """Every movement that names an order against that order."""
    by_id = {one.id: one for one in record.orders}
    sessions = {one.id: one for one in record.sessions}
    for movement in standing:
        given = record.given.get(movement.id)
        if given is not None and given.order:
            sat = sessions.get(given.session)
            yield from _against(movement, given, by_id.get(given.order), sat)


def _against(
    movement: Movement, given: Given, order: Ordered | None, sat: Sat | None
) -> Iterable[Difference]:
    if order is None:
        yield difference("order-unknown", movement.id, order=given.order, kind=movement.kind)
        return
    is_of_another = given.enrollment not in ("", order.enrollment)
    if is_of_another or (sat is not None and sat.visit != order.visit):
        yield difference("order-of-another", movement.id, order=order.id, kind=movement.kind)
    if movement.kind in _TOWARDS and not order.from_at <= movement.at < order.until_at:
        yield difference("order-over", movement.id, order=order.id, kind=movement.kind)


def _under_orders(record: Record, taken: Taken, boxes: Mapping[str, Box]) -> Iterable[Difference]:
    """Every dose that was swallowed against the orders of its person and session."""
    sessions = {one.id: one for one in record.sessions}
    orders: dict[tuple[str, str], list[Ordered]] = defaultdict(list)
    for order in record.orders:
        orders[order.enrollment, order.visit].append(order)
    for (session, slot), movements in taken.items():
        sat = sessions.get(session)
        if sat is not None and slot not in sat.ordered_slots:
            own = orders.get((sat.enrollment, sat.visit), [])
            yield from _ordered(sat, slot, movements, own, boxes)


def _ordered(
    sat: Sat,
    slot: str,
    movements: Sequence[Movement],
    own: Sequence[Ordered],
    boxes: Mapping[str, Box],
) -> Iterable[Difference]:
    """What was swallowed for a dose, against the order that stood when it was."""
    stood = [
        one
        for one in own
        if one.of_slot(slot) is not None
        and all(one.from_at <= each.at < one.until_at for each in movements)
    ]
    if not stood:
        for movement in movements:
            yield difference("given-without-order", movement.id, session=sat.id, slot=slot)
        return
    amounts = [_nominal(one, boxes) for one in movements]
    total = sum((one for one in amounts if one is not None), Decimal(0))
    allowed = {one.of_slot(slot) for one in stood}
    if None not in amounts and total not in allowed:
        said = ", ".join(sorted(str(one) for one in allowed))
        yield difference("dose-not-as-ordered", sat.id, slot=slot, ordered_mg=said, ledger_mg=total)


# --- Kits ----------------------------------------------------------------------------------------


def _kits(
    record: Record, standing: Sequence[Movement], boxes: Mapping[str, Box], ledger: Ledger
) -> Iterable[Difference]:
    """Each kit that went towards a person against whom it was dispensed for."""
    drawn = {one.kit: one for one in record.dispensed}
    persons: dict[str, set[str]] = defaultdict(set)
    for movement in standing:
        box, given = boxes.get(movement.container), record.given.get(movement.id)
        kit = box.contained.kit if box is not None else ""
        if not kit or given is None or not given.enrollment or movement.kind not in _TOWARDS:
            continue
        persons[kit].add(given.enrollment)
        if kit not in drawn:
            yield difference("kit-not-dispensed", movement.id, kit=kit, kind=movement.kind)
        elif drawn[kit].enrollment != given.enrollment:
            yield difference("kit-of-another", movement.id, kit=kit, kind=movement.kind)
    for kit, whose in sorted(persons.items()):
        if len(whose) > 1:
            yield difference("kit-used-twice", kit, people=len(whose))
    stocked = {boxes[code].contained.kit for code in ledger.capsules if code in boxes}
    for kit in sorted(set(drawn) - stocked):
        yield difference("kit-dispensed-without-stock", kit)


def _left(record: Record, ledger: Ledger, boxes: Mapping[str, Box]) -> Iterable[Difference]:
    """Capsules of a session's box that are still out though the session is closed."""
    closed = {one.id for one in record.sessions if one.closed_at is not None}
    for container, own in ledger.capsules.items():
        out: dict[str, list[int]] = defaultdict(list)
        for number, now in own.items():
            given = record.given.get(now.by.id) if now.status in _LEFT_IN_THE_ROOM else None
            if given is not None and given.session in closed:
                out[given.session].append(number)
        for session, numbers in sorted(out.items()):
            yield difference(
                "left-in-the-room",
                session,
                container=_name(boxes, container),
                capsules=len(numbers),
            )
