"""Which roles must be looked through again and when, and what a signed list may decide."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.access_review import (
    Decision,
    Held,
    State,
    Unfit,
    chase_number,
    standing,
    unfit,
    what_changed,
)

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BEN = UUID(int=1), UUID(int=2)
HERS, HIS = Held(UUID(int=10), ANNA, AT), Held(UUID(int=11), BEN, AT)
KEEP, END = Decision.KEEP, Decision.END
MAY_END = {HERS.id: True, HIS.id: True}


def stand(*held, after=timedelta(0)):
    return standing(held, every=90 * DAY, ahead=14 * DAY, now=AT + after)


@pytest.mark.parametrize(
    ("after", "state", "chased"),
    [
        (0, State.IN_TIME, 0),
        (75, State.IN_TIME, 0),
        (76, State.DUE_SOON, 1),
        (89, State.DUE_SOON, 1),
        (90, State.OVERDUE, 2),
        (91, State.OVERDUE, 3),
    ],
)
def test_a_review_is_announced_then_due_then_chased_every_day(after, state, chased):
    found = stand(HERS, HIS, after=after * DAY)
    assert found.state is state
    assert chase_number(found, 14 * DAY, AT + after * DAY) == chased


def test_a_site_stands_as_its_oldest_role_does():
    """One new role, and one line that nobody but the reviewer looked at, hide behind nothing."""
    kept = Held(HERS.id, ANNA, AT, kept_at=AT + 80 * DAY)
    found = stand(kept, HIS, after=100 * DAY)
    assert (found.state, found.overdue, found.due_at) == (State.OVERDUE, 1, AT + 90 * DAY)
    assert stand(kept, after=100 * DAY).state is State.IN_TIME


def test_with_no_role_there_is_nothing_to_review():
    assert stand().state is State.NOTHING_HELD
    assert chase_number(stand(), 14 * DAY, AT + 900 * DAY) == 0


@given(st.integers(0, 400), st.integers(0, 400))
def test_waiting_never_makes_a_review_less_due(first, second):
    order = [State.IN_TIME, State.DUE_SOON, State.OVERDUE]
    one, two = sorted([first, second])
    before, after = stand(HERS, after=one * DAY), stand(HERS, after=two * DAY)
    assert order.index(before.state) <= order.index(after.state)


@pytest.mark.parametrize(
    ("decisions", "wrong"),
    [
        ({HIS.id: KEEP}, None),
        ({HIS.id: END}, None),
        ({}, Unfit("line-undecided", HIS.id)),
        ({HIS.id: KEEP, HERS.id: KEEP}, Unfit("own-line", HERS.id)),
        ({HIS.id: KEEP, HERS.id: END}, Unfit("own-line", HERS.id)),
        ({HIS.id: KEEP, UUID(int=99): KEEP}, Unfit("line-unknown", UUID(int=99))),
    ],
)
def test_every_line_of_another_is_decided_and_none_of_ones_own(decisions, wrong):
    assert unfit([HERS, HIS], decisions, reviewer=ANNA, may_end=MAY_END) == wrong


def test_a_role_of_the_whole_organisation_is_ended_by_who_may():
    no = {HERS.id: True, HIS.id: False}
    assert unfit([HERS, HIS], {HIS.id: END}, reviewer=ANNA, may_end=no) == Unfit(
        "not-yours-to-end", HIS.id
    )
    assert unfit([HIS], {HIS.id: END}, reviewer=ANNA, may_end={}) == Unfit(
        "not-yours-to-end", HIS.id
    ), "what is not known to be permitted is not"
    assert unfit([HERS, HIS], {HIS.id: KEEP}, reviewer=ANNA, may_end=no) is None


def test_ones_own_line_alone_is_nothing_to_sign():
    assert unfit([HERS], {}, reviewer=ANNA, may_end=MAY_END) == Unfit("nothing-decided")


def test_what_changed_is_named_line_by_line():
    shown = [{"assignment": "a", "pin": True}, {"assignment": "b", "pin": True}]
    now = [{"assignment": "b", "pin": False}, {"assignment": "c", "pin": True}]
    assert what_changed(shown, now) == (("added", "c"), ("gone", "a"), ("changed", "b"))
    assert what_changed(shown, shown) == ()
