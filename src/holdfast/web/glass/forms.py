"""What is typed in an emergency, and what a reviewer signs."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.records.people import Site
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.glass.words import REASONS, VERDICTS

LONGEST_WORDS = 2000


class BreakForm(forms.Form):
    """Who it is, exactly; why, as a code and in one's own words; and who asks."""

    entry_id = fields.entry_id()
    number = forms.CharField(
        label=_("Record number"),
        help_text=_("As it is written: the code of the site and the number, such as NORTH-0007."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    site = forms.ChoiceField(label=_("Site where they are known"), required=False)
    given = forms.CharField(
        label=_("Given name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    family = forms.CharField(
        label=_("Family name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    born_on = forms.DateField(label=_("Date of birth"), required=False, widget=fields.Day)
    reason = forms.ChoiceField(
        label=_("What is the emergency?"), choices=REASONS.items(), widget=fields.ColumnOptions
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Encrypted for this person. Whoever reviews the opening reads it."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    password = fields.password_again()

    def __init__(self, *args: Any, sites: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [CHOOSE, *((site.code, site.name) for site in sites)]
        cast(forms.ChoiceField, self.fields["site"]).choices = choices

    def by_number(self) -> bool:
        """True where a number was written: it decides, whatever else was."""
        return bool(self.cleaned_data.get("number", "").strip())

    def clean(self) -> dict[str, Any]:
        """Either the number, or all four of site, names and birth date."""
        told = super().clean() or {}
        if str(told.get("number", "")).strip():
            return told
        for name in ("site", "given", "family", "born_on"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("Needed, unless you write the record number."))
        return told


class EndForm(forms.Form):
    """End what one opened."""

    entry_id = fields.entry_id()
    opening = forms.UUIDField(widget=forms.HiddenInput)


class ReviewForm(forms.Form):
    """Somebody else judges an opening."""

    entry_id = fields.entry_id()
    verdict = forms.ChoiceField(
        label=_("Was it justified?"),
        choices=[(code.value, words) for code, words in VERDICTS.items()],
        widget=fields.Options,
    )
    words = forms.CharField(
        label=_("Why, in your own words"),
        help_text=_("Encrypted for the person whose record it is."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    password = fields.password_again()
