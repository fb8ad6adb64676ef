"""Emergency unblinding: why, who one is, and the arm, once. No more acts than that."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.actions.code_breaks import Broken, break_code
from holdfast.actions.guesses import arms_of
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.domain.unblinding import Outcome
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.protocols import ProtocolChanged
from holdfast.records.unblinding_reads import seat_holders
from holdfast.web.admitted import Admitted
from holdfast.web.reauthentication import in_emergency, not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.session.telephone import numbers_of
from holdfast.web.staff.who import enrollment_at
from holdfast.web.unblinding.forms import EmergencyForm
from holdfast.web.unblinding.words import SEATS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The form; and to who proved who they are, in the very answer to it, the arm.

    The arm stands in no address, no session and no page that could be asked for again: the same
    form sent twice gets the receipt of the first.
    """
    enrollment = enrollment_at(request, enrollment_id)
    form = EmergencyForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid() and (shown := _broken(request, enrollment, form)):
            return shown
        return _form(request, enrollment, form, status=422)
    return _form(request, enrollment, form)


def _form(
    request: Admitted, enrollment: Enrollment, form: EmergencyForm, status: int = 200
) -> HttpResponse:
    context = {"form": form, "enrollment": enrollment, "number": enrollment.label}
    return render(request, "unblinding/emergency.html", context, status=status)


def _broken(request: Admitted, enrollment: Enrollment, form: EmergencyForm) -> HttpResponse | None:
    told = form.cleaned_data
    apart = in_emergency(request)
    proof = prove(request, told["password"], apart=apart)
    if proof is None:
        form.add_error("password", not_proved(request, told["password"], apart=apart))
        return None
    broken = break_code(
        enrollment=enrollment,
        reason_code=told["reason"],
        words=told["words"],
        proof=proof,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(broken.answered, Refusal):
        form.add_error(None, refusal_words(broken.answered))
        return None
    return shown_once(request, enrollment, broken)


def shown_once(request: Admitted, enrollment: Enrollment, broken: Broken) -> HttpResponse:
    """What breaking gave: the arm, or plainly why there is none and what to do instead."""
    outcome = broken.outcome if isinstance(broken.answered, Receipt) else None
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "is_shown": outcome is Outcome.SHOWN,
        "is_not_randomized": outcome is Outcome.NOT_RANDOMIZED,
        "is_not_readable": outcome is Outcome.NOT_READABLE,
        "arm": arm_words(enrollment, broken.arm),
        "words_kept": broken.words_kept,
        "numbers": numbers_of(enrollment.site),
        "told": _told(enrollment),
    }
    return render(request, "unblinding/shown.html", context)


def arm_words(enrollment: Enrollment, arm: str) -> str:
    """What the protocol calls an arm; its code where the protocol cannot be read."""
    try:
        return arms_of(enrollment).get(arm, arm)
    except ProtocolChanged:
        return arm


def _told(enrollment: Enrollment) -> list[dict[str, Any]]:
    held = seat_holders(enrollment.site)
    return [
        {
            "seat": title,
            "who": printed_name(held[seat]) if seat in held else _("by the site's own channel"),
        }
        for seat, title in SEATS.items()
    ]
