"""Widgets and fields that many forms use: options as large targets, dates, the password again."""

import datetime
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


def password_again() -> forms.CharField:
    """Re-authentication at signing."""
    return forms.CharField(
        label=_("Your password, again, to sign"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
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
