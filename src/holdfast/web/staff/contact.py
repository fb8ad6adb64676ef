"""What a person permits of contact: as it stands, how it came about, and said anew."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.contact import permissions_of, record_contact_permission
from holdfast.actions.outcomes import Receipt
from holdfast.records.calls import ContactPermission
from holdfast.records.keys import Erased, opened
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.call_forms import CHANGE_WORDS, WAY_WORDS, ContactChangeForm
from holdfast.web.staff.who import enrollment_at, name_of


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The permission that stands, the form to say it anew, and everything said before."""
    enrollment = enrollment_at(request, enrollment_id)
    said = permissions_of(enrollment)
    form = ContactChangeForm(request.POST or None, initial=_as_it_stands(said))
    if request.method == "POST" and form.is_valid():
        outcome = record_contact_permission(
            enrollment=enrollment,
            wishes=form.wishes(),
            reason=form.cleaned_data["reason"],
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            address = reverse("staff:contact", args=[request.here.code, enrollment.id])
            return go_on(request, address, "contact-changed")
        form.add_error(None, refusal_words(outcome))
    lines = [permission_words(row) for row in said]
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "form": form,
        "stands": lines[0] if lines else None,
        "before": lines[1:],
        "done": done_words(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/contact.html", context, status=status)


def permission_words(row: ContactPermission) -> dict[str, Any]:
    """One permission in words, with who wrote it down and when."""
    ways = [str(WAY_WORDS[way]) for way in orjson.loads(row.ways)]
    contact = _("We may get in touch: %(ways)s") % {"ways": ", ".join(ways).lower()}
    lines = [contact if row.may_contact else _("We may not get in touch")]
    if row.may_contact:
        may, may_not = _("We may leave a message"), _("We leave no message")
        lines.append(may if row.may_leave_message else may_not)
    may, may_not = (
        _("We may tell the referrer about their health"),
        _("We tell the referrer nothing about their health"),
    )
    lines.append(may if row.may_tell_referrer else may_not)
    return {
        "lines": lines,
        "when": _when(row),
        "at": row.recorded_at,
        "by": row.recorded_by.login,
        "why": CHANGE_WORDS.get(row.correction_reason, ""),
    }


def _when(row: ContactPermission) -> str:
    try:
        return opened(row, "when_words") or ""
    except Erased:
        return ""


def _as_it_stands(said: list[ContactPermission]) -> dict[str, Any]:
    """The form as the last permission would fill it; nobody's yes is filled in where none was given."""
    if not said:
        return {}
    row = said[0]
    return {
        "may_contact": str(row.may_contact).lower(),
        "ways": orjson.loads(row.ways),
        "when": _when(row),
        "may_leave_message": str(row.may_leave_message).lower(),
        "may_tell_referrer": str(row.may_tell_referrer).lower(),
    }
