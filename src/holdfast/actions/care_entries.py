"""Entries of a course that are one fact each: safety plan, contact, goals, readiness, notes, checklists.

Each kind says which of what is told is plain and which is sealed, what may not be empty, and what
cannot be true. Everything else is the same for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import orjson

from holdfast.actions.candidates import Told, candidate
from holdfast.actions.clinical import Entry, Pen, clinical_record
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.definitions.clinical import checklists
from holdfast.records.clinical_care import (
    ChecklistDone,
    Goal,
    GoalRating,
    Note,
    OfCourse,
    OutsideTreatment,
    PsychedelicUse,
    ReachableContact,
    Readiness,
    SafetyPlan,
)
from holdfast.records.clinical_now import standing
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed

HIGHEST_RATING = 10
Values = Mapping[str, Any]
Problem = Callable[[Values], str | None]


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    ``plain`` and ``words`` are the columns that are told; of the words, ``may_be_empty`` may be.
    ``doer`` is the column before ``_at`` and ``_by`` that says who did it now. ``one_of`` names
    the columns by which a new entry takes the place of the one that stands; None: it stands beside.
    """

    model: type[OfCourse]
    event: str
    plain: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = ()
    doer: str = ""
    one_of: tuple[str, ...] | None = None
    problem: Problem = lambda told: None


def _among(column: str, known: Sequence[str], code: str) -> Problem:
    return lambda told: None if told[column] in known else code


def _rating(told: Values) -> str | None:
    fits = isinstance(told["rating"], int) and 0 <= told["rating"] <= HIGHEST_RATING
    return None if fits else "rating-does-not-fit"


def _outside(told: Values) -> str | None:
    if told["kind"] not in OutsideTreatment.KINDS:
        return "treatment-unknown"
    began, ended = told["began_on"], told["ended_on"]
    return "ends-before-it-begins" if began and ended and ended < began else None


def _use(told: Values) -> str | None:
    if told["substance"] not in PsychedelicUse.SUBSTANCES:
        return "substance-unknown"
    times, last = told["times"], told["last_used_on"]
    if times is not None and times < 0:
        return "times-do-not-fit"
    if times == 0 and last is not None:
        return "times-do-not-fit"
    milligrams, how = told["total_mg"], told["how_known"]
    if (milligrams is None) != (how is None):
        return "milligrams-and-how-they-are-known"
    if milligrams is None:
        return None
    if how not in PsychedelicUse.HOW_KNOWN or milligrams < 0 or (times == 0) != (milligrams == 0):
        return "milligrams-do-not-fit"
    return None


def _checklist(told: Values) -> str | None:
    known = checklists().get(told["checklist"])
    if known is None:
        return "checklist-unknown"
    items: dict[str, str] = orjson.loads(told["items"])
    is_whole = set(items) == {item.code for item in known.items}
    return None if is_whole and set(items.values()) <= {"yes", "no", "n/a"} else "items-missing"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "safety-plan": Kind(
            SafetyPlan,
            "safety-plan-agreed",
            plain=("agreed_on",),
            words=("warning_signs", "own_steps", "people", "places", "means"),
            one_of=(),
        ),
        "contact": Kind(
            ReachableContact,
            "contact-named",
            plain=("relation", "may_call", "asked_on"),
            words=("name", "number"),
            problem=_among("relation", ReachableContact.RELATIONS, "relation-unknown"),
        ),
        "goal": Kind(Goal, "goal-set", plain=("set_on",), words=("words",)),
        "goal-rating": Kind(
            GoalRating,
            "goal-rated",
            plain=("goal_id", "visit", "rating", "rated_on"),
            words=("words",),
            may_be_empty=("words",),
            problem=_rating,
        ),
        "readiness": Kind(
            Readiness,
            "readiness-judged",
            plain=("judge", "visit", "is_ready", "has_trust"),
            words=("words",),
            may_be_empty=("words",),
            doer="judged",
            problem=_among("judge", Readiness.JUDGES, "judge-unknown"),
        ),
        "note": Kind(
            Note,
            "note-written",
            plain=("kind", "visit", "on_day"),
            words=("words",),
            problem=_among("kind", Note.KINDS, "note-unknown"),
        ),
        "outside-treatment": Kind(
            OutsideTreatment,
            "outside-treatment-recorded",
            plain=("kind", "began_on", "ended_on"),
            words=("words",),
            problem=_outside,
        ),
        "psychedelic-use": Kind(
            PsychedelicUse,
            "psychedelic-use-recorded",
            plain=("substance", "times", "last_used_on", "in_treatment", "total_mg", "how_known"),
            words=("words",),
            may_be_empty=("words",),
            one_of=("substance",),
            problem=_use,
        ),
        "checklist": Kind(
            ChecklistDone,
            "checklist-done",
            plain=("checklist", "visit", "items"),
            words=("words",),
            may_be_empty=("words",),
            doer="done",
            problem=_checklist,
        ),
    }
)
_PAST = ("agreed_on", "asked_on", "set_on", "rated_on", "on_day", "last_used_on", "began_on")


