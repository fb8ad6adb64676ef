"""What is refused of a movement before anything is written: what cannot be meant as it was told."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.movement_told import MovementTold, NewContainer
from holdfast.actions.outcomes import Refusal
from holdfast.domain.movements import (
    CORRECTION_REASONS,
    KINDS,
    MOST_CAPSULES,
    REASONS,
    CapsulesWrong,
    Kind,
    Needs,
    canonical,
    capsules_of,
)
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.orders import standing_order
from holdfast.records.people import User
from holdfast.records.session import DosingSession
from holdfast.records.supply import Container, CustodyPlace, DrugMovement, DrugStore

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DOSES = ("", "initial", "supplement")
# Where nobody said where it is kept then: in the lock of the room to which it was issued.
_STAYS_IN_THE_ROOM = (Kind.REFUSED, Kind.SPAT)


@dataclass(frozen=True)
class Checked:
    """A movement that can be meant: its container, the fact, and whom it gives something."""

    container: Container
    is_new: bool
    movement: DrugMovement
    turns: int  # movements of the container so far
    benefits: frozenset[UUID]


def checked(
    store: DrugStore, told: MovementTold, entry_id: UUID, now: datetime
) -> Checked | Refusal:
    """A movement with everything that it names; the first reason why it cannot be meant."""
    needs = KINDS[told.kind]
    container = _container(store, told, entry_id, now)
    if isinstance(container, Refusal):
        return container
    try:
        capsules = canonical(told.capsules)
    except CapsulesWrong as wrong:
        return Refusal(wrong.reason)
    if capsules_of(capsules)[-1] > container.size or len(capsules) > 400:
        return Refusal("capsule-unknown", {"size": container.size})
    for refusal in (
        Refusal("moment-in-the-future") if told.at > now else None,
        _said_too_little(told, needs),
        _ends_wrong(store, told, now),
        _person_wrong(store, told, needs),
        _correction_wrong(told, container),
        _dose_missing(told, container),
    ):
        if refusal:
            return refusal
    to_place = told.to_place
    if told.kind in _STAYS_IN_THE_ROOM and to_place is None:
        to_place = _box_place(container)
    if needs.target == "place" and to_place is None:
        return Refusal("place-missing")
    turns = DrugMovement.objects.filter(container=container).count()
    visit = _visit_of(told)
    fact = DrugMovement(
        id=uuid5(entry_id, "movement"),
        corrects_id=told.corrects,
        correction_reason=told.correction_reason,
        container=container,
        kind=told.kind.value,
        capsules=capsules,
        at=told.at,
        from_place_id=told.from_place,
        from_holder_id=told.from_holder,
        to_place_id=to_place,
        to_holder_id=told.to_holder,
        enrollment_id=told.enrollment,
        session_id=told.session,
        visit=visit,
        dose=told.dose or (container.part if container.kit_number else ""),
        order=told.order or _order_of(told, visit, now),
        seal=told.seal,
        document_sha256=told.document_sha256,
        reason=told.reason,
        minutes=told.minutes,
        came=told.came,
    )
    benefits = {told.to_holder} if told.to_holder else set()
    is_new = not isinstance(told.container, UUID)
    return Checked(container, is_new, fact, turns, frozenset(benefits))


def _container(
    store: DrugStore, told: MovementTold, entry_id: UUID, now: datetime
) -> Container | Refusal:
    if isinstance(told.container, UUID):
        found = Container.objects.filter(id=told.container).first()
        return found or Refusal("container-unknown")
    if told.kind is not Kind.RECEIVE:
        return Refusal("container-unknown")
    new = told.container
    if refusal := _label_wrong(new):
        return refusal
    if Container.objects.filter(code=new.code).exists():
        return Refusal("container-received-already")
    kit = Container.objects.filter(kit_number=new.kit_number, part=new.part)
    if new.kit_number and kit.exists():
        return Refusal("kit-received-already")
    if new.use_by < local_date(store.site, told.at) and not told.happened:
        return Refusal("lot-expired")
    return Container(
        id=uuid5(entry_id, "container"),
        store=store,
        code=new.code,
        part=new.part,
        kit_number=new.kit_number or None,
        lot=new.lot,
        product=new.product.strip(),
        nominal_mg=new.nominal_mg,
        size=new.size,
        use_by=new.use_by,
    )


def _label_wrong(new: NewContainer) -> Refusal | None:
    if new.size < 1:
        return Refusal("count-negative")
    if new.size > MOST_CAPSULES or not 0 < len(new.product.strip()) <= 80:
        return Refusal("label-does-not-fit")
    labels = [new.code, *(each for each in (new.kit_number, new.lot) if each)]
    if not all(_LABEL.fullmatch(each) for each in labels):
        return Refusal("label-does-not-fit")
    if new.part not in Container.PARTS or (new.part == "bottle") != (not new.kit_number):
        return Refusal("label-does-not-fit")
    if new.kit_number and new.lot:
        return Refusal("kit-names-no-lot")  # what is in a kit is the sealed room's alone
    if new.nominal_mg is not None and not (new.nominal_mg.is_finite() and new.nominal_mg > 0):
        return Refusal("count-negative")
    return None


def _said_too_little(told: MovementTold, needs: Needs) -> Refusal | None:
    """What a kind must say and does not, or says in a way that nobody knows."""
    known = REASONS.get(told.kind, ())
    reason = told.reason or (told.correction_reason if told.kind is Kind.CORRECT else "")
    if (needs.reason or reason) and reason not in known:
        return Refusal("reason-unknown")
    if needs.seal and not told.seal and told.reason != "seal-broken":
        return Refusal("seal-missing")
    if told.seal and not _LABEL.fullmatch(told.seal):
        return Refusal("seal-does-not-fit")
    if needs.minutes and told.minutes is None:
        return Refusal("minutes-missing")
    if told.minutes is not None and not 0 <= told.minutes <= 1440:
        return Refusal("count-negative")
    if told.document_sha256 and not _DIGEST.fullmatch(told.document_sha256):
        return Refusal("document-does-not-fit")
    if told.came not in DrugMovement.CAME or told.dose not in _DOSES:
        return Refusal("label-does-not-fit")
    if told.signed_paper is not None and told.came != "paper":
        return Refusal("second-missing")
    return None


def _ends_wrong(store: DrugStore, told: MovementTold, now: datetime) -> Refusal | None:
    """Why it cannot come from there or go there."""
    needs = KINDS[told.kind]
    if (told.from_place and told.from_holder) or (told.to_place and told.to_holder):
        return Refusal("place-unclear")
    if needs.source == "place" and told.from_place is None:
        return Refusal("place-missing")
    if needs.source == "any" and not (told.from_place or told.from_holder):
        return Refusal("place-missing")
    for end in (told.from_place, told.to_place):
        if end is None:
            continue
        place = CustodyPlace.objects.filter(id=end).first()
        is_far = told.kind is Kind.TRANSFER_OUT and end == told.to_place
        if place is None or (place.store_id != store.id and not is_far):
            return Refusal("place-unknown")
        if place.is_withdrawn and end == told.to_place:
            return Refusal("place-given-up")
    for holder in (told.from_holder, told.to_holder):
        user = User.objects.filter(id=holder).first() if holder else None
        if holder and (user is None or not access.roles_of(user, store.site, now)):
            return Refusal("holder-unknown")
    return None


def _person_wrong(store: DrugStore, told: MovementTold, needs: Needs) -> Refusal | None:
    """Why it is not of this person, or not of this session."""
    if told.enrollment is None:
        return Refusal("person-missing") if needs.enrollment else None
    enrollment = Enrollment.objects.filter(id=told.enrollment, site=store.site).first()
    if enrollment is None or store.study not in (None, enrollment.protocol_name):
        return Refusal("person-unknown")
    if needs.session and told.session is None and not told.visit:
        return Refusal("session-missing")
    if told.session is not None:
        rows = DosingSession.objects.filter(id=told.session, enrollment=enrollment)
        session = rows.first()
        if session is None or told.visit not in ("", session.visit):
            return Refusal("session-of-another")
    return None


def _correction_wrong(told: MovementTold, container: Container) -> Refusal | None:
    if told.corrects is None:
        return Refusal("nothing-to-correct") if told.kind is Kind.CORRECT else None
    if told.correction_reason not in CORRECTION_REASONS:
        return Refusal("reason-unknown")
    before = DrugMovement.objects.filter(id=told.corrects, container=container).first()
    if before is None or before.kind == Kind.CORRECT.value:
        return Refusal("nothing-to-correct")
    if DrugMovement.objects.filter(corrects=before).exists():
        return Refusal("already-corrected")
    return None


def _dose_missing(told: MovementTold, container: Container) -> Refusal | None:
    """A bottle is for either dose: for which of the two it was issued, a gate must know."""
    is_clear = told.dose or container.kit_number or told.kind is not Kind.ISSUE_BOX
    return None if is_clear else Refusal("dose-missing")


def _visit_of(told: MovementTold) -> str:
    """The visit that a box is issued for: as it was told, or that of the session that was named."""
    if told.visit or told.kind is not Kind.ISSUE_BOX or told.session is None:
        return told.visit
    return DosingSession.objects.get(id=told.session).visit


def _order_of(told: MovementTold, visit: str, now: datetime) -> UUID | None:
    """The order on which a box is issued: the one that stands for its visit."""
    if told.kind is not Kind.ISSUE_BOX or told.enrollment is None:
        return None
    order = standing_order(Enrollment.objects.get(id=told.enrollment), visit, now)
    return order.id if order else None


def _box_place(container: Container) -> UUID | None:
    rows = DrugMovement.objects.filter(container=container, kind=Kind.ISSUE_BOX.value)
    last = rows.filter(corrected_by=None).order_by("-turn").first()
    return last.to_place_id if last else None
