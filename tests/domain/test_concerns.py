"""Who outside is told and when, whether they were tested, what pauses: rules on moments alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions.concerns import OURS, phrase_words, read, times
from holdfast.domain.concerns import (
    ConcernTime,
    Letter,
    Pause,
    Seat,
    Told,
    Try,
    due,
    is_escalated,
    is_paused,
    letters,
    next_test_is_due,
    recipients_tested,
)
from holdfast.domain.findings import Outcome, Reference, Standing
from holdfast.records.concern_keys import new_phrase, tidy_phrase

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(hours=24)
ID = UUID(int=7)
THIRTY = times()["recipients-tested-within"]


def told(news=(NOW,), first=(), second=(), ethics=(), closed=()) -> Told:
    held = {Seat.FIRST: first, Seat.SECOND: second, Seat.ETHICS: ethics}
    return Told(ID, news, held, closed)


def to(concern: Told, after: timedelta) -> list[Seat]:
    return sorted(letter.seat for letter in letters(concern, DAY, NOW + after))


def test_both_are_told_at_once_and_nobody_else():
    assert to(told(), timedelta(0)) == [Seat.FIRST, Seat.SECOND]


def test_who_acknowledged_is_not_written_to_again():
    assert to(told(first=[NOW]), timedelta(hours=1)) == [Seat.SECOND]


def test_one_silent_at_the_end_of_the_time_calls_the_ethics_committee_and_the_other():
    """Each of the two must say that they have it; one of them is not enough."""
    concern = told(second=[NOW + timedelta(hours=1)])
    almost = DAY - timedelta(seconds=1)
    assert to(concern, almost) == [Seat.FIRST]
    assert to(concern, DAY) == [Seat.ETHICS, Seat.FIRST, Seat.SECOND]
    assert to(concern, 2 * DAY) == [Seat.ETHICS, Seat.FIRST]
    assert not is_escalated(concern, DAY, NOW + almost)
    assert is_escalated(concern, DAY, NOW + DAY)


def test_an_answer_after_the_time_does_not_undo_that_it_climbed():
    late = NOW + DAY + timedelta(minutes=1)
    concern = told(first=[late], second=[late])
    assert is_escalated(concern, DAY, late)
    assert to(concern, DAY + timedelta(minutes=2)) == []


def test_what_the_reporter_adds_puts_nothing_off():
    """Somebody who writes again every day must not keep it from climbing."""
    concern = told(news=[NOW, NOW + timedelta(hours=23)])
    assert Seat.ETHICS in to(concern, DAY)
    assert is_escalated(concern, DAY, NOW + DAY)


def test_a_closed_concern_is_quiet_until_something_is_added():
    closed = NOW + timedelta(hours=2)
    assert to(told(closed=[closed]), 3 * DAY) == []
    assert not is_escalated(told(closed=[closed]), DAY, NOW + 3 * DAY)
    again = told(news=[NOW, NOW + 2 * DAY], closed=[closed])
    assert to(again, 2 * DAY) != []


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_waiting_never_undoes_that_it_climbed(minutes, more):
    concern = told(first=[NOW + timedelta(minutes=minutes)])
    at = NOW + timedelta(minutes=minutes)
    if is_escalated(concern, DAY, at):
        assert is_escalated(concern, DAY, at + timedelta(minutes=more))


def test_a_letter_is_sent_until_it_is_taken_and_not_too_often():
    again = timedelta(minutes=10)
    letter = Letter(ID, Seat.FIRST, NOW)

    def tried(minutes: int, *, is_received: bool) -> list[Try]:
        return [Try(ID, Seat.FIRST, NOW, is_received, NOW - timedelta(minutes=minutes))]

    assert due([letter], [], again, NOW) == (letter,)
    assert due([letter], tried(9, is_received=False), again, NOW) == ()
    assert due([letter], tried(10, is_received=False), again, NOW) == (letter,)
    assert due([letter], tried(999, is_received=True), again, NOW) == ()
    of_another_round = [Try(ID, Seat.FIRST, NOW - DAY, is_received=True, at=NOW - DAY)]
    assert due([letter], of_another_round, again, NOW) == (letter,)


@pytest.mark.parametrize(
    ("tested", "outcome", "reason"),
    [
        ({}, Outcome.FAILED, "recipients-missing"),
        ({Seat.FIRST: NOW, Seat.ETHICS: NOW}, Outcome.FAILED, "recipients-missing"),
        ({Seat.FIRST: NOW, Seat.SECOND: None}, Outcome.FAILED, "recipients-not-tested"),
        ({Seat.FIRST: NOW, Seat.SECOND: NOW - 30 * DAY}, Outcome.FAILED, "test-expired"),
        ({Seat.FIRST: NOW, Seat.SECOND: NOW + DAY}, Outcome.UNKNOWN, "clock-does-not-fit"),
        (
            {Seat.FIRST: NOW, Seat.SECOND: NOW - 30 * DAY + timedelta(seconds=1)},
            Outcome.PASSED,
            "recipients-tested",
        ),
    ],
)
def test_a_site_may_dose_only_with_both_tested_within_thirty_days(tested, outcome, reason):
    finding = recipients_tested(tested, THIRTY, 30 * DAY, NOW)
    assert (finding.outcome, finding.reason) == (outcome, reason)
    assert finding.reference.href.startswith("docs/concerns.md")


def test_the_thirty_days_are_data_and_a_site_may_only_sign_fewer():
    assert (THIRTY.value, THIRTY.unit, THIRTY.standing) == (30, "d", Standing.VERIFIED)
    assert THIRTY.in_force(Decimal(7)) == 7 * DAY
    assert THIRTY.in_force(Decimal(31)) == 30 * DAY
    assert THIRTY.in_force(Decimal("7.5")) == 30 * DAY
    assert THIRTY.in_force(None) == 30 * DAY


def test_a_time_outside_its_bounds_or_of_another_unit_is_refused():
    source = Reference("ours", "docs/concerns.md")
    told_so = {"code": "x", "least": 1, "most": 5, "wording": "", "reference": source}
    with pytest.raises(ValueError, match="bounds"):
        ConcernTime(value=6, unit="h", standing=None, **told_so)
    with pytest.raises(ValueError, match="not one of"):
        ConcernTime(value=3, unit="week", standing=None, **told_so)


def test_the_file_of_times_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="unknown keys"):
        read(b"schema = 1\nreference = {}\ntime = []\nextra = 1\n")
    assert OURS not in {time.standing for time in times().values()}


def test_the_next_test_begins_ahead_and_not_on_a_fixed_day():
    after, spread = 12 * DAY, timedelta(hours=50)
    assert next_test_is_due(None, after, spread, NOW)
    assert not next_test_is_due(NOW, after, spread, NOW + after)
    assert next_test_is_due(NOW, after, spread, NOW + after + spread)


def test_a_pause_holds_until_its_own_end_and_another_stays():
    one, two = Pause(NOW, NOW + DAY), Pause(NOW, None)
    assert is_paused([one], NOW)
    assert not is_paused([one], NOW + DAY)
    assert is_paused([one, two], NOW + 2 * DAY)
    assert not is_paused([two], NOW - timedelta(seconds=1))


def test_a_phrase_is_seven_random_words_and_is_read_however_it_is_written():
    phrase = new_phrase()
    assert len(set(phrase_words())) == 256
    assert len(phrase.split()) == 7
    assert tidy_phrase(f"1. {phrase.replace(' ', ', ').upper()} ") == phrase
    assert tidy_phrase(phrase + " acorn") is None
    assert tidy_phrase("Zebediah " + phrase.split(" ", 1)[1]) is None
    assert phrase != new_phrase()
