"""The equations are solved rightly: beside a solver none of us wrote, and beside closed forms."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from holdfast.analysis.exposure.kinetics import at_a_rate, evenly
from holdfast.analysis.exposure.times import following, times
from holdfast.definitions.exposure import load
from tests.analysis.exposure import typical

SPLIT = ((0.0, 120.0), (1.75, 60.0))


def solved(doses, numbers, until):
    """The three-state equations by LSODA, restarted at each dose; concentration by hour, in ng/mL."""
    made = np.log(2) / numbers["enzyme-half-life"]
    volume = numbers["volume"]

    def slopes(_, state):
        gut, plasma, enzyme = state
        level = plasma / volume
        out = numbers["clearance-other"] + numbers["clearance-cyp2d6"] * enzyme
        absorbed = numbers["absorption-rate"] * gut
        lost = numbers["inactivation"] * level * enzyme
        return [-absorbed, absorbed - out * level, made * (1 - enzyme) - lost]

    begins = [hour + numbers["lag"] for hour, _ in doses] + [until]
    state, parts = [0.0, 0.0, 1.0], []
    for (_, mg), begin, end in zip(doses, begins[:-1], begins[1:], strict=True):
        state[0] += mg
        found = solve_ivp(
            slopes, (begin, end), state, "LSODA", rtol=1e-9, atol=1e-10, dense_output=True
        )
        parts.append((begin, end, found.sol))
        state = list(found.y[:, -1])
    return lambda hour: next(
        (1000 * sol(hour)[1] / volume for begin, end, sol in parts if begin <= hour <= end), 0.0
    )


@pytest.mark.parametrize("every", [1 / 30, 1 / 12], ids=["two minutes", "five minutes"])
def test_three_states_as_another_solver_has_them(every):
    """At every time that is computed, the middles of steps among them; five minutes is the envelope's."""
    theirs = solved(SPLIT, load("three-state"), 24.0)
    ours = typical(*SPLIT, every=every)
    for hour, level in zip(ours.hours[1:], ours.level[1:], strict=True):
        assert level == pytest.approx(theirs(hour), rel=0.001, abs=0.01), hour


def test_one_compartment_is_the_bateman_function():
    """Against the same linear equation solved by LSODA."""
    numbers = load("one-compartment")
    rate = numbers["absorption-rate"]
    out = numbers["clearance"] / numbers["volume"]
    found = solve_ivp(
        lambda _, y: [-rate * y[0], rate * y[0] - out * y[1]],
        (0, 24),
        [1.0, 0.0],
        "LSODA",
        rtol=1e-10,
        atol=1e-12,
        t_eval=np.linspace(0.1, 24, 60),
    )
    ours = at_a_rate(found.t, np.array(rate), np.array(out))
    assert ours == pytest.approx(found.y[1], rel=1e-6)


def test_two_doses_of_a_linear_model_add_up():
    both = typical((0, 120), (2, 60), model="one-compartment")
    first = typical((0, 120), model="one-compartment")
    second = typical((2, 60), model="one-compartment")
    at = np.arange(0, 24, 0.5)
    summed = np.interp(at, first.hours, first.level) + np.interp(at, second.hours, second.level)
    assert np.interp(at, both.hours, both.level) == pytest.approx(summed, abs=0.05)


def test_two_doses_of_the_three_states_are_more_than_their_sum():
    """What the first dose did to the enzyme is there for the second."""
    both = typical((0, 120), (2, 60))
    summed = typical((0, 120)).area() + typical((0, 60)).area()
    assert both.area() > 1.03 * summed


def test_equal_rates_stay_finite():
    since = np.array([0.0, 1.0, 5.0])
    near = at_a_rate(since, np.array(0.5), np.array(0.5))
    assert near == pytest.approx(at_a_rate(since, np.array(0.5001), np.array(0.5)), rel=1e-3)


def test_an_even_input_holds_the_whole_dose():
    """Area is dose by clearance, and at its end the level of a short input is nearly the whole dose."""
    since = np.linspace(0, 200, 200_001)
    found = evenly(since, 0.304, np.array(0.09))
    assert np.trapezoid(found, since) == pytest.approx(1 / 0.09, rel=1e-4)
    assert found.max() == pytest.approx(1.0, abs=0.02)


def test_what_follows_a_straight_line_follows_it_exactly():
    """dy/dt = k (t - y): y = t - (1 - exp(-k t)) / k."""
    fine = np.array([0.0, 0.3, 0.4, 1.7, 2.0, 6.0])
    ours = following(fine[:, None], 0.9, fine)[:, 0]
    assert ours == pytest.approx(fine - (1 - np.exp(-0.9 * fine)) / 0.9, abs=1e-12)


def test_no_step_reaches_across_the_moment_a_dose_begins():
    when = times((0.27, 2.02), 8.0, 1 / 12)
    assert {0.0, 0.27, 2.02, 8.0} <= set(np.round(when.nodes, 6))
    assert when.at_marks(when.fine) == pytest.approx(np.arange(97) / 12)


def test_marks_that_do_not_end_where_the_time_ends_are_refused():
    with pytest.raises(ValueError, match="do not end"):
        times((0.27,), 8.0, 0.3)
