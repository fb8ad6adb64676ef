"""What does not fit of a movement beyond the states of its capsules: a seal, whose kit it is, what was ordered."""

from datetime import datetime

from holdfast.analysis.randomization.kits import is_kit_number
from holdfast.domain.accountability import Problem
from holdfast.domain.movements import (
    SEAL_PUT,
    SEAL_READ,
    TOWARDS_A_PERSON,
    Kind,
    Place,
    capsules_of,
    seal_problem,
)
from holdfast.records.allocation import KitDispensed, KitKnown, ListActivated
from holdfast.records.allocations import list_at, sites_of
from holdfast.records.approvals import jurisdiction_fact
from holdfast.records.boxes import box_of
from holdfast.records.orders import DoseOrder, standing_order
from holdfast.records.supply import DrugMovement

KIT_PROBLEMS = ("kit-of-another", "kit-not-dispensed", "kit-number-mistyped")
BOX_PROBLEMS = ("box-not-in-a-lock", "box-not-ordered", "more-than-ordered", "seal-repeated")


def misfits(fact: DrugMovement, now: datetime) -> list[Problem]:
    """Everything of this kind that does not fit of a movement that is about to be written."""
    found = [seal_wrong(fact) or kit_wrong(fact) or number_wrong(fact)]
    if fact.kind == Kind.ISSUE_BOX.value:
        found += [_problem(code, fact) for code in _box_wrong(fact, now)]
    return [one for one in found if one is not None]


def _problem(code: str, fact: DrugMovement) -> Problem:
    return Problem(code, fact.id.hex, fact.container_id.hex, fact.capsules, fact.kind)


def _box_wrong(fact: DrugMovement, now: datetime) -> list[str]:
    """Why this may not be issued as part of the box of a session."""
    assert fact.enrollment is not None
    assert fact.to_place is not None
    standing = standing_order(fact.enrollment, fact.visit, now)
    # Where no law is on record nobody can be a prescriber by it: the order is given in the session.
    is_asked = jurisdiction_fact(fact.store.site) is not None or fact.order is not None
    checks = {
        "box-not-in-a-lock": fact.to_place.kind != Place.ROOM_LOCK.value,
        "box-not-ordered": is_asked and (standing is None or standing.id != fact.order),
        "more-than-ordered": standing is not None and _is_too_much(fact, standing),
        "seal-repeated": _is_on_another(fact),
    }
    return [code for code, is_so in checks.items() if is_so]


def _is_too_much(fact: DrugMovement, order: DoseOrder) -> bool:
    """More of bottles than was ordered for this dose, with what stands in the room for it.

    What is in a kit nobody here reckons.
    """
    assert fact.enrollment is not None
    one = fact.container.nominal_mg
    if one is None or fact.container.kit_number:
        return False
    ordered = order.initial_mg if fact.dose == "initial" else order.supplement_mg
    there = sum(
        (part.container.nominal_mg or 0) * len(capsules_of(part.left))
        for part in box_of(fact.enrollment, fact.visit)
        if part.dose == fact.dose and part.left
    )
    return len(capsules_of(fact.capsules)) * one + there > (ordered or 0)


def _is_on_another(fact: DrugMovement) -> bool:
    """The number of this seal stands on another container of the same box."""
    rows = DrugMovement.objects.filter(
        enrollment=fact.enrollment, visit=fact.visit, kind=Kind.ISSUE_BOX.value, corrected_by=None
    )
    others = rows.exclude(container=fact.container, dose=fact.dose)
    return bool(fact.seal) and others.filter(seal=fact.seal).exists()


def seal_wrong(fact: DrugMovement) -> Problem | None:
    """A seal that was read broken, or with another number than was put on before."""
    if fact.kind not in {each.value for each in SEAL_READ}:
        return None
    before = DrugMovement.objects.filter(
        container_id=fact.container_id, kind__in=[each.value for each in SEAL_PUT]
    ).filter(corrected_by=None)
    own = set(capsules_of(fact.capsules))
    put = next(
        (row.seal for row in before.order_by("-turn") if own & set(capsules_of(row.capsules))), ""
    )
    code = seal_problem(fact.seal, put, fact.reason == "seal-broken")
    if not code:
        return None
    return _problem(code, fact)


def kit_wrong(fact: DrugMovement) -> Problem | None:
    """A kit of somebody else, or of another visit; or one that was drawn for nobody, or is on no list.

    Where no list stands for the person's study, kits come from elsewhere and are known by their labels.
    """
    container = fact.container
    if fact.kind not in {each.value for each in TOWARDS_A_PERSON} or not container.kit_number:
        return None
    known = KitKnown.objects.filter(number=container.kit_number).first()
    drawn = KitDispensed.objects.filter(kit=known).first() if known else None
    assigned = DrugMovement.objects.filter(container=container, kind=Kind.ASSIGN.value)
    last = assigned.filter(corrected_by=None).order_by("-turn").first()
    whose = {row.enrollment_id for row in (drawn, last) if row is not None}
    of_visit = fact.visit or (fact.session.visit if fact.session else "")
    is_other = bool(drawn and of_visit and drawn.visit != of_visit)
    code = "kit-of-another" if is_other or whose - {fact.enrollment_id} else ""
    if not code and drawn is None and (known is not None or _has_a_list(fact)):
        code = "kit-not-dispensed"
    if not code:
        return None
    return _problem(code, fact)


def _has_a_list(fact: DrugMovement) -> bool:
    """Whether a list of this house stands for the study of whoever it is for."""
    whose = fact.enrollment
    return whose is not None and list_at(whose.site_id, whose.protocol_name) is not None


def number_wrong(fact: DrugMovement) -> Problem | None:
    """A kit that is received under a number that no list of this house could hold: a slip, or no kit of it."""
    number, store = fact.container.kit_number, fact.store
    if fact.kind != Kind.RECEIVE.value or not number or is_kit_number(number):
        return None
    lists = ListActivated.objects.all()
    if store.study:
        lists = lists.filter(protocol_name=store.study)
    is_of_ours = any(store.site_id in sites_of(each) for each in lists)
    return _problem("kit-number-mistyped", fact) if is_of_ours else None
