"""What may be typed in about duty: hours, a page, an answer, a channel, a signed time."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.duty import times
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.staff.duty_words import ANSWERS, CHANNELS, POSTS, REASONS, WEEKDAYS


class PageForm(forms.Form):
    """Call whoever is on duty. No name and no free word goes out with it."""

    entry_id = fields.entry_id()
    post = forms.ChoiceField(
        label=_("Whom first?"),
        choices=[("", _("In the order of the roster")), *POSTS.items()],
        required=False,
    )
    reason = forms.ChoiceField(label=_("What for?"), choices=REASONS.items(), widget=fields.Options)


class AnswerForm(forms.Form):
    """One answer to one page; the buttons carry what is done."""

    entry_id = fields.entry_id()
    page = forms.UUIDField(widget=forms.HiddenInput)
    done = forms.ChoiceField(
        choices=[*ANSWERS.items(), ("seen", ""), ("test-received", "")],
        widget=forms.HiddenInput,
        required=False,
    )
    code = forms.CharField(
        label=_("Code of the test"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ContactForm(forms.Form):
    """How I am reached by one channel."""

    entry_id = fields.entry_id()
    channel = forms.ChoiceField(label=_("Channel"), choices=[CHOOSE, *CHANNELS.items()])
    address = forms.CharField(
        label=_("Address or number"),
        help_text=_(
            "A number begins with + and the country. Leave empty to take the channel away."
        ),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TestForm(forms.Form):
    """Test one of my channels."""

    entry_id = fields.entry_id()
    contact = forms.UUIDField(widget=forms.HiddenInput)


class RosterForm(forms.Form):
    """Hours of one person in one post."""

    entry_id = fields.entry_id()
    replaces = forms.ChoiceField(
        label=_("In place of"),
        help_text=_("These hours end and the new ones begin in one step."),
        required=False,
    )
    person = forms.ChoiceField(label=_("Who"))
    post = forms.ChoiceField(label=_("Post"), choices=[CHOOSE, *POSTS.items()])
    first_day = forms.DateField(label=_("First day"), widget=fields.Day)
    last_day = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave empty until further notice."),
        required=False,
        widget=fields.Day,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("On which days does it begin?"), choices=WEEKDAYS, widget=fields.ManyOptions
    )
    begins = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(
        label=_("Until"),
        help_text=_("The same hour or an earlier one is on the next day."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[str, str]],
        hours: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        nothing = ("", _("Nothing: these hours are added"))
        cast(forms.ChoiceField, self.fields["replaces"]).choices = [nothing, *hours]
        cast(forms.ChoiceField, self.fields["person"]).choices = [CHOOSE, *people]


class EndForm(forms.Form):
    """Take hours off the roster."""

    entry_id = fields.entry_id()
    hours = forms.UUIDField(widget=forms.HiddenInput)


class TimeForm(forms.Form):
    """A time of duty that a physician or a site lead signs."""

    entry_id = fields.entry_id()
    code = forms.ChoiceField(
        label=_("Which time"),
        choices=lambda: [(code, limit.wording) for code, limit in times().items()],
    )
    value = forms.DecimalField(
        label=_("Minutes"),
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    password = fields.password_again()
