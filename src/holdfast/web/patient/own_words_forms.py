"""What may be typed in about one's own words and one's own calendar."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.own_calendar import LONGEST_TITLE
from holdfast.actions.own_words import LONGEST, readers
from holdfast.records.private_keys import SHORTEST_PHRASE
from holdfast.web import fields
from holdfast.web.words import role_title

_SECRET = {"autocomplete": "off", "spellcheck": "false", "maxlength": 200}


def too_many_phrases(*, is_wrong: bool = False, is_gone: bool = False) -> Any:
    """Why a phrase opened nothing."""
    if is_gone:
        return _("The words in it were erased, as you asked.")
    if is_wrong:
        return _("This phrase does not open it. Look at each word and try again.")
    return _("Too many tries. Wait a quarter of an hour.")


def _phrase(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=_SECRET),
    )


class _NewPhrase(forms.Form):
    """Two times the same phrase, long enough."""

    def _checked(self, first: str, again: str) -> None:
        told = self.cleaned_data
        phrase = told.get(first, "")
        if phrase and len(phrase.strip()) < SHORTEST_PHRASE:
            self.add_error(first, _("Take at least twelve letters: some words that go together."))
        if phrase and told.get(again) is not None and told[again] != phrase:
            self.add_error(again, _("This is not the same as above."))


class MakeForm(_NewPhrase):
    """A phrase of one's own, and that one knows what losing it means."""

    entry_id = fields.entry_id()
    phrase = _phrase(
        _("Your phrase"), _("Some words that only you put together. At least twelve letters.")
    )
    again = _phrase(_("Your phrase, once more"))
    knows = forms.BooleanField(
        label=_("I know that nobody can open my words if I lose the phrase.")
    )

    def clean(self) -> dict[str, Any]:
        self._checked("phrase", "again")
        return self.cleaned_data


class PhraseForm(forms.Form):
    """The phrase that opens it."""

    phrase = _phrase(_("Your phrase"))


class ChangeForm(_NewPhrase):
    """The old phrase, and the new one twice."""

    entry_id = fields.entry_id()
    phrase = _phrase(_("Your phrase as it is now"))
    new = _phrase(_("Your new phrase"), _("At least twelve letters."))
    again = _phrase(_("Your new phrase, once more"))

    def clean(self) -> dict[str, Any]:
        self._checked("new", "again")
        return self.cleaned_data


class WriteForm(forms.Form):
    """Words for oneself."""

    entry_id = fields.entry_id()
    words = forms.CharField(
        label=_("Write here"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )


class ShareForm(forms.Form):
    """Who may read one entry, signed."""

    entry_id = fields.entry_id()
    entry = forms.CharField(max_length=40, widget=forms.HiddenInput)
    roles = forms.MultipleChoiceField(label=_("Who may read it?"), widget=fields.ManyOptions)
    password = fields.password_again()

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        choices = [(role, role_title(role)) for role in readers()]
        cast(forms.MultipleChoiceField, self.fields["roles"]).choices = choices


class TakeBackForm(forms.Form):
    """Take a shared copy back."""

    entry_id = fields.entry_id()
    shared = forms.UUIDField(widget=forms.HiddenInput)


class AddressForm(forms.Form):
    """What the events of a private calendar address are called."""

    entry_id = fields.entry_id()
    title = forms.CharField(
        label=_("What your calendar shows"),
        help_text=_("Others may see it on your phone. Nothing else about you is sent."),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EndForm(forms.Form):
    """Nothing to fill in."""

    entry_id = fields.entry_id()
