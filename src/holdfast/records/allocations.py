"""Reading what blinded people may know of allocations: the list of a site, its strata, its kits."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import orjson

from holdfast.domain.schedule import VisitKind
from holdfast.records.allocation import (
    KitBarred,
    KitDispensed,
    KitKnown,
    KitsTakenIn,
    ListActivated,
    SlotTaken,
)
from holdfast.records.courses import courses_of
from holdfast.records.prepared import Prepared

_OF_STUDY = Prepared(
    lambda study: ListActivated.objects.filter(protocol_name=study).order_by("-recorded_at", "id")
)
_SLOT_OF = Prepared(
    lambda enrollment: SlotTaken.objects.filter(enrollment=enrollment).select_related("activated")
)


def sites_of(activated: ListActivated) -> list[UUID]:
    """The sites that a list is in force at."""
    return [UUID(hex=each) for each in orjson.loads(activated.sites)]


def list_at(site_id: UUID, study: str) -> ListActivated | None:
    """The list that stands for a study at a site: the one that no other has followed."""
    rows = _OF_STUDY.rows(study)
    followed = {row.follows_id for row in rows}
    here = (row for row in rows if row.id not in followed and site_id in sites_of(row))
    return next(here, None)


def lists_at(site_id: UUID, study: str) -> list[ListActivated]:
    """Every list of a study that is or was in force at a site, the newest first.

    Kits of a list that was replaced still stand at its sites.
    """
    return [row for row in _OF_STUDY.rows(study) if site_id in sites_of(row)]


def factors_of(activated: ListActivated) -> list[tuple[str, tuple[str, ...]]]:
    """Each factor of a list with its levels, in the design's order."""
    return [(each["code"], tuple(each["levels"])) for each in orjson.loads(activated.factors)]


def stratum_of(activated: ListActivated, levels: Mapping[str, str]) -> int:
    """The number of the stratum of these levels, from 1, as the design counts; 1 where it minimizes."""
    if not activated.slots:
        return 1
    number = 0
    for code, known in factors_of(activated):
        number = number * len(known) + known.index(levels[code])
    return number + 1


def slot_of(enrollment_id: UUID) -> SlotTaken | None:
    """What is known of an enrollment that was randomized; None where it was not."""
    return _SLOT_OF.first(enrollment_id)


def kits_at(site_id: UUID, on: date) -> list[KitKnown]:
    """Kits at a site that may be drawn on a day: neither given out, nor barred, nor past use-by.

    In the order of their numbers, which tells nothing.
    """
    rows = KitKnown.objects.filter(site_id=site_id, dispensed=None, use_by__gte=on)
    barred = KitBarred.objects.filter(corrected_by=None, is_withdrawn=False, kit__site_id=site_id)
    return list(rows.exclude(id__in=barred.values("kit_id")).order_by("number"))


def kits_of(activated: ListActivated, kits: Sequence[KitKnown]) -> list[KitKnown]:
    """Those of some kits that are of a list of the same study: ``delivery`` says which."""
    lists = ListActivated.objects.filter(protocol_name=activated.protocol_name)
    own = set(KitsTakenIn.objects.filter(activated__in=lists).values_list("id", flat=True))
    return [kit for kit in kits if kit.delivery_id in own]


def last_delivery(site_id: UUID, list_id: UUID) -> KitsTakenIn | None:
    """The last delivery of a list's kits to a site."""
    rows = KitsTakenIn.objects.filter(site_id=site_id, activated_id=list_id)
    return rows.order_by("-position", "-id").first()


def used_since(delivery: KitsTakenIn, on: date) -> int:
    """How many kits of a site were drawn, barred or passed their use-by since a delivery.

    What was gone before the delivery is no part of it: the delivery filled it up again. What was used
    at its very instant is: one kit too many is asked for sooner than one too few.
    """
    here = KitKnown.objects.filter(site_id=delivery.site_id, delivery__activated=delivery.activated)
    drawn = KitDispensed.objects.filter(
        kit__in=here, recorded_at__gte=delivery.recorded_at
    ).values_list("kit_id", flat=True)
    barred = KitBarred.objects.filter(
        kit__in=here, recorded_at__gte=delivery.recorded_at, corrected_by=None, is_withdrawn=False
    ).values_list("kit_id", flat=True)
    ended = here.filter(use_by__lt=on, use_by__gte=delivery.taken_in_at.date())
    return len({*drawn, *barred, *ended.values_list("id", flat=True)})


def planned_sessions(site_id: UUID, activated: ListActivated, today: date, days: int) -> int:
    """Sessions of randomized people at a site that may come within so many days and have no kit yet."""
    slots = SlotTaken.objects.filter(activated=activated, enrollment__site_id=site_id)
    enrollments = [slot.enrollment for slot in slots.select_related("enrollment__site")]
    has_kit = set(
        KitDispensed.objects.filter(enrollment__in=enrollments).values_list(
            "enrollment_id", "visit"
        )
    )
    found = courses_of(enrollments)
    last = today + timedelta(days=days)
    return sum(
        1
        for each in enrollments
        if each.id in found and not found[each.id].is_over
        for planned in found[each.id].planned()
        if planned.visit.kind is VisitKind.DOSING
        and planned.visit.code not in found[each.id].actual
        and (each.id, planned.visit.code) not in has_kit
        and (planned.earliest is None or planned.earliest <= last)
    )


def numbers(kits: Sequence[KitKnown]) -> list[str]:
    """The numbers on their labels."""
    return [kit.number for kit in kits]
