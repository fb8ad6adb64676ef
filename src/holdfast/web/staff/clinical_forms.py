"""What is typed into the clinical records of a course, and what is wrong with it in words that help."""

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from holdfast.actions.candidates import Told
from holdfast.actions.course_calls import Spoken
from holdfast.actions.tapers import Agreed, Dose
from holdfast.definitions import clinical
from holdfast.records.canonical import document
from holdfast.web import fields
from holdfast.web.clinical import words as said
from holdfast.web.fields import CHOOSE, not_in_the_future

LONGEST = 8_000


def choice(label: Any, options: Mapping[str, Any], **given: Any) -> forms.ChoiceField:
    """One of few."""
    return forms.ChoiceField(
        label=label, choices=list(options.items()), widget=fields.Options, **given
    )


def text(label: Any, *, required: bool = True, hint: Any = "", rows: int = 3) -> forms.CharField:
    """Free words, sealed under the person's key."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def line(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    """A short text, sealed under the person's key."""
    return forms.CharField(label=label, help_text=hint, required=required, max_length=200)


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A day that may still come."""
    return forms.DateField(label=label, help_text=hint, required=required, widget=fields.Day)


def _has_been(value: Any) -> None:
    not_in_the_future(value)


def past_day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A day that has been."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=fields.Day,
        validators=[_has_been],
    )


class Moment(forms.DateTimeField):
    """A moment of the site's own clock."""

    def __init__(self, label: Any, *, required: bool = True, hint: Any = "") -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        )