@refused_where_erased
@one_transaction
def record_care(
    *, entry: Entry, kind: str, told: Values, corrects: OfCourse | None = None
) -> Answered:
    """Write one entry of a kind; ``corrects`` is the one whose place it takes.

    A medicine that somebody else began writes a possible adverse event beside it: why it was begun
    may be one.
    """
    what = KINDS[kind]

    def check() -> Refusal | None:
        if problem := _problem(entry, what, told):
            return Refusal(problem)
        if corrects is None:
            return None
        is_old = what.model._default_manager.filter(corrects=corrects).exists()
        is_here = corrects.enrollment_id == entry.enrollment.id
        return Refusal("already-corrected") if is_old or not is_here else None

    def made(pen: Pen) -> Sequence[Fact]:
        fact = _fact(pen, what, told, corrects)
        facts: list[Fact] = [fact]
        if kind == "outside-treatment" and told["kind"] == "medicine" and corrects is None:
            event = Told(told["words"], "new-medicine", fact.id, onset_on=told["began_on"])
            facts.append(candidate(pen, event))
        return facts

    sent = {"kind": kind, "told": dict(told), "corrects": corrects.id if corrects else None}
    values = {name: value for name in what.plain if isinstance(value := told.get(name), bool | int)}
    return clinical_record(what.event, entry, sent, made, check=check, values=values)


def _problem(entry: Entry, what: Kind, told: Values) -> str | None:
    if set(told) != {*what.plain, *what.words}:
        return "columns-do-not-fit"
    needed = set(what.words) - set(what.may_be_empty)
    if any(not told[name].strip() for name in needed):
        return "words-missing"
    today = local_date(entry.enrollment.site, entry.now)
    days = (told[name] for name in what.plain if name in _PAST)
    if any(isinstance(day, date) and day > today for day in days):
        return "in-the-future"
    return what.problem(told)


def _fact(pen: Pen, what: Kind, told: Values, corrects: OfCourse | None) -> OfCourse:
    before = corrects or _before(pen, what, told)
    model: Any = what.model
    fact: OfCourse = model(
        id=pen.id_of("entry"),
        corrects_id=before.id if before else None,
        correction_reason="said-anew" if before else "",
        enrollment=pen.entry.enrollment,
        **{name: told[name] for name in what.plain},
    )
    for column in what.words:
        if told[column].strip():
            setattr(fact, column, sealed(pen.key, fact, column, told[column].strip()))
    if what.doer:
        setattr(fact, f"{what.doer}_at", pen.stream.now)
        setattr(fact, f"{what.doer}_by", pen.entry.by)
    return fact


def _before(pen: Pen, what: Kind, told: Values) -> OfCourse | None:
    """The entry that stands and gives way to this one, where only one of its kind can stand."""
    if what.one_of is None:
        return None
    same = (
        row
        for row in standing(what.model, pen.entry.enrollment)
        if all(getattr(row, name) == told[name] for name in what.one_of or ())
    )
    return next(same, None)
