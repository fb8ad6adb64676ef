"""A reading by the interface: one FHIR Observation becomes an entry of the open session."""

import json
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone
from ninja import Router, Schema, Status

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.definitions import session as entry_kinds
from holdfast.domain.session_entries import EntryRefused, read_fields
from holdfast.interop.fhir.refusal import ReferralRefused
from holdfast.interop.fhir.vital_signs import read_observation
from holdfast.records.session_now import open_session_of
from holdfast.web.admitted import Admitted
from holdfast.web.session.raised import alarms_with
from holdfast.web.staff.who import enrollment_at

SCHEMA = 1
router = Router()
# The same Observation of the same session gets the same entry id where the client sends none.
NAMESPACE = UUID("0a4bd3b2-8f7e-4a0e-8a52-1f2f6ad3f6b1")


class Problem(Schema):
    """What stands against an Observation, where, and how to mend it."""

    schema_number: int = SCHEMA
    error: str
    place: str = ""
    problem: str = ""
    mend: str = ""


class Recorded(Schema):
    """The receipt of a reading, with the alarms that it raised."""

    schema_number: int = SCHEMA
    entry_id: UUID
    position: int
    entry_hash: str
    alarms: list[dict[str, Any]]


@router.post(
    "/sites/{site}/enrollments/{uuid:enrollment_id}/observations",
    url_name="observation",
    response={200: Recorded, 409: Problem, 422: Problem},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/fhir+json": {"schema": {"type": "object"}}},
        }
    },
)
def observation(
    request: Admitted, site: str, enrollment_id: UUID, entry_id: UUID | None = None
) -> Any:
    """Record a FHIR R4 Observation of vital signs in the session that goes on. Sent again, nothing changes."""
    enrollment = enrollment_at(request, enrollment_id)
    session = open_session_of(enrollment)
    if session is None:
        return Status(422, _problem("no-session", mend="Open the dosing session first."))
    try:
        read = read_observation(json.loads(request.body or b"null"))
        kind = entry_kinds.load().kinds["reading"]
        fields = read_fields({**read.fields, "how": "interface"}, kind, "reading")
    except (ReferralRefused, EntryRefused) as refused:
        told = {"place": refused.place, "problem": refused.problem, "mend": refused.mend}
        return Status(422, _problem("observation-refused", **told))
    except (ValueError, RecursionError):
        return Status(422, _problem("not-json", mend="Send one Observation as JSON."))
    id_ = entry_id or uuid5(
        NAMESPACE, f"{session.id}/{read.id}/{read.at}/{sorted(read.fields.items())}"
    )
    outcome = record_entry(
        session=session,
        told=EntryTold(id_, "reading", read.at, fields),
        came="interface",
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Conflict):
        mend = "This entry id came before with other content. Send another id."
        return Status(409, _problem("conflict", place="entry_id", mend=mend))
    if not isinstance(outcome, Receipt):
        return Status(422, _problem(outcome.reason))
    return Status(
        200,
        {
            "entry_id": outcome.entry_id,
            "position": outcome.position,
            "entry_hash": outcome.entry_hash,
            "alarms": alarms_with(id_),
        },
    )


def _problem(error: str, **more: str) -> dict[str, str]:
    return {"error": error, **more}
