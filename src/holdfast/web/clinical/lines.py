"""What was recorded in a course, laid out as lines: a title, what is said, when and by whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from holdfast.definitions import clinical
from holdfast.records.access import printed_name
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import (
    CallHeld,
    CallPlanned,
    ChecklistDone,
    EventCandidate,
    Goal,
    GoalRating,
    Note,
    OutsideTreatment,
    PsychedelicUse,
    ReachableContact,
    Readiness,
    SafetyPlan,
    TaperPlan,
)
from holdfast.records.clinical_now import standing
from holdfast.records.keys import Erased, opened
from holdfast.web.clinical import words as said


@dataclass(frozen=True)
class Line:
    """One entry as a page shows it. ``mark`` is a shape that stands before it; empty for none."""

    title: Any
    at: datetime
    by: str
    told: tuple[tuple[Any, Any], ...] = ()
    mark: str = ""
    id: UUID | None = None
    under: tuple[str, ...] = field(default=())  # smaller lines below, such as doses by day


def words_of(row: models.Model, column: str) -> str:
    """What a sealed column says; that it was erased, where it was."""
    try:
        return opened(row, column) or ""
    except Erased:
        return _("Words erased")


def day_words(day: date) -> str:
    """A calendar day, with the month in words."""
    return str(date_format(day, "j F Y"))


def _when(day: date | None) -> str:
    return day_words(day) if day else _("not known")


def _moment(at: datetime) -> str:
    """A moment by the clock of the site, with the clock's name."""
    here = localtime(at)
    return f"{date_format(here, 'j F Y, H:i')} {here:%Z}"


def _line(row: Any, title: Any, told: Iterable[tuple[Any, Any]] = (), **more: Any) -> Line:
    said_at = tuple((label, value) for label, value in told if value not in ("", None))
    by = printed_name(row.recorded_by)
    return Line(title, row.recorded_at, by, said_at, id=row.id, **more)


def safety_plans(enrollment: Enrollment) -> list[Line]:
    """The plan that stands."""
    return [
        _line(
            row,
            _("Agreed on %(day)s") % {"day": day_words(row.agreed_on)},
            [
                (_("Warning signs"), words_of(row, "warning_signs")),
                (_("What they can do"), words_of(row, "own_steps")),
                (_("People"), words_of(row, "people")),
                (_("Places"), words_of(row, "places")),
                (_("Means"), words_of(row, "means")),
            ],
            mark="passed",
        )
        for row in standing(SafetyPlan, enrollment)
    ]


def contacts(enrollment: Enrollment) -> list[Line]:
    """Who can be reached."""
    return [
        _line(
            row,
            words_of(row, "name"),
            [
                (_("Number"), words_of(row, "number")),
                (_("Who"), said.RELATIONS[row.relation]),
                (_("May we call them?"), said.YES_NO[row.may_call]),
                (_("Asked on"), day_words(row.asked_on)),
            ],
            mark="passed" if row.may_call else "failed",
        )
        for row in standing(ReachableContact, enrollment)
    ]


def tapers(enrollment: Enrollment) -> list[Line]:
    """Each taper with its doses by day and what befell it."""
    return [_taper(row) for row in standing(TaperPlan, enrollment)]


def _taper(row: TaperPlan) -> Line:
    steps = [
        _("from %(day)s: %(dose)s %(unit)s a day")
        % {"day": day_words(step.from_day), "dose": step.dose, "unit": step.unit}
        for step in row.steps.order_by("from_day")
    ]
    turns = [
        f"{day_words(turn.on_day)}: {said.TURNS[turn.kind]}"
        + (f". {words_of(turn, 'words')}" if turn.words else "")
        for turn in row.turns.order_by("position")
    ]
    return _line(
        row,
        words_of(row, "medicine"),
        [
            (_("Agreed with"), words_of(row, "prescriber")),
            (_("Agreed on"), day_words(row.agreed_on)),
            (_("Last dose on"), _when(row.last_dose_on) if row.last_dose_on else _("only lowered")),
            (_("What stops it"), words_of(row, "stop_criteria")),
            (_("Symptoms watched"), words_of(row, "symptoms")),
            (_("Restarting"), said.RESTART_BY[row.restart_by]),
        ],
        under=(*steps, *turns),
    )


def calls(enrollment: Enrollment) -> list[Line]:
    """Calls that were held or tried, the newest first; those planned stand above them."""
    spoke = set(
        CallHeld.objects.filter(enrollment=enrollment, outcome="spoke").values_list(
            "planned_id", flat=True
        )
    )
    planned = [
        Line(
            _("Planned: %(why)s") % {"why": said.PURPOSES[row.purpose]},
            row.due_at,
            printed_name(row.recorded_by),
            mark="unknown",
            id=row.id,
        )
        for row in standing(CallPlanned, enrollment)
        if row.id not in spoke
    ]
    return [*planned, *(_call(row) for row in standing(CallHeld, enrollment))]


def _call(row: CallHeld) -> Line:
    told: list[tuple[Any, Any]] = [
        (_("Where they were"), words_of(row, "whereabouts")),
        (_("Call-back number"), words_of(row, "call_back")),
        (_("Safety"), said.SAFETY.get(row.safety, "")),
    ]
    answers = words_of(row, "answers")
    if answers.startswith("{"):
        given: Mapping[str, str] = orjson.loads(answers)
        told += [(said.QUESTIONS.get(code, code), words) for code, words in given.items()]
    title = f"{said.WAYS[row.way]}: {said.OUTCOMES[row.outcome]}"
    return _line(row, title, told, mark="passed" if row.outcome == "spoke" else "failed")


