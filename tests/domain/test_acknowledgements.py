"""An acknowledgement covers what was known when it was made, not what is learnt by the time it arrives."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.definitions import monitoring as definitions
from holdfast.domain import monitoring
from holdfast.domain.conditions import (
    SAME_MINUTE,
    Condition,
    alarms_of,
    answered_at,
    condition,
    with_raised,
)
from holdfast.domain.session_log import log_of
from tests.session_kit import at, beginning, entry, usual_plan

HIGH = "heart-rate-observed"


def rate(minute, value, late=0.0, **other):
    return entry("reading", minute, late=late, heart_rate_per_min=value, **other)


def seen(minute, condition, late=0.0, **other):
    return entry("acknowledgement", minute, late=late, condition=condition, done="seen", **other)


def open_at(minute, *entries, code=HIGH):
    """The ids of the open alarms of one kind."""
    found = monitoring.alarms(usual_plan(), [*beginning(), *entries], at(minute))
    return {a.condition.id for a in found if a.is_open and a.condition.code == code}


def test_the_minute_is_that_of_the_clock_tolerance():
    (minutes,) = [
        limit for limit in definitions.load().limits.values() if limit.code == "clock-tolerance"
    ]
    assert SAME_MINUTE.total_seconds() == 60 * Decimal(minutes.value)


def test_a_tap_that_arrives_late_does_not_cover_what_was_learnt_meanwhile():
    """Tapped at 32 on a tablet without its server; a paper says at 50 what was at 25; the tap comes at 60."""
    first, paper = rate(30, 104, id="first"), rate(25, 112, late=25, id="paper")
    late_tap = seen(32, f"{HIGH}:first", late=28)
    assert open_at(61, first, paper, late_tap) == {f"{HIGH}:paper"}
    assert open_at(61, first, paper, seen(60, f"{HIGH}:first")) == set()


def test_two_clocks_of_one_minute_agree():
    first, also = rate(30, 104, id="first"), rate(29, 112, late=3, id="also")
    for made, is_open in ((31, False), (30.9, True)):
        tap = seen(made, f"{HIGH}:first", late=5)
        assert open_at(37, first, also, tap) == ({f"{HIGH}:also"} if is_open else set())


def test_what_is_known_by_its_instant_cannot_be_acknowledged_beforehand():
    """The name of a silence says when a point was due: anybody can write it before there is one."""
    found = monitoring.conditions(usual_plan(), beginning(), at(200))
    one = next(c for c in found if c.code == "silence" and c.known_at > at(60))
    minute = (one.known_at - at(0)).total_seconds() / 60
    early = seen(minute - 30, one.id, late=40)
    assert one.id in open_at(minute + 11, early, code="silence")
    assert one.id in open_at(minute + 11, seen(minute - 30, one.id), code="silence")
    assert one.id not in open_at(minute + 11, seen(minute, one.id, late=2), code="silence")


@pytest.mark.parametrize(("made", "is_open"), [(30, False), (29, False), (28.9, True)])
def test_who_names_the_entry_that_raised_it_knew_of_it(made, is_open):
    """The page judged reading and tap without its server; both arrive together, an hour later."""
    reading, tap = rate(30, 104, late=60, id="first"), seen(made, f"{HIGH}:first", late=90 - made)
    assert (f"{HIGH}:first" in open_at(91, reading, tap)) is is_open


def test_a_tap_that_the_record_had_before_what_it_names_covers_nothing():
    reading, tap = rate(30, 104, late=60, id="first"), seen(31, f"{HIGH}:first", late=58)
    assert f"{HIGH}:first" in open_at(91, reading, tap)


def test_a_condition_is_answered_when_it_is_known_that_it_was():
    reading = rate(30, 104, id="first")
    taps = [seen(31, f"{HIGH}:first", late=9), seen(35, f"{HIGH}:first"), seen(28, f"{HIGH}:first")]
    entries = [*beginning(), reading, *taps]
    (one,) = [
        c for c in monitoring.conditions(usual_plan(), entries, at(45)) if c.id == f"{HIGH}:first"
    ]
    assert answered_at(one, log_of(entries, at(45))) == at(35)
    assert answered_at(one, log_of(entries, at(34))) is None


def test_what_was_raised_and_is_found_no_more_holds_until_somebody_answered_it():
    """A plan that was signed anew, or the record itself, raised it: no rule finds it now."""
    plan = usual_plan()
    entries = [*beginning(), rate(30, 104, id="first")]
    raised = monitoring.conditions(plan, entries, at(31))
    (mine,) = [one for one in raised if one.code == HIGH]
    found = tuple(one for one in raised if one is not mine)
    log = log_of(entries, at(31))
    assert with_raised(raised, raised, log) == raised
    assert with_raised(found, raised, log) == (*found, mine)
    answered = log_of([*entries, seen(32, mine.id)], at(33))
    assert with_raised(found, raised, answered)[-1].until == at(32)
    (alarm,) = [
        one
        for one in alarms_of(with_raised(found, raised, answered), answered)
        if one.condition.code == HIGH
    ]
    assert alarm.is_resolved


def known_by_its_instant():
    """A silence, as it would be with a grace of ten minutes: since it was due, known after the grace."""
    found = monitoring.conditions(usual_plan(), beginning(), at(200))
    one = next(c for c in found if c.code == "silence" and c.known_at > at(60))
    return replace(one, since=one.known_at - timedelta(minutes=10))


@pytest.mark.parametrize(("before", "is_open"), [(5, True), (1, False), (0, False)])
def test_within_the_grace_nobody_has_seen_a_silence_yet(before, is_open):
    """Tapped between the due time and the end of the grace, and received after it: it was not known."""
    one = known_by_its_instant()
    made = (one.known_at - at(0)).total_seconds() / 60 - before
    log = log_of([*beginning(), seen(made, one.id, late=20)], at(made + 30))
    (alarm,) = alarms_of([one], log)
    assert alarm.is_open is is_open


def test_what_is_known_by_its_instant_is_seen_at_that_very_instant():
    one = known_by_its_instant()
    made = (one.known_at - at(0)).total_seconds() / 60
    (alarm,) = alarms_of([one], log_of([*beginning(), seen(made, one.id)], at(made + 1)))
    assert not alarm.is_open


def test_a_condition_says_no_more_than_it_was_told():
    """What raised it is its name; it is of no measure and of no number."""
    plan = usual_plan()
    one = condition(plan, "angina", since=at(1), known_at=at(1), because=("first", "last"))
    assert (one.id, one.measure, one.number, one.detail) == ("angina:last", "", "", "")
    told = (one.code, one.tier, "", one.since, one.known_at, one.because, one.do)
    assert Condition(*told, one.told, one.sounds_at) == one
