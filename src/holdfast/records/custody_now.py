"""What the law of custody asks of a site now, from the record: what happened, and what was done about it."""

from collections.abc import Iterable
from datetime import datetime

from holdfast.definitions import custody, retention
from holdfast.domain.custody_deadlines import (
    Duty,
    Happened,
    Kept,
    Period,
    duties,
    kept_until,
    retention_periods,
)
from holdfast.domain.custody_rules import CustodyLaw, Event
from holdfast.domain.movements import Kind
from holdfast.records.approvals import jurisdiction_fact
from holdfast.records.custody_law import CustodyNotice
from holdfast.records.orders import DoseOrder
from holdfast.records.people import Site
from holdfast.records.supply import DrugMovement

_OF_KIND = {
    Kind.RECEIVE.value: Event.RECEIVED,
    Kind.LOSE.value: Event.LOST,
    Kind.DESTROY.value: Event.DESTROYED,
}


def law_of(site: Site) -> CustodyLaw | None:
    """The rules of custody that hold at a site; None where nobody recorded its jurisdiction."""
    fact = jurisdiction_fact(site)
    return None if fact is None else custody.load(fact.jurisdiction)


def duties_of(site: Site, now: datetime) -> tuple[Duty, ...]:
    """Every duty of a site for the law of custody; none where no law is recorded."""
    law = law_of(site)
    if law is None:
        return ()
    return duties(law, happened_at(site), done_at(site), site.zone, now)


def done_at(site: Site) -> dict[str, datetime]:
    """When each duty was closed, by its key."""
    rows = CustodyNotice.objects.filter(site=site, corrected_by=None)
    return dict(rows.order_by("-made_at").values_list("duty", "made_at"))


def happened_at(site: Site) -> list[Happened]:
    """What rules count from, each from the moment that was told of it."""
    return [*_moved(site), *_ordered(site), *_inventories(site)]


def _moved(site: Site) -> Iterable[Happened]:
    rows = DrugMovement.objects.filter(
        store__site=site, kind__in=tuple(_OF_KIND), corrected_by=None
    ).order_by("at", "id")
    is_first = True
    for row in rows:
        event = _OF_KIND[row.kind]
        yield Happened(event, row.at, row.id.hex)
        if event is Event.RECEIVED and is_first:
            yield Happened(Event.STOCK_BEGAN, row.at, row.id.hex)
            is_first = False


def _ordered(site: Site) -> Iterable[Happened]:
    rows = DoseOrder.objects.filter(enrollment__site=site).order_by("ordered_at", "id")
    return (Happened(Event.PRESCRIBED, row.ordered_at, row.id.hex) for row in rows)


def _inventories(site: Site) -> Iterable[Happened]:
    """Every inventory on record: the first is a notice about the first stock."""
    rows = CustodyNotice.objects.filter(site=site, corrected_by=None, form="inventory")
    for row in rows.order_by("made_at", "id"):
        yield Happened(Event.INVENTORY_MADE, row.made_at, row.id.hex)


def kept(site: Site, from_on: datetime) -> Kept:
    """How long records of a day are kept here: the longest of every rule that applies."""
    law = law_of(site)
    if law is None:
        return Kept(None, "", ("jurisdiction",))
    periods = retention_periods(law)
    for place in retention.load():
        if place.covers(site.zone) or place.code == law.code:
            periods += [
                Period(rule.code, None if rule.needs_signature else rule.years)
                for rule in place.rules
            ]
    return kept_until(periods, from_on.date())
