"""The waiting list: its order, and which step may follow which."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.waiting_list import (
    JOINED,
    LEFT,
    MOVED,
    WaitingPlace,
    WaitingStep,
    in_order,
    standing,
    step_problem,
)

TODAY = date(2026, 3, 31)
DAY = timedelta(days=1)
JOIN = WaitingStep(JOINED, TODAY - 10 * DAY, TODAY - 10 * DAY, "no-place-yet")
places = st.builds(
    WaitingPlace,
    st.integers(1, 99),
    st.dates(TODAY - 90 * DAY, TODAY),
    st.dates(TODAY - 90 * DAY, TODAY),
)


def test_whose_wait_counts_longest_comes_first():
    early = WaitingPlace(7, TODAY, TODAY - 9 * DAY)
    late = WaitingPlace(2, TODAY - 3 * DAY, TODAY - 3 * DAY)
    tied = WaitingPlace(1, TODAY - 2 * DAY, TODAY - 3 * DAY)
    assert in_order([tied, late, early]) == [early, late, tied]


@given(st.lists(places, unique_by=lambda place: place.number))
def test_the_order_does_not_depend_on_how_the_list_was_read(some):
    assert in_order(some) == in_order(reversed(some))


def test_moving_changes_from_when_it_counts_and_not_when_they_joined():
    moved = WaitingStep(MOVED, TODAY, TODAY - 30 * DAY, "clinical-urgency")
    place = standing(3, [JOIN, moved])
    assert place == WaitingPlace(3, JOIN.on, TODAY - 30 * DAY)


def test_who_left_waits_no_more_and_may_join_again():
    left = WaitingStep(LEFT, TODAY, TODAY, "own-wish")
    assert standing(3, [JOIN, left]) is None
    again = WaitingStep(JOINED, TODAY, TODAY, "own-wish")
    assert step_problem([JOIN, left], again, TODAY) is None


def test_a_step_that_cannot_follow_is_named():
    def problem(step, on=TODAY, reason="own-wish", steps=(JOIN,)):
        return step_problem(steps, WaitingStep(step, on, on, reason), TODAY)

    assert problem(JOINED) == "already-waiting"
    assert problem(LEFT, steps=()) == "not-waiting"
    assert problem(MOVED, steps=()) == "not-waiting"
    assert problem(LEFT, on=JOIN.on - DAY) == "before-the-last-step"
    assert problem(LEFT, on=TODAY + DAY) == "in-the-future"
    assert problem(LEFT, reason="slip") == "reason-unknown"
    assert problem("vanished") == "step-unknown"
    later = WaitingStep(MOVED, TODAY, TODAY + 60 * DAY, "own-wish")
    assert step_problem([JOIN], later, TODAY) is None
