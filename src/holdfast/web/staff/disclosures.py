"""Who looked at a person's record, what of it was handed out, and the person's own copy."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from holdfast.domain.glass import Verdict
from holdfast.records.looks import emergency_openings, handed_out, looks_at
from holdfast.records.patients import open_copy_request
from holdfast.web.admitted import Admitted, studies
from holdfast.web.glass.words import REASONS, VERDICTS
from holdfast.web.own_copy import hand_out
from holdfast.web.staff.who import enrollment_at
from holdfast.web.words import HANDED_OUT, PARTS, role_title


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Everybody who looked, everything handed out and every emergency opening, newest first."""
    enrollment = enrollment_at(request, enrollment_id)
    seen = studies(request, "disclosures.see")
    context = {"enrollment": enrollment, "number": enrollment.label}
    context["asked"] = open_copy_request(enrollment.person_id)
    context |= looked_shown(enrollment.person_id, seen)
    return render(request, "staff/disclosures.html", context)


def looked_shown(person_id: UUID, seen: frozenset[str] | None = None) -> dict[str, Any]:
    """What is shown of who looked at a person's record, in words."""
    return {
        "looks": [
            {
                "day": each.day,
                "part": PARTS[each.part],
                "who": each.who,
                "roles": [role_title(role) for role in each.roles],
                "in_emergency": each.in_emergency,
            }
            for each in looks_at(person_id, seen)
        ],
        "disclosures": [
            {
                "what": HANDED_OUT.get(each.kind, each.kind),
                "at": each.at,
                "who": each.who,
                "roles": [role_title(role) for role in each.roles],
                "hash": each.sha256,
            }
            for each in handed_out(person_id, seen)
        ],
        "openings": [
            {
                "at": each.at,
                "until": each.until,
                "who": each.who,
                "roles": [role_title(role) for role in each.roles],
                "reason": REASONS.get(each.reason, each.reason),
                "verdict": VERDICTS[Verdict(each.verdict)] if each.verdict else "",
            }
            for each in emergency_openings(person_id, seen)
        ],
    }


@require_POST
def own_copy(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The person's own copy, as one ZIP; that it was made is recorded before it is given."""
    enrollment = enrollment_at(request, enrollment_id)
    made = hand_out(enrollment, entry_id=uuid4(), by=request.user, now=timezone.now())
    response = HttpResponse(made, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{enrollment.label}-record.zip"'
    return response
