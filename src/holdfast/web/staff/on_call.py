"""The number by which people in treatment reach the site at any hour; the administrator sets it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from holdfast.actions.crisis_numbers import crisis_numbers, on_call_number, set_on_call_number
from holdfast.actions.outcomes import Receipt
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.call_forms import CrisisNumberForm, OnCallForm


@require_POST
def set_number(request: Admitted, site: str) -> HttpResponse:
    """Set the number that stands on the patients' first page."""
    form = OnCallForm(request.POST, auto_id="on_call_%s")
    if form.is_valid():
        outcome = set_on_call_number(
            site=request.here,
            number=form.cleaned_data["number"],
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            back = reverse("staff:crisis-numbers", args=[request.here.code])
            return go_on(request, back, "on-call-number-set")
        form.add_error("number", refusal_words(outcome))
    context = {
        "form": CrisisNumberForm(),
        "numbers": crisis_numbers(request.here),
        "on_call": on_call_number(request.here),
        "on_call_form": form,
    }
    return render(request, "staff/crisis_numbers.html", context, status=422)
