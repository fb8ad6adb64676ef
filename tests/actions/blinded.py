"""Somebody with an arm in the sealed room, as the tests of breaking a blind need them."""

from uuid import uuid4

from django.db import transaction

from holdfast.actions.code_breaks import Broken, break_code
from holdfast.actions.outcomes import Receipt
from holdfast.actions.sealed_room import first_or_open_room
from holdfast.records.models import CodeBreak, Enrollment, User
from tests.actions.clinic import Clinic

ARM = "mdma"
CANARY_ARM = "canaryarm-of-the-sealed-room"
REASON = "treatment-depends"


def allocated(enrollment: Enrollment, arm: str = ARM) -> None:
    """Put an arm into the sealed room, as randomizing does."""
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
