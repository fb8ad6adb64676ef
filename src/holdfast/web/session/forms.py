"""The forms of a dosing session: opening it, typing in what was on paper, signing it, settling packs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.schedule import VisitKind
from holdfast.records.care import Enrollment
from holdfast.records.protocols import protocol_of
from holdfast.web.fields import CHOOSE, Day, Options, entry_id, password_again

# What can become of a pack of paper.
OUTCOMES = {
    "typed-in": _("Typed in whole"),
    "not-written-on": _("Nothing was written on it"),
    "not-printed": _("It was never printed"),
    "lost": _("Lost"),
}


class OpenSessionForm(forms.Form):
    """Which dosing session is opened; one that was on paper says when it began."""

    entry_id = entry_id()
    visit = forms.ChoiceField(label=_("Which session?"))
    began_at = forms.DateTimeField(
        label=_("It was on paper, and began"),
        help_text=_("Leave this empty for a session that begins now."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, enrollment: Enrollment, **given: Any) -> None:
        super().__init__(*args, **given)
        schedule = protocol_of(enrollment).schedule
        visits = schedule.visits if schedule else ()
        choosing: Any = self.fields["visit"]
        choosing.choices = [
            CHOOSE,
            *((each.code, each.title) for each in visits if each.kind is VisitKind.DOSING),
        ]


class PaperForm(forms.Form):
    """The lines of one page of paper, as they stand there, and who wrote them."""

    entry_id = entry_id()
    pack = forms.ChoiceField(label=_("From which pack?"), required=False)
    page = forms.IntegerField(label=_("Page"), required=False, min_value=1, max_value=99)
    wrote = forms.ChoiceField(label=_("Who wrote it?"))
    on = forms.DateField(label=_("On which day does the page begin?"), widget=Day)
    lines = forms.CharField(
        label=_("The lines, each with the time at which it happened"),
        help_text=_("One line for each; the time first. After midnight it goes on by itself."),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
    )
    password = password_again()

    def __init__(
        self,
        *args: Any,
        packs: Sequence[tuple[str, str]],
        people: Sequence[tuple[str, str]],
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        of_pack: Any = self.fields["pack"]
        of_pack.choices = [("", _("Other paper, of no pack")), *packs]
        who: Any = self.fields["wrote"]
        who.choices = [CHOOSE, *people]


class SignLinesForm(forms.Form):
    """Who wrote on paper signs what was typed in of it."""

    entry_id = entry_id()
    password = password_again()


class SettlePackForm(forms.Form):
    """What became of a pack."""

    entry_id = entry_id()
    pack = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What became of it?"), choices=list(OUTCOMES.items()), widget=Options
    )
