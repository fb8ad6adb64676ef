"""The people of a site: who holds which role, and opening accounts, giving and ending roles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.people import assign_role, create_user, end_role
from holdfast.definitions import protocols
from holdfast.definitions.roles import roles
from holdfast.records.access import printed_name
from holdfast.records.people import RoleAssignment, Site
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.people_forms import AccountForm, EndForm, GiveForm
from holdfast.web.words import role_title


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Who holds which role here, and the two forms."""
    return _page(request)


@require_POST
def open_account(request: Admitted, site: str) -> HttpResponse:
    """Open an account without a password; its owner sets one with a code."""
    form = AccountForm(request.POST, auto_id="account_%s")
    if not form.is_valid():
        return _page(request, account_form=form)
    outcome = create_user(
        login=form.cleaned_data["login"].strip().lower(),
        printed_name=form.cleaned_data["printed_name"].strip(),
        password_hash=make_password(None),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
        site=request.here,
    )
    return _onward(request, outcome, "account-opened", form) or _page(request, account_form=form)


@require_POST
def give(request: Admitted, site: str) -> HttpResponse:
    """Give a role at this site, for every study or for one."""
    form = GiveForm(request.POST, protocols=_studies(), auto_id="give_%s")
    if not form.is_valid():
        return _page(request, give_form=form)
    told, now = form.cleaned_data, timezone.now()
    outcome = assign_role(
        user=told["person"],
        site=request.here,
        role=told["role"],
        study=told["study"] or None,
        valid_from=told["valid_from"] or now,
        valid_until=told["valid_until"],
        entry_id=told["entry_id"],
        by=request.user,
        now=now,
    )
    return _onward(request, outcome, "role-given", form) or _page(request, give_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Admitted, site: str, assignment_id: UUID) -> HttpResponse:
    """End a role of this site, now or later."""
    row = _standing(request.here).filter(id=assignment_id).first()
    if row is None:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        now = timezone.now()
        outcome = end_role(
            assignment=row,
            valid_until=form.cleaned_data["valid_until"] or now,
            reason=form.cleaned_data["reason"],
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=now,
        )
        if answer := _onward(request, outcome, "role-ended", form):
            return answer
    context = {"form": form, "held": _shown(row, timezone.now())}
    return render(request, "staff/people_end.html", context, status=422 if form.is_bound else 200)


def _onward(
    request: Admitted, outcome: Answered, done: str, form: forms.Form
) -> HttpResponse | None:
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("staff:people", args=[request.here.code]), done)
    form.add_error(None, refusal_words(outcome))
    return None


def _page(
    request: Admitted,
    account_form: AccountForm | None = None,
    give_form: GiveForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    rows = [
        row for row in _standing(request.here) if row.valid_until is None or now < row.valid_until
    ]
    context = {
        "people": sorted((_shown(row, now) for row in rows), key=lambda held: held["order"]),
        "account_form": account_form or AccountForm(auto_id="account_%s"),
        "give_form": give_form or GiveForm(protocols=_studies(), auto_id="give_%s"),
        "form": account_form or give_form,
        "done": done_words(request),
    }
    status = 422 if account_form or give_form else 200
    return render(request, "staff/people.html", context, status=status)


def _standing(site: Site) -> Any:
    """The roles given at a site that no later row corrects; those that stand alone are not shown.

    Who reads complaints is named on a page of its own, and patients are no staff.
    """
    alone = [code for code, role in roles().roles.items() if role.is_alone]
    rows = RoleAssignment.objects.filter(site=site, corrected_by=None).exclude(role__in=alone)
    return rows.select_related("user", "site")


def _shown(row: RoleAssignment, now: datetime) -> dict[str, Any]:
    name = printed_name(row.user)
    return {
        "id": row.id,
        "who": name,
        "login": row.user.login,
        "role": role_title(row.role),
        "study": dict(_studies()).get(row.study or "", row.study or ""),
        "from": row.valid_from,
        "until": row.valid_until,
        "begins": now < row.valid_from,
        "order": (name.casefold(), row.role, row.study or ""),
    }


def _studies() -> list[tuple[str, str]]:
    return [(name, protocols.load(name).title) for name in protocols.names()]
