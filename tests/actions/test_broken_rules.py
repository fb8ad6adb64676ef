"""A rule that breaks refuses no fact: what happened is recorded, and that it was not judged is loud."""

from datetime import date, timedelta

from holdfast.actions import board as projections
from holdfast.actions import course_gates, gates, judging
from holdfast.actions.gates import gate
from holdfast.actions.judging import latest_verdict, not_judged_since
from holdfast.actions.outcomes import Receipt
from holdfast.domain.findings import Outcome
from holdfast.domain.gates import NOBODY_JUDGED, Act
from holdfast.records.board import NOT_JUDGED, CourseMoment
from holdfast.records.care import EligibilityAnswer
from holdfast.records.course import VisitHeld
from holdfast.records.journal import Heartbeat, OutboxEntry
from holdfast.records.verification_run import verify_here
from holdfast.watch.runner import take_turn
from holdfast.web.logs import AllowedFields
from tests.actions.clinic import NOW
from tests.actions.courses import course, held
from tests.actions.test_verdicts import record, told

BEGAN = date(2026, 3, 2)


def broken(*_given, **_named):
    raise ZeroDivisionError("a rule with a name of somebody in its words")


def test_an_answer_is_kept_where_judging_breaks_and_every_screen_hears_of_it(
    clinic, enrollment, monkeypatch, caplog
):
    before, counted = latest_verdict(enrollment.id), EligibilityAnswer.objects.count()
    screen = judging.screen
    monkeypatch.setattr(judging, "screen", broken)
    for is_pregnant in (True, False):
        assert isinstance(record(clinic, enrollment, told("pregnant", is_pregnant)), Receipt)
    assert EligibilityAnswer.objects.count() == counted + 2
    assert latest_verdict(enrollment.id) == before
    assert not_judged_since(enrollment.id) is not None
    assert OutboxEntry.objects.filter(kind=judging.NOT_JUDGED).count() == 1
    (line,) = {AllowedFields().format(record) for record in caplog.records[:1]}
    assert "ZeroDivisionError" in line
    assert "somebody" not in line
    assert not take_turn("dates", clinic.now + timedelta(days=1))
    assert not take_turn("dates", clinic.now + timedelta(days=1, minutes=15))
    assert Heartbeat.objects.get(loop="dates").outcome == "failed"
    monkeypatch.setattr(judging, "screen", screen)
    assert take_turn("dates", clinic.now + timedelta(days=1, minutes=30))
    assert not_judged_since(enrollment.id) is None
    assert verify_here().fits


def test_a_visit_is_kept_where_the_board_breaks_and_its_row_says_so(
    clinic, enrollment, monkeypatch
):
    course(clinic, enrollment, BEGAN)
    ahead = projections.rules.ahead
    monkeypatch.setattr(projections.rules, "ahead", broken)
    held(clinic, enrollment, "v0", NOW)
    assert VisitHeld.objects.filter(visit="v0").exists()
    assert CourseMoment.objects.get().status == NOT_JUDGED
    assert not take_turn("board", clinic.now)
    monkeypatch.setattr(projections.rules, "ahead", ahead)
    assert take_turn("board", clinic.now + timedelta(minutes=5))
    assert CourseMoment.objects.get().visit == "v1"


def test_a_fact_is_kept_where_a_projection_cannot_be_made_at_all(clinic, enrollment, monkeypatch):
    course(clinic, enrollment, BEGAN)
    keep = projections._keep
    monkeypatch.setattr(projections, "_keep", broken)
    held(clinic, enrollment, "v0", NOW)
    assert VisitHeld.objects.filter(visit="v0").exists()
    assert CourseMoment.objects.get().visit == "v0"  # as it was
    assert OutboxEntry.objects.filter(kind="board-not-followed").exists()
    monkeypatch.setattr(projections, "_keep", keep)
    assert take_turn("board", clinic.now + timedelta(minutes=5))
    assert CourseMoment.objects.get().visit == "v1"
    assert verify_here().fits


def test_a_gate_whose_rule_breaks_is_shut_and_says_that_nobody_judged(
    clinic, enrollment, monkeypatch
):
    course(clinic, enrollment, BEGAN)
    monkeypatch.setattr(course_gates, "judged", broken)
    answer = gate(Act.BEGIN_PREPARATION, enrollment, clinic.now)
    (verdict,) = [one for one in answer.judged if one.condition.code == "verdict"]
    assert (verdict.finding.outcome, verdict.finding.reason) == (Outcome.UNKNOWN, NOBODY_JUDGED)
    assert not answer.is_open
    monkeypatch.setattr(gates, "SOURCES", (broken,))
    assert not gate(Act.BEGIN_PREPARATION, enrollment, clinic.now).is_open
