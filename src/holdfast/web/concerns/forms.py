"""What may be typed in on the path of concerns."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.concerns import times
from holdfast.records.concern_keys import new_phrase, tidy_phrase
from holdfast.web import fields
from holdfast.web.concerns.words import ANSWER, GROUNDS, OUTCOMES, SEATS, WHOM
from holdfast.web.fields import CHOOSE

LONGEST = 10_000  # characters of one text
_QUIET_INPUT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def _long_text(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )


class PhraseField(forms.CharField):
    """Seven words, however they are written; the value is the phrase as it was meant."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Your seven words"))
        options.setdefault("widget", forms.TextInput(attrs=_QUIET_INPUT))
        super().__init__(max_length=200, **options)

    def clean(self, value: Any) -> str:
        """The tidy phrase."""
        phrase = tidy_phrase(super().clean(value) or "")
        if phrase is None:
            raise forms.ValidationError(
                _("These are not seven of our words. Check each one against what you wrote down.")
            )
        return phrase


class ConcernForm(forms.Form):
    """A concern. Only the first question must be answered."""

    entry_id = fields.entry_id()
    phrase = PhraseField(initial=new_phrase, widget=forms.HiddenInput)
    what = _long_text(
        _("What happened?"), _("In your own words. As much or as little as you want.")
    )
    whom = forms.ChoiceField(
        label=_("Who is it about?"),
        choices=WHOM.items(),
        required=False,
        widget=fields.Options,
    )
    whom_name = forms.CharField(
        label=_("Their name, if you want to say it"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    when = forms.CharField(
        label=_("When was it?"),
        help_text=_("A day, or roughly. You can leave this empty."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answer = forms.ChoiceField(
        label=_("Do you want an answer?"),
        choices=ANSWER.items(),
        initial="here",
        widget=fields.Options,
    )
    contact = forms.CharField(
        label=_("How can they reach you?"),
        help_text=_("Only if you want them to write or call: an e-mail address or a number."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    attach = forms.BooleanField(
        label=_("Add my log-in name, so that they know who I am"), required=False
    )

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not signed_in:
            del self.fields["attach"]

    def clean(self) -> dict[str, Any]:
        """How to reach somebody is asked of whoever wants to be reached."""
        told = cast(dict[str, Any], super().clean())
        if told.get("answer") == "contact" and not told.get("contact"):
            self.add_error("contact", _("Say how they can reach you, or choose another answer."))
        return told


class BackForm(forms.Form):
    """Come back with the seven words."""

    phrase = PhraseField()


class AddForm(forms.Form):
    """Add something to one's own concern."""

    entry_id = fields.entry_id()
    phrase = PhraseField(widget=forms.HiddenInput)
    text = _long_text(_("Add something"))


class OpenForm(forms.Form):
    """A recipient opens their box."""

    phrase = PhraseField(label=_("Your own seven words"))


class BoxForm(forms.Form):
    """A recipient takes the words they were shown."""

    entry_id = fields.entry_id()
    phrase = PhraseField(widget=forms.HiddenInput)
    kept = forms.BooleanField(label=_("I have written these seven words down, on paper"))


class EntryForm(forms.Form):
    """One act with nothing but its id."""

    entry_id = fields.entry_id()


class TestAnswerForm(EntryForm):
    """A recipient says that a test reached them."""

    test = forms.UUIDField(widget=forms.HiddenInput)


class ReplyForm(EntryForm):
    """A recipient answers."""

    text = _long_text(_("Your answer"), _("The person reads it when they come back."))


class CloseForm(EntryForm):
    """A recipient closes a concern."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=[CHOOSE, *OUTCOMES.items()])
    text = _long_text(_("In words"), _("The person who raised it reads this."))


class PauseForConcernForm(EntryForm):
    """A recipient pauses somebody's assignments."""

    person = forms.ChoiceField(label=_("Who"))
    text = _long_text(_("Why"), _("It stands in this concern alone. Nobody at the site sees it."))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [CHOOSE, *people]


class PauseForm(EntryForm):
    """A site lead pauses somebody's assignments."""

    person = forms.ChoiceField(label=_("Who"))
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("It is recorded and shown to nobody."),
        choices=[CHOOSE, *GROUNDS.items()],
    )

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [CHOOSE, *people]


class LiftForm(EntryForm):
    """Lift a pause of one's own making."""

    person = forms.UUIDField(widget=forms.HiddenInput)


class SeatForm(EntryForm):
    """Name who holds a seat outside the site."""

    seat = forms.ChoiceField(label=_("Which of the three"), choices=[CHOOSE, *SEATS.items()])
    person = forms.ChoiceField(
        label=_("Account"),
        help_text=_(
            "An account that holds the role of outside recipient and no other role. "
            "The administrator opens it."
        ),
    )
    name = forms.CharField(
        label=_("Name and office, as the card says them"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.CharField(
        label=_("E-mail"), max_length=200, widget=forms.TextInput(attrs=_QUIET_INPUT)
    )
    phone = forms.CharField(
        label=_("Telephone"),
        help_text=_("It begins with + and the country."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    texts = forms.BooleanField(label=_("Also send a text message"), required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [CHOOSE, *people]


class SeatTestForm(EntryForm):
    """Begin a test of a seat."""

    seat_row = forms.UUIDField(widget=forms.HiddenInput)


class TimeForm(EntryForm):
    """A time of this path that a site lead signs."""

    code = forms.ChoiceField(
        label=_("Which time"),
        choices=lambda: [(code, time.wording) for code, time in times().items()],
    )
    value = forms.DecimalField(
        label=_("Whole number"),
        max_digits=6,
        decimal_places=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    password = fields.password_again()
