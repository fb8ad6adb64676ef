"""What a person shared of their own words with a role of the reader's, and nothing else of them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.records.access import roles_of
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import opened_all
from holdfast.records.own_words import shared_with
from holdfast.web.admitted import Admitted
from holdfast.web.staff.who import enrollment_at, name_of
from holdfast.web.words import role_title


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The entries that this reader was named for; the look is recorded, and the person sees it."""
    enrollment = enrollment_at(request, enrollment_id)
    roles = roles_of(request.user, request.here, timezone.now(), enrollment.protocol_name)
    rows = [] if is_erased(enrollment.person_id) else shared_with(enrollment, roles)
    texts = opened_all(rows, "words")
    shared = [
        {
            "words": text,
            "written_at": row.entry.recorded_at,
            "signed_at": row.signature.signed_at,
            "roles": [role_title(role) for role in sorted(row.readers)],
        }
        for row, text in zip(rows, texts, strict=True)
    ]
    context = {"enrollment": enrollment, "who": name_of(request, enrollment), "shared": shared}
    return render(request, "staff/shared_words.html", context)
