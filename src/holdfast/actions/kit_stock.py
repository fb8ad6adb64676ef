"""Kits at a site: taken in by unblinded eyes, barred and recalled in lists that mix contents, asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from holdfast.actions import sealed_room
from holdfast.actions.judging import local_date
from holdfast.actions.kits_given import open_for_given
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import LockedStream, lock, message, one_transaction
from holdfast.analysis.randomization.kits import is_kit_number
from holdfast.domain.resupply import Request, Shelf, request
from holdfast.domain.schedule import VisitKind
from holdfast.records.allocation import (
    KitBarred,
    KitDispensed,
    KitKnown,
    KitsAskedFor,
    KitsTakenIn,
    ListActivated,
)
from holdfast.records.allocations import (
    kits_at,
    kits_of,
    last_delivery,
    list_at,
    lists_at,
    numbers,
    planned_sessions,
    used_since,
)
from holdfast.records.facts import Fact
from holdfast.records.people import Site, User
from holdfast.records.protocols import protocol_bound
from holdfast.unblinded import stock
from holdfast.unblinded.room import RoomClosed
from holdfast.unblinded.rows import RowTooLong

STOCK, DISPENSE = "kit.stock", "kit.dispense"
MOST_KITS = 2_000  # of one delivery
SHORTEST = timedelta(days=28)  # that kits which came together may be used; a choice of this house
_WORDS = 120  # characters of each thing that is said of a kit


@dataclass(frozen=True, kw_only=True, repr=False)
class KitTold:
    """One kit as the manufacturer's papers say it: for the sealed room. It has no ``repr``."""

    number: str
    lot: str
    expires_on: date
    certificate: str
    supplier: str
    weight: str = ""
    temperature: str = ""

    def row(self) -> dict[str, str]:
        """As it is sealed."""
        return {**vars(self), "expires_on": self.expires_on.isoformat()}

    @property
    def fits(self) -> bool:
        """Whether everything needed is said, and not too long."""
        said = [value for value in vars(self).values() if isinstance(value, str)]
        needed = (self.lot, self.certificate, self.supplier)
        return all(each.strip() for each in needed) and all(len(each) <= _WORDS for each in said)


