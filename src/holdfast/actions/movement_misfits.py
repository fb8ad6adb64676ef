"""What does not fit of a movement beyond the states of its capsules: a seal, and whose kit it is."""

from holdfast.domain.accountability import Problem
from holdfast.domain.movements import (
    SEAL_PUT,
    SEAL_READ,
    TOWARDS_A_PERSON,
    Kind,
    capsules_of,
    seal_problem,
)
from holdfast.records.allocation import KitDispensed, KitKnown
from holdfast.records.supply import DrugMovement

KIT_PROBLEMS = ("kit-of-another", "kit-not-dispensed")


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
    return Problem(code, fact.id.hex, fact.container_id.hex, fact.capsules, fact.kind)


def kit_wrong(fact: DrugMovement) -> Problem | None:
    """A kit that was drawn for, or assigned to, somebody else; or one of a list drawn for nobody yet."""
    container = fact.container
    if fact.kind not in {each.value for each in TOWARDS_A_PERSON} or not container.kit_number:
        return None
    known = KitKnown.objects.filter(number=container.kit_number).first()
    drawn = KitDispensed.objects.filter(kit=known).first() if known else None
    assigned = DrugMovement.objects.filter(container=container, kind=Kind.ASSIGN.value)
    last = assigned.filter(corrected_by=None).order_by("-turn").first()
    whose = {row.enrollment_id for row in (drawn, last) if row is not None}
    code = "kit-of-another" if whose - {fact.enrollment_id} else ""
    if not code and known is not None and drawn is None:
        code = "kit-not-dispensed"
    if not code:
        return None
    return Problem(code, fact.id.hex, fact.container_id.hex, fact.capsules, fact.kind)
