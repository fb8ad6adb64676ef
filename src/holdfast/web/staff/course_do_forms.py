"""What may be typed in about a course: visits, turns, bookings, the pair, and what a gate asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdfast.actions.bookings import CANCELLED_REASONS
from holdfast.actions.course import STEP_REASONS
from holdfast.actions.gate_statements import OVERRIDE_REASONS
from holdfast.actions.visits import (
    DEVIATION_KINDS,
    MISSED_REASONS,
    SKIPPED_REASONS,
    TAKEN_BACK_REASONS,
)
from holdfast.definitions.gates import load as load_gates
from holdfast.domain.gates import Act
from holdfast.records.bookings import PairAssigned
from holdfast.records.course import CloseOut, ContactAttempt
from holdfast.web import fields
from holdfast.web.fields import CHOOSE
from holdfast.web.staff.board_words import KINDS, PLACES_OF_VISITS
from holdfast.web.staff.course_choices import Choices
from holdfast.web.staff.course_do_words import (
    ATTEMPTED,
    CHANNELS,
    HOW,
    LETTERS,
    REASONS,
    SETTLED,
    SIDES,
    TURNS,
)
from holdfast.web.staff.course_words import DEVIATIONS


def _words(label: Any) -> forms.CharField:
    """A few words of one's own, which may be left out."""
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, max_length=2000, widget=area)


def _of(codes: Any, words: Any) -> list[tuple[str, Any]]:
    return [CHOOSE, *((code, words[code]) for code in codes)]


class Sheet(forms.Form):
    """A form about one course, with what can be chosen for it."""

    entry_id = fields.entry_id()
    choices: dict[str, str] = {}

    def __init__(self, *args: Any, offered: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, kind in self.choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [CHOOSE, *getattr(offered, kind)]


class EnrollForm(Sheet):
    """Open the course today."""


class PassForm(Sheet):
    """Ask a gate, and get its authorisation."""

    choices = {"visit": "visits"}

    act = forms.ChoiceField(
        label=_("What is to begin?"),
        choices=[
            (Act.BEGIN_PREPARATION.value, _("Preparation")),
            (Act.BEGIN_DOSING.value, _("The dosing session")),
        ],
        widget=fields.Options,
    )
    visit = forms.ChoiceField(
        label=_("Which visit"), required=False, help_text=_("Empty: the next dosing session.")
    )


class HoldForm(Sheet):
    """A visit that took place, or the end of one that a hand-over began."""

    choices = {"code": "to_hold", "lead": "staff", "second": "staff", "other": "staff"}

    code = forms.ChoiceField(
        label=_("Visit"), required=False, help_text=_("Empty: a visit that is not in the plan.")
    )
    kind = forms.ChoiceField(
        label=_("What it was for"),
        choices=[("", _("As the plan says")), *KINDS.items()],
        required=False,
    )
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    began = forms.TimeField(label=_("Began, by the clock here"), widget=fields.Clock)
    ended = forms.TimeField(label=_("Ended"), widget=fields.Clock, required=False)
    place = forms.ChoiceField(label=_("Where"), choices=[CHOOSE, *PLACES_OF_VISITS.items()])
    lead = forms.ChoiceField(label=_("Who led"), required=False)
    second = forms.ChoiceField(label=_("Second therapist"), required=False)
    other = forms.ChoiceField(label=_("Physician or rater"), required=False)
    remark = _words(_("Remark"))


class MissForm(Sheet):
    """An appointment that was not kept."""

    choices = {"visit": "visits"}

    visit = forms.ChoiceField(label=_("Visit"))
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    reason = forms.ChoiceField(label=_("Why"), choices=_of(MISSED_REASONS, REASONS))
    remark = _words(_("Remark"))


class SkipForm(Sheet):
    """A visit that will not be."""

    choices = {"visit": "visits"}

    visit = forms.ChoiceField(label=_("Visit"))
    reason = forms.ChoiceField(label=_("Why"), choices=_of(SKIPPED_REASONS, REASONS))
    remark = _words(_("Remark"))


class TakeBackForm(Sheet):
    """A visit was not as recorded: it stays in the record, and counts no more."""

    choices = {"told": "told"}

    told = forms.ChoiceField(label=_("What was recorded"))
    reason = forms.ChoiceField(label=_("Why"), choices=_of(TAKEN_BACK_REASONS, REASONS))


class DeviationForm(Sheet):
    """Something deviated that the record cannot see by itself."""

    choices = {"visit": "every_visit"}

    kind = forms.ChoiceField(label=_("What deviated"), choices=_of(DEVIATION_KINDS, DEVIATIONS))
    visit = forms.ChoiceField(
        label=_("Visit"), required=False, help_text=_("Empty: it belongs to no visit.")
    )
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    remark = _words(_("Remark"))


class BookForm(Sheet):
    """Pair, room and physician of one visit, together or not at all."""

    choices = {
        "visit": "visits",
        "replaces": "bookings",
        "lead": "therapists",
        "second": "therapists",
        "room": "rooms",
        "physician": "physicians",
    }

    visit = forms.ChoiceField(label=_("Visit"))
    replaces = forms.ChoiceField(
        label=_("Moves this booking"), required=False, help_text=_("Empty: a new booking.")
    )
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    starts = forms.TimeField(label=_("Begins, by the clock here"), widget=fields.Clock)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=2880)
    place = forms.ChoiceField(label=_("Where"), choices=[CHOOSE, *PLACES_OF_VISITS.items()])
    lead = forms.ChoiceField(label=_("Lead therapist"), required=False)
    second = forms.ChoiceField(label=_("Second therapist"), required=False)
    room = forms.ChoiceField(label=_("Room"), required=False)
    physician = forms.ChoiceField(label=_("On-call physician"), required=False)