@one_transaction
def take_in_kits(
    *,
    site: Site,
    study: str,
    kits: Sequence[KitTold],
    complement: int,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Take in a delivery: what is inside is sealed, and a number with one common use-by is told.

    ``complement`` is how many of every content stand at the site with it, at least; a delivery that
    does not bring them is refused, so that what a site lacks is never of one content.
    """
    if refusal := refused(by, site, STOCK, now, study):
        return refusal
    stream = lock(site.id, now)
    told = {"kits": sorted(kit.number for kit in kits), "complement": complement, "study": study}
    sent = stream.sent("kits-taken-in", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    lists = lists_at(site.id, study)
    if not lists:
        return Refusal("no-list-stands-here")
    today = local_date(site, stream.now)
    if refusal := _delivery_unfit(kits, complement, today):
        return refusal
    room = sealed_room.open_room()
    mine = [kit.number for kit in kits]
    activated = next((one for one in lists if stock.are_of(room, mine, one.id)), None)
    if activated is None:
        return Refusal("kit-not-of-this-list")
    standing = kits_at(site.id, today)
    here = [*numbers(standing), *mine]
    smallest = stock.smallest_complement(room, activated.id, here, _sessions(activated))
    if smallest < complement:
        return Refusal("complement-not-reached")
    given = KitsTakenIn(site=site, activated=activated, complement=complement, taken_in_by=by)
    # With those of the study that stand here: a delivery of one content would tell it by its use-by.
    own = min(kit.expires_on for kit in kits)
    given.use_by = min([own, *(kit.use_by for kit in kits_of(activated, standing))])
    if given.use_by < min(own, today + SHORTEST):
        return Refusal("kits-here-end-too-soon")
    delivery, *known = _taken_in(given, kits, entry_id, stream.now)
    try:
        stock.take_in(room, delivery.id, [kit.row() for kit in kits])
    except RowTooLong:
        return Refusal("kit-says-too-much")
    letter = message("kits-taken-in", delivery.id, site=site.id.hex)
    return stream.write(sent, [delivery, *known, letter], by=by, values={"count": len(kits)})


def _taken_in(
    delivery: KitsTakenIn, kits: Sequence[KitTold], entry_id: UUID, now: datetime
) -> tuple[KitsTakenIn, *tuple[KitKnown, ...]]:
    """What everybody may know: the delivery, and each kit by its number with the use-by of all."""
    delivery.id, delivery.taken_in_at = uuid5(entry_id, "delivery"), now
    delivery.count = len(kits)
    return delivery, *(
        KitKnown(
            id=uuid5(entry_id, number),
            site_id=delivery.site_id,
            delivery=delivery,
            number=number,
            use_by=delivery.use_by,
        )
        for number in sorted(kit.number for kit in kits)
    )


def _delivery_unfit(kits: Sequence[KitTold], complement: int, today: date) -> Refusal | None:
    mine = [kit.number for kit in kits]
    if not 0 < len(kits) <= MOST_KITS or complement < 1:
        return Refusal("delivery-without-kits")
    if len(mine) != len(set(mine)):
        return Refusal("kit-twice")
    if not all(is_kit_number(number) for number in mine):
        return Refusal("kit-number-mistyped")
    if KitKnown.objects.filter(number__in=mine).exists():
        return Refusal("kit-taken-in-already")
    if any(kit.expires_on < today for kit in kits):
        return Refusal("kit-expired")
    if not all(kit.fits for kit in kits):
        return Refusal("kit-says-too-much")
    return None


def _sessions(activated: ListActivated) -> list[str]:
    schedule = protocol_bound(activated).schedule
    visits = schedule.visits if schedule else ()
    return [visit.code for visit in visits if visit.kind is VisitKind.DOSING]


@one_transaction
def bar_kits(
    *,
    site: Site,
    study: str,
    kits: Sequence[str],
    ground: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Take kits out of use by their numbers: what lay too warm, is damaged or is missing."""
    if refusal := refused(by, site, DISPENSE, now, study, even_locked=True):
        return refusal
    if ground not in KitBarred.GROUNDS or ground == "recall":
        return Refusal("reason-unknown")
    stream = lock(site.id, now)
    told = {"kits": sorted(set(kits)), "ground": ground}
    sent = stream.sent("kits-barred", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    rows = list(KitKnown.objects.filter(site=site, number__in=kits).order_by("number"))
    if not rows or len(rows) != len(set(kits)):
        return Refusal("kit-not-here")
    facts = _bars(stream, entry_id, rows, ground, by)
    values = {"ground": ground, "count": len(rows)}
    receipt = stream.write(sent, facts, by=by, values=values)
    open_for_given(site, [row.number for row in rows], entry_id, by, stream.now)
    return receipt


@one_transaction
def recall_lot(
    *, site: Site, study: str, lot: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Recall a manufacturer's lot at a site: the kits that are barred mix contents, also those given out.

    The lot is told to the sealed room alone; what is written is a list of kits.
    """
    if refusal := refused(by, site, STOCK, now, study, even_locked=True):
        return refusal
    stream = lock(site.id, now)
    sent = stream.sent("kits-barred", entry_id, {"ground": "recall", "study": study})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    lists = lists_at(site.id, study)
    if not lists:
        return Refusal("no-list-stands-here")
    rows = {row.number: row for row in KitKnown.objects.filter(site=site)}
    given = set(KitDispensed.objects.filter(kit__site=site).values_list("kit__number", flat=True))
    cells = [sorted(set(rows) - given), sorted(given)]
    try:
        room = sealed_room.open_room()
    except RoomClosed:
        return Refusal("no-list-stands-here")
    # Of every list, also of one that was replaced: its kits are still here, and in people.
    found = sorted(
        number
        for each in lists
        for number in stock.recalled(room, each.id, lot.strip(), cells, entry_id.hex)
    )
    if not found:
        return Refusal("lot-not-here")
    facts = _bars(stream, entry_id, [rows[number] for number in found], "recall", by)
    values = {"ground": "recall", "count": len(found)}
    receipt = stream.write(sent, facts, by=by, values=values)
    open_for_given(site, found, entry_id, by, stream.now)
    return receipt


def _bars(
    stream: LockedStream, entry_id: UUID, rows: Sequence[KitKnown], ground: str, by: User
) -> list[Fact]:
    """A bar for each kit, and the message that tells of all."""
    bars = [
        KitBarred(
            id=uuid5(entry_id, row.number),
            kit=row,
            ground=ground,
            bar=entry_id,
            barred_at=stream.now,
            barred_by=by,
        )
        for row in rows
    ]
    site = stream.id.hex
    letter = message("kits-barred", entry_id, site=site, ground=ground, count=len(bars))
    return [*bars, letter]


def wanted_kits(site: Site, study: str, *, least: int, days: int, now: datetime) -> Request | None:
    """What a site would ask for now, by what everybody may know; None where no kit ever came."""
    activated = list_at(site.id, study)
    delivery = last_delivery(site.id, activated.id) if activated else None
    if activated is None or delivery is None:
        return None
    today = local_date(site, now)
    ahead = planned_sessions(site.id, activated, today, days)
    used = used_since(delivery, today)
    return request(Shelf(complement=delivery.complement, used=used, ahead=ahead, least=least))


@one_transaction
def ask_for_kits(
    *, site: Site, study: str, least: int, days: int, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Ask for as many kits as were used since the last delivery, where it is time to."""
    if refusal := refused(by, site, DISPENSE, now, study):
        return refusal
    if not 0 <= least <= MOST_KITS or not 0 <= days <= 366:
        return Refusal("value-does-not-fit", {"limit": "kits"})
    stream = lock(site.id, now)
    sent = stream.sent("kits-asked-for", entry_id, {"study": study, "least": least, "days": days})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    wanted = wanted_kits(site, study, least=least, days=days, now=stream.now)
    if wanted is None or not wanted.is_due:
        return Refusal("kits-not-needed")
    activated = list_at(site.id, study)
    assert activated is not None
    fact = KitsAskedFor(
        id=uuid5(entry_id, "asked"),
        site=site,
        activated=activated,
        delivery=last_delivery(site.id, activated.id),
        count=wanted.kits,
        asked_at=stream.now,
        asked_by=by,
    )
    letter = message("kits-asked-for", fact.id, site=site.id.hex, count=wanted.kits)
    values = {"count": wanted.kits, "more": wanted.more}
    return stream.write(sent, [fact, letter], by=by, values=values)


def to_fill(*, site: Site, study: str, complement: int, by: User, now: datetime) -> dict[str, int]:
    """How many kits of each content bring a site back to its complement: for unblinded eyes alone.

    Empty for anybody else, and where no list stands.
    """
    activated = list_at(site.id, study)
    if activated is None or refused(by, site, STOCK, now, study):
        return {}
    here = numbers(kits_at(site.id, local_date(site, now)))
    return stock.missing_kits(
        sealed_room.open_room(), activated.id, here, _sessions(activated), complement
    )
