"""Laboratory and ECG, tapers, calls and the other clinical entries: what is written, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError

from holdfast.actions import clinical_gates, results
from holdfast.actions.board import compare
from holdfast.actions.candidates import Told, record_candidate
from holdfast.actions.care_entries import record_care
from holdfast.actions.clinical import Entry
from holdfast.actions.course_calls import Spoken, plan_call, record_call
from holdfast.actions.notes import record_psychotherapy
from holdfast.actions.outcomes import Refusal
from holdfast.actions.results import Measured
from holdfast.actions.tapers import Agreed, Dose, agree_taper, record_taper_turn
from holdfast.definitions import protocols
from holdfast.domain.findings import Outcome
from holdfast.domain.results import NeededResult, result_finding
from holdfast.domain.schedule import VisitKind
from holdfast.records.board import board
from holdfast.records.clinical import (
    ClinicalAlarm,
    ResultReview,
    TestCancelled,
    TestOrder,
    TestResult,
)
from holdfast.records.clinical_care import (
    CallHeld,
    CallPlanned,
    EventCandidate,
    PsychotherapyNote,
    SafetyPlan,
    TaperPlan,
)
from holdfast.records.clinical_now import (
    cancelled,
    open_alarms,
    results_of,
    standing,
    standing_results,
)
from holdfast.records.course import Deviation, VisitMissed
from holdfast.records.courses import course_of
from holdfast.records.duty import DutyPage
from holdfast.records.keys import opened
from holdfast.records.people import PersonKey
from holdfast.records.verification_run import verify_here
from holdfast.watch.clinical import page_overdue
from holdfast.watch.paging import _told_outside
from tests.actions.clinic import CANARY, Clinic, enrolled, written
from tests.actions.courses import course as opened_course
from tests.actions.courses import held, wrote

POTASSIUM = Measured("2823-3", Decimal("4.1"), "mmol/L", range_words="3.5 - 5.1", is_critical=False)


class Course:
    """The canary's course with its clinic, and short ways to write into it."""

    def __init__(self, clinic: Clinic):
        self.clinic, self.enrollment = clinic, enrolled(clinic)
        self.protocol = protocols.load("mapp2")

    def entry(self, by=None, **given):
        told = {"enrollment": self.enrollment, "entry_id": uuid4(), "now": self.clinic.now}
        return Entry(**(told | given), by=by or self.clinic.therapist)

    def ordered(self, test="laboratory") -> TestOrder:
        due = self.clinic.now + timedelta(days=2)
        written(results.order_test(entry=self.entry(), test=test, review_due_at=due))
        return TestOrder.objects.latest("position")

    def reported(self, order, *measured):
        entry = self.entry(now=self.clinic.later(minutes=5))
        at = self.clinic.now
        return results.record_results(
            entry=entry, order=order, measured=measured or (POTASSIUM,), resulted_at=at
        )

    def reviewed(self, order, **given):
        physician = self.clinic.physician
        told = {"is_acceptable": True, "stands_until": date(2026, 4, 1)}
        told["proof"] = self.clinic.proof(physician)
        return results.review_results(entry=self.entry(physician), order=order, **(told | given))

    def care(self, entry_kind, by=None, /, **told):
        return record_care(entry=self.entry(by), kind=entry_kind, told=told)

    def found(self, source):
        return next(iter(source(self.enrollment, self.protocol, self.clinic.now).values()))


@pytest.fixture
def course(one_clinic: Clinic) -> Course:
    return Course(one_clinic)


@pytest.fixture
def course_on_both(clinic: Clinic) -> Course:
    """For what a constraint of the tables holds: on SQLite and on PostgreSQL."""
    return Course(clinic)


def needed(test="laboratory", days: int | None = 30):
    asked = clinical_gates._asked("results")
    return NeededResult(test, days, asked.reference, asked.standing)


def judged(course: Course, days: int | None = 30):
    found = results_of(course.enrollment)
    need = clinical_gates._valid(needed(days=days), found)
    return result_finding(need, [one for one, _ in found], date(2026, 3, 3))


