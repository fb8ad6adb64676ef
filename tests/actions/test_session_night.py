"""The night is judged where entries are written: by the record and the watch as by the plain rules."""

from uuid import uuid4

from holdfast.actions.session_judging import Followed
from holdfast.definitions.session import gates
from holdfast.domain.dosing import session_conditions
from holdfast.domain.session_log import log_of
from tests.told_session import clock, evening


def judged(told, at):
    """The conditions as the record and the watch judge them, entry by entry."""
    kept = Followed(uuid4(), told.plan, told.course, 0, "")
    kept.take_in(told.log(at).entries)
    return kept.conditions(clock(at))


def test_a_night_check_that_was_missed_is_raised_by_the_record():
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    missing = "night-check-missing:exit-night"
    assert missing not in {one.id for one in judged(told, "22:04")}
    found = {one.id: one for one in judged(told, "22:05")}
    assert found[missing].holds
    seen = told.add("22:30", "night-check", "a1", state="asleep")
    assert not {one.id: one for one in judged(seen, "22:31")}[missing].holds


def test_the_record_judges_what_the_plain_rules_judge_through_the_night():
    told = evening().add("18:05", "exit", id="exit-night", exit="overnight")
    told = told.add("20:00", "night-check", "a1", id="look", state="awake-well")
    for at in ("18:30", "22:30", "+1 00:00", "+1 06:00"):
        plain = session_conditions(
            gates.load(), told.plan, told.course, log_of(told.log(at).entries, clock(at)), clock(at)
        )
        assert {one.id: one.until for one in judged(told, at)} == {
            one.id: one.until for one in plain
        }
