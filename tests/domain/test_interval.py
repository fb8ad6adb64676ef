"""The interval counts from the last dose on record, whatever session, stage or course it was of."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from holdfast.definitions import protocols
from holdfast.definitions.session import limits as session_limits
from holdfast.domain.course_so_far import course_so_far
from holdfast.domain.dose_rules import interval
from holdfast.domain.dose_totals import PastDose
from holdfast.records.session_course import read_course, told_course
from tests.told_session import DAY, before_the_dose, signed


def found(protocol, visit, days, *, of_course=True, limits=None, asks=...):
    """What the interval finds of a visit so many days after a dose."""
    past = (PastDose("earlier", DAY - timedelta(days=days), Decimal(120), of_course),)
    schedule = protocols.load(protocol).schedule
    course = course_so_far(
        schedule,
        schedule.visit(visit),
        session_limits.load(),
        as_of=DAY,
        signed=signed() if limits is None else limits,
        past=past,
    )
    if asks is not ...:
        course = replace(course, interval=asks)
    asked = before_the_dose().asked("09:56")
    asked = replace(asked, view=replace(asked.view, course=course))
    (finding,) = interval(asked, asked.gates.conditions["interval"])
    return finding.reason, dict(finding.values)


@pytest.mark.parametrize(
    ("protocol", "visit"), [("mp8", "dosing-2"), ("mp8", "open-2"), ("mp12", "open-3")]
)
def test_a_visit_that_counts_from_a_session_by_its_name_has_an_interval_too(protocol, visit):
    """Each of these windows is 21 to 35 days after a dosing session, by name or as the previous one."""
    for days, reason in (
        (1, "too-soon"),
        (20, "too-soon"),
        (21, "in-interval"),
        (35, "in-interval"),
        (36, "too-late"),
    ):
        values = {"days": days, "earliest_days": 21, "latest_days": 35}
        assert found(protocol, visit, days, limits={}) == (reason, values)


@pytest.mark.parametrize(("protocol", "visit"), [("mapp2", "v5"), ("mp8", "open-1")])
def test_a_dose_before_a_first_session_counts_by_the_signed_days(protocol, visit):
    """No window of the protocol speaks of it: only how soon is judged, and only by what was signed."""
    for days, reason in ((1, "dosed-too-soon"), (20, "dosed-too-soon"), (21, "dosed-long-ago")):
        values = {"days": days, "earliest_days": 21}
        assert found(protocol, visit, days, of_course=False) == (reason, values)
    assert found(protocol, visit, 400)[0] == "dosed-long-ago"
    unsigned = ("number-not-signed", {"limits": "interval-earliest-days"})
    assert found(protocol, visit, 400, limits={}) == unsigned


def test_a_dose_of_another_course_is_never_too_long_ago():
    assert found("mp8", "dosing-2", 36, of_course=False)[0] == "dosed-long-ago"
    assert found("mp8", "dosing-2", 20, of_course=False)[0] == "dosed-too-soon"


def test_where_no_interval_is_known_an_earlier_dose_is_no_yes():
    """A session that was planned by an earlier release has none for such a visit."""
    assert found("mp8", "open-2", 1, asks=None)[0] == "number-not-signed"


def test_an_interval_is_read_as_it_was_stored():
    schedule = protocols.load("mapp2").schedule
    for visit in ("v5", "v10"):
        course = course_so_far(
            schedule,
            schedule.visit(visit),
            session_limits.load(),
            as_of=date(2026, 5, 5),
            signed=signed(),
        )
        told = told_course(course)
        assert read_course(told).interval == course.interval
    del told["interval"]["has_latest"]
    assert read_course(told).interval.has_latest is True
