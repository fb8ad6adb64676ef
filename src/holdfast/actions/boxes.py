"""Session boxes: issued before the session in sealed containers, locked at the room, and returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from holdfast.actions.movements import MovementTold, moved
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.second_person import Present
from holdfast.actions.session_planning import dosing_visit
from holdfast.actions.writing import one_transaction
from holdfast.domain.movements import CapsulesWrong, Kind, Place, capsules_of
from holdfast.records.boxes import box_of
from holdfast.records.care import Enrollment
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.records.supply import Container, CustodyPlace, DrugMovement, DrugStore

DOSES = ("initial", "supplement")


@dataclass(frozen=True, kw_only=True)
class BoxPart:
    """One sealed container of a box: for which dose, which capsules, and the number of its seal."""

    dose: str
    container: UUID
    capsules: str
    from_place: UUID
    seal: str


@one_transaction
def issue_box(
    *,
    store: DrugStore,
    enrollment: Enrollment,
    visit: str,
    parts: Sequence[BoxPart],
    to: CustodyPlace,
    present: Present,
    at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    order: UUID | None = None,
    happened: bool = False,
) -> Answered:
    """Issue the box of one session: initial and supplement apart, each sealed, to a room's lock."""
    if refusal := _box_wrong(enrollment, visit, parts, to):
        return refusal
    if not happened and (refusal := _kits_wrong(enrollment, parts)):
        return refusal
    told = [
        MovementTold(
            kind=Kind.ISSUE_BOX,
            container=part.container,
            capsules=part.capsules,
            at=at,
            from_place=part.from_place,
            to_place=to.id,
            enrollment=enrollment.id,
            visit=visit,
            dose=part.dose,
            order=order,
            seal=part.seal,
            happened=happened,
        )
        for part in parts
    ]
    return moved(store, told, present, "session-box-issued", entry_id, by, now)


def _box_wrong(
    enrollment: Enrollment, visit: str, parts: Sequence[BoxPart], to: CustodyPlace
) -> Refusal | None:
    if dosing_visit(protocol_of(enrollment), visit) is None:
        return Refusal("visit-unknown", {"visit": visit})
    if to.kind != Place.ROOM_LOCK.value:
        return Refusal("not-a-room-lock")
    doses = [part.dose for part in parts]
    if doses.count("initial") != 1 or doses.count("supplement") > 1 or not set(doses) <= set(DOSES):
        return Refusal("box-incomplete")
    if len({part.seal for part in parts}) != len(parts):
        return Refusal("seals-repeated")
    if _overlaps(parts):
        return Refusal("capsule-repeated")
    return None


def _kits_wrong(enrollment: Enrollment, parts: Sequence[BoxPart]) -> Refusal | None:
    refusals = (_part_wrong(enrollment, part) for part in parts)
    return next((refusal for refusal in refusals if refusal), None)


def _overlaps(parts: Sequence[BoxPart]) -> bool:
    """True where the same capsule lies in both: they are sealed apart."""
    try:
        named = [(part.container, n) for part in parts for n in capsules_of(part.capsules)]
    except CapsulesWrong:
        return False  # said with its own reason, by the movement
    return len(set(named)) != len(named)


def _part_wrong(enrollment: Enrollment, part: BoxPart) -> Refusal | None:
    container = Container.objects.filter(id=part.container).first()
    if container is None or not container.kit_number:
        return None  # a bottle is nobody's until it is issued
    if container.part != part.dose:
        return Refusal("box-part-wrong")
    rows = DrugMovement.objects.filter(container=container, kind=Kind.ASSIGN.value)
    whose = rows.filter(corrected_by=None).order_by("-turn").first()
    if whose is None:
        return Refusal("kit-not-assigned")
    return None if whose.enrollment_id == enrollment.id else Refusal("kit-of-another")


@one_transaction
def return_box(
    *,
    store: DrugStore,
    enrollment: Enrollment,
    visit: str,
    to: CustodyPlace,
    present: Present,
    at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
    seals: dict[UUID, str] | None = None,
    broken: Sequence[UUID] = (),
) -> Answered:
    """Bring back all that is left of a session's box. ``seals``: what is read on those still sealed."""
    left = [part for part in box_of(enrollment, visit) if part.left]
    told = [
        MovementTold(
            kind=Kind.RETURN_BOX,
            container=part.container.id,
            capsules=part.left,
            at=at,
            from_place=part.place,
            from_holder=part.holder,
            to_place=to.id,
            enrollment=enrollment.id,
            visit=visit,
            dose=part.dose,
            seal=(seals or {}).get(part.container.id, ""),
            reason="seal-broken" if part.container.id in broken else "",
        )
        for part in left
    ]
    if not told:
        earlier = DrugMovement.objects.filter(enrollment=enrollment, visit=visit)
        back = earlier.filter(kind=Kind.RETURN_BOX.value).exists()
        return Refusal("box-back-already" if back else "box-missing")
    return moved(store, told, present, "session-box-returned", entry_id, by, now)
