"""Forms of log-in and of one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.records.factors import PASSKEY_KINDS
from holdfast.web import fields

PASSKEY_WORDS = {
    "phone": _("Phone"),
    "tablet": _("Tablet"),
    "computer": _("Computer"),
    "security-key": _("Security key"),
    "other": _("Other device"),
}
_LOGIN = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "none",
    "spellcheck": "false",
}


def login_field() -> forms.CharField:
    """A login name; not a person's name."""
    return forms.CharField(
        label=_("Login name"), max_length=150, widget=forms.TextInput(attrs=_LOGIN)
    )


def password_field(label: Any, autocomplete: str) -> forms.CharField:
    """A password; spaces belong to it."""
    return forms.CharField(
        label=label,
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class LogInForm(forms.Form):
    """A login name (not a person's name) and a password."""

    login_name = login_field()
    password = password_field(_("Password"), "current-password")


class SecondForm(forms.Form):
    """The second step: a one-time code from an app, or one of the recovery codes."""

    code = forms.CharField(
        label=_("Six digits from your app"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs=_CODE),
    )
    recovery_code = forms.CharField(
        label=_("One of your recovery codes"),
        help_text=_("Each is good once."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=_CODE | {"autocomplete": "off"}),
    )


class TotpForm(forms.Form):
    """The first code of an app, which shows that it holds the secret."""

    code = forms.CharField(
        label=_("Six digits from your app"),
        help_text=_("The app shows new ones every half minute."),
        max_length=12,
        widget=forms.TextInput(attrs=_CODE),
    )


class PasskeyForm(forms.Form):
    """A passkey that was just made, and what it lives on: a code, never free words."""

    kind = forms.ChoiceField(
        label=_("Where does this passkey live?"),
        choices=[(kind, PASSKEY_WORDS[kind]) for kind in PASSKEY_KINDS],
    )
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """Who one is, once more."""

    password = fields.password_again()