def test_a_test_is_ordered_taken_reported_and_reviewed_and_then_it_stands(course):
    assert judged(course).reason == "result-missing"
    order = course.ordered()
    assert judged(course).reason == "result-awaited"
    taken = course.clinic.now
    written(
        results.record_collected(
            entry=course.entry(now=course.clinic.later(minutes=1)), order=order, collected_at=taken
        )
    )
    written(course.reported(order))
    assert judged(course).reason == "result-not-reviewed"
    written(course.reviewed(order))
    assert judged(course).outcome is Outcome.PASSED
    (row,) = standing_results(order)
    assert (row.low, row.high) == (Decimal("3.5"), Decimal("5.1"))
    assert opened(row, "range_words") == "3.5 - 5.1"
    assert verify_here().fits


def test_the_days_a_result_stands_are_those_the_physician_signed(course):
    order = course.ordered()
    written(course.reported(order))
    written(course.reviewed(order, stands_until=date(2026, 3, 2)))
    assert judged(course, days=None).reason == "result-too-old"


def test_qtcf_is_derived_beside_what_was_read(course):
    order = course.ordered("ecg")
    written(
        course.reported(
            order, Measured("8634-8", Decimal(360), "ms"), Measured("8867-4", Decimal(90), "/min")
        )
    )
    derived = TestResult.objects.get(formula="fridericia")
    assert (derived.loinc, derived.value, derived.unit) == ("76634-5", Decimal(412), "ms")


def test_a_critical_value_is_paged_at_once_and_holds_the_gate_until_it_is_dealt_with(course):
    order = course.ordered()
    critical = Measured("2823-3", Decimal("6.8"), "mmol/L", range_words="3.5-5.1", is_critical=True)
    written(course.reported(order, critical))
    page = DutyPage.objects.get()
    assert (page.reason, page.post) == ("result-critical", "physician-on-call")
    assert [row.kind for row in open_alarms(course.enrollment)] == ["result-critical"]
    event = EventCandidate.objects.get()
    assert opened(event, "words") == "Potassium, serum or plasma: 6.8 mmol/L (3.5-5.1)"
    assert judged(course).reason == "result-critical"
    assert course.reviewed(order) == Refusal("critical-not-dealt-with")
    written(course.reviewed(order, resolves_critical=True))
    assert judged(course).outcome is Outcome.PASSED


def test_a_line_reported_anew_corrects_the_first_and_asks_for_another_review(course):
    order = course.ordered()
    written(course.reported(order))
    written(course.reviewed(order))
    written(course.reported(order, Measured("2823-3", Decimal("4.4"), "mmol/L", is_critical=False)))
    (row,) = standing_results(order)
    assert (row.value, row.correction_reason) == (Decimal("4.4"), "reported-anew")
    assert judged(course).reason == "result-not-reviewed"


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (Measured("2823-4", Decimal(4), "mmol/L"), "loinc-does-not-fit"),
        (Measured("2823-3", Decimal(4), "mg/dL"), "unit-of-another"),
        (Measured("33914-3", Decimal(4), "ml pro min"), "unit-is-not-ucum"),
        (Measured("2823-3"), "value-or-finding"),
        (Measured("2106-3", finding="perhaps"), "finding-unknown"),
        (Measured("76634-5", Decimal(410), "ms"), "value-is-derived"),
        (Measured("2823-3", Decimal("NaN"), "mmol/L"), "unit-is-not-ucum"),
    ],
)
def test_what_cannot_be_a_result_is_refused(course, measured, reason):
    assert course.reported(course.ordered(), measured) == Refusal(reason)


