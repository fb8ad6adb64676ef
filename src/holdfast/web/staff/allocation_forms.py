"""What is filled in to randomize somebody and to have a kit drawn."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.schedule import Visit
from holdfast.web import fields
from holdfast.web.fields import CHOOSE

LEVEL = "level_"


class RandomizeForm(forms.Form):
    """The person's level of each factor of the list; the site's own is known."""

    entry_id = fields.entry_id()

    def __init__(
        self, *given: object, factors: Sequence[tuple[str, Sequence[str]]], **named: object
    ) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        for code, levels in factors:
            self.fields[LEVEL + code] = forms.ChoiceField(
                label=code, choices=[CHOOSE, *((level, level) for level in levels)]
            )

    def levels(self) -> dict[str, str]:
        """The level of each factor, by its code."""
        told = self.cleaned_data.items()
        return {name.removeprefix(LEVEL): v for name, v in told if name.startswith(LEVEL)}


class DispenseForm(forms.Form):
    """For which session a kit is drawn."""

    entry_id = fields.entry_id()
    visit = forms.ChoiceField(label=_("For which session?"))

    def __init__(self, *given: object, visits: Sequence[Visit], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        choices = [CHOOSE, *((visit.code, visit.title) for visit in visits)]
        self.fields["visit"].choices = choices  # type: ignore[attr-defined]
