"""Who looked at a person's record, what of it was handed out, and the person's own copy."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.records.erasure import Disclosure, Look
from holdfast.web.admitted import Admitted, studies
from holdfast.web.own_copy import hand_out
from holdfast.web.staff.who import enrollment_at

PART_WORDS = {
    "night": _("at night"),
    "morning": _("in the morning"),
    "afternoon": _("in the afternoon"),
    "evening": _("in the evening"),
}
KIND_WORDS = {
    "own-copy": _("The person's own copy of the record"),
    "verdict-pdf": _("The verdict on paper"),
}
MOST = 500


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Everybody who looked and everything handed out, newest first."""
    enrollment = enrollment_at(request, enrollment_id)
    looks = Look.objects.filter(person_id=enrollment.person_id).select_related("viewer")
    given = Disclosure.objects.filter(person_id=enrollment.person_id).select_related("recorded_by")
    if (seen := studies(request, "disclosures.see")) is not None:
        looks = looks.filter(enrollment__protocol_name__in=seen)
        given = given.filter(enrollment__protocol_name__in=seen)
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "looks": [
            {"day": row.day, "part": PART_WORDS[row.part], "who": row.viewer.login}
            for row in looks.order_by("-recorded_at", "-id")[:MOST]
        ],
        "disclosures": [
            {
                "what": KIND_WORDS.get(row.kind, row.kind),
                "at": row.recorded_at,
                "who": row.recorded_by.login,
                "hash": row.content_sha256,
            }
            for row in given.order_by("-recorded_at", "-id")[:MOST]
        ],
    }
    return render(request, "staff/disclosures.html", context)


@require_POST
def own_copy(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The person's own copy, as one ZIP; that it was made is recorded before it is given."""
    enrollment = enrollment_at(request, enrollment_id)
    made = hand_out(enrollment, entry_id=uuid4(), by=request.user, now=timezone.now())
    response = HttpResponse(made, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{enrollment.label}-record.zip"'
    return response