def test_a_review_needs_a_physician_a_proof_and_something_to_review(course):
    order = course.ordered()
    assert course.reviewed(order) == Refusal("result-missing")
    written(course.reported(order))
    assert course.reviewed(order, stands_until=None) == Refusal("stands-until-missing")
    assert course.reviewed(order, proof=None) == Refusal("proof-missing")
    nobody = course.clinic.therapist
    entry = course.entry(nobody)
    told = {"is_acceptable": False, "stands_until": None, "proof": course.clinic.proof(nobody)}
    answer = results.review_results(entry=entry, order=order, **told)
    assert isinstance(answer, Refusal)
    assert answer.reason == "not-permitted"
    assert not ResultReview.objects.exists()


def test_a_review_that_is_late_is_paged_once(course):
    order = course.ordered()
    written(course.reported(order))
    assert page_overdue(course.clinic.site, course.clinic.now) == 0
    late = course.clinic.later(days=3)
    assert page_overdue(course.clinic.site, late) == 1
    assert page_overdue(course.clinic.site, late) == 0
    assert ClinicalAlarm.objects.get().kind == "review-overdue"
    assert DutyPage.objects.get().reason == "review-overdue"


AGREED = Agreed(
    medicine=f"sertraline for {CANARY}",
    prescriber=f"Dr {CANARY}",
    agreed_on=date(2026, 3, 2),
    stop_criteria="worse than before",
    symptoms="sleep, dizziness",
    restart_by="both",
    last_dose_on=date(2026, 3, 20),
    doses=(
        Dose(date(2026, 3, 3), Decimal(50), "mg"),
        Dose(date(2026, 3, 10), Decimal(25), "mg"),
    ),
)
PLAN = {
    "agreed_on": date(2026, 3, 2),
    "warning_signs": "I stop answering",
    "own_steps": "walk",
    "people": f"{CANARY}",
    "places": "the garden",
    "means": "locked away",
}


def test_a_taper_before_a_safety_plan_is_kept_and_is_a_deviation(course):
    written(agree_taper(entry=course.entry(), agreed=AGREED))
    assert Deviation.objects.get().kind == "taper-before-safety-plan"
    plan = TaperPlan.objects.get()
    assert [str(step.dose) for step in plan.steps.order_by("from_day")] == ["50", "25"]
    assert opened(plan, "prescriber") == f"Dr {CANARY}"


def test_a_taper_ends_at_the_gate_only_once_somebody_says_so(course):
    written(course.care("safety-plan", **PLAN))
    written(agree_taper(entry=course.entry(), agreed=AGREED))
    assert not Deviation.objects.exists()
    assert course.found(clinical_gates.taper)[0].reason == "taper-running"
    course.clinic.later(days=30)
    assert course.found(clinical_gates.taper)[0].reason == "taper-not-confirmed"
    plan, today = TaperPlan.objects.get(), date(2026, 3, 31)
    for kind, reason in (
        ("finished", "taper-finished"),
        ("dosing-postponed", "restart-undecided"),
        ("stays-without", "taper-finished"),
    ):
        written(record_taper_turn(entry=course.entry(), plan=plan, kind=kind, on_day=today))
        assert course.found(clinical_gates.taper)[0].reason == reason


def test_a_call_begins_with_where_the_person_is(course):
    spoke = Spoken("telephone", "spoke", "at home", "", "safe")
    assert record_call(entry=course.entry(), spoken=spoke) == Refusal("whereabouts-missing")
    unasked = Spoken("telephone", "spoke", "at home", "+61 400 000 000", "")
    assert record_call(entry=course.entry(), spoken=unasked) == Refusal("safety-not-asked")
    told = Spoken(
        "video", "spoke", "at home", "+61 400 000 000", "safe", {"sleep": "badly"}, "a headache"
    )
    written(record_call(entry=course.entry(), spoken=told))
    call, event = CallHeld.objects.get(), EventCandidate.objects.get()
    assert opened(call, "whereabouts") == "at home"
    assert (event.source, event.source_id, opened(event, "words")) == (
        "call",
        call.id,
        "a headache",
    )


