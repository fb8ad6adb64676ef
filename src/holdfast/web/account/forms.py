"""Forms of log-in and of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from holdfast.domain.pins import LONGEST, SHORTEST
from holdfast.records.factors import PASSKEY_KINDS
from holdfast.records.people import User
from holdfast.records.sign_in import AccountRecovery
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


class PinForm(forms.Form):
    """A new PIN, twice."""

    pin = forms.CharField(
        label=_("New PIN"),
        help_text=_("Six to twelve digits. No runs such as 345678, no repeats such as 474747."),
        max_length=64,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
    )
    digits = (SHORTEST, LONGEST)

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or self.cleaned_data
        if told.get("pin") and told.get("again") and told["pin"] != told["again"]:
            self.add_error("again", _("The two are not the same."))
        return told


class NewPasswordForm(forms.Form):
    """A new password, twice, judged by the rules of passwords."""

    new_password = password_field(_("New password"), "new-password")
    again = password_field(_("The same again"), "new-password")

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_password"].help_text = _(
            "At least 12 characters. Some words that do not belong together make a good one."
        )

    def clean(self) -> dict[str, Any] | None:
        told = super().clean() or self.cleaned_data
        if told.get("new_password") and told.get("again"):
            if told["new_password"] != told["again"]:
                self.add_error("again", _("The two are not the same."))
            else:
                self._judge(told["new_password"])
        return told

    def _judge(self, password: str) -> None:
        try:
            validate_password(password, self.user)
        except forms.ValidationError as error:
            self.add_error("new_password", error)


class ChangePasswordForm(NewPasswordForm):
    """A new password, and who one is in the same form: a session left open changes nothing."""

    password = fields.password_again()
    field_order = ("new_password", "again", "password")


class RecoverForm(NewPasswordForm):
    """A login name and the code that an administrator gave, with a new password."""

    login_name = login_field()
    code = forms.CharField(
        label=_("The code you were given"),
        help_text=_("Twenty-five letters and digits. It is good once."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ("login_name", "code", "new_password", "again")


CHECK_WORDS = {
    "in-person-document": _("In person, with an official document with a picture"),
    "in-person-known": _("In person, and I know them"),
    "video-known": _("By video, and I know them"),
}
PURPOSE_WORDS = {
    "recovery": _("They lost their password, their device, or both"),
    "first-password": _("The account is new and has no password yet"),
}


class IssueForm(forms.Form):
    """An administrator checked who somebody is; a witness stands beside them."""

    entry_id = fields.entry_id()
    login_name = forms.CharField(
        label=_("Whose account is it? Their login name"),
        max_length=150,
        widget=forms.TextInput(attrs=_LOGIN | {"autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(
        label=_("What is the code for?"),
        choices=[(code, PURPOSE_WORDS[code]) for code in ("recovery", "first-password")],
        widget=fields.Options,
    )
    checked_how = forms.ChoiceField(
        label=_("How did you make sure who they are?"),
        choices=[(code, CHECK_WORDS[code]) for code in AccountRecovery.CHECKS],
        widget=fields.Options,
    )
    witness = forms.CharField(
        label=_("The witness's login name"),
        help_text=_("A second person of the staff, who is with you. Not needed for a new account."),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs=_LOGIN | {"autocomplete": "off"}),
    )
    witness_password = forms.CharField(
        label=_("The witness's password"),
        max_length=1024,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    password = fields.password_again()
