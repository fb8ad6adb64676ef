"""Which planned visits another version of a protocol moves: dates that change, new ones, ones that go."""

from dataclasses import replace
from datetime import date, timedelta

from holdfast.definitions import protocols
from holdfast.domain.amendments import moved
from holdfast.domain.visits import plan

BEGAN = date(2026, 3, 2)
VISITS = protocols.load("mapp2", 2).schedule.visits


def planned(visits, **given):
    return plan(visits, enrolled_on=BEGAN, **given)


def later(code: str, days: int = 1):
    """The visits, one of them aimed at some days later."""
    return tuple(
        replace(v, window=replace(v.window, target_days=v.window.target_days + days))
        if v.code == code
        else v
        for v in VISITS
    )


def test_the_same_plan_moves_nothing():
    assert moved(planned(VISITS), planned(VISITS)) == ()


def test_a_visit_and_what_counts_from_it_move_and_what_was_held_does_not():
    found = {one.title: one for one in moved(planned(VISITS), planned(later("v2")))}
    titles = {v.code: v.title for v in VISITS}
    assert titles["v1"] not in found
    second = found[titles["v2"]]
    assert second.after[1] - second.before[1] == timedelta(days=1)
    held = {"actual": {"v0": BEGAN, "v1": BEGAN, "v2": BEGAN + timedelta(days=7)}}
    assert moved(planned(VISITS, **held), planned(later("v2"), **held)) == ()


def test_a_visit_that_is_new_or_gone_is_said():
    last = VISITS[-1]
    without = VISITS[:-1]
    (gone,) = moved(planned(VISITS), planned(without))
    (new,) = moved(planned(without), planned(VISITS))
    assert (gone.title, gone.after) == (last.title, None)
    assert (new.title, new.before) == (last.title, None)
    assert gone.before == new.after
