"""A course through its actions: opened, visited, turned, amended, handed on and closed."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest

from holdfast.actions import course as courses
from holdfast.actions import course_changes, pairs, people, verdicts, visits
from holdfast.actions.course import Ending
from holdfast.actions.judging import latest_verdict
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.definitions import protocols
from holdfast.domain.course import Status
from holdfast.domain.identity import PersonIdentity
from holdfast.records.courses import course_of, planned
from holdfast.records.keys import opened
from holdfast.records.models import (
    AbsenceCover,
    Amended,
    ChangeAsked,
    CloseOut,
    ContactAttempt,
    Course,
    CourseStep,
    Deviation,
    Enrollment,
    GatePassed,
    Site,
    VisitAttendance,
    VisitHeld,
)
from holdfast.records.protocols import protocol_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import CANARY, NOW, enrolled, written
from tests.actions.running import Running, add_person, open_gates, running, running_template

__all__ = ["open_gates", "running", "running_template"]
DAY = NOW.date()
ENDING = Ending(
    medicines="restarted",
    care="referrer",
    arm_told="does-not-apply",
    results_told="planned",
    results_told_on=date(2026, 9, 1),
    letters=("referrer",),
    plan=f"Call {CANARY}",
)


def now_of(running: Running):
    found = course_of(running.enrollment)
    assert found is not None
    return found


def turned(running: Running, kind: str, reason: str, **given):
    told = {"kind": kind, "on": DAY, "reason": reason} | running.told() | given
    return courses.take_turn(enrollment=running.enrollment, **told)


def deviations(running: Running) -> set[tuple[str, str]]:
    rows = Deviation.objects.filter(corrected_by=None, is_withdrawn=False)
    return set(rows.values_list("kind", "cause"))


@pytest.fixture
def referred(running: Running) -> Enrollment:
    """Somebody else whose verdict a physician signed, without a course."""
    identity = PersonIdentity(family="Other", given="One", identifiers=(("urn:x", "2"),))
    other = enrolled(running.clinic, bundle_sha256="cd" * 32, identity=identity)
    physician = running.clinic.physician
    written(
        verdicts.confirm_verdict(
            verdict=latest_verdict(other.id),
            proof=running.clinic.proof(physician),
            **running.told("physician"),
        )
    )
    return other


def test_a_course_opens_behind_its_gate_on_the_sites_own_day(running, referred, open_gates):
    told = running.told()
    receipt = written(courses.enroll(enrollment=referred, **told))
    assert courses.enroll(enrollment=referred, **told) == receipt
    row = Course.objects.get(enrollment=referred)
    assert (row.enrolled_on, row.stage) == (DAY, "main")
    passed = GatePassed.objects.get(enrollment=referred)
    shown = orjson.loads(opened(passed, "shown"))
    assert shown["conditions"][0]["sentence"] == "The course runs."
    assert passed.expires_at.isoformat() == "2026-03-02T13:00:00+00:00"  # midnight in Melbourne
    again = courses.enroll(enrollment=referred, **running.told())
    assert again == Refusal("already-enrolled")
    assert verify_here().fits


def test_a_shut_gate_says_what_keeps_it_shut(running, referred):
    refused = courses.enroll(enrollment=referred, **running.told())
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.values["act"]) == ("gate-shut", "enroll")
    assert {"verdict", "consent", "contact", "approvals"} <= set(refused.values["by"].split(", "))
    assert not GatePassed.objects.filter(enrollment=referred).exists()
    by_therapist = courses.enroll(enrollment=referred, **running.told("therapist"))
    assert by_therapist == Refusal("not-permitted", {"permission": "course.enroll"})


def test_a_visit_is_recorded_and_the_plan_counts_from_it(running):
    written(running.pair())
    written(running.hold("v0", kind="assessment"))
    before = planned(running.enrollment)
    assert planned(running.enrollment) == before  # nothing changed, nothing moves
    written(running.hold("v1", days=7, remark=f"met {CANARY}"))
    held = VisitHeld.objects.get(visit="v1")
    assert (held.kind, held.on) == ("preparation", date(2026, 3, 9))
    assert set(held.attendance.values_list("seat", flat=True)) == {"lead", "second"}
    assert opened(held, "remark") == f"met {CANARY}"
    assert now_of(running).actual == {"v0": DAY, "v1": date(2026, 3, 9)}
    assert planned(running.enrollment) != before
    assert deviations(running) == {("without-gate", "")}


def test_what_happened_is_never_refused_and_deviates_with_its_cause(running):
    """Out of order, without a booking, a gate or the pair: recorded, and each said."""
    alone = ((running.lead.id, "lead"),)
    written(running.hold("v5", days=3, attended=alone))
    found = deviations(running)
    assert {kind for kind, _ in found} == {
        "happened-out-of-order",
        "without-the-pair",
        "without-booking",
        "without-gate",
    }
    assert ("happened-out-of-order", "v4") in found
    written(turned(running, "paused", "illness"))
    written(running.hold("", days=5, kind="follow-up", place="telephone"))
    assert {("not-in-plan", ""), ("while-not-running", "paused")} <= deviations(running)


def test_a_visit_entered_in_error_takes_its_deviations_with_it(running):
    written(running.hold("v5", days=3))
    held = VisitHeld.objects.get()
    told = running.told()
    gone = {"fact": held, "reason": "entered-in-error"}
    written(visits.take_back(**gone, **told))
    assert now_of(running).actual == {}
    assert deviations(running) == set()
    assert VisitAttendance.objects.count() == 2  # the record keeps what was entered
    assert visits.take_back(**gone, **running.told()) == Refusal("already-corrected")
    assert verify_here().fits


def test_missed_is_still_to_come_and_skipped_is_not(running):
    missed = {"visit": "v1", "on": DAY, "reason": "ill"}
    written(visits.miss_visit(enrollment=running.enrollment, **missed, **running.told()))
    assert now_of(running).missed == (("v1", DAY),)
    assert "v1" not in now_of(running).skipped
    skipped = {"visit": "v1", "reason": "physician-decided"}
    written(visits.skip_visit(enrollment=running.enrollment, **skipped, **running.told()))
    assert now_of(running).skipped == {"v1"}
    again = visits.skip_visit(enrollment=running.enrollment, **skipped, **running.told())
    assert again == Refusal("visit-is-skipped", {"visit": "v1"})
    written(running.hold("v1", days=1))  # it was, after all
    assert now_of(running).skipped == frozenset()


def test_a_visit_that_cannot_be_is_a_refusal_with_its_place(running):
    ahead = NOW + timedelta(days=900)
    assert running.hold("v99") == Refusal("visit-unknown", {"visit": "v99"})
    assert running.hold("v1", place="moon") == Refusal("place-unknown")
    assert running.hold("v1", attended=((uuid4(), "lead"),)) == Refusal("attendance-unknown")
    assert running.hold("v1", ended_at=NOW - timedelta(days=1)) == Refusal("ends-before-it-begins")
    assert running.hold("v1", began_at=ahead, ended_at=None) == Refusal("time-to-come")


def test_the_same_entry_is_one_visit_and_another_content_a_conflict(running):
    told = {"entry_id": uuid4(), "by": running.clinic.coordinator, "now": running.clinic.now}
    visit = visits.Visit(code="v0", kind="assessment", began_at=NOW, ended_at=None, place="site")
    first = written(visits.hold_visit(enrollment=running.enrollment, visit=visit, **told))
    assert visits.hold_visit(enrollment=running.enrollment, visit=visit, **told) == first
    other = visits.Visit(code="v1", kind="preparation", began_at=NOW, ended_at=None, place="site")
    kept = visits.hold_visit(enrollment=running.enrollment, visit=other, **told)
    assert isinstance(kept, Conflict)
    assert VisitHeld.objects.count() == 1


def test_a_course_takes_its_turns(running):
    written(turned(running, "paused", "illness", remark=f"of {CANARY}"))
    assert now_of(running).status is Status.PAUSED
    assert turned(running, "paused", "illness").reason == "turn-does-not-fit"
    written(turned(running, "resumed", "reason-over"))
    assert turned(running, "resumed", "reason-over").reason == "turn-does-not-fit"
    written(turned(running, "treatment-stopped", "person-asked"))
    assert now_of(running).status is Status.TREATMENT_STOPPED
    assert {"v5", "v10", "v15"} <= now_of(running).skipped
    told = {"tried_at": NOW, "channel": "call", "outcome": "no-answer", "remark": CANARY}
    written(courses.record_attempt(enrollment=running.enrollment, **told, **running.told()))
    assert opened(ContactAttempt.objects.get(), "remark") == CANARY
    written(turned(running, "lost", "no-answer"))
    written(turned(running, "found-again", "reached"))
    assert now_of(running).status is Status.TREATMENT_STOPPED
    assert turned(running, "paused", "boredom") == Refusal("reason-unknown")
    late = turned(running, "paused", "illness", on=DAY + timedelta(days=2))
    assert late == Refusal("day-to-come")
    assert CourseStep.objects.count() == 5


def test_a_closed_course_says_what_was_settled(running):
    told = {"on": DAY, "reason": "completed", "ending": ENDING}
    written(courses.close(enrollment=running.enrollment, **told, **running.told()))
    settled = CloseOut.objects.get()
    assert (settled.medicines, settled.results_told_on) == ("restarted", date(2026, 9, 1))
    assert opened(settled, "plan") == f"Call {CANARY}"
    assert now_of(running).status is Status.CLOSED
    again = courses.close(enrollment=running.enrollment, **told, **running.told())
    assert again.reason == "turn-does-not-fit"


def test_the_pair_is_two_people_who_hold_their_seats(running):
    assert running.pair(second=running.lead) == Refusal("pair-is-one-person")
    wrong = running.pair(second=running.clinic.monitor)
    assert wrong == Refusal("seat-not-theirs", {"seat": "second"})
    written(running.pair())
    third = add_person(running.clinic, "third", "therapist")
    away = {"absent": running.second, "covered_by": third}
    days = {"first_day": DAY + timedelta(days=3), "last_day": DAY + timedelta(days=5)}
    written(pairs.cover_absence(enrollment=running.enrollment, **away, **days, **running.told()))
    now = now_of(running)
    assert now.present_on(DAY).second == running.second.id.hex
    assert now.present_on(DAY + timedelta(days=4)).second == third.id.hex
    assert now.present_on(DAY + timedelta(days=6)).second == running.second.id.hex
    stranger = {"absent": third, "covered_by": running.second}
    refused = pairs.cover_absence(
        enrollment=running.enrollment, **stranger, **days, **running.told()
    )
    assert refused == Refusal("not-of-the-pair")
    assert AbsenceCover.objects.count() == 1


def test_either_side_asks_for_another_therapist_without_a_reason(running):
    written(running.pair())
    told = {"enrollment": running.enrollment, "user": running.second}
    written(pairs.ask_change(side="patient", **told, **running.told()))
    assert now_of(running).changes_open == 1
    names = {field.name for field in ChangeAsked._meta.concrete_fields}
    assert not {"reason", "remark"} & names
    asked = ChangeAsked.objects.get()
    third = add_person(running.clinic, "third", "therapist")
    written(running.pair(second=third, because="change-asked", answers=asked))
    assert now_of(running).changes_open == 0
    assert now_of(running).pair_on(DAY).second == third.id.hex
    written(pairs.ask_change(side="therapist", **(told | {"user": third}), **running.told("third")))
    open_one = ChangeAsked.objects.get(side="therapist")
    written(pairs.withdraw_ask(asked=open_one, **running.told("third")))
    assert now_of(running).changes_open == 0


@pytest.fixture
def third_version(monkeypatch) -> None:
    """A third version of mapp2, whose second preparation is a day later."""
    load, second = protocols.load, protocols.load("mapp2", 2)
    visits_then = tuple(
        replace(v, window=replace(v.window, target_days=v.window.target_days + 1))
        if v.code == "v2"
        else v
        for v in second.schedule.visits
    )
    third = replace(
        second,
        version=3,
        sha256="cd" * 32,
        schedule=replace(second.schedule, visits=visits_then),
    )
    monkeypatch.setattr(
        protocols,
        "load",
        lambda name, version=None: third if version == 3 else load(name, version),
    )
    monkeypatch.setattr(protocols, "versions", lambda name: (1, 2, 3))


def test_an_amendment_moves_a_running_course(running, third_version):
    written(running.hold("v0", kind="assessment"))
    before = {one.visit.code: one.target for one in planned(running.enrollment)}
    told = {"enrollment": running.enrollment, "version": 3}
    for version in (2, 9):
        refused = course_changes.amend(**(told | {"version": version}), **running.told())
        assert refused == Refusal("version-unknown", {"version": version})
    written(course_changes.amend(**told, **running.told()))
    row = Amended.objects.get()
    assert (row.from_version, row.protocol_version, row.asks_for_consent) == (2, 3, True)
    assert orjson.loads(row.changes) == [["visit", "v2", "changed", "window"]]
    assert protocol_of(running.enrollment).version == 3
    assert protocol_of(running.enrollment, row.position - 1).version == 2
    after = {one.visit.code: one.target for one in planned(running.enrollment)}
    assert after["v2"] == before["v2"] + timedelta(days=1)
    assert after["v1"] == before["v1"]
    assert now_of(running).actual == {"v0": DAY}
    assert latest_verdict(running.enrollment.id).protocol_version == 3
    assert verify_here().fits


def test_a_course_goes_on_at_another_site_with_the_visits_that_were(running, open_gates):
    clinic = running.clinic
    written(running.hold("v0", kind="assessment"))
    told = {"entry_id": uuid4(), "by": clinic.administrator, "now": clinic.now}
    made = written(people.create_site(code="SOUTH", name="South", zone="Europe/Zurich", **told))
    south = Site.objects.get(id=made.stream_id)
    for role in ("coordinator", "physician"):
        given = {"site": south, "role": role, "valid_from": clinic.now, "entry_id": uuid4()}
        by = {"by": clinic.administrator, "now": clinic.now}
        written(people.assign_role(user=clinic.accounts[role], **given, **by))
    receiving = {"enrollment": running.enrollment, "site": south}
    too_soon = course_changes.receive(**receiving, **running.told())
    assert too_soon == Refusal("not-transferred-here")
    sent = {"to_site": south, "on": DAY, "reason": "moved-away"}
    written(course_changes.transfer(enrollment=running.enrollment, **sent, **running.told()))
    assert now_of(running).status is Status.TRANSFERRED
    received = written(course_changes.receive(**receiving, **running.told()))
    there = Enrollment.objects.select_related("site").get(id=received.stream_id)
    assert (there.site, there.person_id) == (south, running.enrollment.person_id)
    clinic.now += timedelta(minutes=1)
    written(
        verdicts.confirm_verdict(
            verdict=latest_verdict(there.id),
            proof=clinic.proof(clinic.physician),
            **running.told("physician"),
        )
    )
    written(courses.enroll(enrollment=there, **running.told()))
    goes_on = course_of(there)
    assert goes_on.status is Status.RUNNING
    assert (goes_on.enrolled_on, goes_on.actual) == (DAY, {"v0": DAY})
    assert not Amended.objects.exists()
    assert verify_here().fits