def test_a_call_after_dosing_that_nobody_answers_is_an_alarm_at_once_and_one_not_made_when_due(
    course_on_both,
):
    course = course_on_both
    for _ in range(2):
        due = course.clinic.now + timedelta(hours=1)
        told = {"due_at": due, "purpose": "after-dosing", "after_dosing": True}
        written(plan_call(entry=course.entry(), **told))
    first, _second = CallPlanned.objects.order_by("position")
    tried = Spoken("telephone", "no-answer")
    written(record_call(entry=course.entry(), spoken=tried, planned=first))
    assert DutyPage.objects.get().reason == "call-missed"
    assert page_overdue(course.clinic.site, course.clinic.later(hours=2)) == 1
    assert ClinicalAlarm.objects.count() == 2


def test_a_psychotherapy_note_has_a_key_and_a_permission_of_its_own(course):
    told = {"words": f"said by {CANARY}", "on_day": date(2026, 3, 2)}
    entry = course.entry(course.clinic.physician)
    answer = record_psychotherapy(entry=entry, **told)
    assert isinstance(answer, Refusal)
    for _ in range(2):
        written(record_psychotherapy(entry=course.entry(), **told))
    key = PersonKey.objects.get(owner=course.enrollment.person_id, word_class="psychotherapy")
    assert {opened(row, "words") for row in PsychotherapyNote.objects.all()} == {told["words"]}
    assert key.wrapped
    assert verify_here().fits


def test_only_one_safety_plan_stands_and_the_earlier_stays(course_on_both):
    course = course_on_both
    written(course.care("safety-plan", **PLAN))
    written(course.care("safety-plan", **(PLAN | {"places": "my sister's"})))
    (plan,) = standing(SafetyPlan, course.enrollment)
    assert (SafetyPlan.objects.count(), opened(plan, "places")) == (2, "my sister's")
    assert course.found(clinical_gates.safety_plan)[0].outcome is Outcome.PASSED


def test_a_contact_with_permission_opens_its_condition(course):
    told = {"relation": "friend", "asked_on": date(2026, 3, 2), "name": CANARY, "number": "+61 1"}
    written(course.care("contact", may_call=False, **told))
    assert course.found(clinical_gates.contact)[0].outcome is Outcome.FAILED
    written(course.care("contact", may_call=True, **told))
    assert course.found(clinical_gates.contact)[0].outcome is Outcome.PASSED


def test_readiness_is_judged_by_three(course):
    said = {"visit": "", "is_ready": True, "has_trust": True, "words": ""}
    written(course.care("readiness", judge="person", **said))
    written(course.care("readiness", judge="therapist", **said))
    outcomes = [f.outcome for f in course.found(clinical_gates.readiness)]
    assert outcomes == [Outcome.PASSED, Outcome.PASSED, Outcome.UNKNOWN]
    written(course.care("readiness", course.clinic.physician, judge="therapist", **said))
    outcomes = [f.outcome for f in course.found(clinical_gates.readiness)]
    assert outcomes == [Outcome.PASSED] * 3


def test_a_new_medicine_is_also_a_possible_event(course):
    told = {
        "kind": "medicine",
        "began_on": date(2026, 3, 1),
        "ended_on": None,
        "words": "ibuprofen",
    }
    written(course.care("outside-treatment", **told))
    event = EventCandidate.objects.get()
    assert (event.source, event.onset_on, event.is_serious) == (
        "new-medicine",
        date(2026, 3, 1),
        None,
    )


def test_more_that_becomes_known_keeps_who_knew_it_first(course):
    told = Told("felt faint", "visit", is_serious=None)
    written(record_candidate(entry=course.entry(), told=told))
    first = EventCandidate.objects.get()
    later = course.entry(course.clinic.physician, now=course.clinic.later(days=1))
    more = Told("fainted", "visit", is_serious=True, intensity="severe")
    written(record_candidate(entry=later, told=more, corrects=first))
    now = EventCandidate.objects.get(corrects=first)
    assert (now.known_by_id, now.known_at, now.is_serious) == (
        first.known_by_id,
        first.known_at,
        True,
    )
    again = course.entry()
    assert record_candidate(entry=again, told=more, corrects=first) == Refusal("already-corrected")


