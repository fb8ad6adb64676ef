"""A person who may be ordered a dose, and a prescriber who may order it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from holdfast.actions.orders import OrderTold, cancel_dose_order, sign_dose_order
from holdfast.actions.signatures import sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions import jurisdictions
from holdfast.domain.authority import Act, Scope
from holdfast.records.canonical import document
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.models import Confirmation, DoseOrder, Enrollment, User, VerdictShown
from holdfast.records.protocols import protocol_of
from tests.actions.approvals import ApprovalTold, in_jurisdiction, recorded
from tests.actions.clinic import Clinic, written
from tests.actions.courses import wrote

OPEN_LABEL, OPEN_VISIT = "tga-authorised-prescriber", "dosing-1"
BLINDED_VISIT = "v5"
PRODUCT = "mdma-40-mg"
PASSED = ["age", "passed", "old-enough", "verified", None]


def approved(
    clinic: Clinic,
    enrollment: Enrollment,
    law: str = "victoria",
    holder: str = "physician",
    **changed: Any,
) -> None:
    """Everything that this law asks of a prescriber is on record, for the physician or another."""
    in_jurisdiction(clinic, law)
    protocol = protocol_of(enrollment)
    for kind in jurisdictions.load(law).required:
        if Act.PRESCRIBING in kind.acts:
            told: dict[str, Any] = {
                "kind": kind.code,
                "starts_on": date(2026, 1, 1),
                "ends_on": date(2026, 12, 31),
                "document_sha256": "cd" * 32,
            }
            whose = clinic.accounts[holder]
            told |= _named(whose, enrollment, kind.scope, (protocol.name, protocol.version))
            written(recorded(clinic, ApprovalTold(**(told | changed))))


def _named(
    holder: User, enrollment: Enrollment, scope: Any, protocol: tuple[str, int]
) -> dict[str, Any]:
    names = {
        Scope.PROTOCOL: {"protocol": protocol},
        Scope.CONSENT: {"consent_version": "1.0"},
        Scope.PRODUCT: {"product": PRODUCT},
        Scope.PERSON: {"holder": holder},
        Scope.PATIENT: {"enrollment": enrollment},
    }
    return {name: value for each in scope for name, value in names.get(each, {}).items()}


def judged(
    clinic: Clinic, enrollment: Enrollment, decision: str = "eligible", outcomes: Any = (PASSED,)
) -> VerdictShown:
    """A verdict as it stands in the record, written by the pen."""
    row = VerdictShown(
        enrollment=enrollment,
        protocol_name=enrollment.protocol_name,
        protocol_version=enrollment.protocol_version,
        protocol_sha256=enrollment.protocol_sha256,
        as_of=clinic.now.date(),
        decision=decision,
        outcomes=document(list(outcomes)).decode(),
        language="en",
        interactions_sha256="ab" * 32,
        terminology_sha256="ab" * 32,
        because="test",
        judged_at_position=1,
        findings_token=uuid4().hex * 2,
    )
    row.shown = sealed(data_key_of(enrollment.person_id, "words"), row, "shown", "{}")
    wrote(enrollment.id, row, by=clinic.physician, now=clinic.now)
    return VerdictShown.objects.get(id=row.id)


@one_transaction
def confirmed(clinic: Clinic, verdict: VerdictShown) -> Any:
    """The physician's signature under it."""
    stream = lock(verdict.enrollment_id, clinic.now)
    row = Confirmation(
        enrollment_id=verdict.enrollment_id,
        verdict=verdict,
        decision=verdict.decision,
        signature_id=uuid4(),
    )
    told = {"meaning": "confirms-verdict", "role": "physician", "by": clinic.physician}
    proof = clinic.proof(clinic.physician)
    signature = sign(stream, row.signature_id, [verdict, row], proof=proof, **told)
    sent = stream.sent("verdict-confirmed", uuid4(), {"verdict": verdict.id})
    return stream.write(sent, [signature, row], by=clinic.physician)


def let_in(clinic: Clinic, enrollment: Enrollment) -> VerdictShown:
    """An eligible verdict, confirmed."""
    verdict = judged(clinic, enrollment)
    confirmed(clinic, verdict)
    return verdict


def told_order(clinic: Clinic, **changed: Any) -> OrderTold:
    """An order of the lowest dose of the menu, for a week."""
    given: dict[str, Any] = {
        "visit": OPEN_VISIT,
        "initial_mg": Decimal(80),
        "supplement_mg": Decimal(40),
        "expires_at": clinic.now + timedelta(days=7),
        "product": PRODUCT,
    }
    return OrderTold(**(given | changed))


def ordered(clinic: Clinic, enrollment: Enrollment, told: OrderTold | None = None, **given: Any):
    """What signing an order answers."""
    by = given.pop("by", clinic.physician)
    asked = {"proof": clinic.proof(by), "entry_id": uuid4(), "now": clinic.now} | given
    return sign_dose_order(enrollment=enrollment, told=told or told_order(clinic), by=by, **asked)


def an_order(clinic: Clinic, enrollment: Enrollment, told: OrderTold | None = None) -> DoseOrder:
    """An order on record."""
    receipt = written(ordered(clinic, enrollment, told))
    return DoseOrder.objects.get(id=receipt.fact_id("records_doseorder"))


def cancelled(clinic: Clinic, order: DoseOrder, **given: Any):
    """What taking it back answers."""
    told = {"reason": "finding-changed", "entry_id": uuid4(), "by": clinic.physician}
    return cancel_dose_order(order=order, now=clinic.now, **(told | given))
