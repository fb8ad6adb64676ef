"""Everything of a site that is compared when its drugs are reconciled, read in a few large queries."""

import gc
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from holdfast.domain.movements import Kind, Movement
from holdfast.domain.reconciled import (
    Box,
    Counted,
    Dispensed,
    Dosed,
    Given,
    Ordered,
    Reconciled,
    Record,
    Sat,
)
from holdfast.domain.reconciliation import reconcile
from holdfast.records.allocation import KitDispensed
from holdfast.records.orders import DoseOrder, signed_order
from holdfast.records.people import Site
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.statements import run
from holdfast.records.supply import Container, CountTaken, DiscrepancySettled
from holdfast.records.supply_reads import contained, whereabouts

_CHUNK = 10_000
# As ``supply_reads`` reads them: to the person of the enrollment, where no other end is named.
TO_THE_PERSON = frozenset(
    each.value for each in (Kind.HAND_OVER, Kind.SWALLOWED, Kind.PART_TAKEN, Kind.DROPPED)
)


def reconciled(site: Site, now: datetime) -> Reconciled:
    """The whole ledger of a site against everything else that is on record of it.

    Nothing that is read here goes round in circles: looking for circles among a million rows, again and
    again, would take as long as the rest.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return reconcile(record_of(site, now))
    finally:
        if was_on:
            gc.enable()


def record_of(site: Site, now: datetime) -> Record:
    """All that is compared. Movements of its containers at other sites are folded with them."""
    theirs = Container.objects.filter(movements__store__site=site).distinct()
    containers = list(theirs.order_by("code"))
    folded = contained(containers, site.zone)
    boxes = [
        Box(told, row.code, row.part, row.nominal_mg)
        for row, told in zip(containers, folded, strict=True)
    ]
    movements, given = _moved(site)
    facts = list(_session_facts(site))
    gone = {row["corrects"] for row in facts if row["corrects"]}
    standing = [row for row in facts if row["id"] not in gone]
    return Record(
        boxes=boxes,
        movements=movements,
        given=given,
        orders=[_order(row, now) for row in _orders(site)],
        sessions=_sessions(site, standing),
        doses=[_dose(row) for row in standing if row["kind"] == "dose-given"],
        counts=list(_counts(site)),
        dispensed=[
            Dispensed(kit, enrollment.hex, visit)
            for kit, enrollment, visit in KitDispensed.objects.filter(
                enrollment__site=site
            ).values_list("kit__number", "enrollment_id", "visit")
        ],
    )


_IDS = (
    *("m.id", "m.container_id", "m.from_place_id", "m.from_holder_id", "m.to_place_id"),
    *("m.to_holder_id", "m.enrollment_id", "s.site_id", "m.corrects_id", "m.session_id"),
    'm."order"',
)
_MOVED = (
    "SELECT m.turn, m.kind, m.capsules, m.at, {ids} FROM records_drugmovement m "
    "JOIN records_drugstore s ON s.id = m.store_id WHERE m.container_id IN ("
    "SELECT n.container_id FROM records_drugmovement n "
    "JOIN records_drugstore t ON t.id = n.store_id WHERE t.site_id = %s)"
)


def _moved(site: Site) -> tuple[list[Movement], dict[str, Given]]:
    """Every movement of the site's containers, and what those of its own stores say of a person.

    Read as the database has them: of a million rows, making each an object would take most of the time.
    Ids are the same text in both databases.
    """
    as_text = "{}" if connection.vendor == "sqlite" else "replace({}::text, '-', '')"
    statement = _MOVED.format(ids=", ".join(map(as_text.format, _IDS)))
    here, movements, given, moment = site.id.hex, [], {}, datetime.fromisoformat
    cursor = run(connection, statement, [here])
    while rows := cursor.fetchmany(_CHUNK):
        for turn, kind, capsules, at, id_, container, *ends, of, corrects, session, order in rows:
            enrollment = ends[4]
            source, target = _where(ends[0], ends[1]), _where(ends[2], ends[3])
            if not target and enrollment and kind in TO_THE_PERSON:
                target = f"person:{enrollment}"
            head = (id_, container, turn, kind, capsules, moment(at))
            movements.append(Movement(*head, source, target, of, corrects))
            if enrollment and of == here:
                given[id_] = Given(id_, session or "", enrollment, order or "")
    return movements, given


def _where(place: str | None, holder: str | None) -> str:
    if place:
        return f"place:{place}"
    return f"holder:{holder}" if holder else ""


def _orders(site: Site) -> Iterable[DoseOrder]:
    return DoseOrder.objects.filter(enrollment__site=site).select_related("enrollment__site")


def _order(row: DoseOrder, now: datetime) -> Ordered:
    ended = signed_order(row, row.enrollment, now).ending(now)
    return Ordered(
        row.id.hex,
        row.enrollment_id.hex,
        row.visit,
        row.initial_mg,
        row.supplement_mg,
        row.ordered_at,
        ended.at if ended else row.expires_at,
    )


def _session_facts(site: Site) -> Iterable[Any]:
    rows = SessionFact.objects.filter(session__site=site)
    kinds = rows.filter(kind__in=("dose-given", "order")) | rows.filter(corrects__isnull=False)
    return kinds.values("id", "session_id", "kind", "at", "fields", "corrects")


def _sessions(site: Site, standing: list[dict[str, Any]]) -> list[Sat]:
    """Every session of the site, with the doses that were ordered in it and not ahead of it."""
    ordered: dict[UUID, set[str]] = {}
    for row in standing:
        if row["kind"] != "order":
            continue
        told = orjson.loads(row["fields"])
        if not told.get("standing_order") and not told.get("is_spoken"):
            ordered.setdefault(row["session_id"], set()).add(str(told.get("dose", "")))
    rows = DosingSession.objects.filter(site=site).values_list(
        "id", "enrollment_id", "visit", "closing__closed_at"
    )
    return [
        Sat(id_.hex, enrollment.hex, visit, closed, frozenset(ordered.get(id_, ())))
        for id_, enrollment, visit, closed in rows
    ]


def _dose(row: dict[str, Any]) -> Dosed:
    told = orjson.loads(row["fields"])
    mg = told.get("nominal_mg")
    amount = None if mg is None else Decimal(str(mg))
    return Dosed(row["id"].hex, row["session_id"].hex, str(told.get("dose", "")), amount, row["at"])


def _counts(site: Site) -> Iterable[Counted]:
    settled = set(
        DiscrepancySettled.objects.filter(
            discrepancy__store__site=site, discrepancy__count__isnull=False
        ).values_list("discrepancy__count_id", flat=True)
    )
    rows = CountTaken.objects.filter(store__site=site)
    columns = ("id", "container_id", "place_id", "counted", "counted_at")
    for id_, container, place, counted, at in rows.values_list(*columns):
        where = whereabouts(place, None)
        yield Counted(id_.hex, container.hex, where, counted, at, id_ in settled)
