"""The attendant's page of the night: looks, what is felt, drunk and given, who was called, the morning."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from holdfast.domain.night import PREFERENCE
from holdfast.web.admitted import Admitted
from holdfast.web.session.page_words import panel_words
from holdfast.web.session.pages import session_at
from holdfast.web.session.telephone import numbers_of, on_call_number


@require_safe
def night(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The night of the newest session of somebody; its script keeps it current, and works alone."""
    enrollment, session = session_at(request, enrollment_id)
    if session is None:
        return redirect("session:page", site, enrollment_id)
    wanted = f"?session={session.id}"
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "session": session,
        "words": panel_words(request.here),
        "person": str(request.user.id),
        "may_run": "session.run" in request.permissions,
        "preference": PREFERENCE,
        "telephone": on_call_number(request.here),
        "numbers": numbers_of(request.here),
        "now_at": reverse("session:now", args=[site, enrollment.id]) + wanted,
        "live_at": reverse("session:live", args=[site]),
    }
    return render(request, "session/night.html", context)
