"""Routes of the API: health, worklist, a referral in, a verdict out."""

from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status

from holdfast.actions.judging import latest_verdict, not_judged_since
from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.definitions.prescreening import codes
from holdfast.interop.fhir.referral import ReferralRefused
from holdfast.records.canonical import fact_sha256
from holdfast.records.worklist import worklist as lines_of
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.referral import opened, protocol_choices, read_upload
from holdfast.web.staff.shown import shown_to
from holdfast.web.staff.who import enrollment_at, may_see_names

SCHEMA = 1
router = Router()
# The same bundle for the same site and protocol gets the same entry id where the client sends none.
ENTRY_NAMESPACE = UUID("6f1d0b6e-52c1-4f5a-9a57-0f6a0a1c7d10")


class Problem(Schema):
    """What stands against a request, where, and how to mend it."""

    error: str
    place: str = ""
    problem: str = ""
    mend: str = ""


class Refused(Schema):
    """Why a bundle was not read; every problem that was found."""

    schema_number: int = SCHEMA
    error: str = "referral-refused"
    problems: list[Problem]


class Imported(Schema):
    """The receipt of a referral."""

    schema_number: int = SCHEMA
    enrollment: UUID
    number: str
    entry_id: UUID
    position: int
    entry_hash: str
    is_new: bool
    verdict_href: str


class WorklistLineOut(Schema):
    """One line of the worklist; the person is a number here."""

    enrollment: UUID
    number: str
    waits_for: str
    decision: str
    questions: int
    since: str
    due_at: str | None
    overdue_at: str | None
    is_overdue: bool


class WorklistOut(Schema):
    """A site's worklist: overdue first, then due, then the longest waiting."""

    schema_number: int = SCHEMA
    site: str
    total: int
    lines: list[WorklistLineOut]


@router.get("/health", url_name="health", auth=None)
def health(request: Admitted) -> dict[str, Any]:
    """That the server answers; nothing about the record."""
    return {"schema_number": SCHEMA, "status": "well"}


@router.get("/sites/{site}/worklist", url_name="worklist", response=WorklistOut)
def worklist(request: Admitted, site: str, page: int = 1) -> Any:
    """Fifty lines a page."""
    seen = studies(request, "worklist.see")
    lines = lines_of(request.here, timezone.now(), seen)
    first = 50 * (min(max(page, 1), 1_000_000) - 1)
    return {
        "site": request.here.code,
        "total": len(lines),
        "lines": [_line(line) for line in lines[first : first + 50]],
    }


@router.get("/sites/{site}/enrollments/{uuid:enrollment_id}/verdict", url_name="verdict")
def verdict(request: Admitted, site: str, enrollment_id: UUID) -> dict[str, Any]:
    """The latest verdict as it was shown, with its hash."""
    enrollment = enrollment_at(request, enrollment_id)
    latest = latest_verdict(enrollment.id)
    if latest is None:
        raise Http404
    failed = not_judged_since(enrollment.id)
    return {
        "schema_number": SCHEMA,
        "number": enrollment.label,
        "verdict_sha256": fact_sha256(latest),
        "shown_at": latest.recorded_at.isoformat(),
        "not_judged_since": failed.isoformat() if failed else None,
        "verdict": shown_to(latest, with_words=may_see_names(request)),
    }


@router.post(
    "/sites/{site}/referrals",
    url_name="import-referral",
    response={200: Imported, 201: Imported, 409: Problem, 422: Refused | Problem},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/fhir+json": {"schema": {"type": "object"}},
                "application/gzip": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def import_referral(
    request: Admitted,
    response: HttpResponse,
    site: str,
    protocol: str,
    source: str = "not-recorded",
    entry_id: UUID | None = None,
) -> Any:
    """Open a referral from a FHIR R4 bundle in the body, plain or gzip. Sent again, nothing changes."""
    known = [name for name, _title in protocol_choices(request, "referral.import")]
    if protocol not in known:
        return Status(422, _problem("protocol-unknown", "protocol", ", ".join(known)))
    if source not in codes().sources:
        return Status(422, _problem("source-unknown", "source", ", ".join(codes().sources)))
    try:
        imported, digest = read_upload(request.body, request.here)
    except ReferralRefused as refused:
        return Status(422, _refused(refused))
    entry = entry_id or uuid5(ENTRY_NAMESPACE, f"{site}/{protocol}/{digest}")
    outcome = opened(request, imported, digest, protocol=protocol, source=source, entry_id=entry)
    if isinstance(outcome, Conflict):
        mend = "This entry id came before with other content. Send another id."
        return Status(409, _problem("conflict", "entry_id", mend))
    if not isinstance(outcome, Receipt):
        return Status(422, _problem(outcome.reason, "", ""))
    return Status(200, _imported(request, outcome, entry))


def _line(line: Any) -> dict[str, Any]:
    moment = line.moment
    return {
        "enrollment": line.enrollment.id,
        "number": line.enrollment.label,
        "waits_for": moment.kind,
        "decision": moment.decision,
        "questions": moment.questions,
        "since": moment.since.isoformat(),
        "due_at": moment.due_at.isoformat() if moment.due_at else None,
        "overdue_at": moment.overdue_at.isoformat() if moment.overdue_at else None,
        "is_overdue": line.is_overdue,
    }


def _problem(error: str, place: str, mend: str) -> dict[str, str]:
    return {"error": error, "place": place, "problem": "", "mend": mend}


def _refused(refused: ReferralRefused) -> dict[str, Any]:
    return {
        "error": "referral-refused",
        "problems": [
            {"error": "", "place": each.place, "problem": each.problem, "mend": each.mend}
            for each in refused.problems
        ],
    }


def _imported(request: Admitted, receipt: Receipt, entry: UUID) -> dict[str, Any]:
    enrollment = enrollment_at(request, receipt.stream_id)
    return {
        "enrollment": enrollment.id,
        "number": enrollment.label,
        "entry_id": receipt.entry_id,
        "position": receipt.position,
        "entry_hash": receipt.entry_hash,
        "is_new": receipt.entry_id == entry,
        "verdict_href": reverse("api-1:verdict", args=[enrollment.site.code, enrollment.id]),
    }
