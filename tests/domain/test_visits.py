"""When a visit may be: no history makes a plan contradict itself, and nothing moves by itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import protocols
from holdfast.domain import visits
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.schedule import PREVIOUS_DOSING, Sourced, Visit, VisitKind, Window
from holdfast.domain.visits import plan

SOURCE = Sourced(Reference("A protocol", "docs/protocol.md"), Standing.VERIFIED)
DAY = date(2026, 1, 5)


def window(earliest, target, latest):
    return Window("w", earliest, target, latest, SOURCE, "As the protocol says.")


def visit(code, anchor, days, *, kind="preparation", after=()):
    return Visit(
        code, VisitKind(kind), code.title(), anchor, window(*days), SOURCE, after=tuple(after)
    )


COURSE = (
    visit("prep", "enrollment", (0, 7, 14)),
    visit("dose-1", "prep", (7, 14, 21), kind="dosing", after=["prep"]),
    visit("morning-1", "dose-1", (1, 1, 1), kind="integration", after=["dose-1"]),
    visit("dose-2", PREVIOUS_DOSING, (21, 28, 35), kind="dosing", after=["morning-1"]),
    visit("end", "last-dosing", (30, 60, 90), kind="assessment", after=["dose-1"]),
)


def dates(code, **history):
    found = {one.visit.code: one for one in plan(COURSE, enrolled_on=DAY, **history)}
    one = found[code]
    return one.earliest, one.target, one.latest, one.reason


def days_after(start, *days):
    return tuple(start + timedelta(days=number) for number in days)


def test_before_anything_happened_a_visit_stands_where_its_anchor_is_planned():
    assert dates("dose-1") == (*days_after(DAY, 7, 21, 35), visits.FROM_PLAN)


def test_what_happened_moves_what_counts_from_it():
    on = DAY + timedelta(days=3)
    assert dates("dose-1", actual={"prep": on}) == (*days_after(on, 7, 14, 21), visits.FROM_ACTUAL)


def test_a_skipped_dosing_session_anchors_nothing():
    """The end is counted from the last session that was or will be."""
    on = DAY + timedelta(days=21)
    assert dates("end", actual={"dose-1": on}, skipped={"dose-2"}) == (
        *days_after(on, 30, 60, 90),
        visits.FROM_ACTUAL,
    )
    assert dates("dose-2", skipped={"dose-1"})[3] == visits.NO_ANCHOR


@pytest.mark.parametrize(
    ("after_days", "reason"),
    [
        (20, visits.TOO_EARLY),
        (21, visits.HAPPENED),
        (35, visits.HAPPENED),
        (36, visits.TOO_LATE),
    ],
)
def test_the_ends_of_a_window_belong_to_it(after_days, reason):
    first = DAY + timedelta(days=21)
    history = {
        "prep": DAY,
        "dose-1": first,
        "morning-1": first + timedelta(days=1),
        "dose-2": first + timedelta(days=after_days),
    }
    found = {p.visit.code: p for p in plan(COURSE, enrolled_on=DAY, actual=history)}
    assert found["dose-2"].reason == reason
    assert found["dose-2"].is_deviation is (reason != visits.HAPPENED)


def test_a_visit_before_the_one_it_must_follow_is_out_of_order():
    found = {p.visit.code: p for p in plan(COURSE, enrolled_on=DAY, actual={"dose-1": DAY})}
    assert (found["dose-1"].reason, found["dose-1"].cause) == (visits.OUT_OF_ORDER, "prep")


def test_a_late_visit_pushes_what_must_follow_it_and_is_named():
    late = DAY + timedelta(days=100)
    found = {
        p.visit.code: p
        for p in plan(COURSE, enrolled_on=DAY, actual={"dose-1": DAY, "morning-1": late})
    }
    pushed = found["dose-2"]
    assert (pushed.earliest, pushed.latest) == (late, late)
    assert (pushed.reason, pushed.cause, pushed.is_deviation) == (visits.MOVED, "morning-1", True)


def test_what_should_have_been_is_overdue_from_the_next_day():
    last = DAY + timedelta(days=14)
    assert dates("prep", as_of=last)[3] != visits.OVERDUE
    assert dates("prep", as_of=last + timedelta(days=1))[3] == visits.OVERDUE


@pytest.mark.parametrize(
    "history",
    [
        {"actual": {"dose-9": DAY}},
        {"skipped": {"dose-9"}},
        {"actual": {"prep": DAY}, "skipped": {"prep"}},
    ],
)
def test_a_history_that_cannot_be_is_refused_by_name(history):
    with pytest.raises(ValueError, match=r"dose-9|prep"):
        plan(COURSE, enrolled_on=DAY, **history)


def test_a_window_that_runs_backwards_cannot_be_made():
    with pytest.raises(ValueError, match="in this order"):
        window(10, 5, 20)


RELEASED = [
    protocols.load(name).schedule for name in protocols.names() if protocols.load(name).schedule
]


@st.composite
def histories(draw):
    """Any released course with any visits held on any days, and any others skipped."""
    schedule = draw(st.sampled_from(RELEASED))
    codes = [v.code for v in schedule.visits]
    actual = draw(
        st.dictionaries(
            st.sampled_from(codes), st.dates(date(2025, 1, 1), date(2027, 1, 1)), max_size=12
        )
    )
    skipped = draw(st.sets(st.sampled_from(codes), max_size=6)) - set(actual)
    return schedule.visits, actual, skipped


@given(histories())
def test_windows_never_contradict(history):
    schedule, actual, skipped = history
    for one in plan(schedule, enrolled_on=DAY, actual=actual, skipped=skipped):
        known = [day for day in (one.earliest, one.target, one.latest) if day is not None]
        assert known == sorted(known)
        assert one.actual == actual.get(one.visit.code)


@given(histories())
def test_planning_again_with_nothing_changed_changes_nothing(history):
    schedule, actual, skipped = history
    first = plan(schedule, enrolled_on=DAY, actual=actual, skipped=skipped)
    assert (
        plan(schedule, enrolled_on=DAY, actual=dict(reversed(actual.items())), skipped=skipped)
        == first
    )


@given(histories())
def test_a_visit_held_on_its_target_is_no_deviation(history):
    """Where a plan gives a target and nothing it must follow is missing, keeping to it is never wrong."""
    schedule, actual, skipped = history
    for one in plan(schedule, enrolled_on=DAY, actual=actual, skipped=skipped):
        if one.actual or one.target is None or one.is_deviation:
            continue
        if any(code not in actual for code in one.visit.after if code not in skipped):
            continue
        again = plan(
            schedule,
            enrolled_on=DAY,
            actual={**actual, one.visit.code: one.target},
            skipped=skipped,
        )
        held = next(p for p in again if p.visit.code == one.visit.code)
        assert not held.is_deviation, held
