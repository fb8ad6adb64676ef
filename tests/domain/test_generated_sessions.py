"""Whatever may happen in a session: kept one entry at a time or judged at once, its conditions are the same."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain import monitoring
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_entries import in_order
from tests.generated_sessions import sessions
from tests.session_kit import DOSE


@given(sessions, st.integers(0, 40), st.sampled_from([0, 1, 7, 45]))
def test_a_session_from_chance_one_by_one_as_all_at_once(session, count, minutes):
    """Half of it judged, then the rest: the second answer is that of everything at once."""
    plan, entries = session
    known = sorted(entries, key=in_order)
    fold = Fold(plan)
    for some, more in ((known[:count], known[:count]), (known, known[count:])):
        fold.extend(more)
        now = max((one.known_at for one in some), default=DOSE) + timedelta(minutes=minutes)
        assert fold.conditions(now) == monitoring.conditions(plan, some, now)
