"""The way in: a code that is good once, then a login name and a password of one's own."""

import secrets
import time
from uuid import uuid4

from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from holdfast.actions import tries
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.patients import accept_invitation, standing_invitation
from holdfast.definitions.concerns import phrase_words
from holdfast.records.patients import PatientInvitation, account_of
from holdfast.records.people import Site
from holdfast.web.account.entry import no_sooner, too_many
from holdfast.web.account.forms import NewPasswordForm
from holdfast.web.concerns.places import site_of
from holdfast.web.reauthentication import address_of
from holdfast.web.refusals import refusal_words


class CodeForm(forms.Form):
    """The code alone."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("It stands on the paper you were given. It is good once."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class JoinForm(NewPasswordForm):
    """A login name and a password; the code comes along unseen."""

    code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    login_name = forms.CharField(
        label=_("Your login name"),
        help_text=_("Keep this one or make up another. Do not use your own name."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("code", "login_name", "new_password", "again")

    def clean_login_name(self) -> str:
        return str(self.cleaned_data["login_name"]).strip().lower()


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, site: str) -> HttpResponse:
    """First the code, then the rest. A wrong, a used and an old code are never told apart."""
    here = site_of(site)
    if request.method != "POST":
        return _page(request, here, CodeForm())
    code_form, began = CodeForm(request.POST), time.monotonic()
    if not code_form.is_valid():
        return _page(request, here, code_form, status=422)
    claimed = tries.claim("", address_of(request), timezone.now())
    if claimed.is_refused:
        return too_many(request)
    invitation = standing_invitation(code_form.cleaned_data["code"], timezone.now())
    if invitation is None or invitation.enrollment.site_id != here.id:
        code_form.add_error("code", refusal_words(Refusal("invitation-wrong")))
        no_sooner(began)
        return _page(request, here, code_form, status=422)
    tries.give_back(claimed)
    return _second(request, here, invitation, code_form.cleaned_data["code"])


def suggested_login() -> str:
    """A login name that tells nothing of anybody, such as ``maple-river-42``."""
    words = [secrets.choice(phrase_words()) for _ in range(2)]
    return f"{words[0]}-{words[1]}-{secrets.randbelow(90) + 10}"


def _second(
    request: HttpRequest, here: Site, invitation: PatientInvitation, code: str
) -> HttpResponse:
    """A login name and a password; for who has an account, a new password."""
    mine = account_of(invitation.person)
    known = mine.user.login if mine else ""
    first = {"code": code, "login_name": known or suggested_login()}
    is_sent = "new_password" in request.POST
    form = JoinForm(request.POST if is_sent else None, initial=first, user=None)
    if known:
        form.fields["login_name"].disabled = True
        form.fields["login_name"].help_text = _("This is your account. It gets a new password.")
    if is_sent and form.is_valid():
        outcome = accept_invitation(
            code=code,
            login=form.cleaned_data["login_name"],
            password_hash=make_password(form.cleaned_data["new_password"]),
            entry_id=uuid4(),
            now=timezone.now(),
        )
        if isinstance(outcome, Receipt):
            told = {"login": form.cleaned_data["login_name"], "place": here}
            return render(request, "patient/joined.html", told)
        form.add_error("login_name", refusal_words(outcome))
    return _page(request, here, form, status=422 if is_sent else 200)


def _page(request: HttpRequest, here: Site, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {"form": form, "place": here, "is_second": isinstance(form, JoinForm)}
    return render(request, "patient/join.html", context, status=status)
