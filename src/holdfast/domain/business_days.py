"""Business days by a calendar that is data: which days of the week, and which holidays somebody listed.

Where no holidays are listed for a year, none are counted, and whoever reads the answer is told. A day
that may be a holiday then counts as one of business: what is due by it is due sooner, never later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from holdfast.domain.findings import Reference, Standing

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Calendar:
    """The business days of a jurisdiction. ``holidays`` holds a list for each year that has one."""

    rest_days: frozenset[int]  # 0 Monday to 6 Sunday
    reference: Reference
    standing: Standing
    holidays: Mapping[int, frozenset[date]] = field(default_factory=lambda: MappingProxyType({}))

    def is_business_day(self, day: date) -> bool:
        """Whether a day counts, as far as the lists go."""
        return day.weekday() not in self.rest_days and day not in self.holidays.get(day.year, ())


@dataclass(frozen=True)
class Counted:
    """A day that was counted to, and the years of it for which nobody listed holidays."""

    day: date
    years_without_list: tuple[int, ...] = ()


def business_days_after(calendar: Calendar, day: date, days: int) -> Counted:
    """The business day that lies so many after a day; the day itself is not counted.

    Raises ``ValueError`` for a negative number, and for a calendar on which no day is of business.

    Examples
    --------
    >>> week = Calendar(frozenset({5, 6}), Reference("", ""), Standing.DERIVED)
    >>> business_days_after(week, date(2026, 3, 6), 1).day  # a Friday
    datetime.date(2026, 3, 9)
    """
    if days < 0:
        raise ValueError(f"{days} business days after a day: expected 0 or more.")
    if len(calendar.rest_days) >= len(WEEKDAYS):
        raise ValueError("A calendar on which every day is of rest has no business day.")
    found, left, years = day, days, {day.year}
    while left:
        found += timedelta(days=1)
        years.add(found.year)
        left -= calendar.is_business_day(found)
    unlisted = tuple(sorted(year for year in years if year not in calendar.holidays))
    return Counted(found, unlisted)


def end_of_day(day: date, zone: str) -> datetime:
    """The first instant after a day of a site: what is due on the day is due before it."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
