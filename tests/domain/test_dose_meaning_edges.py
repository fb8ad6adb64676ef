"""Edges of what a dose means: another's authorisation, a second dose before, what is late and no dose."""

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from tests.told_session import before_the_dose, clock, dose_given


def meaning(told, at, entry):
    """What one entry departs from, as known at a moment."""
    found = what_it_means(session_gates.load(), told.plan, told.course, told.log(clock(at)))
    return next((set(one.deviations) for one in found if one.entry == entry), set())


def dose(told, at, mg=40, slot="supplemental", **more):
    name = more.pop("id", "d")
    return told.add(at, "dose-given", id=name, dose=slot, nominal_mg=mg, **more)


def test_an_authorisation_that_there_is_not_permits_nothing_beside_one_that_holds():
    told = before_the_dose().add(
        "09:57",
        "authorisation",
        id="au-1",
        gate="give-initial-dose",
        dose="initial",
        expires_at=clock("10:12").isoformat(),
    )
    own = dose(told, "10:00", 80, "initial", authorisation="au-1")
    assert meaning(own, "10:01", "d") == set()
    for more in ({"authorisation": "au-2"}, {}):
        other = dose(told, "10:00", 80, "initial", **more)
        assert meaning(other, "10:01", "d") == {"given-without-authorisation"}


def test_only_a_dose_is_recorded_late():
    told = before_the_dose()
    told = told.add("09:55", "exit", id="left", exit="left-against-advice", known="10:30")
    told = dose(told, "09:56", 80, "initial", known="10:11")
    told = dose(told, "09:56", 80, "initial", known="10:11:01", id="late")
    assert meaning(told, "10:40", "left") == {"left-against-advice"}
    assert "recorded-late" not in meaning(told, "10:40", "d")
    assert "recorded-late" in meaning(told, "10:40", "late")


def test_a_window_is_counted_from_initial_doses_alone_and_from_each_of_them():
    told = dose(dose_given(), "11:31", id="first")
    assert "given-outside-window" not in meaning(dose(told, "11:40"), "11:41", "d")
    twice = dose(dose_given(), "11:00", 80, "initial", id="again")
    assert "given-outside-window" in meaning(dose(twice, "11:40"), "11:41", "d")
    assert "given-outside-window" not in meaning(dose(dose_given(), "11:40"), "11:41", "d")


def test_a_supplement_after_nothing_but_a_supplement_comes_before_the_initial_dose():
    told = dose(dose(before_the_dose(), "09:57", 80, id="first"), "09:58")
    assert {"given-before-initial-dose", "not-on-menu"} <= meaning(told, "09:59", "d")


def test_a_supplement_is_that_of_its_initial_dose():
    """The second session of mapp2 has 120 with 60 and 80 with 40, and no other pair."""
    told = dose(before_the_dose(number=2), "10:00", 80, "initial", id="first")
    assert "not-on-menu" not in meaning(dose(told, "11:31", 40), "11:32", "d")
    assert "not-on-menu" in meaning(dose(told, "11:31", 60), "11:32", "d")
