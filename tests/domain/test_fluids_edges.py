"""Edges of the fluids: what counts beside itself, what was corrected before it came, one millilitre."""

from decimal import Decimal

import pytest

from holdfast.domain import monitoring
from holdfast.domain.fluids import beside_fluids
from holdfast.domain.session_log import log_of
from tests.session_kit import at, beginning, entry, plan_of, usual_plan

(RULE,) = [rule for rule in usual_plan().symptoms if rule.over][:1]
TERM = RULE.terms[0]


def drank(minute, volume, **more):
    return entry("fluid-taken", minute, volume_ml=volume, what="water", **more)


def felt(minute, **more):
    return entry("event", minute, id="felt", term=TERM, **more)


def taken_back(minute, what):
    return entry("correction", minute, reason="typing-slip", corrects=what)


def over(*entries):
    """The drinks over the ceiling of two litres, and how much it was with each."""
    found = monitoring.conditions(usual_plan(), [*beginning(), *entries], at(120))
    return {one.because[0]: one.value for one in found if one.code == "fluid-ceiling"}


def beside(*entries, unsigned=()):
    """How much was drunk beside the symptom, and since when that is known; None where it is nothing."""
    plan = plan_of(unsigned=unsigned)
    log = log_of([*beginning(), *entries], at(120))
    (symptom,) = log.of("event")
    found = beside_fluids(plan, log, RULE, symptom)
    return None if found is None else found[1:]


def test_losses_that_nobody_measured_are_counted():
    lost = [
        entry("fluid-lost", 90, volume_ml=300, what="urine"),
        entry("fluid-lost", 95, what="vomit"),
        entry("fluid-lost", 96, what="vomit"),
    ]
    found = monitoring.fluid_balance(usual_plan(), [*beginning(), *lost], at(100))
    assert (found.unmeasured, found.lost_ml) == (2, 300)


def test_a_drink_that_was_taken_back_before_it_came_counts_for_itself():
    """Its correction was there first: when it became known it was over the ceiling, and somebody looks."""
    late = drank(40, 600, id="late", late=20)
    assert over(drank(30, 1500, id="first"), taken_back(50, "late"), late) == {"late": 2100}


def test_of_two_drinks_known_at_once_the_second_brings_it_over():
    assert over(drank(30, 1500, id="a"), drank(30, 600, id="b")) == {"b": 2100}


def test_what_was_drunk_at_the_minute_of_the_symptom_is_beside_it():
    assert beside(drank(60, 2500), felt(60)) == (at(60), Decimal(2500))


def test_without_a_signed_ceiling_the_first_millilitre_shows_and_nothing_does_not():
    assert beside(drank(30, 1), felt(60), unsigned=("fluid-ceiling",)) == (at(60), Decimal(1))
    assert beside(felt(60), unsigned=("fluid-ceiling",)) is None


@pytest.mark.parametrize(("back_at", "is_raised"), [(70, False), (85, True)])
def test_a_symptom_is_beside_what_becomes_known_later_while_it_stands(back_at, is_raised):
    """The drinks of a quarter to are written in at eighty; the symptom was taken back, or was not yet."""
    late = drank(45, 2500, late=35)
    found = beside(felt(60), late, taken_back(back_at, "felt"))
    assert found == ((at(80), Decimal(2500)) if is_raised else None)


def test_a_symptom_that_was_taken_back_before_it_came_is_judged_as_it_came():
    known_late = felt(50, late=30)
    assert beside(drank(30, 2500), taken_back(60, "felt"), known_late) == (at(80), Decimal(2500))
