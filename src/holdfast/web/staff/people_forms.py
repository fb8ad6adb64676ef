"""What may be typed in about accounts and roles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.roles import roles
from holdfast.records.people import User
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.words import role_title

# A patient's account is opened by the patient, with a code; nobody gives the role by hand.
BY_INVITATION = "patient"
REASON_WORDS = {
    "left-the-site": _("They left the site"),
    "other-duties": _("They have other duties now"),
    "given-by-mistake": _("It was given by mistake"),
    "not-needed": _("It is not needed any more"),
}
_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def _login(words: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=words,
        help_text=hint,
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


def _moment(words: Any, hint: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=words,
        help_text=hint,
        required=False,
        input_formats=_MOMENT,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class AccountForm(forms.Form):
    """A new account: a login name, and the name that stands beside its signatures."""

    entry_id = fields.entry_id()
    login = _login(_("Login name"), _("Small letters, digits, dots and dashes. Not their name."))
    printed_name = forms.CharField(
        label=_("Printed name"),
        help_text=_("As it stands beside their signatures. Encrypted for this account."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class GiveForm(forms.Form):
    """A role for somebody who has an account."""

    entry_id = fields.entry_id()
    person = _login(_("Whose? Their login name"))
    role = forms.ChoiceField(label=_("Role"))
    study = forms.ChoiceField(label=_("For which study?"), required=False)
    valid_from = _moment(_("From"), _("This site's clock. Leave empty for now."))
    valid_until = _moment(_("Until"), _("Leave empty if no end is known."))

    def __init__(self, *args: Any, protocols: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [(code, role_title(code)) for code in roles().roles if code != BY_INVITATION]
        self.fields["role"].choices = [CHOOSE, *given]  # type: ignore[attr-defined]
        every = [("", _("Every study of this site"))]
        self.fields["study"].choices = [*every, *protocols]  # type: ignore[attr-defined]

    def clean_person(self) -> User:
        user = User.objects.filter(login=self.cleaned_data["person"].strip().lower()).first()
        if user is None or not user.staff_records.exists():
            raise forms.ValidationError(_("There is no such account."))
        return user


class EndForm(forms.Form):
    """A role ends, now or at a moment that comes, and why."""

    entry_id = fields.entry_id()
    valid_until = _moment(_("It ends"), _("This site's clock. Leave empty for now."))
    reason = forms.ChoiceField(label=_("Why?"), choices=[CHOOSE, *REASON_WORDS.items()])
