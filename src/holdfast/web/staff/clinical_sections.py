"""The sections of a course's clinical record: what each is for, its forms, and what stands in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from holdfast.actions.candidates import record_candidate
from holdfast.actions.care_entries import record_care
from holdfast.actions.clinical import Entry
from holdfast.actions.course_calls import plan_call, record_call
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.tapers import agree_taper, record_taper_turn
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import CallPlanned, EventCandidate, Goal, TaperPlan
from holdfast.records.clinical_now import standing
from holdfast.records.courses import course_of
from holdfast.web.clinical import lines
from holdfast.web.clinical import words as said
from holdfast.web.staff import clinical_forms as typed

Act = Callable[[Entry, Any], Answered]


@dataclass(frozen=True)
class Sheet:
    """One form of a section. ``opens`` says over its button what it is for."""

    form: type[forms.Form]
    act: Act
    opens: Any
    button: Any


@dataclass(frozen=True)
class Section:
    """One part of the clinical record, beside ``PARTS``. ``why`` says what it is for."""

    why: Any
    sheets: Mapping[str, Sheet]


def _care(kind: str) -> Act:
    return lambda entry, form: record_care(entry=entry, kind=kind, told=form.told())


def _event(entry: Entry, form: Any) -> Answered:
    told = form.cleaned_data["corrects"]
    before = _mine(EventCandidate, entry, told) if told else None
    if told and before is None:
        return Refusal("already-corrected")
    return record_candidate(entry=entry, told=form.told(), corrects=before)


def _turn(entry: Entry, form: Any) -> Answered:
    told = form.cleaned_data
    plan = _mine(TaperPlan, entry, told["plan"])
    if plan is None:
        return Refusal("taper-unknown")
    given = {name: told[name] for name in ("kind", "on_day", "words")}
    return record_taper_turn(entry=entry, plan=plan, **given)


def _plan_call(entry: Entry, form: Any) -> Answered:
    told = form.cleaned_data
    after = told["purpose"] == "after-dosing"
    return plan_call(
        entry=entry, due_at=told["due_at"], purpose=told["purpose"], after_dosing=after
    )


def _call(entry: Entry, form: Any) -> Answered:
    told = form.cleaned_data["planned"]
    planned = _mine(CallPlanned, entry, told) if told else None
    if told and planned is None:
        return Refusal("call-unknown")
    return record_call(entry=entry, spoken=form.told(), planned=planned)


def _rating(entry: Entry, form: Any) -> Answered:
    if _mine(Goal, entry, form.cleaned_data["goal_id"]) is None:
        return Refusal("goal-unknown")
    return record_care(entry=entry, kind="goal-rating", told=form.told())


def _mine(model: Any, entry: Entry, row_id: Any) -> Any:
    """A row of this very course; None for any other."""
    return model.objects.filter(enrollment=entry.enrollment, id=row_id).first()


def _checklists() -> dict[str, Sheet]:
    return {
        code: Sheet(
            typed.checklist_form(code), _care("checklist"), title, _("Record the checklist")
        )
        for code, title in said.CHECKLISTS.items()
    }


SECTIONS: Mapping[str, Section] = {
    "safety": Section(
        _("Made with the person before any medicine is tapered."),
        {
            "plan": Sheet(
                typed.SafetyPlanForm,
                _care("safety-plan"),
                _("Agree a safety plan"),
                _("Record the plan"),
            )
        },
    ),
    "contacts": Section(
        _("Somebody near the person, and whether they permit us to call."),
        {
            "contact": Sheet(
                typed.ContactForm, _care("contact"), _("Name somebody"), _("Record the contact")
            )
        },
    ),
    "taper": Section(
        _("Agreed with who prescribes the medicine: dose by day, what stops it, who restarts."),
        {
            "turn": Sheet(typed.TurnForm, _turn, _("Say what happened to a taper"), _("Record it")),
            "plan": Sheet(
                typed.TaperForm,
                lambda entry, form: agree_taper(entry=entry, agreed=form.told()),
                _("Agree a taper"),
                _("Record the taper"),
            ),
        },
    ),
    "calls": Section(
        _("Each begins with where the person is, and how to call back."),
        {
            "held": Sheet(typed.CallForm, _call, _("Record a call"), _("Record the call")),
            "plan": Sheet(typed.CallPlanForm, _plan_call, _("Plan a call"), _("Plan the call")),
        },
    ),
    "goals": Section(
        _("What the person wants, in their own words, and how near it is."),
        {
            "rating": Sheet(
                typed.GoalRatingForm, _rating, _("Rate a goal"), _("Record the rating")
            ),
            "goal": Sheet(typed.GoalForm, _care("goal"), _("Set a goal"), _("Record the goal")),
        },
    ),
    "readiness": Section(
        _("The person and both therapists judge it, each for themselves."),
        {
            "judgement": Sheet(
                typed.ReadinessForm, _care("readiness"), _("Judge it"), _("Record the judgement")
            )
        },
    ),
    "events": Section(
        _("Everything that may be one, good or bad. A physician judges later what caused it."),
        {"event": Sheet(typed.EventForm, _event, _("Note an event"), _("Record the event"))},
    ),
    "outside": Section(
        _("What others treat while the course runs. A new medicine is a possible event too."),
        {
            "treatment": Sheet(
                typed.OutsideForm,
                _care("outside-treatment"),
                _("Record a treatment"),
                _("Record the treatment"),
            )
        },
    ),
    "psychedelics": Section(
        _("Inside treatments and out of them."),
        {
            "use": Sheet(
                typed.UseForm, _care("psychedelic-use"), _("Record use"), _("Record the use")
            )
        },
    ),
    "checklists": Section(
        _("Our own lists. No line of them decides anything by itself."),
        _checklists(),
    ),
    "notes": Section(
        _("Notes of the general record. A therapist's own notes are kept apart."),
        {"note": Sheet(typed.NoteForm, _care("note"), _("Write a note"), _("Record the note"))},
    ),
}


def offered(form: forms.Form, enrollment: Enrollment) -> forms.Form:
    """A form with the options of this course: its visits, goals, tapers and planned calls."""
    course = course_of(enrollment)
    visits = [(v.code, v.title) for v in course.visits] if course else []
    typed.offer(form, "visit", visits)
    if "goal_id" in form.fields:
        found = standing(Goal, enrollment)
        typed.offer(form, "goal_id", [(g.id, lines.words_of(g, "words")[:80]) for g in found])
    if "plan" in form.fields:
        plans = standing(TaperPlan, enrollment)
        typed.offer(form, "plan", [(p.id, lines.words_of(p, "medicine")[:80]) for p in plans])
    if "planned" in form.fields:
        due = standing(CallPlanned, enrollment)
        typed.offer(form, "planned", [(row.id, _due(row)) for row in due])
    return form


def _due(row: CallPlanned) -> str:
    at = date_format(localtime(row.due_at), "j M Y, H:i")
    return _now("%(why)s, due %(at)s") % {"why": said.PURPOSES[row.purpose], "at": at}
