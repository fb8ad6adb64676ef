"""Business days, the dates of duties, and how long records are kept."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import custody, jurisdictions
from holdfast.definitions.loading import DefinitionRefused
from holdfast.domain.business_days import Calendar, business_days_after
from holdfast.domain.custody_deadlines import (
    Happened,
    Period,
    State,
    due,
    duties,
    kept_until,
    retention_periods,
)
from holdfast.domain.custody_rules import Event, Unit
from holdfast.domain.findings import Reference, Standing

WEEK = Calendar(frozenset({5, 6}), Reference("", ""), Standing.DERIVED)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(DAYS, st.integers(0, 60))
def test_a_deadline_in_business_days_is_one_of_them_and_never_before_calendar_days(day, days):
    counted = business_days_after(WEEK, day, days)
    assert counted.day >= day + timedelta(days=days)
    assert days == 0 or WEEK.is_business_day(counted.day)
    between = (day + timedelta(days=n) for n in range(1, (counted.day - day).days + 1))
    assert sum(map(WEEK.is_business_day, between)) == days
    assert day.year in counted.years_without_list


@given(DAYS, st.integers(1, 20), st.sets(DAYS, max_size=30))
def test_holidays_only_ever_put_a_deadline_off(day, days, holidays):
    by_year: dict[int, set[date]] = {}
    for one in holidays:
        by_year.setdefault(one.year, set()).add(one)
    listed = {year: frozenset(several) for year, several in by_year.items()}
    with_list = Calendar(WEEK.rest_days, WEEK.reference, WEEK.standing, listed)
    there = business_days_after(with_list, day, days)
    assert there.day >= business_days_after(WEEK, day, days).day
    assert not set(there.years_without_list) & set(listed)


@pytest.mark.parametrize("name", jurisdictions.names())
def test_every_jurisdiction_says_what_its_custody_asks_or_that_nobody_knows(name):
    law = custody.load(name)
    assert law is not None
    assert law.not_known
    for rule in law.rules:
        assert rule.reference.href
        is_known = rule.standing in (Standing.VERIFIED, Standing.DERIVED)
        assert rule.runs == (rule.within is not None and is_known)
        assert rule.within is None or rule.standing is not Standing.NOT_FOUND


def test_a_number_that_was_not_verified_computes_no_date():
    law = custody.load("switzerland")
    rule = law.rule("switzerland/loss")
    at = datetime(2026, 3, 6, 10, tzinfo=UTC)
    assert due(law, rule, at, "Europe/Zurich") == (None, ())
    (duty,) = duties(law, [Happened(Event.LOST, at, "m1")], {}, "Europe/Zurich", at)
    assert duty.state is State.NOT_KNOWN
    with pytest.raises(ValueError, match="time zone"):
        due(law, rule, datetime(2026, 3, 6), "Europe/Zurich")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('rest_days = ["saturday", "sunday"]', 'rest_days = ["caturday"]', "no day of the week"),
        ("within = 1", "within = -1", "before it happened"),
        ('unit = "business-days"', 'unit = "moons"', "is not known"),
        ('code = "chief-psychiatrist"', 'code = "loss"', "is here twice"),
        ('on = "prescribed"', 'on = "dreamt"', "is not known"),
        ("within = 1", "within = 1\nhas_clock = false", "a time and no clock"),
        ("within = 1", "within = 1\nsoon = true", "unknown key"),
        (
            'standing = "derived"\n',
            'standing = "derived"\nholidays = [{ year = 2026, days = ["2027-01-01"], '
            'reference = "house", standing = "verified" }]\n',
            "is not of 2026",
        ),
    ],
)
def test_a_slip_in_a_file_is_refused_with_its_line(tmp_path, old, new, problem):
    text = (custody.LAWS / "south-australia.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "south-australia.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionRefused, match=problem) as refused:
        custody.read(path, "south-australia")
    assert "south-australia.toml:" in str(refused.value)


def test_a_list_of_holidays_is_read_and_counted(tmp_path):
    text = (custody.LAWS / "south-australia.toml").read_text("utf-8")
    listed = '\nholidays = [{ year = 2026, days = ["2026-03-09"], reference = "house", standing = "verified" }]\n'
    path = tmp_path / "south-australia.toml"
    path.write_text(text.replace('standing = "derived"\n', 'standing = "derived"' + listed, 1))
    calendar = custody.read(path, "south-australia").calendar
    counted = business_days_after(calendar, date(2026, 3, 6), 1)  # a Friday
    assert (counted.day, counted.years_without_list) == (date(2026, 3, 10), ())


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), DAYS)
def test_records_are_kept_for_the_longest_period_that_applies(years, day):
    periods = [Period(f"r{number}", one) for number, one in enumerate(years)]
    kept = kept_until(periods, day)
    assert kept.is_settled
    assert all(kept.until >= kept_until([one], day).until for one in periods)
    unknown = kept_until([*periods, Period("nobody-knows", None)], day)
    assert unknown.until == kept.until
    assert not unknown.is_settled


def test_a_period_that_was_not_verified_is_not_known():
    periods = retention_periods(custody.load("united-states"))
    assert {one.code.partition("/")[2]: one.years for one in periods} == {
        "retention": 2,
        "investigational-retention": None,
    }
    assert custody.load("victoria").rule("victoria/retention").unit is Unit.YEARS
    assert Decimal(3) == custody.load("victoria").rule("victoria/retention").within
