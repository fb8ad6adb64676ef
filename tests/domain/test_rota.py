"""Who is on duty: hours by the site's clock, also where clocks go forward and back."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from holdfast.domain.rota import Hours, Post, next_turns, on_duty

ZURICH, MELBOURNE = ZoneInfo("Europe/Zurich"), ZoneInfo("Australia/Melbourne")
ANNA, BEN = UUID(int=1), UUID(int=2)
EVERY_DAY = frozenset(range(1, 8))


def hours(person=ANNA, begins="08:00", ends="20:00", post=Post.FIRST, days=EVERY_DAY, **given):
    return Hours(
        person,
        post,
        given.get("first", date(2026, 1, 1)),
        given.get("last"),
        days,
        time.fromisoformat(begins),
        time.fromisoformat(ends),
    )


def people(roster, zone, at):
    return [turn.person for turn in on_duty(roster, zone, at)]


def test_the_first_moment_is_part_of_a_turn_and_the_last_is_not():
    roster = [hours()]
    assert people(roster, ZURICH, datetime(2026, 1, 5, 7, 0, tzinfo=UTC)) == [ANNA]
    assert people(roster, ZURICH, datetime(2026, 1, 5, 18, 59, 59, tzinfo=UTC)) == [ANNA]
    assert people(roster, ZURICH, datetime(2026, 1, 5, 19, 0, tzinfo=UTC)) == []
    assert people(roster, ZURICH, datetime(2026, 1, 5, 6, 59, 59, tzinfo=UTC)) == []


def test_a_night_turn_belongs_to_the_day_on_which_it_began():
    """Friday's night reaches into Saturday; nobody is on for Saturday's."""
    roster = [hours(begins="20:00", ends="08:00", days=frozenset({5}))]
    assert people(roster, ZURICH, datetime(2026, 1, 10, 3, 0, tzinfo=UTC)) == [ANNA]
    assert people(roster, ZURICH, datetime(2026, 1, 10, 22, 0, tzinfo=UTC)) == []


def test_the_same_hour_is_another_instant_in_summer():
    roster = [hours()]
    winter, summer = (
        datetime(2026, 1, 5, 6, 30, tzinfo=UTC),
        datetime(2026, 7, 6, 6, 30, tzinfo=UTC),
    )
    assert (people(roster, ZURICH, winter), people(roster, ZURICH, summer)) == ([], [ANNA])


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        (ZURICH, date(2026, 3, 28)),
        (ZURICH, date(2026, 10, 24)),
        (MELBOURNE, date(2026, 4, 4)),
        (MELBOURNE, date(2026, 10, 3)),
    ],
)
@pytest.mark.parametrize("change", ["02:00", "02:30", "03:00", "08:00"])
def test_where_clocks_change_there_is_neither_a_gap_nor_two(zone, night, change):
    """Two people who hand over by the clock: every minute of the night has exactly one."""
    roster = [hours(ANNA, "20:00", change), hours(BEN, change, "20:00")]
    start = datetime.combine(night, time(12), tzinfo=zone).astimezone(UTC)
    for minute in range(0, 30 * 60, 5):
        assert len(people(roster, zone, start + timedelta(minutes=minute))) == 1, minute


def test_who_is_next_is_told_for_each_post():
    roster = [
        hours(ANNA, "08:00", "20:00"),
        hours(BEN, "20:00", "08:00"),
        hours(BEN, "09:00", "10:00", post=Post.PHYSICIAN),
    ]
    found = next_turns(roster, ZURICH, datetime(2026, 1, 5, 12, 0, tzinfo=UTC))
    assert [(turn.person, turn.post, turn.begins.hour) for turn in found] == [
        (BEN, Post.FIRST, 19),
        (BEN, Post.PHYSICIAN, 8),
    ]


def test_posts_are_told_in_the_order_in_which_a_page_climbs():
    roster = [hours(ANNA, post=Post.SITE_LEAD), hours(BEN, post=Post.SECOND)]
    noon = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    assert people(roster, ZURICH, noon) == [BEN, ANNA]


def test_a_roster_ends_with_its_last_day():
    roster = [hours(last=date(2026, 1, 5))]
    assert people(roster, ZURICH, datetime(2026, 1, 6, 12, 0, tzinfo=UTC)) == []


def test_hours_without_a_weekday_or_with_days_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="Weekdays"):
        hours(days=frozenset())
    with pytest.raises(ValueError, match="last day"):
        hours(last=date(2025, 1, 1))
