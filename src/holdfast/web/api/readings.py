"""A reading by the interface: one FHIR Observation becomes an entry of the open session."""

import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from ninja import Router, Schema, Status

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.definitions import session as entry_kinds
from holdfast.domain.session_entries import EntryRefused, read_fields
from holdfast.interop.fhir.refusal import ReferralRefused
from holdfast.interop.fhir.vital_signs import ObservedReading, read_observation
from holdfast.records.care import Enrollment
from holdfast.records.interface_readings import corrected_by, entry_id_of
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import open_session_of
from holdfast.web.admitted import Admitted
from holdfast.web.session.raised import alarms_with
from holdfast.web.staff.who import enrollment_at

SCHEMA = 1
router = Router()
ANOTHER_PERSON = {
    "place": "Observation.subject",
    "problem": "It is about somebody else.",
    "mend": "Send it to the address of the enrollment that it is about.",
}
NOTHING_TO_CORRECT = {
    "place": "Observation.status",
    "problem": "There is no such reading in this session that it could correct.",
    "mend": "Send what was first observed as final, or name its entry in the address: ?corrects=",
}


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
    request: Admitted,
    site: str,
    enrollment_id: UUID,
    entry_id: UUID | None = None,
    corrects: UUID | None = None,
) -> Any:
    """Record a FHIR R4 Observation of vital signs in the session that goes on. Sent again, nothing changes.

    One that is amended or corrected takes the place of the entry that came under its id before, or of
    the entry that ``corrects`` names; what it corrects stays visible.
    """
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
    if any(not _is_of(enrollment, subject) for subject in read.subjects):
        return Status(422, _problem("observation-refused", **ANOTHER_PERSON))
    gone = _corrected(session, read, entry_id, corrects)
    if gone is None and (read.is_correction or corrects):
        return Status(422, _problem("nothing-to-correct", **NOTHING_TO_CORRECT))
    id_ = entry_id or entry_id_of(session.id, read, gone)
    outcome = record_entry(
        session=session,
        told=EntryTold(id_, "reading", read.at, fields, gone),
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
            "alarms": alarms_with(id_, outcome),
        },
    )


def _is_of(enrollment: Enrollment, subject: str) -> bool:
    """Whether an Observation's subject is this enrollment, by its number or by its id."""
    try:
        return UUID(subject) == enrollment.id
    except ValueError:
        return subject == enrollment.label


def _corrected(
    session: DosingSession, read: ObservedReading, entry_id: UUID | None, named: UUID | None
) -> UUID | None:
    """The entry whose place an Observation takes; None where it takes none, or there is none."""
    readings = SessionFact.objects.filter(session=session, kind="reading")
    if named is not None:
        return named if readings.filter(id=named).exists() else None
    if not read.is_correction:
        return None
    if entry_id is not None and (again := readings.filter(id=entry_id).first()):
        return again.corrects
    return corrected_by(session, read)


def _problem(error: str, **more: str) -> dict[str, str]:
    return {"error": error, **more}
