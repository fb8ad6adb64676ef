"""The clinical records of a course: safety plan, taper, tests, readiness, goals, calls, events."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from holdfast.actions.candidates import Told, record_candidate
from holdfast.actions.course_calls import Spoken, plan_protocol_calls, record_call
from holdfast.actions.people import house
from holdfast.actions.results import (
    Measured,
    order_test,
    record_collected,
    record_results,
    review_results,
)
from holdfast.actions.tapers import Agreed, Dose, agree_taper, record_taper_turn
from holdfast.cli.courses.desk import made_id, proof
from holdfast.cli.courses.journey import Journey
from holdfast.definitions.clinical import analytes, call_questions, tests
from holdfast.domain.schedule import Visit
from holdfast.records.clinical import TestOrder
from holdfast.records.clinical_care import CallPlanned, Goal, TaperPlan
from holdfast.records.clinical_now import standing

BEFORE_DOSING = ("laboratory", "ecg", "rhythm-strip")
TAPER_DAYS = 14
STANDS_DAYS = 900  # an invented physician lets results of a course stand to its end
# What an invented laboratory reports: value or finding, unit, and its own range. Nobody's advice.
REPORTED: dict[str, tuple[str, str, str]] = {
    "potassium": ("4.2", "mmol/L", "3.5 - 5.1"),
    "sodium": ("140", "mmol/L", "136 - 145"),
    "creatinine": ("71", "umol/L", "50 - 100"),
    "alt": ("22", "U/L", "7 - 55"),
    "ast": ("24", "U/L", "8 - 48"),
    "gfr": ("96", "mL/min/{1.73_m2}", ""),
    "qt": ("396", "ms", ""),
    "heart-rate": ("63", "/min", ""),
}
FINDINGS = {"ecg-reading": "normal"}


def safety_plan(journey: Journey) -> None:
    """Warning signs, own steps, people, places and means, agreed in the first conversations."""
    words = {
        "warning_signs": "Not sleeping two nights in a row.",
        "own_steps": "Walk by the river; write it down.",
        "people": "Nobody Invented, then the clinic.",
        "places": "The garden; the clinic's front room.",
        "means": "Medicines are kept by a friend.",
    }
    told: dict[str, Any] = {"agreed_on": journey.today, **words}
    journey.care("therapist", journey.lead, "safety-plan", **told)


def taper(journey: Journey) -> None:
    """A medicine lowered in two steps and stopped, as its prescriber agreed."""
    today = journey.today
    last = today + timedelta(days=TAPER_DAYS)
    halved = today + timedelta(days=7)
    agreed = Agreed(
        medicine="an invented medicine, 20 mg",
        prescriber="Dr. Nobody Invented",
        agreed_on=today,
        stop_criteria="As the prescriber wrote: call before the next step.",
        symptoms="Dizziness, poor sleep, irritability.",
        restart_by="prescriber",
        last_dose_on=last,
        doses=(Dose(today, Decimal("20"), "mg"), Dose(halved, Decimal("10"), "mg")),
    )
    journey.note("physician", journey.physician, agree_taper, agreed=agreed)


def tapered(journey: Journey) -> None:
    """Each taper that stands is over, as the person says on its last day or after it."""
    for plan in standing(TaperPlan, journey.enrollment):
        turned(journey, plan, "finished")


def turned(journey: Journey, plan: TaperPlan, kind: str) -> None:
    """What befell a taper today."""
    told = {"plan": plan, "kind": kind, "on_day": journey.today}
    journey.note("physician", journey.physician, record_taper_turn, **told)


def tested(journey: Journey, visit: Visit) -> None:
    """Every test of a visit: ordered, taken, resulted, and reviewed by the physician."""
    for test in (each for each in visit.activities if each in BEFORE_DOSING):
        by, physician = journey.team.coordinator, journey.physician
        due = journey.now + timedelta(days=3)
        told = {"test": test, "visit": visit.code, "review_due_at": due}
        made = journey.note("physician", physician, order_test, **told)
        order = TestOrder.objects.get(id=made_id(made, "records_testorder"))
        at = {"order": order, "collected_at": journey.now}
        journey.note("coordinator", by, record_collected, **at)
        told = {"order": order, "measured": _measured(test), "resulted_at": journey.now}
        journey.note("coordinator", by, record_results, **told)
        until = journey.today + timedelta(days=STANDS_DAYS)
        told = {"order": order, "is_acceptable": True, "stands_until": until}
        told["proof"] = proof(physician, journey.now)
        journey.note("physician", physician, review_results, **told)


def _measured(test: str) -> list[Measured]:
    known = analytes()
    found = []
    for code in tests()[test].analytes:
        loinc = known[code].loinc
        if code in REPORTED:
            value, unit, words = REPORTED[code]
            found.append(Measured(loinc, Decimal(value), unit, range_words=words))
        elif code in FINDINGS:
            found.append(Measured(loinc, finding=FINDINGS[code]))
    return found


def ready(journey: Journey, visit: Visit) -> None:
    """The person and both therapists say that it is time, and that there is trust."""
    said: dict[str, Any] = {"visit": visit.code, "is_ready": True, "has_trust": True, "words": ""}
    for judge, by in (
        ("person", journey.lead),
        ("therapist", journey.lead),
        ("therapist", journey.second),
    ):
        journey.care("therapist", by, "readiness", judge=judge, **said)


def goal(journey: Journey) -> None:
    """A goal in the person's own words."""
    words = journey.chance.choice(
        ("Sleep through the night.", "Sit in a full room.", "Call my brother.", "Drive again.")
    )
    journey.care("therapist", journey.lead, "goal", words=words, set_on=journey.today)


