"""Somebody with an arm in the sealed room, as the tests of breaking a blind need them."""

from pathlib import Path
from uuid import uuid4

from django.db import transaction

from holdfast.actions.code_breaks import Broken, break_code
from holdfast.actions.outcomes import Receipt
from holdfast.actions.sealed_room import first_or_open_room
from holdfast.records.models import CodeBreak, Enrollment, User
from holdfast.unblinded import doors
from tests.actions.allocating import a_list, hold_open, randomized
from tests.actions.clinic import Clinic, written
from tests.actions.running import add_person

ARM = "mdma"
CANARY_ARM = "canaryarm-of-the-sealed-room"
REASON = "treatment-depends"


def randomized_truly(clinic: Clinic, enrollment: Enrollment, folder: Path, monkeypatch) -> str:
    """Randomize somebody from a list that two people activated; the arm that the room gives them."""
    add_person(clinic, "lead", "site-lead")
    add_person(clinic, "keeper", "pharmacist-unblinded")
    a_list(clinic, folder)
    hold_open(monkeypatch)
    written(randomized(clinic, enrollment))
    return doors.arm_of(enrollment.id)


def allocated(enrollment: Enrollment, arm: str = ARM) -> None:
    """Put any arm into the sealed room, with no list behind it: ``verify`` would find it."""
    with transaction.atomic():
        first_or_open_room().put("given", enrollment.id.hex, {"arm": arm})


def broke(clinic: Clinic, enrollment: Enrollment, by: User | None = None, **given) -> Broken:
    """Break the blind of somebody in an emergency."""
    user = by or clinic.physician
    told = {"reason_code": REASON, "words": "", "proof": clinic.proof(user), "entry_id": uuid4()}
    return break_code(enrollment=enrollment, by=user, now=clinic.now, **(told | given))


def broken(clinic: Clinic, enrollment: Enrollment, **given) -> CodeBreak:
    """The same; the fact of it."""
    answer = broke(clinic, enrollment, **given)
    assert isinstance(answer.answered, Receipt), answer.answered
    return CodeBreak.objects.select_related("enrollment__site").order_by("-position")[0]
