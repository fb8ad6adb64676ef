"""What was done with kits before they were barred: a discrepancy where something went towards a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet

from holdfast.actions.movements import opened
from holdfast.actions.writing import lock
from holdfast.domain.accountability import Contained, Hold, Problem, fold
from holdfast.domain.movements import Kind, capsules_of
from holdfast.records.people import Site, User
from holdfast.records.supply import Container, DrugMovement, DrugStore
from holdfast.records.supply_reads import contained, movements_of

HELD = "held-back"
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def open_for_given(
    site: Site, kits: Sequence[str], entry_id: UUID, by: User, now: datetime
) -> None:
    """Open a discrepancy for each capsule of barred kits that went towards a person, in its store.

    The lock of the site is held: stores follow it, in the order of their ids.
    """
    known = list(Container.objects.filter(kit_number__in=kits))
    if not known:
        return
    moved = DrugMovement.objects.filter(container__in=[one.id for one in known])
    ids = {*moved.values_list("store_id", flat=True).distinct()}
    ids |= set(DrugStore.objects.filter(site=site).values_list("id", flat=True))
    streams = {each: lock(each, now) for each in sorted(ids)}
    found = _last_towards_a_person(known, moved, site.zone)
    where = dict(moved.values_list("id", "store_id"))
    for store in DrugStore.objects.select_related("site").filter(id__in=ids).order_by("id"):
        mine = [one for one in found if where[UUID(one.movement)] == store.id]
        stream = streams[store.id]
        if facts := opened(store, mine, entry_id, stream.now, by):
            entry = uuid5(entry_id, f"given/{store.id.hex}")
            sent = stream.sent("discrepancy-reported", entry, {"bar": entry_id})
            stream.write(sent, facts, by=by, values={"code": HELD})


def _last_towards_a_person(
    known: Sequence[Container], moved: QuerySet[DrugMovement], zone: str
) -> list[Problem]:
    """As if they had been held back always: of each capsule the last that should not have been."""
    always = Hold("recall", _EVER)
    held = [
        Contained(one.id, one.lot, one.kit, one.expires, (always,))
        for one in contained(known, zone)
    ]
    last: dict[tuple[str, int], Problem] = {}
    for one in fold(held, movements_of(moved)).problems:
        if one.code == HELD and one.kind != Kind.ASSIGN:
            last |= {(one.container, capsule): one for capsule in capsules_of(one.capsules)}
    return list(dict.fromkeys(last.values()))