def rated(journey: Journey, visit: Visit) -> None:
    """How far the person is with each goal, from 0 to 10, as they say."""
    for row in standing(Goal, journey.enrollment):
        told = {"goal_id": row.id, "visit": visit.code, "rated_on": journey.today, "words": ""}
        rating = journey.chance.randrange(3, 10)
        journey.care("therapist", journey.lead, "goal-rating", rating=rating, **told)


def calls_planned(journey: Journey) -> None:
    """The calls of the protocol after a session, each with the day by whose end it must have been."""
    by, now = house(), journey.now
    if plan_protocol_calls(enrollment=journey.enrollment, by=by, now=now) is not None:
        journey.desk.counts["the watch", plan_protocol_calls.__name__] += 1


def call_of(journey: Journey, visit: Visit) -> CallPlanned | None:
    """The planned call of a visit, where the protocol has it after a session."""
    rows = CallPlanned.objects.filter(enrollment=journey.enrollment, visit=visit.code)
    return rows.order_by("position", "id").first()


def called(journey: Journey, planned: CallPlanned | None) -> None:
    """A call held, with where the person is, how to call back, its questions, and what was told."""
    asked = dict.fromkeys(list(call_questions())[:3], "Nothing new.")
    event = "Headache since the session." if journey.chance.random() < 0.05 else ""
    spoken = Spoken(
        way="telephone",
        outcome="spoke",
        whereabouts="At home, alone until six.",
        call_back="555 0100",
        safety="safe",
        answers=asked,
        event=event,
    )
    journey.note("therapist", journey.lead, record_call, spoken=spoken, planned=planned)


def note(journey: Journey, visit: Visit) -> None:
    """A note of the general record on a visit."""
    words = "Came on time. Spoke of the week, and of what comes next."
    told = {"kind": "visit", "visit": visit.code, "on_day": journey.today, "words": words}
    journey.care("therapist", journey.lead, "note", **told)


def event(journey: Journey, source: str) -> None:
    """Something that may be an adverse event, in the words in which it was told."""
    words = journey.chance.choice(("Jaw felt tight overnight.", "Slept badly.", "Low appetite."))
    told = Told(words, source, onset_on=journey.today, intensity="mild", is_serious=False)
    journey.note("therapist", journey.lead, record_candidate, told=told)