class EntryForm(forms.Form):
    """A form whose fields are the columns of one kind of entry."""

    entry_id = fields.entry_id()

    def told(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {name: value for name, value in self.cleaned_data.items() if name != "entry_id"}


class SafetyPlanForm(EntryForm):
    """The safety plan, in the person's own words."""

    agreed_on = past_day(_("Agreed with the person on"))
    warning_signs = text(_("Warning signs"), hint=_("How they notice that it becomes dangerous."))
    own_steps = text(_("What they can do themselves"))
    people = text(_("People"), hint=_("Whom they turn to, and how to reach them."))
    places = text(_("Places"), hint=_("Where they are safe, or among others."))
    means = text(_("Means"), hint=_("How what could harm is put out of reach."))


class ContactForm(EntryForm):
    """Somebody near the person."""

    name = line(_("Name"))
    number = line(_("Number"))
    relation = choice(_("Who is it?"), said.RELATIONS)
    may_call = fields.yes_no_unknown(_("Does the person permit us to call them?"))
    asked_on = past_day(_("The person said so on"))

    def clean_may_call(self) -> bool:
        """Silence is no permission: it must be asked."""
        said: bool | None = self.cleaned_data["may_call"]
        if said is None:
            raise forms.ValidationError(_("Ask the person: without a yes nobody is called."))
        return said


class GoalForm(EntryForm):
    """A goal."""

    words = text(_("What do they want from the treatment, in their own words?"))
    set_on = past_day(_("Said on"))


class GoalRatingForm(EntryForm):
    """How near a goal is."""

    goal_id = forms.UUIDField(label=_("Which goal?"), widget=forms.Select)
    rating = forms.IntegerField(
        label=_("How near is it, from 0 to 10?"),
        help_text=_("As the person says it. 0: no nearer. 10: reached."),
        min_value=0,
        max_value=10,
    )
    rated_on = past_day(_("Said on"))
    visit = forms.ChoiceField(label=_("At which visit?"), required=False)
    words = text(_("What they said of it"), required=False, rows=2)


class ReadinessForm(EntryForm):
    """Readiness and trust, of one of three."""

    judge = choice(_("Who judges?"), said.JUDGES)
    is_ready = fields.yes_no_unknown(_("Is it time for the next session?"))
    has_trust = fields.yes_no_unknown(_("Is there trust enough between the three of you?"))
    visit = forms.ChoiceField(label=_("At which visit?"), required=False)
    words = text(_("In their own words"), required=False, rows=2)


class NoteForm(EntryForm):
    """A note of the general record."""

    kind = choice(_("About what?"), said.NOTES)
    on_day = past_day(_("Day"))
    visit = forms.ChoiceField(label=_("At which visit?"), required=False)
    words = text(_("Note"), rows=6)


class OutsideForm(EntryForm):
    """A treatment by somebody else."""

    kind = choice(_("What is it?"), said.TREATMENTS)
    words = text(_("What, by whom, and why"))
    began_on = past_day(_("Began on"), required=False)
    ended_on = past_day(_("Ended on"), required=False)


class UseForm(EntryForm):
    """Lifetime use of one psychedelic."""

    substance = forms.ChoiceField(label=_("Which?"), choices=[CHOOSE, *said.SUBSTANCES.items()])
    times = forms.IntegerField(
        label=_("How often in a lifetime?"),
        help_text=_("Leave empty if it is not known. 0: never."),
        min_value=0,
        max_value=100_000,
        required=False,
    )
    last_used_on = past_day(
        _("Last on"), required=False, hint=_("The first day of the month or year will do.")
    )
    in_treatment = fields.yes_no_unknown(_("Was any of it in a treatment or a trial?"))
    total_mg = forms.DecimalField(
        label=_("All of it together, in mg"),
        help_text=_("At most. Without what this course gave. Leave empty if it is not known."),
        min_value=0,
        max_value=1_000_000,
        decimal_places=1,
        required=False,
    )
    how_known = forms.ChoiceField(
        label=_("How are the milligrams known?"),
        choices=[("", _("Not known")), *said.HOW_KNOWN.items()],
        required=False,
    )
    words = text(_("What they said of it"), required=False, rows=2)

    def told(self) -> dict[str, Any]:
        """What was typed; no way of knowing where nothing is known."""
        return super().told() | {"how_known": self.cleaned_data["how_known"] or None}


class EventForm(forms.Form):
    """Something that may be an adverse event. What caused it is not asked."""

    entry_id = fields.entry_id()
    corrects = forms.UUIDField(required=False, widget=forms.HiddenInput)
    words = text(_("What was it, in the person's own words?"))
    source = choice(_("How did we learn of it?"), said.SOURCES)
    onset_on = past_day(_("Since"), required=False)
    intensity = choice(_("How strong?"), said.INTENSITIES)
    is_ongoing = fields.yes_no_unknown(_("Does it go on?"))
    ended_on = past_day(_("Over since"), required=False)
    is_serious = fields.yes_no_unknown(
        _("Is it serious: death, danger to life, hospital, lasting harm?")
    )
    known_at = Moment(
        _("First known to you"), required=False, hint=_("Leave empty if it is just now.")
    )

    def told(self) -> Told:
        """What was told of it."""
        given = self.cleaned_data
        names = ("words", "source", "onset_on", "intensity", "ended_on", "is_ongoing")
        return Told(
            **{name: given[name] for name in (*names, "is_serious", "known_at")},
        )


class TaperForm(forms.Form):
    """A taper as it was agreed with who prescribes the medicine."""

    entry_id = fields.entry_id()
    medicine = line(_("Medicine"))
    prescriber = line(_("Agreed with"), hint=_("Who prescribes it: name and how to reach them."))
    agreed_on = past_day(_("Agreed on"))
    doses = text(
        _("Dose by day"),
        hint=_("One line for each step: the day, the dose, the unit. 2026-03-02 50 mg"),
        rows=4,
    )
    last_dose_on = day(
        _("Last dose on"), required=False, hint=_("Leave empty if it is only lowered.")
    )
    stop_criteria = text(_("What stops the taper"), rows=2)
    symptoms = text(_("Symptoms that are watched"), rows=2)
    restart_by = choice(_("Who decides on starting it again?"), said.RESTART_BY)

    def clean_doses(self) -> tuple[Dose, ...]:
        """The steps; each line that cannot be read is named."""
        return tuple(_dose(row) for row in self.cleaned_data["doses"].splitlines() if row.strip())

    def told(self) -> Agreed:
        """The taper as it was agreed."""
        given = {k: v for k, v in self.cleaned_data.items() if k != "entry_id"}
        return Agreed(**given)


_DOSE = re.compile(r"(\d{4}-\d\d-\d\d)[\s,;:]+(\d+(?:[.,]\d+)?)\s*(\S+)")


def _dose(row: str) -> Dose:
    found = _DOSE.fullmatch(row.strip())
    try:
        if found is None:
            raise ValueError(row)
        when = datetime.date.fromisoformat(found[1])
        return Dose(when, Decimal(found[2].replace(",", ".")), found[3])
    except (ValueError, InvalidOperation):
        raise forms.ValidationError(
            _("This line cannot be read: %(line)s. Write 2026-03-02 50 mg."),
            params={"line": row.strip()[:60]},
        ) from None


class TurnForm(forms.Form):
    """What befell a taper."""

    entry_id = fields.entry_id()
    plan = forms.UUIDField(label=_("Which taper?"), widget=forms.Select)
    kind = forms.ChoiceField(
        label=_("What happened?"), choices=list(said.TURNS.items()), widget=fields.ColumnOptions
    )
    on_day = past_day(_("On"))
    words = text(_("In words"), required=False, rows=2)


class CallPlanForm(forms.Form):
    """By when a call must have been."""

    entry_id = fields.entry_id()
    due_at = Moment(_("By when?"), hint=_("By the site's own clock."))
    purpose = choice(_("Why?"), said.PURPOSES)


class CallForm(forms.Form):
    """A call: first where the person is, and how to call back."""

    entry_id = fields.entry_id()
    planned = forms.UUIDField(label=_("Which planned call?"), required=False, widget=forms.Select)
    outcome = choice(_("What came of it?"), said.OUTCOMES)
    way = choice(_("How?"), said.WAYS)
    whereabouts = line(
        _("Where are they right now?"),
        required=False,
        hint=_("The address, so that help can be sent. Ask it before anything else."),
    )
    call_back = line(_("Which number do we call if we are cut off?"), required=False)
    safety = forms.ChoiceField(
        label=_("Are they safe?"),
        choices=list(said.SAFETY.items()),
        widget=fields.ColumnOptions,
        required=False,
    )
    event = text(
        _("Anything that may be an adverse event, in their own words"), required=False, rows=2
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in clinical.call_questions():
            self.fields[f"q-{code}"] = text(said.QUESTIONS[code], required=False, rows=2)
        first = ["entry_id", "planned", "outcome", "way", "whereabouts", "call_back", "safety"]
        asked = [f"q-{code}" for code in clinical.call_questions()]
        self.order_fields([*first, *asked, "event"])

    def told(self) -> Spoken:
        """The call as it went."""
        given = self.cleaned_data
        answers = {
            code: given[f"q-{code}"] for code in clinical.call_questions() if given.get(f"q-{code}")
        }
        names = ("way", "outcome", "whereabouts", "call_back", "safety", "event")
        return Spoken(**{name: given[name] for name in names}, answers=answers)


def checklist_form(code: str) -> type[EntryForm]:
    """The form of one checklist: a line for each item."""
    items = clinical.checklists()[code].items
    made: dict[str, Any] = {item.code: choice(said.ITEMS[item.code], said.DONE) for item in items}
    made["visit"] = forms.ChoiceField(label=_("At which visit?"), required=False)
    made["words"] = text(_("What else"), required=False, rows=2)

    def told(self: EntryForm) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "checklist": code,
            "visit": given["visit"],
            "items": document({item.code: given[item.code] for item in items}).decode(),
            "words": given["words"],
        }

    return type("ChecklistForm", (EntryForm,), {**made, "told": told})


class PsychotherapyForm(forms.Form):
    """A therapist's own note."""

    entry_id = fields.entry_id()
    on_day = past_day(_("Day"))
    visit = forms.ChoiceField(label=_("At which visit?"), required=False)
    words = text(_("Your own note"), rows=8)


def offer(form: forms.Form, name: str, options: Iterable[tuple[Any, str | Promise]]) -> None:
    """Give a field its options, with none of them first."""
    if name in form.fields:
        field: Any = form.fields[name]
        found = [("", _("None")), *options]
        if isinstance(field, forms.ChoiceField):
            field.choices = found
        else:
            field.widget.choices = found
