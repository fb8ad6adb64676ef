"""Approvals to record in tests."""

from datetime import date
from typing import Any
from uuid import uuid4

from holdfast.actions import authority
from holdfast.actions.authority import ApprovalTold
from holdfast.records.models import Approval
from tests.actions.clinic import CANARY, Clinic, written

DOCUMENT = "cd" * 32


def in_jurisdiction(clinic: Clinic, name: str = "victoria") -> None:
    """The clinic works under this law."""
    written(
        authority.set_jurisdiction(
            site=clinic.site,
            jurisdiction=name,
            proof=clinic.proof(clinic.physician),
            entry_id=uuid4(),
            by=clinic.physician,
            now=clinic.now,
        )
    )


def prescriber(clinic: Clinic, **changed: Any) -> ApprovalTold:
    """The physician's approval for one product, for a year."""
    given: dict[str, Any] = {
        "kind": "tga-authorised-prescriber",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "product": "mdma-40-mg",
        "holder": clinic.physician,
        "number": f"AP-{CANARY}",
        "document_sha256": DOCUMENT,
    }
    return ApprovalTold(**(given | changed))


def recorded(clinic: Clinic, told: ApprovalTold, **given: Any) -> Any:
    """What the action answers."""
    return authority.record_approval(
        **(
            {
                "site": clinic.site,
                "told": told,
                "proof": clinic.proof(clinic.physician),
                "entry_id": uuid4(),
                "by": clinic.physician,
                "now": clinic.now,
            }
            | given
        )
    )


def approval(clinic: Clinic, told: ApprovalTold | None = None, **given: Any) -> Approval:
    """An approval on record."""
    receipt = written(recorded(clinic, told or prescriber(clinic), **given))
    return Approval.objects.get(id=receipt.fact_id("records_approval"))
