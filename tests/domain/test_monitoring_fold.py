"""The conditions kept one entry at a time are those of the plain function over all of them."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain import monitoring
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_entries import in_order
from tests.session_kit import at, plan_of, sessions, usual_plan

LATER = timedelta(days=2)
BARE = plan_of(nothing_signed=True)


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
