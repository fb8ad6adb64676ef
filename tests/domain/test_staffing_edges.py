"""Edges of who is in the room: a cover stays one while others go, breaks and what was known of them."""

import pytest

from holdfast.domain import monitoring
from tests.session_kit import at, beginning, entry, usual_plan

CODES = ("pair-alone", "person-alone", "break-over")


def came(minute, person, role="therapist", **more):
    return entry("came-in", minute, id=f"in-{person}", person=person, role=role, **more)


def went(minute, person, **more):
    return entry("went-out", minute, id=f"out-{person}", person=person, **more)


def pauses(minute, person, cover="", minutes=10, **more):
    told = {"person": person, "minutes": minutes, **({"cover": cover} if cover else {})}
    return entry("break-began", minute, id=f"pause-{person}", **told, **more)


def back(minute, person, **more):
    return entry("break-ended", minute, id=f"back-{person}", person=person, **more)


def taken_back(minute, what):
    return entry("correction", minute, reason="typing-slip", corrects=what)


def raised(*entries, minute=100):
    """What is raised of the pair and of breaks, each with the minute in which it was known to be over."""
    found = monitoring.conditions(usual_plan(), [*beginning(), *entries], at(minute))
    return {
        one.id: None if one.until is None else (one.until - at(0)).total_seconds() / 60
        for one in found
        if one.code in CODES
    }


def test_a_cover_stays_one_while_somebody_else_goes():
    """A physician covers, who is there anyway and counts only as the cover."""
    told = [came(5, "p1", role="physician"), came(6, "guest", role="other")]
    told += [pauses(20, "t1", cover="p1"), back(25, "t1")]
    assert raised(*told, went(22, "guest")) == {}
    assert raised(*told, went(22, "p1")) == {"pair-alone:out-p1": 25}


def test_of_two_who_go_the_second_is_found_as_well():
    """One comes back in between: each time there were too few is its own."""
    told = [went(20, "t1"), came(25, "t1", late=1), went(40, "t2")]
    assert raised(*told) == {"pair-alone:out-t1": 26, "pair-alone:out-t2": None}


def test_who_goes_and_comes_in_the_same_minute_was_there_again_at_once():
    told = [went(20, "t1", late=2), came(20, "t1", late=3)]
    assert raised(*told) == {"pair-alone:out-t1": 22}


def test_before_the_dose_and_after_the_end_nobody_has_to_be_there():
    assert raised(entry("went-out", -5, id="early", person="t1"), came(-4, "t1", late=1)) == {}
    ended = entry("exit", 40, exit="home-with-escort")
    assert raised(ended, went(40, "t1")) == {}
    assert raised(ended, went(50, "t1")) == {}


def test_that_somebody_came_and_was_taken_back_counts_from_when_they_had_come():
    """Before the dose it was said that a second one came; at thirty it is taken back."""
    found = monitoring.conditions(usual_plan(), [*beginning(), taken_back(30, "in-t2")], at(100))
    (one,) = [one for one in found if one.code == "pair-alone"]
    assert (one.id, one.since, one.known_at) == ("pair-alone:in-t2/corrected", at(0), at(30))
    assert one.because == ("in-t2",)
    ended = entry("exit", 20, exit="home-with-escort")
    assert raised(ended, taken_back(30, "in-t2")) == {}


@pytest.mark.parametrize(
    ("ends", "over"),
    [
        ([], {"break-over:pause-t1": None}),
        ([back(35, "t1")], {"break-over:pause-t1": 35}),
        ([back(35, "t2")], {"break-over:pause-t1": None}),
        ([back(20, "t1")], {}),
        ([back(35, "t1"), taken_back(40, "back-t1")], {"break-over:pause-t1": None}),
    ],
)
def test_a_break_is_over_when_that_very_person_is_back_and_it_stands(ends, over):
    told = [came(5, "t3"), pauses(20, "t1", cover="t3", minutes=10)]
    found = raised(*told, *ends)
    assert {one: found[one] for one in found if one.startswith("break-over")} == over


def test_what_was_taken_back_before_it_came_raises_nothing():
    """That the second one went is written in at forty and was taken back at thirty-five.

    Only that it is taken back while there are too few is raised, and nothing of who went before.
    """
    told = [came(5, "t3"), went(20, "t1"), taken_back(30, "in-t3")]
    alone = {"pair-alone:in-t3/corrected": None}
    assert raised(*told) == alone
    never = [went(15, "t2", late=25), taken_back(35, "out-t2")]
    assert raised(*told, *never) == alone | {"pair-alone:out-t2/corrected": None}
