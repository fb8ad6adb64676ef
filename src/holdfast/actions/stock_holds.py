"""Stock held back: recalls, temperature excursions and quarantine, on lists of containers."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from holdfast.actions.movements import opened
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.second_person import Present, act_of
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.domain.accountability import Contained, Hold, fold
from holdfast.records.facts import Fact
from holdfast.records.people import User
from holdfast.records.supply import (
    Container,
    CustodyPlace,
    DrugMovement,
    DrugStore,
    HeldContainer,
    StockHold,
    StockHoldLifted,
    TemperatureReading,
)
from holdfast.records.supply_reads import contained, movements_of, whereabouts

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,59}")
COLDEST, HOTTEST = Decimal(-90), Decimal(90)  # catches slips of typing


@one_transaction
def hold_stock(
    *,
    store: DrugStore,
    code: str,
    containers: Sequence[Container],
    since: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    reference: str = "",
) -> Answered:
    """Hold containers back, at once and by one person: nobody waits with a recall for a second."""
    if refusal := refused(by, store.site, "custody.set-up", now, store.study):
        return refusal
    if code not in StockHold.CODES or (reference and not _REFERENCE.fullmatch(reference)):
        return Refusal("hold-does-not-fit")
    if not containers or len({one.id for one in containers}) != len(containers):
        return Refusal("container-unknown")
    stream = lock(store.id, now)
    told = {"code": code, "reference": reference, "since": since}
    listed = " ".join(sorted(one.id.hex for one in containers))
    sent = stream.sent("stock-held", entry_id, told | {"containers": listed})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if since > stream.now:
        return Refusal("moment-in-the-future")
    hold = StockHold(
        id=uuid5(entry_id, "hold"), store=store, code=code, reference=reference, since=since
    )
    facts = _held(hold, containers, entry_id, stream.now, by)
    return stream.write(sent, facts, by=by, values={"code": code, "hold": hold.id.hex})


def _held(
    hold: StockHold,
    containers: Sequence[Container],
    entry_id: UUID,
    now: datetime,
    by: User,
) -> list[Fact]:
    """A hold with its list, the message that tells of it, and what was given in spite of it."""
    store = hold.store
    rows = [
        HeldContainer(id=uuid5(entry_id, f"held/{one.id.hex}"), hold=hold, container=one)
        for one in containers
    ]
    moved = DrugMovement.objects.filter(container__in=[one.id for one in containers])
    new = Hold(hold.code, hold.since)
    known = [
        Contained(one.id, one.lot, one.kit, one.expires, (*one.holds, new))
        for one in contained(containers, store.site.zone)
    ]
    problems = fold(known, movements_of(moved)).problems
    told = message("stock-held", hold.id, site=store.site_id.hex, code=hold.code)
    return [hold, *rows, told, *opened(store, problems, entry_id, now, by)]


@one_transaction
def read_temperature(
    *,
    place: CustodyPlace,
    celsius: Decimal,
    at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    logger: str = "",
) -> Answered:
    """Record the temperature of a place. Outside its range, everything that is there is held back."""
    store = place.store
    several = [
        refused(by, store.site, each, now, store.study)
        for each in ("custody.count", "custody.set-up", "custody.move")
    ]
    if all(several):
        return several[0] or Refusal("not-permitted")
    if not celsius.is_finite() or not COLDEST <= celsius <= HOTTEST:
        return Refusal("temperature-does-not-fit")
    if (logger and not _REFERENCE.fullmatch(logger[:60])) or len(logger) > 40:
        return Refusal("label-does-not-fit")
    stream = lock(store.id, now)
    told = {"place": place.id, "celsius": celsius, "at": at, "logger": logger}
    sent = stream.sent("temperature-read", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if at > stream.now:
        return Refusal("moment-in-the-future")
    reading = TemperatureReading(
        id=uuid5(entry_id, "reading"), place=place, celsius=celsius, at=at, logger=logger
    )
    facts: list[Fact] = [reading]
    touched = _there(place, at) if _is_outside(place, celsius) else []
    if touched:
        hold = StockHold(
            id=uuid5(entry_id, "hold"), store=store, code="excursion", since=at, reading=reading
        )
        facts += _held(hold, touched, entry_id, stream.now, by)
    return stream.write(sent, facts, by=by, values={"place": place.id.hex})


def _is_outside(place: CustodyPlace, celsius: Decimal) -> bool:
    """Outside the range that the place was given; where it has none, nothing can be said."""
    least, most = place.least_celsius, place.most_celsius
    return least is not None and most is not None and not least <= celsius <= most


def _there(place: CustodyPlace, at: datetime) -> list[Container]:
    """What was at a place at a moment and is not held back by an excursion already."""
    here = whereabouts(place.id, None)
    ever = DrugMovement.objects.filter(to_place=place, at__lte=at).values("container_id")
    known = {one.id.hex: one for one in Container.objects.filter(id__in=ever)}
    rows = DrugMovement.objects.filter(container__in=list(known.values()), at__lte=at)
    ledger = fold([Contained(code) for code in known], movements_of(rows))
    held = HeldContainer.objects.filter(hold__code="excursion", hold__lifted=None)
    already = {one.hex for one in held.values_list("container_id", flat=True)}
    return [known[code] for code in sorted(ledger.at(here)) if code not in already]


@one_transaction
def lift_hold(
    *,
    hold: StockHold,
    reason: str,
    present: Present,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Lift a hold, with a second person: what it held may go to somebody again."""
    store = hold.store
    if refusal := refused(by, store.site, "custody.set-up", now, store.study):
        return refusal
    if reason not in StockHoldLifted.REASONS:
        return Refusal("reason-unknown")
    stream = lock(store.id, now)
    told = {"hold": hold.id, "reason": reason, **present.told()}
    sent = stream.sent("stock-released", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if StockHoldLifted.objects.filter(hold=hold).exists():
        return Refusal("hold-lifted-already")
    act = act_of(
        uuid5(entry_id, "act"),
        store,
        "lift",
        present=present,
        benefits=(),
        by=by,
        now=stream.now,
    )
    if isinstance(act, Refusal):
        return act
    fact = StockHoldLifted(
        id=uuid5(entry_id, "lifted"),
        hold=hold,
        reason=reason,
        lifted_at=stream.now,
        lifted_by=by,
        act=act,
    )
    return stream.write(sent, [act, fact], by=by, values={"hold": hold.id.hex})
