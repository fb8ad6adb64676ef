"""An authorisation is of one amount, and does not outlive what was found when it was issued."""

import pytest

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from holdfast.domain.findings import Outcome
from holdfast.domain.judged_again import GATE_SHUT, known_before
from holdfast.domain.replay import Handed, Recorded, Replay
from tests.told_session import (
    INITIAL,
    OVERNIGHT,
    SUPPLEMENT,
    ZONE,
    before_the_dose,
    clock,
    dose_given,
    evening,
)

GATES = session_gates.load()


def deviations(told, name):
    """What an entry departs from, judged again from everything on record."""
    handed = tuple(
        Handed(code, Outcome.PASSED, "handed-in")
        for code, findings in told.known().items()
        if findings[0].outcome is Outcome.PASSED
    )
    replay = Replay(GATES, Recorded("told", "", ZONE, told.plan, told.course, told.entries, handed))
    return {code for one in replay.meanings() if one.entry == name for code in one.deviations}


def authorised(told, at, act, until, **fields):
    return told.add(
        at, "authorisation", "t1", id="au", gate=act, expires_at=clock(until).isoformat(), **fields
    )


def given(told, at, mg, dose="initial", **other):
    return told.add(
        at, "dose-given", id="dose", dose=dose, nominal_mg=mg, authorisation="au", **other
    )


BEFORE = authorised(before_the_dose(), "09:57", INITIAL, "10:12", dose="initial")


# The amount


@pytest.mark.parametrize("fields", [{}, {"nominal_mg": 80}])
def test_an_authorisation_is_of_the_amount_that_was_ordered_when_it_was_issued(fields):
    told = authorised(before_the_dose(), "09:57", INITIAL, "10:12", dose="initial", **fields)
    assert deviations(given(told, "10:00", 80), "dose") == set()
    anew = told.add("09:59", "order", "p1", dose="initial", nominal_mg=120)
    assert "given-without-authorisation" in deviations(given(anew, "10:00", 120), "dose")
    found = deviations(given(anew, "10:00", 80), "dose")
    assert "not-as-ordered" in found
    assert "given-without-authorisation" not in found


def test_what_it_says_itself_goes_before_what_was_ordered():
    told = authorised(before_the_dose(), "09:57", INITIAL, "10:12", dose="initial", nominal_mg=60)
    assert "given-without-authorisation" in deviations(given(told, "10:00", 80), "dose")


# The gate


def test_what_was_done_while_the_gate_stood_open_is_as_planned():
    assert deviations(given(BEFORE, "10:00", 80), "dose") == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.reading("09:59", "196/124", 74, 39.2),
        lambda told: told.state("09:59", "health-today", "t1", "no"),
        lambda told: told.add("09:59", "went-out", "t2", person="t2"),
        lambda told: told.add("09:59", "event", term="chest-pain"),
    ],
)
def test_a_dose_that_is_given_when_the_gate_was_shut_by_then_is_a_deviation(change):
    told = given(change(BEFORE), "10:00", 80)
    assert deviations(told, "dose") == {GATE_SHUT}
    late = given(change(BEFORE), "09:58", 80, known="10:00")
    assert deviations(late, "dose") == set()


def test_a_supplement_after_the_person_said_no():
    told = authorised(dose_given(), "11:31", SUPPLEMENT, "11:41", dose="supplemental")
    assert deviations(given(told, "11:35", 40, "supplemental"), "dose") == set()
    no = told.agree("11:33", "supplemental-dose", person="no", t1=None, t2=None)
    assert deviations(given(no, "11:35", 40, "supplemental"), "dose") == {GATE_SHUT}


def test_a_release_after_somebody_said_no_and_one_that_only_took_its_time():
    told = authorised(evening(), "18:00", OVERNIGHT, "18:30")
    out = {"id": "out", "exit": "overnight"}
    assert deviations(told.add("18:05", "exit", **out), "out") == set()
    assert deviations(told.add("18:27", "exit", **out), "out") == set()
    no = told.agree("18:03", "release", person=None, t1=None, t2="no")
    assert deviations(no.add("18:05", "exit", **out), "out") == {GATE_SHUT}


def test_without_an_authorisation_nothing_is_judged_again():
    told = before_the_dose().state("09:59", "health-today", "t1", "no")
    assert deviations(given(told, "10:00", 80), "dose") == {"given-without-authorisation"}
    left = (
        evening()
        .agree("18:03", "release", person="no")
        .add("18:05", "exit", id="out", exit="overnight")
    )
    assert deviations(left, "out") == {"released-without-authorisation"}
    stay = (
        evening()
        .agree("18:03", "release", person="no")
        .add("18:05", "exit", id="out", exit="extended-stay")
    )
    assert deviations(stay, "out") == set()


def test_only_what_was_known_just_before_counts():
    told = given(BEFORE, "10:00", 80).add("10:00", "exit", id="left", exit="overnight")
    told = told.add("10:00", "note", id="note").add("10:01", "note", id="later")
    done = next(one for one in told.entries if one.id == "dose")
    known = {one.id for one in known_before(told.entries, done)}
    assert {"dose", "left", "later"} & known == set()
    assert {"note", "au"} <= known
    assert what_it_means(GATES, told.plan, told.course, told.log(clock("10:02")))
