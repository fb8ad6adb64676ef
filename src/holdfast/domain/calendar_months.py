"""Months and years by the calendar, as people count them."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day of the month some months later, or that month's last day if it is shorter.

    Examples
    --------
    >>> months_after(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_years(born_on: date, as_of: date) -> int:
    """Completed years of age. Someone born on 29 February turns a year older on 1 March.

    Examples
    --------
    >>> full_years(date(2008, 2, 29), date(2026, 2, 28))
    17
    """
    before_birthday = (as_of.month, as_of.day) < (born_on.month, born_on.day)
    return as_of.year - born_on.year - before_birthday
