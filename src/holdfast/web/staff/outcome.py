"""What follows an act about one person: on to the screening, or the reason why not on the form."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.records.care import Enrollment
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.refusals import refusal_words


def onward(
    request: Admitted, enrollment: Enrollment, form: forms.Form, outcome: Answered, done: str
) -> HttpResponse | None:
    """On to the screening where it was written; None, with the reason on the form, where not."""
    if isinstance(outcome, Receipt):
        address = reverse("staff:screening", args=[enrollment.site.code, enrollment.id])
        return go_on(request, address, done)
    form.add_error(None, refusal_words(outcome))
    return None
