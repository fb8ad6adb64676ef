"""Edges of the recording: what begins a gap, what fills it, and what was known when."""

from decimal import Decimal

import pytest

from holdfast.domain import monitoring
from holdfast.domain.recording import coverage_percent
from holdfast.domain.session_log import log_of
from tests.session_kit import at, beginning, entry, usual_plan


def runs(minute, stream="picture", **more):
    return entry("recording", minute, stream=stream, state="running", **more)


def stops(minute, stream="picture", **more):
    more = {"id": f"stop-{minute}", **more}
    return entry("recording", minute, stream=stream, state="stopped", reason="fault", **more)


def taken_back(minute, what):
    return entry("correction", minute, reason="typing-slip", corrects=what)


def gaps(*entries, without=(), minute=100):
    """The gaps by what they are known by, each with the minute in which it was known to be over."""
    start = [one for one in beginning() if one.id not in without]
    found = monitoring.conditions(usual_plan(), [*start, *entries], at(minute))
    return {
        one.id: None if one.until is None else (one.until - at(0)).total_seconds() / 60
        for one in found
        if one.code == "recording-gap"
    }


def test_a_stop_at_the_minute_of_the_dose_is_one_gap_of_its_own_stream():
    assert gaps(stops(0)) == {"recording-gap:picture:dose": None}


def test_a_second_stop_fills_nothing_and_a_start_at_its_minute_does():
    assert gaps(stops(30), stops(31)) == {
        "recording-gap:picture:stop-30": None,
        "recording-gap:picture:stop-31": None,
    }
    assert gaps(stops(30), runs(30, id="at-once")) == {}


def test_a_start_that_was_taken_back_ended_no_gap():
    assert gaps(stops(30), runs(40, id="on")) == {"recording-gap:picture:stop-30": 40}
    again = [runs(40, id="on"), taken_back(45, "on")]
    assert gaps(stops(30), *again) == {"recording-gap:picture:stop-30": None}


@pytest.mark.parametrize("gone", ["stop-30", "dose"])
def test_what_was_taken_back_before_a_gap_was_long_enough_makes_none(gone):
    assert gaps(stops(30), taken_back(31, gone)) == {}


def test_after_the_end_nothing_has_to_be_recorded():
    assert gaps(stops(30), entry("exit", 31, exit="home-with-escort")) == {}


def test_what_runs_from_the_minute_of_the_dose_runs_and_what_begins_later_does_not():
    assert gaps(runs(0), without=("picture",)) == {}
    assert gaps(runs(5), without=("picture",)) == {"recording-gap:picture:dose": 5}


def test_that_it_ran_counts_only_where_it_was_known_at_the_dose():
    late = runs(-20, id="late", late=60)
    assert gaps(late, without=("picture",)) == {"recording-gap:picture:dose": None}


def test_a_dose_that_never_stood_hides_no_gap_of_the_next():
    """The first is written down late and was taken back before it came; the second is the first."""
    never = entry("dose-given", 0, id="never", late=70, dose="initial", nominal_mg=125)
    then = entry("dose-given", 20, id="then", dose="initial", nominal_mg=125)
    told = [never, taken_back(50, "never"), then, stops(30)]
    assert gaps(*told, without=("dose",)) == {"recording-gap:picture:stop-30": None}


def covered(*entries, minute):
    log = log_of([*beginning(), *entries], at(minute))
    return coverage_percent(usual_plan(), log, "picture", at(minute))


def test_what_is_said_to_run_again_ran_all_along_and_one_second_is_some():
    assert covered(runs(30), stops(60), minute=60) == Decimal("100.0")
    assert covered(minute=1 / 60) == Decimal("100.0")
    assert covered(minute=0) is None


def test_a_dose_written_down_late_began_while_it_still_ran():
    """It ran at the dose and stopped before anybody wrote the dose down: one gap, from the stop on."""
    late = entry("dose-given", 0, id="dose", late=30, dose="initial", nominal_mg=125)
    assert gaps(late, stops(10), without=("dose",)) == {"recording-gap:picture:stop-10": None}
