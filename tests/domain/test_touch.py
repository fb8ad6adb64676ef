"""Touch is within what was agreed in preparation and says which agreement; beyond it somebody is told."""

import pytest

from holdfast.domain.monitoring import conditions
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_plan import Tier
from tests.session_kit import at, beginning, entry, usual_plan

PLAN = usual_plan()


def told(*entries, minute=60):
    """The conditions of touch; the fold must say the same."""
    every = [*beginning(), *entries]
    plain = conditions(PLAN, every, at(minute))
    assert Fold(PLAN, every).conditions(at(minute)) == plain
    return {one.code: one for one in plain if one.do == "stop-and-ask"}


def touch(state, minute=40, **fields):
    return entry("touch", minute, id="touch", state=state, **fields)


@pytest.mark.parametrize(
    ("state", "fields", "is_beyond"),
    [
        ("began", {"agreed": "within", "agreement": "a1"}, False),
        ("began", {"agreed": "within"}, True),
        ("began", {"agreed": "beyond", "agreement": "a1"}, True),
        ("began", {"agreed": "not-known", "agreement": "a1"}, True),
        ("began", {}, True),
        ("asked", {"agreed": "within"}, False),
        ("asked", {"agreed": "beyond"}, True),
        ("asked", {}, True),
        ("declined", {"agreed": "beyond"}, False),
        ("ended", {}, False),
    ],
)
def test_what_goes_beyond_what_was_agreed_is_told(state, fields, is_beyond):
    found = told(touch(state, **fields))
    assert set(found) == ({"touch-beyond-agreement"} if is_beyond else set())


def test_the_stop_word_is_told_each_time_and_is_over_when_somebody_answered():
    said = touch("stop-word")
    found = told(said)["stop-word-said"]
    assert (found.tier, found.because, found.until) == (Tier.NOTIFY, ("touch",), None)
    assert "physician-page" in found.told
    seen = entry("acknowledgement", 50, condition="stop-word-said:touch", done="calmed")
    assert told(said, seen)["stop-word-said"].until == at(50)


def test_what_was_taken_back_is_over_and_stays_raised():
    back = entry("correction", 45, corrects="touch", reason="wrong-person")
    assert told(touch("began"), back)["touch-beyond-agreement"].until == at(45)


def test_observe_is_never_paged():
    """What is looked for to be paged leaves it out."""
    assert "physician-page" not in PLAN.tiers[Tier.OBSERVE].told
