"""Calls in a course: planned, held with their questions, missed; one missed after dosing is an alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from holdfast.actions.candidates import Told, candidate
from holdfast.actions.clinical import Entry, Pen, alarm, clinical_record
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.clinical import call_questions
from holdfast.domain.calls import SAFETY
from holdfast.domain.schedule import VisitKind
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.clinical import ClinicalAlarm
from holdfast.records.clinical_care import CallHeld, CallPlanned
from holdfast.records.courses import course_of
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed
from holdfast.records.people import User


@refused_where_erased
@one_transaction
def plan_call(
    *, entry: Entry, due_at: datetime, purpose: str, after_dosing: bool, visit: str = ""
) -> Answered:
    """Say by when a call must have been; the watch pages for one after dosing that was not."""

    def check() -> Refusal | None:
        if purpose not in CallPlanned.PURPOSES:
            return Refusal("purpose-unknown")
        return Refusal("due-before-now") if due_at <= entry.now else None

    def made(pen: Pen) -> Sequence[Fact]:
        return [
            CallPlanned(
                id=pen.id_of("call"),
                enrollment=entry.enrollment,
                due_at=due_at,
                after_dosing=after_dosing,
                purpose=purpose,
                visit=visit,
            )
        ]

    what = {"due": due_at, "purpose": purpose, "after_dosing": after_dosing, "visit": visit}
    return clinical_record("call-planned", entry, what, made, check=check, values=what)


@one_transaction
def plan_protocol_calls(*, enrollment: Enrollment, by: User, now: datetime) -> Answered | None:
    """Plan every call that the protocol asks for after the dosing sessions that were; none twice.

    None where there is nothing to plan. There is nobody to refuse: the protocol asks for them.
    """
    course = course_of(enrollment)
    known = set(CallPlanned.objects.filter(enrollment=enrollment).values_list("visit", flat=True))
    dosed = {visit.code for visit in course.dosing_held} if course else set()
    wanted = [
        one
        for one in (course.planned() if course else ())
        if one.visit.kind is VisitKind.CALL
        and one.visit.anchor in dosed
        and one.visit.code not in known
        and (one.latest or one.target)
    ]
    if not wanted:
        return None
    codes = [one.visit.code for one in wanted]
    entry_id = uuid5(enrollment.id, f"calls/{'/'.join(codes)}")
    stream = lock(enrollment.id, now)
    sent = stream.sent("calls-planned", entry_id, {"visits": codes})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    facts = [
        CallPlanned(
            id=uuid5(entry_id, one.visit.code),
            enrollment=enrollment,
            due_at=_end_of(one.latest or one.target, enrollment),
            after_dosing=True,
            purpose="after-dosing",
            visit=one.visit.code,
        )
        for one in wanted
    ]
    return stream.write(sent, facts, by=by, values={"calls": len(facts)})


def _end_of(day: date | None, enrollment: Enrollment) -> datetime:
    """The end of a day of the site's own calendar."""
    assert day is not None
    midnight = datetime.combine(day + timedelta(days=1), time())
    return midnight.replace(tzinfo=ZoneInfo(enrollment.site.zone))


@dataclass(frozen=True)
class Spoken:
    """A call as it went. Whoever was reached said first where they are and how to be called back."""

    way: str
    outcome: str
    whereabouts: str = field(default="", repr=False)
    call_back: str = field(default="", repr=False)
    safety: str = ""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    event: str = field(default="", repr=False)  # words of what may be an adverse event

    def problem(self) -> str | None:
        """The code of what does not fit together; None where it can be kept."""
        if self.way not in CallHeld.WAYS:
            return "way-of-call-unknown"
        if self.outcome not in CallHeld.OUTCOMES:
            return "call-outcome-unknown"
        if set(self.answers) - set(call_questions()):
            return "question-of-another"
        if self.outcome != "spoke":
            return None
        if not (self.whereabouts.strip() and self.call_back.strip()):
            return "whereabouts-missing"
        return None if self.safety in SAFETY else "safety-not-asked"


@refused_where_erased
@one_transaction
def record_call(*, entry: Entry, spoken: Spoken, planned: CallPlanned | None = None) -> Answered:
    """Record a call or a try. In the days after dosing, nobody reached is an alarm at once."""

    def check() -> Refusal | None:
        return Refusal(problem) if (problem := spoken.problem()) else None

    def made(pen: Pen) -> Sequence[Fact]:
        facts: list[Fact] = [_held(pen, spoken, planned)]
        if spoken.event.strip():
            told = Told(spoken.event, "call", facts[0].id)
            facts.append(candidate(pen, told))
        is_missed = planned is not None and planned.after_dosing and spoken.outcome != "spoke"
        if is_missed and planned is not None:
            facts += alarm(pen, "call-missed", planned.id)
        return facts

    what = {"spoken": spoken, "planned": planned.id if planned else None}
    values = {"way": spoken.way, "outcome": spoken.outcome, "safety": spoken.safety}
    return clinical_record(
        "call-held", entry, what, made, check=check, values=values, with_site=True
    )


def _held(pen: Pen, spoken: Spoken, planned: CallPlanned | None) -> CallHeld:
    fact = CallHeld(
        id=pen.id_of("held"),
        enrollment=pen.entry.enrollment,
        planned=planned,
        way=spoken.way,
        outcome=spoken.outcome,
        safety=spoken.safety,
        called_at=pen.stream.now,
        called_by=pen.entry.by,
    )
    answers = {code: words for code, words in spoken.answers.items() if words.strip()}
    said = {
        "whereabouts": spoken.whereabouts.strip(),
        "call_back": spoken.call_back.strip(),
        "answers": document(answers).decode() if answers else "",
    }
    for column, words in said.items():
        if words:
            setattr(fact, column, sealed(pen.key, fact, column, words))
    return fact


@one_transaction
def raise_alarm(*, entry: Entry, kind: str, fact: Fact) -> Answered | None:
    """Raise, once, what the watch found overdue; None where it was raised before.

    There is nobody to refuse: a time has passed.
    """
    if ClinicalAlarm.objects.filter(kind=kind, about=fact.id).exists():
        return None
    above = lock(entry.enrollment.site_id, entry.now)
    stream = lock(entry.enrollment.id, entry.now)
    entry_id = uuid5(fact.id, f"overdue/{kind}")
    sent = stream.sent("clinical-alarm-raised", entry_id, {"kind": kind, "about": fact.id})
    if earlier := stream.earlier(sent, by=entry.by):
        return earlier
    pen = Pen(entry, stream, stream.receipts, above)  # nothing here is a person's words
    return stream.write(sent, alarm(pen, kind, fact.id), by=entry.by, values={"kind": kind})
