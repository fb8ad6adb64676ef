"""Access review: the list of who holds which role at a site, signed as it is shown, and its history."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.access_review import note_access_look, sign_access_review
from holdfast.actions.outcomes import Receipt
from holdfast.domain import access_review as rules
from holdfast.records.access_lists import (
    EVERY,
    decisions_of,
    lines_of,
    list_of_roles,
    review_standing,
    reviews_of,
    shown_text,
)
from holdfast.records.access_review import AccessReview
from holdfast.records.columns import instant_of
from holdfast.records.glass import time_in_force
from holdfast.records.keys import Erased, opened
from holdfast.records.people import StaffRecord
from holdfast.web.account.my_access import study_words
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.access_review_form import AccessReviewForm, field_of
from holdfast.web.words import role_title

CHANGES = {
    "added": _("%(who)s was given this role: %(role)s"),
    "gone": _("%(who)s does not hold this role any more: %(role)s"),
    "changed": _("Something changed about %(who)s, %(role)s"),
}
Lines = Sequence[Mapping[str, Any]]


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Everybody who holds a role here, when the next review is due, and the reviews that were signed."""
    note_access_look(site=request.here, by=request.user, now=timezone.now())
    return _page(request)


def _page(
    request: Admitted, form: AccessReviewForm | None = None, changes: Sequence[str] = ()
) -> HttpResponse:
    now = timezone.now()
    lines = list_of_roles(request.here, now)
    may_review = "access.review" in request.permissions
    if may_review and form is None:
        form = AccessReviewForm(lines=lines, reviewer=request.user.id)
        form.initial["shown"] = shown_text(request.here, lines)
    context = {
        "lines": lines_shown(lines, form if may_review else None, request.user.id),
        "form": form if may_review else None,
        "changes": changes,
        "standing": review_standing(request.here, now),
        "every": time_in_force(request.here, EVERY).days,
        "reviews": [_line(review) for review in reviews_of(request.here)],
        "done": done_words(request),
    }
    status = 422 if changes or (form is not None and form.errors) else 200
    return render(request, "staff/access_review.html", context, status=status)


@require_POST
def sign(request: Admitted, site: str) -> HttpResponse:
    """Sign the list as it was shown; refused, with what changed, where it is not that any more."""
    lines = list_of_roles(request.here, timezone.now())
    form = AccessReviewForm(request.POST, lines=lines, reviewer=request.user.id)
    if form.was_shown(request.here) != shown_text(request.here, lines):
        return _changed(request, form, lines)
    if not form.is_valid():
        return _page(request, form)
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return _page(request, form)
    outcome = sign_access_review(
        site=request.here,
        shown=form.cleaned_data["shown"],
        decisions=form.decisions(),
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        address = reverse("staff:access-review", args=[request.here.code])
        return go_on(request, address, "access-reviewed")
    form.add_error(None, refusal_words(outcome))
    return _page(request, form)


def _changed(request: Admitted, sent: AccessReviewForm, lines: Lines) -> HttpResponse:
    """The list as it is now, what was decided of it already, and what changed meanwhile."""
    before = sent.lines_shown()
    names = _names([*before, *lines])
    by_id = {str(line["assignment"]): line for line in [*before, *lines]}
    changed = rules.what_changed(before, lines)
    words = [
        str(CHANGES[what])
        % {
            "who": names[str(by_id[role]["name_record"])] or by_id[role]["login"],
            "role": role_title(str(by_id[role]["role"])),
        }
        for what, role in changed
    ]
    again = {field_of(role) for _what, role in changed}  # what changed is decided again
    kept = {
        name: value
        for name, value in sent.data.items()
        if name.startswith("decide-") and name not in again
    }
    form = AccessReviewForm(lines=lines, reviewer=request.user.id, initial=kept)
    form.initial["shown"] = shown_text(request.here, list(map(dict, lines)))
    return _page(request, form, words or [str(_("The list was not the one of this site."))])


def _names(lines: Lines) -> dict[str, str]:
    """The printed names of the rows that hold them; empty where one cannot be read."""
    ids = {str(line["name_record"]) for line in lines if line["name_record"]}
    found = {"": ""}
    for record in StaffRecord.objects.filter(id__in=ids):
        try:
            found[record.id.hex] = opened(record, "printed_name") or ""
        except Erased:
            found[record.id.hex] = ""
    return {**dict.fromkeys(ids, ""), **found}


def lines_shown(
    lines: Lines,
    form: AccessReviewForm | None,
    reviewer: UUID | None,
    decided: Mapping[UUID, rules.Decision] | None = None,
) -> list[dict[str, Any]]:
    """The lines of a list in words, with the field by which each is decided, or what was."""
    names = _names(lines)
    return [
        {
            **line,
            "who": names[str(line["name_record"])] or line["login"],
            "role": role_title(str(line["role"])),
            "study": study_words(str(line["study"]) or None),
            "since": instant_of(str(line["since"])).astimezone(UTC),
            "until": instant_of(str(line["until"])) if line["until"] else None,
            "last_log_in": _day_of(str(line["last_log_in"])),
            "field": form.field_for(str(line["assignment"])) if form else None,
            "is_own": reviewer is not None and line["account"] == reviewer.hex,
            "decision": (decided or {}).get(UUID(str(line["assignment"]))),
        }
        for line in lines
    ]


def _day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _line(review: AccessReview) -> dict[str, Any]:
    """One signed review, for the history."""
    decided = list(decisions_of(review).values())
    return {
        "id": review.id,
        "by": opened(review.signature, "printed_name"),
        "role": role_title(review.signature.role),
        "at": review.signature.signed_at,
        "kept": decided.count(rules.Decision.KEEP),
        "ended": decided.count(rules.Decision.END),
        "hash": review.shown_sha256,
    }


@require_safe
def past(request: Admitted, site: str, review_id: UUID) -> HttpResponse:
    """One signed review, as it was shown."""
    rows = [each for each in reviews_of(request.here) if each.id == review_id]
    if not rows:
        raise Http404
    note_access_look(site=request.here, by=request.user, now=timezone.now())
    review = rows[0]
    lines = lines_shown(lines_of(review.shown), None, None, decisions_of(review))
    context = {"review": _line(review), "lines": lines}
    return render(request, "staff/access_review_past.html", context)