class CancelForm(Sheet):
    """A booking that falls away whole."""

    choices = {"booking": "bookings"}

    booking = forms.ChoiceField(label=_("Booking"))
    reason = forms.ChoiceField(label=_("Why"), choices=_of(CANCELLED_REASONS, REASONS))


class PairForm(Sheet):
    """Two therapists of the course."""

    choices = {"lead": "therapists", "second": "therapists", "answers": "asked"}

    lead = forms.ChoiceField(label=_("Lead, licensed"))
    second = forms.ChoiceField(label=_("Second therapist"))
    from_on = forms.DateField(label=_("From"), widget=fields.Day)
    because = forms.ChoiceField(label=_("Why"), choices=_of(PairAssigned.REASONS, REASONS))
    answers = forms.ChoiceField(label=_("Settles the request"), required=False)


class CoverForm(Sheet):
    """Somebody stands in."""

    choices = {"absent": "pair", "covered_by": "therapists"}

    absent = forms.ChoiceField(label=_("Who is away"))
    covered_by = forms.ChoiceField(label=_("Who stands in"))
    first_day = forms.DateField(label=_("First day"), widget=fields.Day)
    last_day = forms.DateField(label=_("Last day"), widget=fields.Day)


class AskForm(Sheet):
    """Another therapist is asked for. There is no field for a reason."""

    choices = {"user": "pair"}

    side = forms.ChoiceField(
        label=_("Who asks"), choices=list(SIDES.items()), widget=fields.Options
    )
    user = forms.ChoiceField(
        label=_("Instead of"), required=False, help_text=_("Empty: it is left open.")
    )


class UnaskForm(Sheet):
    """The request for another therapist is taken back."""

    choices = {"asked": "asked"}

    asked = forms.ChoiceField(label=_("Asked on"))


class AmendForm(Sheet):
    """A later version of the protocol, for this course."""

    choices = {"version": "versions"}

    version = forms.ChoiceField(label=_("Goes on under"))


class TransferForm(Sheet):
    """The person goes on at another site."""

    choices = {"to_site": "sites"}

    to_site = forms.ChoiceField(label=_("To which site"))
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    reason = forms.ChoiceField(label=_("Why"), choices=_of(STEP_REASONS["transferred"], REASONS))
    remark = _words(_("Remark"))


