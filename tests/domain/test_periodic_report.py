"""What a period of a report counts: whoever had a dosing session in it, and what became known in it."""

from datetime import date

import pytest

from holdfast.definitions import reports
from holdfast.domain.periodic_report import Event, counts, due_on, periods_before

JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 30)


def test_both_days_of_the_period_count_and_those_beside_it_do_not():
    days = [
        [JANUARY],
        [JUNE],
        [date(2025, 12, 31), JUNE],
        [date(2025, 12, 31), date(2026, 7, 1)],
    ]
    told = counts(days, [], JANUARY, JUNE)
    assert (told["new-patients"], told["total-patients"], told["dosing-sessions"]) == (2, 3, 3)


def test_an_event_counts_by_when_it_was_known_and_none_is_taken_for_harmless():
    events = [
        Event(JANUARY, True),
        Event(JUNE, False),
        Event(JUNE, None),
        Event(date(2026, 7, 1), True),
    ]
    told = counts([], events, JANUARY, JUNE)
    assert told["events-noted"] == 3
    assert (told["serious-events-noted"], told["seriousness-not-known"]) == (1, 1)


def test_every_line_of_the_report_is_counted_and_no_other():
    assert set(counts([], [], JANUARY, JUNE)) == {line.code for line in reports.tga().lines}
    with pytest.raises(ValueError, match="before it begins"):
        counts([], [], JUNE, JANUARY)


def test_the_two_periods_of_a_year_and_when_each_is_due():
    periods = reports.tga().periods
    assert due_on(periods, JANUARY, JUNE) == date(2026, 7, 31)
    assert due_on(periods, date(2026, 7, 1), date(2026, 12, 31)) == date(2027, 1, 31)
    assert due_on(periods, JANUARY, date(2026, 5, 31)) is None
    assert periods_before(periods, date(2026, 6, 30), 2) == [
        (date(2025, 7, 1), date(2025, 12, 31)),
        (date(2025, 1, 1), JUNE.replace(year=2025)),
    ]
