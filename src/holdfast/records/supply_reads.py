"""Movements as the fold reads them, and what it answers for a store, a container or a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from holdfast.domain.accountability import Contained, Hold, Ledger, Status, fold
from holdfast.domain.movements import Kind, Movement, ranges
from holdfast.records.allocation import KitBarred
from holdfast.records.people import Site
from holdfast.records.supply import (
    Container,
    CustodyAct,
    Discrepancy,
    DrugMovement,
    DrugStore,
    HeldContainer,
    StockHold,
)

_COLUMNS = (
    *("id", "container_id", "turn", "kind", "capsules", "at", "from_place_id", "from_holder_id"),
    *("to_place_id", "to_holder_id", "enrollment_id", "store__site_id", "corrects_id"),
)
_FEW = 500  # of more than so many, all rows are read: a statement names only so many ids
_TO_THE_PERSON = frozenset(
    each.value for each in (Kind.HAND_OVER, Kind.SWALLOWED, Kind.PART_TAKEN, Kind.DROPPED)
)


def whereabouts(place: UUID | None, holder: UUID | None) -> str:
    """Where something is, as the fold names it; empty where nothing was said."""
    if place is not None:
        return f"place:{place.hex}"
    return f"holder:{holder.hex}" if holder is not None else ""


def as_told(row: Sequence) -> Movement:
    """One row of ``_COLUMNS`` as the fold reads it."""
    (id_, container, turn, kind, capsules, at, *ends, enrollment, site, corrects) = row
    target = whereabouts(ends[2], ends[3])
    if not target and kind in _TO_THE_PERSON and enrollment is not None:
        target = f"person:{enrollment.hex}"
    return Movement(
        id_.hex,
        container.hex,
        turn,
        kind,
        capsules,
        at,
        whereabouts(ends[0], ends[1]),
        target,
        site.hex,
        corrects.hex if corrects else None,
    )


def told_movement(fact: DrugMovement, site: UUID) -> Movement:
    """A movement that is not written yet, as the fold reads it."""
    ends = (fact.from_place_id, fact.from_holder_id, fact.to_place_id, fact.to_holder_id)
    head = (fact.id, fact.container_id, fact.turn, fact.kind, fact.capsules, fact.at)
    return as_told((*head, *ends, fact.enrollment_id, site, fact.corrects_id))


def movements_of(rows: "QuerySet[DrugMovement]") -> list[Movement]:
    """Movements of a query, as the fold reads them."""
    return [as_told(row) for row in rows.values_list(*_COLUMNS).iterator(chunk_size=10_000)]


def contained(rows: Iterable[Container], zone: str) -> list[Contained]:
    """Containers as the fold reads them, with what holds each back. ``zone`` is the site's."""
    known = list(rows)
    held: dict[UUID, list[Hold]] = {}
    found = HeldContainer.objects.all()
    if len(known) <= _FEW:
        found = found.filter(container__in=[one.id for one in known])
    columns = ("container_id", "hold__code", "hold__since", "hold__lifted__lifted_at")
    for container, *hold in found.values_list(*columns):
        held.setdefault(container, []).append(Hold(*hold))
    for container, hold in _barred(known):
        held.setdefault(container, []).append(hold)
    return [
        Contained(
            one.id.hex,
            one.lot,
            one.kit_number or "",
            expires_after(one, zone),
            tuple(sorted(held.get(one.id, ()), key=lambda hold: hold.since)),
        )
        for one in known
    ]


def _barred(containers: Iterable[Container]) -> list[tuple[UUID, Hold]]:
    """Kits of a list that may not be used, for whatever reason: the list mixes contents."""
    kits: dict[str, list[UUID]] = {}
    for one in containers:
        if one.kit_number:
            kits.setdefault(one.kit_number, []).append(one.id)
    if not kits:
        return []
    rows = KitBarred.objects.filter(corrected_by=None, is_withdrawn=False)
    if len(kits) <= _FEW:
        rows = rows.filter(kit__number__in=list(kits))
    return [
        (container, Hold(ground, since))
        for number, ground, since in rows.values_list("kit__number", "ground", "barred_at")
        for container in kits.get(number, ())
    ]


def expires_after(container: Container, zone: str) -> datetime:
    """The end of a container's last day, by the site's clock."""
    return datetime.combine(container.use_by + timedelta(days=1), time(), ZoneInfo(zone))


def ledger_of(
    containers: Iterable[Container],
    zone: str,
    further: Sequence[Movement] = (),
    until: datetime | None = None,
) -> Ledger:
    """The fold of some containers, with movements that are not written yet.

    ``until``: only what happened before this moment.
    """
    known = list(containers)
    rows = DrugMovement.objects.filter(container__in=[one.id for one in known])
    if until is not None:
        rows = rows.filter(at__lt=until)
    return fold(contained(known, zone), [*movements_of(rows), *further])


def ledger_at(site: Site) -> Ledger:
    """Everything that is or ever was in the stores of a site."""
    moved = DrugMovement.objects.filter(store__site=site).values("container_id")
    known = Container.objects.filter(id__in=moved)
    # With what happened to them elsewhere: what left and arrived is here no more.
    rows = DrugMovement.objects.filter(container__in=moved)
    return fold(contained(known, site.zone), movements_of(rows))


def ledger_of_store(store: DrugStore) -> Ledger:
    """Every container of which something was moved in a store."""
    known = Container.objects.filter(movements__store=store).distinct()
    return ledger_of(known, store.site.zone)


def open_discrepancies(site: Site) -> "QuerySet[Discrepancy]":
    """What is not settled yet at a site, the oldest first."""
    rows = Discrepancy.objects.filter(store__site=site, settled=None)
    return rows.select_related("store", "container", "movement", "count").order_by("opened_at")


def unconfirmed(site: Site) -> "QuerySet[CustodyAct]":
    """What one person did alone, or on paper, and nobody confirmed: the oldest first."""
    rows = CustodyAct.objects.filter(store__site=site, confirmed=None)
    rows = rows.filter(policy__in=CustodyAct.CHASED)
    return rows.select_related("store", "first", "second").order_by("recorded_at")


@dataclass(frozen=True)
class Reached:
    """Capsules of one container on the list of a hold, what became of them, and where or with whom."""

    container: Container
    capsules: str
    status: Status
    where: str  # place:, holder:, person: or transit: and an id


def reach_of(hold: StockHold) -> list[Reached]:
    """Everything that a recall reaches, down to the person who swallowed it."""
    containers = [row.container for row in hold.held.select_related("container")]
    ledger = ledger_of(containers, hold.store.site.zone)
    found = []
    for one in sorted(containers, key=lambda each: each.code):
        groups: dict[tuple[Status, str], list[int]] = {}
        for number, now in ledger.capsules.get(one.id.hex, {}).items():
            groups.setdefault((now.status, now.where), []).append(number)
        found += [Reached(one, ranges(n), *key) for key, n in sorted(groups.items())]
    return found
