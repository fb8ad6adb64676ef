"""The conditions kept one entry at a time are those of the plain function over all of them."""

import sys
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.domain import monitoring
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_entries import in_order
from tests.session_kit import (
    all_well,
    at,
    beginning,
    plan_of,
    pressure,
    rate,
    sessions,
    usual_plan,
)

LATER = timedelta(days=2)
FEWER = settings(max_examples=max(settings.default.max_examples // 3, 30))
BARE = plan_of(nothing_signed=True)


@FEWER
@given(sessions(), st.data())
def test_one_by_one_as_all_at_once(entries, data):
    """At every moment, asked in between or not, for a site that signed everything and one that did not."""
    plan = data.draw(st.sampled_from([usual_plan(), BARE]))
    fold, known = Fold(plan), []
    for one in sorted(entries, key=in_order):
        fold.add(one)
        known.append(one)
        if data.draw(st.booleans()):
            now = one.known_at + timedelta(minutes=data.draw(st.sampled_from([0, 0, 1, 6, 40])))
            assert fold.conditions(now) == monitoring.conditions(plan, known, now)
            assert fold.holding(now) == tuple(
                c for c in monitoring.conditions(plan, known, now) if c.holds
            )
    end = at(0) + LATER
    assert fold.conditions(end) == monitoring.conditions(plan, entries, end)
    assert fold.alarms(end) == monitoring.alarms(plan, entries, end)


@given(st.permutations(range(12)), sessions(most=12), st.integers(-5, 400))
def test_in_whatever_order_they_come(order, entries, minute):
    mixed = [entries[i] for i in order if i < len(entries)]
    fold = Fold(usual_plan())
    for one in mixed:
        fold.add(one)
        fold.add(one)
    assert fold.conditions(at(minute)) == monitoring.conditions(usual_plan(), mixed, at(minute))


def steps_of_a_reading(before: int) -> int:
    """How many calls it takes to take in a reading and tell what holds, after so many others."""
    readings = [all_well(5 + 400 * n / before, id=f"r{n}") for n in range(before)]
    fold = Fold(usual_plan(), [*beginning(), *readings])
    fold.holding(at(406))
    calls = 0

    def counted(frame, event, argument):
        nonlocal calls
        calls += 1

    one = rate(407, 100, id="one")
    sys.setprofile(counted)
    fold.add(one)
    fold.holding(one.known_at)
    sys.setprofile(None)
    return calls


def test_a_reading_costs_the_same_however_many_came_before():
    """Counted, not timed: within one and a half times of a session with a fiftieth of the readings."""
    few, many = steps_of_a_reading(40), steps_of_a_reading(2_000)
    assert many <= 1.5 * few


def test_readings_that_came_late_hide_none_of_those_that_were_known_before_them():
    """A reading that nobody followed is judged beside what was known then, and by nothing older."""
    readings = [
        pressure(100, 150, 80, id="slip"),
        pressure(101, 205, 111, id="right", corrects="slip"),
        *(pressure(minute, 126, 78, id=f"calm-{minute}") for minute in range(200, 206)),
        pressure(203.5, 161, 70, id="late-1", late=13.6),
        pressure(203.6, 161, 101, id="late-2", late=13.7),
        pressure(218, 118, 78, id="next"),
    ]
    fold, known = Fold(usual_plan()), []
    for one in (*beginning(), *readings):
        fold.add(one)
        known.append(one)
        now = one.known_at
        assert fold.conditions(now) == monitoring.conditions(usual_plan(), known, now), one.id
