"""Reservations: the wall clock stays, the instants are compared, and nothing is taken twice."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.reservations import Clash, Reservation, Slot, clashes

MELBOURNE = "Australia/Melbourne"


def slot(text, minutes=60, zone="Europe/Zurich"):
    return Slot(datetime.fromisoformat(text), zone, minutes)


def reserved(name, at, people="a b", room="r1", **given):
    return Reservation(name, slot(at, **given), frozenset(people.split()), room)


def test_nine_o_clock_is_another_instant_after_the_clocks_change():
    """In Zurich the clocks go forward on 29 March 2026 and back on 25 October 2026."""
    hours = [slot(f"{day}T09:00").begins_at().hour for day in ("2026-03-28", "2026-03-29")]
    assert hours == [8, 7]
    hours = [slot(f"{day}T09:00").begins_at().hour for day in ("2026-10-24", "2026-10-25")]
    assert hours == [7, 8]


def test_eight_hours_really_pass_in_the_night_of_the_change():
    """A session from 22:00 ends at 07:00 on the clock in spring, and at 05:00 in autumn."""
    assert slot("2026-03-28T22:00", 480).ends() == datetime(2026, 3, 29, 7)
    assert slot("2026-10-24T22:00", 480).ends() == datetime(2026, 10, 25, 5)
    assert slot("2026-10-24T22:00", 480).ends_at() - slot(
        "2026-10-24T22:00", 480
    ).begins_at() == timedelta(hours=8)


def test_a_time_that_the_clock_leaps_over_does_not_exist():
    assert not slot("2026-03-29T02:30").exists()
    assert slot("2026-03-29T03:00").exists()
    assert not slot("2026-10-04T02:30", zone=MELBOURNE).exists()


def test_an_hour_that_comes_twice_is_its_first():
    first = slot("2026-10-25T02:30")
    assert first.exists()
    assert first.begins_at() == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_nine_stays_nine_when_the_rules_of_the_zone_change():
    """The summer time is abolished: the same booking begins an hour later, and is compared so."""

    def abolished(name):
        return timezone(timedelta(hours=1))

    own = slot("2026-07-01T09:00")
    assert own.begins_at() == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert own.begins_at(abolished) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert own.starts == datetime(2026, 7, 1, 9)
    assert own.ends(abolished) == datetime(2026, 7, 1, 10)


def test_a_changed_rule_can_make_two_bookings_meet():
    here = reserved("1", "2026-07-01T09:00", people="a")
    there = Reservation("2", slot("2026-07-01T08:00", zone="UTC"), frozenset("a"))

    def abolished(name):
        return UTC if name == "UTC" else timezone(timedelta(hours=1))

    assert clashes(here, [there]) == ()
    assert clashes(here, [there], abolished) == (Clash("2", frozenset("a")),)


def test_who_works_at_two_sites_is_compared_by_the_instant():
    zurich = reserved("1", "2026-02-03T09:00", people="a", room="")
    melbourne = reserved("2", "2026-02-03T19:00", people="a b", room="", zone=MELBOURNE)
    assert zurich.slot.begins_at() == melbourne.slot.begins_at()
    assert clashes(zurich, [melbourne]) == (Clash("2", frozenset("a")),)


def test_one_may_begin_where_the_other_ends():
    assert clashes(reserved("1", "2026-02-03T09:00"), [reserved("2", "2026-02-03T10:00")]) == ()
    assert clashes(reserved("1", "2026-02-03T09:00"), [reserved("2", "2026-02-03T09:59")]) != ()


def test_no_room_clashes_with_no_room():
    own = reserved("1", "2026-02-03T09:00", people="a", room="")
    assert clashes(own, [reserved("2", "2026-02-03T09:00", people="b", room="")]) == ()


def test_a_reservation_can_be_moved_within_itself():
    assert clashes(reserved("1", "2026-02-03T09:00"), [reserved("1", "2026-02-03T09:30")]) == ()


@pytest.mark.parametrize("minutes", [0, -1, 2881])
def test_a_slot_lasts_a_minute_to_two_days(minutes):
    with pytest.raises(ValueError, match="1 to 2880"):
        slot("2026-02-03T09:00", minutes)


def test_a_slot_is_by_the_wall_clock():
    with pytest.raises(ValueError, match="without zone"):
        Slot(datetime(2026, 2, 3, 9, tzinfo=UTC), "UTC", 60)


MOMENTS = st.datetimes(datetime(2026, 3, 27), datetime(2026, 3, 31)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@given(MOMENTS, MOMENTS, st.integers(1, 2880), st.integers(1, 2880))
def test_two_slots_overlap_where_some_instant_is_in_both(one, other, minutes, others_minutes):
    a, b = Slot(one, "Europe/Zurich", minutes), Slot(other, MELBOURNE, others_minutes)
    starts = max(a.begins_at(), b.begins_at())
    assert a.overlaps(b) == b.overlaps(a) == (starts < min(a.ends_at(), b.ends_at()))


@given(MOMENTS)
def test_a_time_that_exists_is_shown_again_as_it_was_kept(at):
    own = Slot(at, "Europe/Zurich", 60)
    shown = own.begins_at().astimezone(ZoneInfo("Europe/Zurich")).replace(tzinfo=None)
    assert (shown == at) == own.exists()
