"""For a site lead: whose assignments are paused. The page never says by whom or why."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions.outcomes import Receipt
from holdfast.actions.pauses import lift_pauses, pause_assignments
from holdfast.records.access import permissions_of, printed_name
from holdfast.records.concern_reads import READ
from holdfast.records.pauses import open_pauses
from holdfast.records.people import RoleAssignment, Site, User
from holdfast.web.admitted import Admitted
from holdfast.web.concerns.forms import LiftForm, PauseForm
from holdfast.web.concerns.words import PAUSED
from holdfast.web.refusals import refusal_words

PATIENT = "patient"


def people_at(site: Site, now: datetime) -> list[tuple[str, str]]:
    """Everybody who works at a site, by printed name; whoever reads concerns is not among them."""
    rows = RoleAssignment.objects.filter(site=site, corrected_by=None, user__is_active=True)
    users = {row.user_id: row.user for row in rows.exclude(role=PATIENT).select_related("user")}
    return sorted(
        (
            (str(user.id), printed_name(user))
            for user in users.values()
            if READ not in permissions_of(user, site, now)
        ),
        key=lambda pair: pair[1],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Whose assignments are paused; pause somebody's, and lift what was paused from here."""
    people = people_at(request.here, timezone.now())
    form = PauseForm(people=people)
    if request.method != "POST":
        return _page(request, form)
    if request.POST.get("do") == "lift":
        return _lift(request, form)
    form = PauseForm(request.POST, people=people)
    if not form.is_valid():
        return _page(request, form, status=422)
    outcome = pause_assignments(
        site=request.here,
        user=User.objects.get(id=form.cleaned_data["person"]),
        reason=form.cleaned_data["reason"],
        **_told(request, form),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _page(request, form, status=422)
    return _page(request, PauseForm(people=people), done=_("Paused."))


def _told(request: Admitted, form: forms.Form) -> dict[str, Any]:
    return {
        "entry_id": form.cleaned_data["entry_id"],
        "by": request.user,
        "now": timezone.now(),
    }


def _lift(request: Admitted, form: PauseForm) -> HttpResponse:
    asked = LiftForm(request.POST)
    user = (
        User.objects.filter(id=asked.cleaned_data["person"]).first() if asked.is_valid() else None
    )
    if user is None:
        return _page(request, form, status=422)
    # One answer, whether there was a pause of theirs: who made which is told to nobody.
    lift_pauses(site=request.here, user=user, **_told(request, asked))
    said = _("Recorded. The assignments stay paused as long as any reason stands.")
    return _page(request, form, done=said)


def _page(request: Admitted, form: PauseForm, done: str = "", status: int = 200) -> HttpResponse:
    since: dict[User, datetime] = {}
    for row in open_pauses(request.here):
        since.setdefault(row.user, row.recorded_at)
    lines = [
        {
            "who": printed_name(user),
            "at": at,
            "lift": LiftForm(initial={"person": user.id}, auto_id=f"lift-{user.id}-%s"),
        }
        for user, at in since.items()
    ]
    context = {"form": form, "lines": lines, "done": done, "words": PAUSED}
    return render(request, "concerns/pauses.html", context, status=status)
