"""What holds for every roster, in every zone, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.rota import Hours, Post, next_turns, on_duty

ANNA, BEN = UUID(int=1), UUID(int=2)
EVERY_DAY = frozenset(range(1, 8))
# Changes of half an hour, changes at midnight, changes of the law, and none at all.
ZONES = [
    "Europe/Zurich",
    "Australia/Melbourne",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
]
zones = st.sampled_from([ZoneInfo(name) for name in ZONES if name in available_timezones()])
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
moments = st.datetimes(datetime(2024, 1, 3), datetime(2029, 12, 30), timezones=st.just(UTC))


def hours(person, begins, ends, first=date(2023, 12, 1), weekdays=EVERY_DAY):
    return Hours(person, Post.FIRST, first, None, weekdays, begins, ends)


@given(zones, clocks, clocks, moments)
def test_two_who_hand_over_by_the_clock_leave_no_gap_and_no_overlap(zone, one, other, at):
    """Also in the night in which clocks change, at whatever hour they hand over."""
    if one == other:
        return
    people = on_duty([hours(ANNA, one, other), hours(BEN, other, one)], zone, at)
    assert len(people) == 1
    assert people[0].begins <= at < people[0].ends


@given(zones, clocks, moments)
def test_a_whole_day_is_never_left(zone, begins, at):
    assert on_duty([hours(ANNA, begins, begins)], zone, at)


@given(zones, clocks, clocks, days)
def test_a_turn_is_as_long_as_the_clock_says_but_for_what_the_clocks_changed(
    zone, begins, ends, day
):
    turn = hours(ANNA, begins, ends).turn_of(day, zone)
    assert turn is not None
    assert turn.begins.tzinfo is UTC
    said = timedelta(hours=ends.hour - begins.hour, minutes=ends.minute - begins.minute)
    said += timedelta(days=1) if said <= timedelta(0) else timedelta(0)
    assert abs((turn.ends - turn.begins) - said) <= timedelta(hours=1)


@given(zones, clocks, clocks, st.sets(st.integers(1, 7), min_size=1), moments)
def test_whoever_is_on_began_on_a_day_of_theirs(zone, begins, ends, weekdays, at):
    roster = [hours(ANNA, begins, ends, weekdays=frozenset(weekdays))]
    for turn in on_duty(roster, zone, at):
        local = turn.begins.astimezone(zone)
        assert local.isoweekday() in weekdays or local.time() != begins


@given(zones, clocks, clocks, moments)
def test_what_comes_next_lies_ahead_and_then_is_on(zone, begins, ends, at):
    roster = [hours(ANNA, begins, ends)]
    (turn,) = next_turns(roster, zone, at)
    assert turn.begins > at
    if turn.ends > turn.begins:
        assert turn in on_duty(roster, zone, turn.begins)
