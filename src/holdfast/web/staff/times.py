"""Operational times of a site: our own defaults, and what the site signed in their place."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.operational_times import sign_operational_time
from holdfast.actions.outcomes import Receipt
from holdfast.definitions.operational_times import operational_times
from holdfast.records.keys import opened
from holdfast.records.people import Site
from holdfast.records.rota import standing_times
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.words import unit_words


class OperationalTimeForm(forms.Form):
    """One time that the site signs."""

    entry_id = fields.entry_id()
    code = forms.ChoiceField(
        label=_("Which time"),
        choices=lambda: [
            (code, gettext(each.wording)) for code, each in operational_times().items()
        ],
    )
    value = forms.DecimalField(
        label=_("Number, in the unit that stands beside it"),
        max_digits=6,
        decimal_places=0,
        min_value=Decimal(1),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    password = fields.password_again()


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Every operational time as it runs here; one of them is signed."""
    form = OperationalTimeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _signed(request, form)):
            return answer
    context = {"form": form, "times": times_shown(request.here), "done": done_words(request)}
    return render(request, "staff/times.html", context, status=status)


def _signed(request: Admitted, form: OperationalTimeForm) -> HttpResponse | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = sign_operational_time(
        site=request.here,
        code=form.cleaned_data["code"],
        value=form.cleaned_data["value"],
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error("value", refusal_words(outcome))
        return None
    return go_on(request, reverse("staff:times", args=[request.here.code]), "time-signed")


def times_shown(site: Site) -> list[dict[str, Any]]:
    """Each time with the number that runs, whose it is, and its bounds."""
    signed = standing_times(site)
    return [
        {
            "wording": gettext(each.wording),
            "reason": gettext(each.reason),
            "value": signed[code].value if code in signed else each.default,
            "unit": unit_words(each.unit),
            "least": each.least,
            "most": each.most,
            "default": each.default,
            "by": opened(signed[code].signature, "printed_name") if code in signed else "",
            "at": signed[code].signature.signed_at if code in signed else None,
        }
        for code, each in operational_times().items()
    ]
