"""A person's own account, seen from the site: whether there is one, and a code for it."""

from uuid import UUID

import segno
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt
from holdfast.actions.patients import LASTS, invite_patient
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records.forgotten import is_erased
from holdfast.records.glass import time_in_force
from holdfast.records.patients import PatientInvitation, account_of
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.who import enrollment_at, name_of


class InviteForm(forms.Form):
    """Nothing to fill in."""

    entry_id = fields.entry_id()


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The account, the invitation that stands, and a new code, which is shown once."""
    enrollment = enrollment_at(request, enrollment_id)
    form = InviteForm(request.POST if request.method == "POST" else None)
    waiting = PatientInvitation.objects.filter(person=enrollment.person_id, end=None)
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "form": form,
        "account": account_of(enrollment.person),
        "waiting": waiting.filter(valid_until__gt=timezone.now()).order_by("-position").first(),
        "erased": is_erased(enrollment.person_id),
        "days": time_in_force(enrollment.site, LASTS).days,
    }
    if form.is_bound and form.is_valid():
        code = new_code()
        outcome = invite_patient(
            enrollment=enrollment,
            code_sha256=hash_of(code),
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            address = request.build_absolute_uri(reverse("join", args=[enrollment.site.code]))
            told = {"code": code, "address": address, "picture": _drawn(f"{address}#{code}")}
            return render(request, "staff/invited.html", context | told)
        form.add_error(None, refusal_words(outcome))
    status = 422 if form.is_bound else 200
    return render(request, "staff/invite.html", context, status=status)


def _drawn(address: str) -> SafeString:
    """The address as a picture for a camera. The code stands after the #: no server is sent it."""
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(svg)  # noqa: S308 - drawn here, of our own address and code