@pytest.mark.parametrize(
    ("kind", "told", "reason"),
    [
        ("goal", {"set_on": date(2026, 3, 2), "words": " "}, "words-missing"),
        ("goal", {"set_on": date(2027, 3, 2), "words": "sleep"}, "in-the-future"),
        (
            "note",
            {"kind": "x", "visit": "", "on_day": date(2026, 3, 2), "words": "w"},
            "note-unknown",
        ),
        (
            "psychedelic-use",
            {
                "substance": "mdma",
                "times": -1,
                "last_used_on": None,
                "in_treatment": None,
                "total_mg": None,
                "how_known": None,
                "words": "",
            },
            "times-do-not-fit",
        ),
        (
            "checklist",
            {
                "checklist": "close-out",
                "visit": "",
                "items": '{"care-continues":"yes"}',
                "words": "",
            },
            "items-missing",
        ),
        ("goal", {"words": "sleep"}, "columns-do-not-fit"),
    ],
)
def test_what_does_not_fit_is_refused(course, kind, told, reason):
    assert course.care(kind, **told) == Refusal(reason)


def test_sent_twice_it_is_one(course):
    entry = course.entry()
    told = {"set_on": date(2026, 3, 2), "words": "sleep"}
    first = written(record_care(entry=entry, kind="goal", told=told))
    assert written(record_care(entry=entry, kind="goal", told=told)) == first


def test_the_gate_asks_for_the_tests_that_the_protocol_names_before_the_session(course):
    told = (course.enrollment, course.protocol, course.clinic.now)
    assert clinical_gates.results(*told) == {}  # nobody knows before there is a course
    opened_course(course.clinic, course.enrollment, date(2026, 3, 2))
    found = {f.values["test"]: f.reason for f in course.found(clinical_gates.results)}
    assert found == dict.fromkeys(("ecg", "laboratory", "rhythm-strip"), "result-missing")
    order = course.ordered()
    written(course.reported(order))
    written(course.reviewed(order))
    found = {f.values["test"]: f.outcome for f in course.found(clinical_gates.results)}
    unknown = dict.fromkeys(("ecg", "rhythm-strip"), Outcome.UNKNOWN)
    assert found == {"laboratory": Outcome.PASSED, **unknown}


def test_a_session_put_off_opens_the_decision_on_restarting_again(course):
    opened_course(course.clinic, course.enrollment, date(2026, 3, 2))
    written(agree_taper(entry=course.entry(), agreed=AGREED))
    course.clinic.later(days=30)
    plan, today = TaperPlan.objects.get(), date(2026, 4, 1)
    told = {"plan": plan, "on_day": today}
    written(record_taper_turn(entry=course.entry(), kind="finished", **told))
    assert course.found(clinical_gates.taper)[0].outcome is Outcome.PASSED
    course.clinic.later(minutes=1)
    ahead = course_of(course.enrollment).next_dosing.code
    put_off = VisitMissed(enrollment=course.enrollment, visit=ahead, on=today, reason="ill")
    wrote(course.enrollment.id, put_off, by=course.clinic.coordinator, now=course.clinic.now)
    assert course.found(clinical_gates.taper)[0].reason == "restart-undecided"
    course.clinic.later(minutes=1)
    written(record_taper_turn(entry=course.entry(), kind="stays-without", **told))
    assert course.found(clinical_gates.taper)[0].outcome is Outcome.PASSED


def test_the_calls_that_the_protocol_asks_for_after_a_session_are_planned_and_missed_ones_paged(
    course,
):
    opened_course(course.clinic, course.enrollment, date(2026, 3, 2))
    first = next(v for v in course_of(course.enrollment).visits if v.kind is VisitKind.DOSING)
    began = course.clinic.later(hours=1)
    held(course.clinic, course.enrollment, first.code, began)
    assert page_overdue(course.clinic.site, course.clinic.later(hours=8)) == 0
    planned = CallPlanned.objects.order_by("due_at")
    assert [call.visit for call in planned] == [f"call-1-{day}" for day in range(1, 8)]
    assert all(call.after_dosing for call in planned)
    spoke = Spoken("telephone", "spoke", "at home", "+61 2", "safe")
    written(record_call(entry=course.entry(), spoken=spoke, planned=planned[0]))
    assert page_overdue(course.clinic.site, planned[0].due_at) == 0
    assert page_overdue(course.clinic.site, planned[1].due_at) == 1
    assert CallPlanned.objects.count() == 7


