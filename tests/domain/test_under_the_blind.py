"""A course as it looks where the blind still stands: the same in every arm, whatever was opened for others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from holdfast.definitions import protocols
from holdfast.domain.course import BLIND_OPENED, Booked, CourseNow, Held, Step
from holdfast.domain.reservations import Slot

BEGAN = date(2026, 3, 2)
CROSSOVERS = [
    name
    for name in protocols.names()
    if any(visit.arms for visit in protocols.load(name).schedule.visits)
]
BLINDED = [
    name
    for name in CROSSOVERS
    if any(stage.is_blinded for stage in protocols.load(name).schedule.stages)
]


def begun(name: str) -> CourseNow:
    """A course through its blinded stage."""
    protocol = protocols.load(name)
    first = protocol.schedule.stages[0].code
    visits = [v for v in protocol.schedule.visits if v.stage in ("", first) and not v.arms]
    return CourseNow(
        enrolled_on=BEGAN,
        protocol=protocol,
        stage=first,
        held=tuple(held(v.code, v.kind.value, 7 * n) for n, v in enumerate(visits[:6])),
    )


def held(code: str, kind: str, day: int) -> Held:
    at = datetime(2026, 3, 2, 15, tzinfo=UTC) + timedelta(days=day)
    return Held(f"{code}-{day}", code, kind, at.date(), at, at + timedelta(hours=1), "site")


def crossed_over(course: CourseNow, arm: str) -> CourseNow:
    """The same course once its blind was opened: its arm's own visits, one held and one booked."""
    schedule = course.schedule
    stage = schedule.stages[1].code
    mine = [v for v in schedule.visits if v.stage == stage and arm in v.arms]
    step = Step(
        "stage-entered",
        BEGAN + timedelta(days=90),
        BLIND_OPENED,
        stage,
        tuple(v.code for v in mine),
    )
    slot = Slot(datetime(2026, 8, 3, 9), "UTC", 480)
    return CourseNow(
        enrolled_on=course.enrolled_on,
        protocol=course.protocol,
        stage=course.stage,
        steps=(step,),
        held=(*course.held, *(held(v.code, v.kind.value, 91) for v in mine[:1])),
        bookings=tuple(Booked(v.code, v.code, slot, "site") for v in mine[1:2]),
        missed=tuple((v.code, BEGAN) for v in mine[1:2]),
        skipped_by_people=frozenset(v.code for v in mine[2:3]),
    )


def test_the_crossovers_are_looked_at():
    assert {"life-threatening-illness-2020", "mp8", "mp12"} <= set(BLINDED)


@pytest.mark.parametrize("name", BLINDED)
def test_every_arm_looks_as_if_nothing_had_been_opened(name):
    course = begun(name)
    arms = [arm.code for arm in course.schedule.arms]
    told = [crossed_over(course, arm) for arm in arms]
    assert len({tuple(one.actual) for one in told}) > 1, "the arms do differ"
    assert [one.under_the_blind() for one in told] == [course] * len(arms)
    assert {one.under_the_blind().planned(BEGAN) for one in told} == {course.planned(BEGAN)}


@pytest.mark.parametrize("name", BLINDED)
def test_before_the_blind_is_opened_no_visit_of_an_arm_is_known(name):
    course = begun(name)
    assert not any(visit.arms for visit in course.visits)
    assert course.under_the_blind() is course


def test_where_nobody_is_blind_nothing_is_kept_from_anybody():
    course = crossed_over(begun("social-anxiety-2023"), "delayed")
    assert course.under_the_blind() is course
