"""Which approvals an act needs on a day, and how each stands: what a gate would be told."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.actions.judging import local_date
from holdfast.domain.authority import Act, Intent
from holdfast.records.approvals import findings_of_act
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.authority_forms import CheckForm
from holdfast.web.staff.authority_words import finding_shown


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """The form, and the findings once an act and a day are named."""
    now = timezone.now()
    asked = request.GET if "act" in request.GET else None
    form = CheckForm(
        asked,
        site=request.here,
        now=now,
        seen=studies(request, "authority.see"),
        initial={"on": local_date(request.here, now)},
    )
    if asked is None:
        return render(request, "staff/authority_check.html", {"form": form})
    if not form.is_valid():
        return render(request, "staff/authority_check.html", {"form": form}, status=422)
    found = findings_of_act(request.here, _intent(form), form.cleaned_data["on"])
    context = {
        "form": form,
        "findings": [finding_shown(finding) for finding in found],
        "on": form.cleaned_data["on"],
    }
    return render(request, "staff/authority_check.html", context)


def _intent(form: CheckForm) -> Intent:
    typed = form.cleaned_data
    return Intent(
        act=Act(typed["act"]),
        protocol=typed["protocol"] or None,
        consent=typed["consent"] or None,
        product=typed["product"] or None,
        person=UUID(typed["person"]).hex if typed["person"] else None,
        patient=UUID(typed["patient"]).hex if typed["patient"] else None,
    )
