"""The form that opens a dosing session."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.domain.schedule import VisitKind
from holdfast.records.care import Enrollment
from holdfast.records.protocols import protocol_of
from holdfast.web.fields import CHOOSE, entry_id


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
