"""Where a person stands in their course, told in four words, from the plan alone."""

from datetime import date, timedelta

import pytest

from holdfast.definitions import protocols
from holdfast.domain.course import CourseNow
from holdfast.domain.schedule import VisitKind
from holdfast.domain.visits import plan
from holdfast.domain.whereabouts import Station, station, to_come

BEGAN = date(2026, 1, 5)


def planned(name: str, held: int, skipped: frozenset[str] = frozenset()):
    """A plan of a protocol with its first so many visits held, one a week."""
    visits = CourseNow(BEGAN, protocols.load(name)).visits
    actual = {v.code: BEGAN + timedelta(weeks=n) for n, v in enumerate(visits[:held])}
    return plan(visits, enrolled_on=BEGAN, actual=actual, skipped=skipped - set(actual))


def test_without_a_plan_nobody_says_where_somebody_is():
    assert station(()) is None


def test_a_course_begins_at_preparation_and_ends_at_follow_up():
    assert station(planned("mapp2", 0)) is Station.PREPARATION
    everything = len(planned("mapp2", 0))
    assert station(planned("mapp2", everything)) is Station.FOLLOW_UP


def test_between_two_doses_it_is_integration_and_before_the_next_it_is_dosing():
    visits = [each.visit for each in planned("mapp2", 0)]
    doses = [n for n, visit in enumerate(visits) if visit.kind is VisitKind.DOSING]
    assert station(planned("mapp2", doses[0])) is Station.DOSING
    assert station(planned("mapp2", doses[0] + 1)) is Station.INTEGRATION
    assert station(planned("mapp2", doses[1])) is Station.DOSING


def test_doses_that_will_not_be_are_not_told_as_next():
    visits = [each.visit for each in planned("mapp2", 0)]
    doses = frozenset(v.code for v in visits if v.kind is VisitKind.DOSING)
    first = next(n for n, visit in enumerate(visits) if visit.kind is VisitKind.DOSING)
    assert station(planned("mapp2", first, doses)) is not Station.DOSING


def test_what_was_missed_before_the_last_visit_is_not_told_as_next():
    told = planned("mapp2", 6)
    assert told[5].actual
    assert all(each.actual is None for each in to_come(told))
    assert to_come(told)[0].visit is told[6].visit


@pytest.mark.parametrize("name", protocols.names())
def test_every_protocol_goes_through_the_stations_it_has_and_ends_at_the_last(name):
    count = len(planned(name, 0))
    assert station(planned(name, count)) in (Station.FOLLOW_UP, None)


def test_calls_that_a_file_lists_last_do_not_hide_the_sessions_before_them():
    """In this file the calls after the first session stand after the last follow-up."""
    visits = CourseNow(BEGAN, protocols.load("mapp2")).visits
    codes = ("v0", "v1", "v2", "v3", "v4", "v5", "call-1-1", "call-1-2")
    actual = {code: BEGAN + timedelta(days=7 * n) for n, code in enumerate(codes)}
    told = plan(visits, enrolled_on=BEGAN, actual=actual, skipped=frozenset())
    assert station(told) is Station.INTEGRATION
    left = [each.visit.code for each in to_come(told)]
    assert {"v6", "v10", "v15", "call-1-3", "call-2-1"} <= set(left)
    assert not {"call-1-1", "v5"} & set(left)
    days = [each.target for each in to_come(told) if each.target]
    assert days == sorted(days)
