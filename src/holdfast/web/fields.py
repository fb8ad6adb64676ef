"""Widgets and fields that many forms use: options as large targets, dates, the proof of who signs."""

import datetime
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CHOOSE = ("", _("Choose"))


class Options(forms.RadioSelect):
    """One of few choices, each a target of its own."""

    template_name = "parts/options.html"
    option_template_name = "parts/option.html"


class ManyOptions(forms.CheckboxSelectMultiple):
    """Any of few choices, each a target of its own."""

    template_name = "parts/options.html"
    option_template_name = "parts/option.html"


class ColumnOptions(Options):
    """Choices with long words, one under the other."""

    template_name = "parts/options_column.html"


class Day(forms.DateInput):
    """A calendar day; ISO 8601 on the wire."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Clock(forms.TimeInput):
    """A time of the site's own clock, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def entry_id() -> forms.UUIDField:
    """The id of what is about to be recorded, made with the form: sent twice, recorded once."""
    return forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


def source() -> forms.ChoiceField:
    """How an answer reached us."""
    return forms.ChoiceField(
        label=_("How do we know?"),
        choices=[
            ("told", _("Told to us")),
            ("letter", _("From a letter")),
            ("seen", _("Seen or measured here")),
        ],
        widget=Options,
    )


def observed_on() -> forms.DateField:
    """The day on which it was true."""
    return forms.DateField(
        label=_("On which day was it true?"),
        help_text=_("Leave empty if the day is not known."),
        required=False,
        widget=Day,
    )


@dataclass(frozen=True)
class Shown:
    """How somebody shows at signing who they are: a passkey's answer, a PIN or the password."""

    method: str
    secret: str = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.secret)


class ProofInput(forms.PasswordInput):
    """The password; beside it, in ``parts/sign.html``, a passkey's answer and the PIN."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Shown:
        for method in ("passkey", "pin"):
            if given := data.get(method):
                return Shown(method, str(given))
        return Shown("password", str(data.get(name) or ""))

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # a passkey or a PIN will do as well


class ProofField(forms.Field):
    """The one field of every form that is signed; its value is ``Shown``."""

    widget = ProofInput
    asks_proof = True  # parts/field.html shows it as parts/sign.html
    LONGEST = 20_000  # a passkey's answer is a document

    def to_python(self, value: Any) -> Shown | None:
        return value if isinstance(value, Shown) and value else None

    def validate(self, value: Any) -> None:
        if value is None:
            raise forms.ValidationError(_("Show who you are to sign."), code="required")
        if len(value.secret) > self.LONGEST:
            raise forms.ValidationError(_("This is too long."), code="too-long")


def password_again() -> ProofField:
    """Re-authentication at signing."""
    return ProofField(
        label=_("Your password, again, to sign"),
        widget=ProofInput(attrs={"autocomplete": "current-password", "maxlength": 1024}),
    )


YES_NO_UNKNOWN = [("true", _("Yes")), ("false", _("No")), ("", _("Not known"))]


def yes_no_unknown(words: Any) -> forms.TypedChoiceField:
    """Three answers, because "nobody asked" is not "no"."""
    return forms.TypedChoiceField(
        label=words,
        choices=YES_NO_UNKNOWN,
        coerce=lambda value: {"true": True, "false": False}[value],
        empty_value=None,
        required=False,
        widget=Options,
    )


def not_in_the_future(day: datetime.date | None) -> datetime.date | None:
    """The day as it is; an error for one that has come nowhere on earth yet."""
    if day is not None and day > timezone.now().date() + datetime.timedelta(days=1):
        raise forms.ValidationError(_("This day has not come yet."))
    return day
