"""Opening a dosing session from its page, behind the gate before it."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_opening import open_session
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.session.forms import OpenSessionForm
from holdfast.web.session.pages import session_page
from holdfast.web.staff.who import enrollment_at


@require_POST
def open_it(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Open a session; what the gate before it says keeps it shut."""
    enrollment = enrollment_at(request, enrollment_id)
    form = OpenSessionForm(request.POST, enrollment=enrollment)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("visit", "began_at", "entry_id")}
        now = timezone.now()
        outcome = open_session(enrollment=enrollment, by=request.user, now=now, **told)
        if isinstance(outcome, Receipt):
            address = reverse("session:page", args=[site, enrollment_id])
            return go_on(request, address, "session-opened")
        form.add_error(None, refusal_words(outcome))
    return session_page(request, enrollment, None, form)
