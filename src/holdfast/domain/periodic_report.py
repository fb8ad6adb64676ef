"""What a regulator is told at intervals: counts over a period, of nobody in particular."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """One reporting period of every year; days are written ``MM-DD``."""

    code: str
    first: str
    last: str
    due: str
    due_next_year: bool

    def in_year(self, year: int) -> tuple[date, date]:
        """Its first and last day in a year."""
        return date.fromisoformat(f"{year}-{self.first}"), date.fromisoformat(f"{year}-{self.last}")

    def due_on(self, year: int) -> date:
        """By when the report on that year's period is handed in."""
        return date.fromisoformat(f"{year + self.due_next_year}-{self.due}")


@dataclass(frozen=True)
class Event:
    """A possible adverse event: the day on which it was first known, and whether it is serious."""

    known_on: date
    is_serious: bool | None


def due_on(periods: Sequence[Period], first: date, last: date) -> date | None:
    """When a report on exactly one of the periods is due; None for any other span of days."""
    for period in periods:
        if period.in_year(first.year) == (first, last):
            return period.due_on(first.year)
    return None


def periods_before(periods: Sequence[Period], day: date, count: int) -> list[tuple[date, date]]:
    """The last periods that are over on a day, the newest first."""
    years = range(day.year - count, day.year + 1)
    spans = [period.in_year(year) for year in years for period in periods]
    over = sorted((span for span in spans if span[1] < day), reverse=True)
    return over[:count]


def counts(
    dosing_days: Sequence[Sequence[date]], events: Sequence[Event], first: date, last: date
) -> Mapping[str, int]:
    """The counts of a period, both days included.

    Parameters
    ----------
    dosing_days
        For each person, the days of every dosing session they ever had here.

    Raises
    ------
    ValueError
        If the period ends before it begins.

    Examples
    --------
    >>> days = [[date(2025, 11, 3), date(2026, 1, 5)], [date(2026, 2, 2)], []]
    >>> told = counts(days, [], date(2026, 1, 1), date(2026, 6, 30))
    >>> told["new-patients"], told["total-patients"], told["dosing-sessions"]
    (1, 2, 2)
    """
    if last < first:
        raise ValueError(f"The period ends on {last}, before it begins on {first}.")
    inside = [[day for day in days if first <= day <= last] for days in dosing_days]
    known = [event for event in events if first <= event.known_on <= last]
    return {
        "new-patients": sum(bool(days) and first <= min(days) <= last for days in dosing_days),
        "total-patients": sum(bool(days) for days in inside),
        "dosing-sessions": sum(len(days) for days in inside),
        "events-noted": len(known),
        "serious-events-noted": sum(event.is_serious is True for event in known),
        "seriousness-not-known": sum(event.is_serious is None for event in known),
    }
