"""What may be serious is told at once, each time; it is over when somebody answered it or took it back."""

import pytest

from holdfast.domain.conditions import alarms_of
from holdfast.domain.monitoring import conditions
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.session_log import log_of
from holdfast.domain.session_plan import Tier
from tests.session_kit import at, beginning, entry, usual_plan

PLAN = usual_plan()
FALL = "event-may-be-serious:fall"


def told(entries, minute):
    """The conditions of what may be serious, of the plain function; the fold must say the same."""
    plain = conditions(PLAN, entries, at(minute))
    assert Fold(PLAN, entries).conditions(at(minute)) == plain
    return {one.id: one for one in plain if one.code == "event-may-be-serious"}


def fall(serious="yes", minute=40, **fields):
    return entry("event", minute, id="fall", term="fall", serious=serious, **fields)


@pytest.mark.parametrize("serious", ["yes", "unknown"])
@pytest.mark.parametrize("valence", ["good", "bad"])
@pytest.mark.parametrize("course", ["onset", "offset"])
def test_serious_or_nobody_can_say_is_urgent_and_paged(serious, valence, course):
    found = told([*beginning(), fall(serious, valence=valence, course=course)], 41)[FALL]
    assert (found.tier, found.do, found.because) == (Tier.URGENT, "tell-the-physician", ("fall",))
    assert {"physician-page", "second-physician"} <= set(found.told)
    assert (found.since, found.known_at, found.until) == (at(40), at(40), None)


def test_what_is_said_to_be_no_or_was_not_asked_is_not():
    quiet = entry("event", 41, id="warm", term="warmth")
    assert told([*beginning(), fall("no"), quiet], 42) == {}


def test_each_time_by_itself():
    again = entry("event", 50, id="again", term="fall", serious="yes")
    assert set(told([*beginning(), fall(), again], 51)) == {FALL, "event-may-be-serious:again"}


def test_it_is_over_when_somebody_answered_it_and_not_by_passing():
    entries = [*beginning(), fall(), entry("event", 44, id="off", term="fall", course="offset")]
    assert told(entries, 45)[FALL].until is None
    other = entry("acknowledgement", 46, condition="event-may-be-serious:x", done="seen")
    nobodys = entry("acknowledgement", 47, by="", condition=FALL, done="seen")
    assert told([*entries, other, nobodys], 48)[FALL].until is None
    seen = entry("acknowledgement", 49, id="seen", condition=FALL, done="physician-called")
    later = entry("acknowledgement", 51, condition=FALL, done="other")
    every = [*entries, seen, later]
    assert told(every, 52)[FALL].until == at(49)
    mine = alarms_of(tuple(told(every, 52).values()), log_of(every, at(52)))
    assert [one.is_resolved for one in mine] == [True]
    back = entry("correction", 53, corrects="seen", reason="typing-slip")
    assert told([*every, back], 54)[FALL].until == at(51)


def test_it_is_over_when_it_is_taken_back_and_stays_raised():
    back = entry("correction", 60, corrects="fall", reason="wrong-person")
    assert told([*beginning(), fall(), back], 61)[FALL].until == at(60)


def test_an_answer_from_before_it_was_known_is_none():
    early = entry("acknowledgement", 30, condition=FALL, done="seen")
    assert told([*beginning(), early, fall()], 41)[FALL].holds
