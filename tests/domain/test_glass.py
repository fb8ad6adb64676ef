"""When a record opened in an emergency is open, for whom, and what its review waits for.

An opening is for one clinician, one record and a short time. Time only ever closes it; what is not
known never opens it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.glass import (
    Found,
    Match,
    Opening,
    Review,
    chase_number,
    closes,
    granted,
    is_open,
    matched,
    may_review,
    review_state,
)

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA, BEN = UUID(int=1), UUID(int=2)
RECORD, OTHER = UUID(int=10), UUID(int=11)
MAY = frozenset({"verdict.see", "answer.record"})
OPENED = Opening(UUID(int=20), ANNA, RECORD, MAY, AT, AT + HOUR)

minutes = st.integers(-600, 600).map(lambda n: timedelta(minutes=n))


def grant(opening=OPENED, person=ANNA, enrollment=RECORD, at=AT, allowed=MAY):
    return granted([opening], person=person, enrollment=enrollment, now=at, allowed=allowed)


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),
        (HOUR - timedelta(microseconds=1), True),
        (HOUR, False),
        (timedelta(days=400), False),
    ],
)
def test_it_is_open_from_its_first_moment_until_its_last_is_over(after, opens):
    assert is_open(OPENED, AT + after) is opens
    assert grant(at=AT + after) == (MAY if opens else frozenset())


def test_it_opens_one_record_to_one_clinician():
    assert grant(person=BEN) == frozenset()
    assert grant(enrollment=OTHER) == frozenset()
    assert grant(enrollment=None) == frozenset(), "a page of the whole site names no record"


def test_ending_it_closes_it_at_once():
    ended = replace(OPENED, ended_at=AT + timedelta(minutes=5))
    assert grant(ended, at=AT + timedelta(minutes=4)) == MAY
    assert grant(ended, at=AT + timedelta(minutes=5)) == frozenset()


def test_an_end_after_its_time_does_not_make_it_longer():
    late = replace(OPENED, ended_at=AT + 3 * HOUR)
    assert not is_open(late, AT + 2 * HOUR)


def test_a_later_list_takes_away_and_never_adds():
    assert grant(allowed=frozenset({"verdict.see", "erasure.sign"})) == {"verdict.see"}
    assert grant(allowed=frozenset()) == frozenset()


@pytest.mark.parametrize("lasts", [None, timedelta(0), timedelta(minutes=-5)])
def test_a_time_that_is_not_known_never_opens(lasts):
    assert closes(AT, lasts) is None


@given(minutes, minutes, st.none() | minutes)
def test_waiting_never_widens_a_grant(after, longer, ended):
    """Once it is closed it stays closed, whatever moment comes after."""
    opening = replace(OPENED, ended_at=None if ended is None else AT + ended)
    now, then = sorted([AT + after, AT + longer])
    if now >= AT and not is_open(opening, now):
        assert not is_open(opening, then)
    assert grant(opening, at=then) <= MAY


@given(st.sets(st.sampled_from(["verdict.see", "referral.see", "erasure.sign"])), minutes)
def test_nothing_outside_the_list_of_then_or_of_today_is_ever_granted(allowed, after):
    assert grant(at=AT + after, allowed=frozenset(allowed)) <= MAY & allowed


def test_nobody_reviews_their_own_opening():
    assert not may_review(OPENED, ANNA)
    assert may_review(OPENED, BEN)


@pytest.mark.parametrize(
    ("after", "reviewed", "state", "chased"),
    [
        (HOUR, False, Review.WAITING, 0),
        (71 * HOUR, False, Review.WAITING, 0),
        (72 * HOUR, False, Review.OVERDUE, 1),
        (95 * HOUR, False, Review.OVERDUE, 1),
        (96 * HOUR, False, Review.OVERDUE, 2),
        (96 * HOUR, True, Review.DONE, 2),
    ],
)
def test_a_review_that_is_late_is_chased_when_due_and_every_day(after, reviewed, state, chased):
    now = AT + after
    found = review_state(OPENED, is_reviewed=reviewed, within=72 * HOUR, now=now)
    assert found is state
    assert chase_number(OPENED, 72 * HOUR, now) == chased


@given(minutes, minutes)
def test_a_review_never_becomes_less_late(after, longer):
    first, then = sorted([AT + after, AT + longer])
    assert chase_number(OPENED, HOUR, first) <= chase_number(OPENED, HOUR, then)


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        ([], Match.NOBODY),
        ([Found(ANNA, [])], Match.NOBODY),
        ([Found(ANNA, [7])], Match.ONE),
        ([Found(ANNA, [7, 9])], Match.SEVERAL_RECORDS),
        ([Found(ANNA, [7]), Found(BEN, [8])], Match.SEVERAL_PEOPLE),
        ([Found(ANNA, [7]), Found(BEN, [])], Match.ONE),
    ],
)
def test_a_search_in_an_emergency_finds_one_record_or_says_why_not(found, answer):
    """The same name and day of birth twice: the number decides, and no list is ever shown."""
    assert matched(found) is answer