def goals(enrollment: Enrollment) -> list[Line]:
    """Each goal with its ratings, oldest first, so that they read as a way."""
    ratings: dict[UUID, list[GoalRating]] = {}
    for rating in reversed(standing(GoalRating, enrollment)):
        ratings.setdefault(rating.goal_id, []).append(rating)
    return [
        _line(
            row,
            words_of(row, "words"),
            [(_("Said on"), day_words(row.set_on))],
            under=tuple(_rating(each) for each in ratings.get(row.id, [])),
        )
        for row in standing(Goal, enrollment)
    ]


def _rating(row: GoalRating) -> str:
    words = words_of(row, "words")
    told = _("%(day)s: %(rating)s of 10") % {"day": day_words(row.rated_on), "rating": row.rating}
    return f"{told}. {words}" if words else told


def readiness(enrollment: Enrollment) -> list[Line]:
    """What each of the three said."""
    marks = {True: "passed", False: "failed", None: "unknown"}
    return [
        _line(
            row,
            said.JUDGE_SHOWN[row.judge],
            [
                (_("Time for it"), said.YES_NO[row.is_ready]),
                (_("Trust"), said.YES_NO[row.has_trust]),
                (_("In words"), words_of(row, "words")),
            ],
            mark=marks[_both(row.is_ready, row.has_trust)],
        )
        for row in standing(Readiness, enrollment)
    ]


def _both(one: bool | None, other: bool | None) -> bool | None:
    if False in (one, other):
        return False
    return None if None in (one, other) else True


def notes(enrollment: Enrollment) -> list[Line]:
    """Notes of the general record; psychotherapy notes are not among them."""
    return [
        _line(
            row,
            f"{said.NOTES[row.kind]}, {day_words(row.on_day)}",
            [("", words_of(row, "words"))],
        )
        for row in standing(Note, enrollment)
    ]


def checklists(enrollment: Enrollment) -> list[Line]:
    """Checklists as they were gone through; what was not done is named."""
    return [_checklist(row) for row in standing(ChecklistDone, enrollment)]


def _checklist(row: ChecklistDone) -> Line:
    items: Mapping[str, str] = orjson.loads(row.items)
    known = clinical.checklists().get(row.checklist)
    order = [item.code for item in known.items] if known else list(items)
    told = [(said.ITEMS.get(code, code), said.DONE[items[code]]) for code in order if code in items]
    mark = "failed" if "no" in items.values() else "passed"
    title = said.CHECKLISTS.get(row.checklist, row.checklist)
    return _line(row, title, [*told, (_("What else"), words_of(row, "words"))], mark=mark)


def outside(enrollment: Enrollment) -> list[Line]:
    """Treatments by others."""
    return [
        _line(
            row,
            said.TREATMENTS[row.kind],
            [
                ("", words_of(row, "words")),
                (_("Began on"), _when(row.began_on)),
                (_("Ended on"), day_words(row.ended_on) if row.ended_on else ""),
            ],
        )
        for row in standing(OutsideTreatment, enrollment)
    ]


def psychedelics(enrollment: Enrollment) -> list[Line]:
    """Lifetime use."""
    return [
        _line(
            row,
            said.SUBSTANCES[row.substance],
            [
                (_("Times"), _("not known") if row.times is None else row.times),
                (_("Last on"), day_words(row.last_used_on) if row.last_used_on else ""),
                (_("In a treatment or a trial"), said.YES_NO[row.in_treatment]),
                (_("All of it together"), _milligrams(row)),
                ("", words_of(row, "words")),
            ],
        )
        for row in standing(PsychedelicUse, enrollment)
    ]


def _milligrams(row: PsychedelicUse) -> str:
    if row.times == 0:
        return ""
    if row.total_mg is None:
        return _("milligrams not known")
    return f"{row.total_mg} mg, {said.HOW_KNOWN[row.how_known or 'told']}"


def events(enrollment: Enrollment) -> list[Line]:
    """Everything that may be an adverse event, whatever told of it."""
    marks = {True: "failed", False: "", None: "unknown"}
    return [
        _line(
            row,
            words_of(row, "words"),
            [
                (_("How we learned of it"), said.SOURCES[row.source]),
                (_("Since"), _when(row.onset_on)),
                (_("How strong"), said.INTENSITIES[row.intensity]),
                (_("Goes on"), said.YES_NO[row.is_ongoing]),
                (_("Over since"), day_words(row.ended_on) if row.ended_on else ""),
                (_("Serious"), said.YES_NO[row.is_serious]),
                (_("First known"), f"{_moment(row.known_at)}, {printed_name(row.known_by)}"),
            ],
            mark=marks[row.is_serious],
        )
        for row in standing(EventCandidate, enrollment)
    ]


Lines = Callable[[Enrollment], list[Line]]
# Every part of the clinical record, by its slug. Therapists' own notes are none of them.
PARTS: Mapping[str, tuple[Any, Lines]] = {
    "safety": (_later("Safety plan"), safety_plans),
    "contacts": (_later("Who can be reached"), contacts),
    "taper": (_later("Taper"), tapers),
    "calls": (_later("Calls"), calls),
    "goals": (_later("Goals"), goals),
    "readiness": (_later("Readiness and trust"), readiness),
    "events": (_later("Possible adverse events"), events),
    "outside": (_later("Treatments elsewhere"), outside),
    "psychedelics": (_later("Psychedelics in a lifetime"), psychedelics),
    "checklists": (_later("Checklists"), checklists),
    "notes": (_later("Notes"), notes),
}
