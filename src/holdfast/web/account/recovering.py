"""Back in with a one-time code; and, for administrators, giving one out."""

import time
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.actions import tries
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.recovery import (
    LASTS,
    Witness,
    hash_of,
    issue_recovery,
    new_code,
    recover_account,
    standing_code,
)
from holdfast.definitions.operational_times import operational_times
from holdfast.records.people import User
from holdfast.web.account.entry import no_sooner, too_many
from holdfast.web.account.forms import IssueForm, RecoverForm
from holdfast.web.admitted import Admitted
from holdfast.web.reauthentication import address_of, not_proved, prove, prove_person
from holdfast.web.refusals import refusal_words
from holdfast.web.sign_in_journal import note_refused


@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Set a new password with a code. What is wrong is never told apart: name, code, used, too old."""
    form = RecoverForm(request.POST if request.method == "POST" else None, user=None)
    began = time.monotonic()
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["login_name"]
        claimed = tries.claim(name, address_of(request), timezone.now())
        if claimed.is_refused:
            return too_many(request)
        if _recovered(form, name):
            tries.give_back(claimed)
            tries.clear(name)
            return render(request, "account/recovered.html")
        note_refused(name, is_locked_now=claimed.is_last, method="recovery-code")
        form.add_error("code", _("This name and code do not belong together, or the code is over."))
        no_sooner(began)
    return render(
        request, "account/recover.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _recovered(form: RecoverForm, name: str) -> bool:
    user, now = User.objects.filter(login=name).first(), timezone.now()
    code = form.cleaned_data["code"]
    if user is None or standing_code(user, code, now) is None:
        make_password(form.cleaned_data["new_password"])  # as long as for a right one
        return False
    made = recover_account(
        user=user,
        code=code,
        password_hash=make_password(form.cleaned_data["new_password"]),
        entry_id=uuid4(),
        now=now,
    )
    return isinstance(made, Receipt)


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: Admitted, site: str) -> HttpResponse:
    """An administrator gives out a code, with a witness; the code is shown once."""
    form = IssueForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        code = new_code()
        answer = _issued(request, form, code)
        if isinstance(answer, Receipt):
            told = {"code": code, "login": form.cleaned_data["login_name"], "lasts": _lasts(form)}
            return render(request, "account/recovery_issued.html", told)
        if answer is not None:
            form.add_error(None, refusal_words(answer))
    return render(
        request, "account/recovery_issue.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _issued(request: Admitted, form: IssueForm, code: str) -> Answered | None:
    told = form.cleaned_data
    user = User.objects.filter(login=told["login_name"]).first()
    if user is None or not user.staff_records.exists():
        form.add_error("login_name", _("There is no such account."))
        return None
    witness = _witness(request, form) if told["purpose"] == "recovery" else None
    if form.errors:
        return None
    proof = prove(request, told["password"])
    if proof is None:
        form.add_error("password", not_proved(request, told["password"]))
        return None
    return issue_recovery(
        user=user,
        purpose=told["purpose"],
        checked_how=told["checked_how"],
        code_sha256=hash_of(code),
        proof=proof,
        witness=witness,
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )


def _witness(request: Admitted, form: IssueForm) -> Witness | None:
    """The second person, by their own name and password, typed by themselves."""
    user = User.objects.filter(login=form.cleaned_data["witness"]).first()
    secret, address = form.cleaned_data["witness_password"], address_of(request)
    proof = prove_person(user, secret, address=address, method="password") if secret else None
    if user is None or proof is None:
        form.add_error(
            "witness_password", _("This login name and password do not belong together.")
        )
        return None
    return Witness(user, proof)


def _lasts(form: IssueForm) -> str:
    time_of = operational_times()[LASTS[form.cleaned_data["purpose"]]]
    return f"{time_of.default} {time_of.unit}"
