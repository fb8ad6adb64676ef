"""Every released protocol has a lawful course: it is driven from the first call to the last follow-up."""

from datetime import UTC, datetime, timedelta

import pytest

from holdfast.actions.board import put_off
from holdfast.cli.courses.clinics import alone
from holdfast.cli.courses.clock import run
from holdfast.cli.courses.course import Course
from holdfast.definitions import protocols
from holdfast.domain.course import Status
from holdfast.domain.schedule import VisitKind
from holdfast.records.course import CloseOut, Deviation
from holdfast.records.courses import course_of
from holdfast.records.gates import GatePassed
from holdfast.records.verification_run import verify_here
from tools import course_acts

BEGINS = datetime(2025, 1, 6, 16, tzinfo=UTC)
LONGEST = timedelta(days=1500)
IN_EVERY_RUN = ("mdd-2022", "swiss-limited-medical-use")
AT_NIGHT = [name for name in protocols.names() if name not in IN_EVERY_RUN]


def driven(name: str) -> Course:
    """A course of a protocol that went as planned, all the way."""
    course = alone(name, seed=1, begins=BEGINS)
    with put_off():
        run([course.acts()], BEGINS + LONGEST)
    return course


def came_to_its_end(course: Course) -> None:
    """Closed, with nothing of it left over, and no session that its gate did not permit."""
    enrollment = course.enrollment
    stands = course_of(enrollment)
    assert stands is not None
    assert stands.status is Status.CLOSED
    assert CloseOut.objects.filter(enrollment=enrollment).count() == 1
    assert {visit.code for visit in stands.visits} == set(stands.actual)
    assert len(stands.stages) == len(stands.schedule.stages)
    assert any(v.kind in (VisitKind.FOLLOW_UP, VisitKind.ASSESSMENT) for v in stands.visits)
    passed = GatePassed.objects.filter(enrollment=enrollment, act="begin-dosing")
    dosed = [visit.code for visit in stands.dosing_held]
    assert dosed
    assert sorted(passed.values_list("visit", flat=True)) == sorted(dosed)
    found = Deviation.objects.filter(enrollment=enrollment).values_list("kind", "cause")
    assert set(found) <= {("condition-set-aside", "window")}, list(found)


@pytest.mark.parametrize("name", IN_EVERY_RUN)
def test_a_lawful_course_comes_from_first_call_to_last_follow_up(own_database, name):
    course = driven(name)
    came_to_its_end(course)
    assert verify_here().fits
    written = course_acts.rows()[name]
    assert written == course_acts.counted(course), "make it again: python -m tools.course_acts"


@pytest.mark.nightly
@pytest.mark.parametrize("name", AT_NIGHT)
def test_every_other_protocol_has_one_too(own_database, name):
    course = driven(name)
    came_to_its_end(course)
    assert verify_here().fits
    written = course_acts.rows()[name]
    assert written == course_acts.counted(course), "make it again: python -m tools.course_acts"
