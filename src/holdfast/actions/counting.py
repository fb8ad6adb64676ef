"""Blind counts: whoever counts writes what is there, and is told nothing of what is expected."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.movements import told_of
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.second_person import Present, act_of
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.accountability import fold
from holdfast.domain.counts import differences
from holdfast.domain.movements import MOST_CAPSULES
from holdfast.records.facts import Fact
from holdfast.records.people import User
from holdfast.records.supply import (
    Container,
    CountTaken,
    CustodyAct,
    CustodyPlace,
    Discrepancy,
    DrugMovement,
)
from holdfast.records.supply_reads import contained, movements_of, whereabouts


@one_transaction
def count_place(
    *,
    place: CustodyPlace,
    counted: Mapping[UUID, int],
    at: datetime,
    present: Present,
    entry_id: UUID,
    by: User,
    now: datetime,
    is_whole: bool = True,
) -> Answered:
    """Write how many capsules of each container are at a place; what differs opens a discrepancy.

    The whole place is counted: a container that is expected there and was not seen counts as none.
    ``is_whole`` False: only the named ones were looked for. The answer says nothing of what differs.
    """
    store = place.store
    if refusal := refused(by, store.site, "custody.count", now, store.study):
        return refusal
    if any(number < 0 or number > MOST_CAPSULES for number in counted.values()):
        return Refusal("count-negative")
    if not counted and not is_whole:
        return Refusal("container-unknown")
    known = {one.id: one for one in Container.objects.filter(id__in=list(counted))}
    if set(counted) - set(known):
        return Refusal("container-unknown")
    stream = lock(store.id, now)
    numbers = {container.hex: number for container, number in counted.items()}
    told = {"place": place.id, "at": at, "is_whole": is_whole, "counted": numbers}
    sent = stream.sent("drug-counted", entry_id, told | present.told())
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if at > stream.now:
        return Refusal("moment-in-the-future")
    if place.is_withdrawn:
        return Refusal("place-given-up")
    act = act_of(
        uuid5(entry_id, "act"),
        store,
        "count",
        present=present,
        benefits=(),
        by=by,
        now=stream.now,
    )
    if isinstance(act, Refusal):
        return act
    facts = _compared(place, counted, at, is_whole, act, entry_id, stream.now)
    return stream.write(sent, facts, by=by, values={"place": place.id.hex})


def _compared(
    place: CustodyPlace,
    counted: Mapping[UUID, int],
    at: datetime,
    is_whole: bool,
    act: CustodyAct,
    entry_id: UUID,
    now: datetime,
) -> list[Fact]:
    """The counts as facts, and a discrepancy for each that differs from what the book has there."""
    store, by = place.store, act.first
    expected = _expected(place, at)
    if not is_whole:
        expected = {one: n for one, n in expected.items() if UUID(one) in counted}
    seen = {one.hex: number for one, number in counted.items()}
    counts = {
        container: CountTaken(
            id=uuid5(entry_id, f"count/{container}"),
            store=store,
            place=place,
            container_id=UUID(container),
            counted=seen.get(container, 0),
            counted_at=at,
            counted_by=by,
            act=act,
        )
        for container in sorted({*expected, *seen})
    }
    facts: list[Fact] = [act, *counts.values()]
    for one in differences(expected, seen):
        fact = Discrepancy(
            id=uuid5(entry_id, f"discrepancy/{one.container}"),
            store=store,
            code=one.code,
            container_id=UUID(one.container),
            count=counts[one.container],
            act=act,
            expected=one.expected,
            found=one.counted,
            opened_at=now,
            opened_by=by,
        )
        facts += [fact, told_of(store, fact)]
    return facts


def _expected(place: CustodyPlace, at: datetime) -> dict[str, int]:
    """How many capsules of each container the book has at a place, at a moment."""
    here = whereabouts(place.id, None)
    ever = DrugMovement.objects.filter(to_place=place, at__lte=at)
    containers = Container.objects.filter(id__in=ever.values("container_id"))
    rows = DrugMovement.objects.filter(container__in=containers, at__lte=at)
    ledger = fold(contained(containers, place.store.site.zone), movements_of(rows))
    return {container: len(numbers) for container, numbers in ledger.at(here).items()}
