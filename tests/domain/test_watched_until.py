"""Until when a person is watched: whoever stays longer, or waits for the ambulance, is watched as before."""

from datetime import timedelta

import pytest

from holdfast.domain import monitoring
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_log import log_of
from tests.session_kit import at, beginning, entry, pressure, usual_plan

ENDING = ["overnight", "home-with-escort", "left-against-advice", "death"]
GOING_ON = ["extended-stay", "transfer-to-hospital"]


def left(code, minute=490, **other):
    return entry("exit", minute, exit=code, **other)


def handed_over(minute, **other):
    return entry("exit-step", minute, step="sheet-handed-over", **other)


def silent(entries, since=490, until=900):
    """Whether anything became silent after a minute; the fold says the same."""
    plan = usual_plan()
    found = monitoring.conditions(plan, entries, at(until))
    assert Fold(plan, entries).conditions(at(until)) == found
    return any(c.code == "silence" and c.known_at > at(since) for c in found)


@pytest.mark.parametrize("code", ENDING)
def test_after_these_exits_nothing_is_due_here(code):
    entries = [*beginning(), left(code)]
    assert log_of(entries, at(900)).ended(at(900)) == at(490)
    assert not silent(entries)
    assert monitoring.phase(usual_plan(), entries, at(900)) is monitoring.Phase.ENDED


@pytest.mark.parametrize("code", GOING_ON)
def test_after_these_the_person_is_watched_as_before(code):
    entries = [*beginning(), left(code), pressure(500, 186)]
    assert log_of(entries, at(900)).ended(at(900)) is None
    assert silent(entries)
    assert monitoring.due(usual_plan(), entries, at(900))
    found = monitoring.conditions(usual_plan(), entries, at(900))
    assert {"urgent-systolic"} <= {one.number for one in found if one.since >= at(500)}
    assert any(one.code == "repeat-missing" for one in found)


def test_a_transfer_ends_when_somebody_took_over_with_the_sheet():
    gone, step = left("transfer-to-hospital"), handed_over(520, late=3)
    entries = [*beginning(), gone, step]
    log = log_of(entries, at(900))
    assert [log.ended(at(minute)) for minute in (522, 523)] == [None, at(520)]
    assert log.end_known_after(at(500)) == at(523)
    assert log.end_known_after(at(600)) == at(600)
    assert log.ends_known == (at(523),)
    assert not silent(entries, since=524)
    told_first = [*beginning(), handed_over(480), left("transfer-to-hospital", late=5)]
    log = log_of(told_first, at(900))
    assert [log.ended(at(minute)) for minute in (494, 495)] == [None, at(490)]


@pytest.mark.parametrize("taken_back", ["exit-490", "exit-step-520"])
def test_a_transfer_of_which_either_is_taken_back_is_none(taken_back):
    entries = [*beginning(), left("transfer-to-hospital"), handed_over(520)]
    back = entry("correction", 530, corrects=taken_back, reason="did-not-happen")
    log = log_of([*entries, back], at(900))
    assert [log.ended(at(minute)) for minute in (529, 530)] == [at(520), None]
    assert log.ends_known == ()
    assert log.end_known_after(at(500)) is None


def test_another_step_or_a_step_without_a_transfer_ends_nothing():
    other = entry("exit-step", 520, step="hospital-told")
    assert log_of([*beginning(), left("transfer-to-hospital"), other], at(900)).ends == ()
    assert log_of([*beginning(), left("extended-stay"), handed_over(520)], at(900)).ends == ()


def test_a_longer_stay_ends_with_the_next_exit_or_the_close():
    stay = [*beginning(), left("extended-stay")]
    for kind, fields in (("exit", {"exit": "home-with-escort"}), ("session-closed", {})):
        log = log_of([*stay, entry(kind, 600, **fields)], at(900))
        assert log.ended(at(900)) == at(600)
    assert log.ended(at(600) - timedelta(minutes=1)) is None
