"""Dispensing: a kit of what the person's arm is given, drawn in the sealed room, told by its number alone."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions import sealed_room
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction, refused_where_erased
from holdfast.domain.schedule import Schedule, Visit, VisitKind
from holdfast.records.allocation import KitBarred, KitDispensed, KitKnown, SlotTaken
from holdfast.records.allocations import kits_at, last_delivery, numbers, slot_of, used_since
from holdfast.records.care import Enrollment
from holdfast.records.orders import standing_order
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.unblinded import stock
from holdfast.unblinded.lists import rule_told

PERMISSION = "kit.dispense"


@refused_where_erased
@one_transaction
def dispense(
    *, enrollment: Enrollment, visit: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Draw a kit for a visit: of the right content, here, in date, not barred, under a standing order.

    What is refused, and how, is the same whatever the person's arm is.
    """
    if refusal := refused(by, enrollment, PERMISSION, now):
        return refusal
    # The kits of a site are drawn one after the other, and never before its last delivery.
    stream = lock(enrollment.id, lock(enrollment.site_id, now).now)
    sent = stream.sent("kit-dispensed", entry_id, {"visit": visit})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    slot = slot_of(enrollment.id)
    if slot is None:
        return Refusal("not-randomized")
    schedule = protocol_of(enrollment).schedule
    planned = schedule.visit(visit) if schedule else None
    if schedule is None or planned is None or planned.kind is not VisitKind.DOSING:
        return Refusal("visit-unknown", {"visit": visit})
    before = list(KitDispensed.objects.filter(enrollment=enrollment))
    if any(each.visit == visit and not _is_barred(each.kit_id) for each in before):
        return Refusal("dispensed-already")
    order = standing_order(enrollment, visit, stream.now)
    if order is None:
        return Refusal("no-standing-order")
    kit = _drawn(enrollment, slot, schedule, planned, len(before), stream.now)
    if isinstance(kit, Refusal):
        return kit
    fact = KitDispensed(
        id=uuid5(entry_id, "dispensed"),
        enrollment=enrollment,
        kit=kit,
        visit=visit,
        order=order.id,
        dispensed_at=stream.now,
        dispensed_by=by,
    )
    letter = message("kit-dispensed", fact.id, site=enrollment.site_id.hex)
    return stream.write(sent, [fact, letter], by=by, values={"visit": visit, "kit": kit.number})


def _is_barred(kit_id: UUID) -> bool:
    rows = KitBarred.objects.filter(kit_id=kit_id, corrected_by=None, is_withdrawn=False)
    return rows.exists()


def _drawn(
    enrollment: Enrollment,
    slot: SlotTaken,
    schedule: Schedule,
    visit: Visit,
    drawn_before: int,
    now: datetime,
) -> KitKnown | Refusal:
    stage = next((each for each in schedule.stages if each.code == visit.stage), None)
    is_blinded = stage is None or stage.is_blinded
    room = sealed_room.open_room()
    told = rule_told(room, slot.activated_id, "dispense")
    if not stock.gives_kits(told, visit.code, is_blinded=is_blinded):
        return Refusal("visit-not-from-kits", {"visit": visit.code})
    today = local_date(enrollment.site, now)
    delivery = last_delivery(enrollment.site_id, slot.activated_id)
    # By what everybody may know: were it by what is left inside, the moment of it would tell how the
    # kits that were drawn split.
    if delivery is None or used_since(delivery, today) >= delivery.complement:
        return Refusal("no-kit-here")
    here = kits_at(enrollment.site_id, today)
    number = stock.draw(
        room,
        slot.activated_id,
        enrollment.id,
        visit.code,
        is_blinded=is_blinded,
        numbers=numbers(here),
        purpose=(str(slot.number), visit.code, str(drawn_before)),
    )
    found = next((kit for kit in here if kit.number == number), None)
    return found or Refusal("no-kit-here")