class TurnForm(Sheet):
    """A turn of the course."""

    choices = {"stage": "stages"}

    kind = forms.ChoiceField(label=_("What happens"), choices=[CHOOSE, *TURNS.items()])
    on = forms.DateField(label=_("Day"), widget=fields.Day)
    reason = forms.ChoiceField(label=_("Why"), choices=[CHOOSE, *REASONS.items()])
    stage = forms.ChoiceField(
        label=_("Stage"), required=False, help_text=_("Only where a stage is entered.")
    )
    visits = forms.MultipleChoiceField(
        label=_("Visits that this person has there"),
        help_text=_("Only where a stage is entered whose visits are not the same for everybody."),
        required=False,
        widget=fields.ManyOptions,
    )
    remark = _words(_("Remark"))

    def __init__(self, *args: Any, offered: Choices, **options: Any) -> None:
        super().__init__(*args, offered=offered, **options)
        visits = self.fields["visits"]
        assert isinstance(visits, forms.MultipleChoiceField)
        visits.choices = list(offered.of_arms)
        if not offered.of_arms:
            del self.fields["visits"]


class AttemptForm(Sheet):
    """One try to reach the person."""

    on = forms.DateField(label=_("Day"), widget=fields.Day)
    at = forms.TimeField(label=_("Time, by the clock here"), widget=fields.Clock)
    channel = forms.ChoiceField(label=_("How"), choices=_of(ContactAttempt.CHANNELS, CHANNELS))
    outcome = forms.ChoiceField(
        label=_("What came of it"), choices=_of(ContactAttempt.OUTCOMES, ATTEMPTED)
    )
    remark = _words(_("Remark"))


class CloseForm(Sheet):
    """The end of the course, and what was settled."""

    on = forms.DateField(label=_("Day"), widget=fields.Day)
    reason = forms.ChoiceField(label=_("Why"), choices=[CHOOSE, *REASONS.items()])
    medicines = forms.ChoiceField(label=_("Medicines"), choices=_of(CloseOut.MEDICINES, SETTLED))
    care = forms.ChoiceField(label=_("Care goes on with"), choices=_of(CloseOut.CARE, SETTLED))
    plan = _words(_("Plan of continuing care"))
    letters = forms.MultipleChoiceField(
        label=_("Letters go to"),
        choices=[(code, LETTERS[code]) for code in CloseOut.LETTERS],
        required=False,
        widget=fields.ManyOptions,
    )
    arm_told = forms.ChoiceField(
        label=_("The group they were in"), choices=_of(CloseOut.TOLD, SETTLED)
    )
    arm_told_on = forms.DateField(label=_("Told on"), widget=fields.Day, required=False)
    results_told = forms.ChoiceField(label=_("The results"), choices=_of(CloseOut.TOLD, SETTLED))
    results_told_on = forms.DateField(label=_("Told on"), widget=fields.Day, required=False)


class StateForm(Sheet):
    """One condition of a gate, stated."""

    choices = {"visit": "visits", "code": "stated"}

    visit = forms.ChoiceField(label=_("For which session"))
    code = forms.ChoiceField(label=_("What"))
    is_so = fields.yes_no_unknown(_("Is it so?"))
    how = forms.ChoiceField(
        label=_("How do you know?"), choices=list(HOW.items()), widget=fields.Options
    )
    value = forms.CharField(
        label=_("What was found, or until which day"),
        required=False,
        max_length=40,
        help_text=_("A day as 2026-03-31."),
    )
    remark = _words(_("Remark"))


class AsideForm(Sheet):
    """A condition set aside by the role that may, with a signature."""

    choices = {"visit": "visits"}

    visit = forms.ChoiceField(label=_("For which session"))
    condition = forms.ChoiceField(
        label=_("Which condition"),
        choices=[
            CHOOSE,
            *((c.code, c.wording) for c in load_gates().conditions.values() if not c.is_hard),
        ],
    )
    reason = forms.ChoiceField(label=_("Why"), choices=_of(OVERRIDE_REASONS, REASONS))
    words = _words(_("In words"))
    password = fields.password_again()
