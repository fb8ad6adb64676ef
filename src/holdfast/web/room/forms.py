"""Forms of rooms: to name one, to enroll and revoke a device, to open it, to settle an entry."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.room import KINDS as ENTRY_KINDS
from holdfast.web.fields import CHOOSE, entry_id, password_again
from holdfast.web.room.words import ENDS, KINDS


def _secret() -> str:
    return secrets.token_urlsafe(32)


class RoomForm(forms.Form):
    """A new room."""

    entry_id = entry_id()
    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,19}$",
        label=_("Code of the room"),
        help_text=_("Lower-case letters, digits and hyphens, for example room-2."),
        error_messages={"invalid": _("Use lower-case letters, digits and hyphens.")},
    )
    title = forms.CharField(label=_("What people call it"), max_length=80)


class EnrollForm(forms.Form):
    """Enroll the device at which this page is open. The browser makes the key pair."""

    entry_id = entry_id()
    room = forms.ChoiceField(label=_("For which room?"))
    label = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,19}$",
        label=_("A label for the device"),
        help_text=_("As it stands on its sticker, for example tablet-1."),
        error_messages={"invalid": _("Use lower-case letters, digits and hyphens.")},
    )
    secret = forms.CharField(min_length=43, max_length=43, widget=forms.HiddenInput)
    public_key = forms.CharField(max_length=400, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, rooms: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        choosing: Any = self.fields["room"]
        choosing.choices = [CHOOSE, *rooms]
        self.fields["secret"].initial = _secret

    def clean_public_key(self) -> str:
        """Made by the script of the page; without it there is no device to enroll."""
        key = str(self.cleaned_data["public_key"])
        if not key:
            raise forms.ValidationError(
                _("This browser made no key for itself. Allow scripts and reload the page.")
            )
        return key


class RevokeForm(forms.Form):
    """Revoke a device."""

    entry_id = entry_id()
    device = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Why?"), choices=[CHOOSE, *ENDS.items()])


class OpenForm(forms.Form):
    """Open the device: two people, each by log-in name and password, for one session or several."""

    entry_id = entry_id()
    numbers = forms.CharField(
        label=_("For whom?"),
        help_text=_("The number, for example 7; several with commas for a group."),
        max_length=200,
    )
    first_login = forms.CharField(label=_("Login name"), max_length=60)
    first_secret = forms.CharField(
        label=_("Password"), max_length=1024, strip=False, widget=forms.PasswordInput
    )
    second_login = forms.CharField(label=_("Login name"), max_length=60)
    second_secret = forms.CharField(
        label=_("Password"), max_length=1024, strip=False, widget=forms.PasswordInput
    )


class SettleForm(forms.Form):
    """Say whose an entry is, from one's own log-in."""

    entry_id = entry_id()
    entry = forms.UUIDField(widget=forms.HiddenInput)
    password = password_again()


class PaperForm(forms.Form):
    """What was written on paper, typed in afterwards."""

    entry_id = entry_id()
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(code, KINDS[code]) for code in ENTRY_KINDS],
    )
    written_at = forms.DateTimeField(
        label=_("When was it written on the paper?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    words = forms.CharField(
        label=_("Words, as they stand there"),
        widget=forms.Textarea,
        required=False,
        max_length=20_000,
    )
