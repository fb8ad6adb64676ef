"""What is typed when a blind is broken, guessed, locked or opened. Codes; one field of free words."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.opened_arms import LONGEST_NOTE
from holdfast.domain.unblinding import DONT_KNOW, NO_GUESS
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.unblinding import words


def _choice(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), widget=fields.ColumnOptions)


def _list(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[CHOOSE, *choices])


def _number() -> forms.CharField:
    return forms.CharField(
        label=_("Record number"),
        help_text=_("As it is written: the code of the site and the number, such as NORTH-0007."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class EmergencyForm(forms.Form):
    """Why, and who one is: no more stands between a physician and the arm."""

    entry_id = fields.entry_id()
    reason = _choice(_("Why now?"), words.REASONS.items())
    password = fields.password_again()
    words = forms.CharField(
        label=_("More, for unblinded eyes only"),
        help_text=_("Not needed. Sealed; nobody who is blinded ever reads it."),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )


class SafetyForm(forms.Form):
    """One case, by its number."""

    entry_id = fields.entry_id()
    number = _number()
    reason = _choice(_("Why?"), words.SAFETY_REASONS.items())
    password = fields.password_again()


class ReviewForm(forms.Form):
    """Somebody else judges it. There are no free words: they could tell the arm."""

    entry_id = fields.entry_id()
    verdict = _choice(_("Was it needed?"), words.VERDICTS.items())
    password = fields.password_again()


class ReportForm(forms.Form):
    """Who learned of whom, how and when; never which arm."""

    entry_id = fields.entry_id()
    number = _number()
    learner = _list(_("Who learned it?"), words.LEARNERS.items())
    way = _list(_("How?"), words.WAYS.items())
    learned_on = forms.DateField(label=_("On which day?"), widget=fields.Day)
    is_certain = forms.TypedChoiceField(
        label=_("Do they know it, or believe it?"),
        choices=[("known", _("They know it")), ("believed", _("They believe it"))],
        coerce=lambda value: value == "known",
        widget=fields.Options,
    )


class SeatForm(forms.Form):
    """Who is told in one of the three seats."""

    entry_id = fields.entry_id()
    seat = _list(_("Who is told as"), words.SEATS.items())
    person = forms.ChoiceField(label=_("Account"))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [CHOOSE, *people]


class GuessForm(forms.Form):
    """What somebody believes, how sure they are, and from what."""

    entry_id = fields.entry_id()
    number = _number()
    moment = _choice(_("When?"), words.MOMENTS.items())
    guesser = _choice(_("Whose guess is it?"), words.GUESSERS.items())
    guess = forms.ChoiceField(label=_("What do you think it was?"), widget=fields.ColumnOptions)
    confidence = forms.IntegerField(
        label=_("How sure, from 0 to 100?"),
        help_text=_(
            "0 is not sure at all, 100 is certain. Leave it empty where there is no guess."
        ),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = _list(_("From what?"), [*words.GUESS_REASONS.items(), *words.NO_GUESS_REASONS.items()])
    password = fields.password_again()

    def __init__(self, *args: Any, arms: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["guess"]).choices = [
            *arms,
            (DONT_KNOW, _("I do not know")),
            (NO_GUESS, _("There is no guess")),
        ]


class LockForm(forms.Form):
    """What is to be locked, and why."""

    entry_id = fields.entry_id()
    study = forms.ChoiceField(label=_("Study"))
    number = forms.CharField(
        label=_("One person only"),
        help_text=_("Their record number. Leave it empty to lock everybody in the study."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = _list(_("Why?"), words.LOCK_REASONS.items())
    password = fields.password_again()

    def __init__(self, *args: Any, studies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["study"]).choices = [(each, each) for each in studies]


class SecondForm(forms.Form):
    """The second of two signs what the first signed."""

    entry_id = fields.entry_id()
    password = fields.password_again()


class LiftForm(SecondForm):
    """The first of two signs that a lock be lifted."""

    reason = _list(_("Why is it lifted?"), words.LIFT_REASONS.items())
    field_order = ("entry_id", "reason", "password")


class PlannedForm(SecondForm):
    """The arms that a lock covers may be shown from now on."""

    reason = _list(_("Why is the blind opened?"), words.PLANNED_REASONS.items())
    field_order = ("entry_id", "reason", "password")


class ShowForm(forms.Form):
    """Look at the arms now; the look is on record."""

    entry_id = fields.entry_id()


class ExportForm(forms.Form):
    """Who gets the arms, for what, and to which key they are sealed."""

    entry_id = fields.entry_id()
    study = forms.ChoiceField(label=_("Study"))
    statistician = forms.ChoiceField(label=_("Unblinded statistician"))
    purpose = _list(_("For what?"), words.PURPOSES.items())
    public_key = forms.CharField(
        label=_("Their public key"),
        help_text=_("The one line of the file that ends with .pub."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = fields.password_again()

    def __init__(
        self, *args: Any, studies: Iterable[str], people: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["study"]).choices = [(each, each) for each in studies]
        cast(forms.ChoiceField, self.fields["statistician"]).choices = [CHOOSE, *people]

    def clean_public_key(self) -> str:
        """The digits alone; the word before them says what they are."""
        return str(self.cleaned_data["public_key"]).split()[-1].lower()