def test_a_page_for_something_clinical_tells_nothing_of_it_outside():
    assert {_told_outside(kind) for kind in ClinicalAlarm.KINDS} == {"come-now"}
    assert _told_outside("call-back") == "call-back"


def test_an_order_is_cancelled_once_with_who_and_why_and_nothing_is_awaited_of_it(course_on_both):
    """That it is cancelled once is a constraint of the table too."""
    course, clinic = course_on_both, course_on_both.clinic
    order, other = course.ordered(), course.ordered("ecg")
    told = {"order": order, "reason": "ordered-twice", "words": f"said {CANARY}"}
    assert results.cancel_order(entry=course.entry(), **(told | {"reason": "why"})) == Refusal(
        "reason-unknown"
    )
    written(results.cancel_order(entry=course.entry(), **told))
    row = cancelled(order)
    assert (row.reason, row.cancelled_by) == ("ordered-twice", clinic.therapist)
    assert opened(row, "words") == told["words"]
    again = results.cancel_order(entry=course.entry(), **told)
    assert again == Refusal("already-cancelled")
    assert [one.test for one, _review in results_of(course.enrollment)] == ["ecg"]
    twice = TestCancelled(enrollment=course.enrollment, order=order, reason="other")
    twice.cancelled_at, twice.cancelled_by = clinic.now, clinic.therapist
    with pytest.raises(IntegrityError):
        wrote(course.enrollment.id, twice, by=clinic.therapist, now=clinic.now)
    clinic.later(days=5)
    assert page_overdue(clinic.site, clinic.now) == 1
    assert [row.about for row in ClinicalAlarm.objects.all()] == [other.id]
    assert verify_here().fits


def test_what_is_reported_of_a_cancelled_order_counts_as_of_any_other(course):
    order = course.ordered()
    written(results.cancel_order(entry=course.entry(), order=order, reason="not-needed"))
    critical = Measured("2823-3", Decimal("6.8"), "mmol/L", is_critical=True)
    written(course.reported(order, critical))
    assert DutyPage.objects.get().reason == "result-critical"
    assert judged(course).reason == "result-critical"
    told = {"order": order, "reason": "not-needed"}
    assert results.cancel_order(entry=course.entry(), **told) == Refusal("order-was-reported")


def test_planned_calls_and_results_to_review_stand_on_the_board(course):
    began = course.clinic.now.date()
    opened_course(course.clinic, course.enrollment, began)
    held(course.clinic, course.enrollment, "v0", course.clinic.now)

    def line():
        (found,) = board(course.clinic.site, course.clinic.now)
        return found

    assert line().visit == "v1"
    due = course.clinic.now + timedelta(hours=20)
    written(plan_call(entry=course.entry(), due_at=due, purpose="after-dosing", after_dosing=True))
    assert (line().visit_kind, line().visit, line().overdue_at) == ("planned-call", "", due)
    order = course.ordered()
    assert line().visit_kind == "planned-call", "what comes first"
    spoken = Spoken("telephone", "spoke", "at home", "+61 400 000 000", "safe")
    planned = CallPlanned.objects.get()
    written(record_call(entry=course.entry(), spoken=spoken, planned=planned))
    written(course.reported(order))
    assert (line().visit_kind, line().overdue_at) == ("result-review", order.review_due_at)
    assert line().is_due
    course.clinic.later(days=3)
    assert line().is_overdue
    written(course.reviewed(order))
    assert line().visit == "v1"
    assert compare(course.clinic.now) == []
