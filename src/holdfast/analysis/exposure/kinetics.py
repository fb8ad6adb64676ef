"""Concentration in plasma of each virtual person, by two models that answer alike.

Both are written in ng/mL, hours and mg of the hydrochloride; clearance and volume are apparent.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.people import Dose
from holdfast.analysis.exposure.spread import Bodies
from holdfast.analysis.exposure.times import Times, times
from holdfast.definitions.exposure import Numbers

Array = NDArray[np.float64]
_NG_PER_ML = 1000.0  # mg/L in ng/mL


def starts(doses: Sequence[Dose], numbers: Numbers) -> tuple[float, ...]:
    """When each dose begins to be absorbed, in hours."""
    return tuple(dose.minute / 60.0 + numbers["lag"] for dose in doses)


def concentrations(
    numbers: Numbers, doses: Sequence[Dose], bodies: Bodies, until: float, every: float
) -> Array:
    """Concentration in ng/mL at the fine times of ``times``: a row for each time, a column for each person.

    Parameters
    ----------
    numbers
        Of ``three-state`` or ``one-compartment``; the name says which equations are solved.
    until, every
        Hours, as in ``times``.
    """
    begins = starts(doses, numbers)
    when = times(begins, until, every)
    if numbers.name == "one-compartment":
        return _one_compartment(numbers, doses, bodies, when.fine, begins)
    return _three_state(numbers, doses, bodies, when, begins)


def _one_compartment(
    numbers: Numbers,
    doses: Sequence[Dose],
    bodies: Bodies,
    fine: Array,
    begins: Sequence[float],
) -> Array:
    """The closed form: each dose by itself, and their sum, because the model is linear.

    Parameters are those of Huestis 2025. The share of the dose that enters evenly was not found;
    without it all of it is absorbed at the rate.
    """
    volume = numbers["volume"] * bodies.volume
    out = numbers["clearance"] * bodies.clearance / volume
    rate = numbers["absorption-rate"] * bodies.absorption
    share = numbers["even-share"] if numbers.is_known("even-share") else 0.0
    found = np.zeros((len(fine), len(volume)))
    for dose, begin in zip(doses, begins, strict=True):
        since = np.maximum(fine - begin, 0.0)[:, None]
        scale = dose.mg * _NG_PER_ML / volume
        found += (1.0 - share) * scale * at_a_rate(since, rate, out)
        if share:
            found += share * scale * evenly(since, numbers["even-duration"], out)
    return found


def at_a_rate(since: Array, rate: Array, out: Array) -> Array:
    """Concentration after one unit of dose per volume absorbed at a rate (the Bateman function).

    Where both rates are nearly one, the limit is taken, which stays finite.
    """
    apart = rate - out
    near = np.abs(apart) < 1e-6 * out
    apart = np.where(near, 1.0, apart)
    usual = rate / apart * (np.exp(-out * since) - np.exp(-rate * since))
    return np.where(near, rate * since * np.exp(-out * since), usual)


def evenly(since: Array, duration: float, out: Array) -> Array:
    """Concentration after one unit of dose per volume that enters evenly over ``duration`` hours."""
    inside = np.minimum(since, duration)
    return -np.expm1(-out * inside) / (out * duration) * np.exp(-out * (since - inside))


def _three_state(
    numbers: Numbers,
    doses: Sequence[Dose],
    bodies: Bodies,
    when: Times,
    begins: Sequence[float],
) -> Array:
    """Fourth-order Runge-Kutta steps over plasma and enzyme; the gut has a closed form.

    The middle of each step is the cubic that has the values and slopes of both its ends.
    """
    volume = numbers["volume"] * bodies.volume
    size = bodies.clearance / volume
    made = np.log(2.0) / numbers["enzyme-half-life"]
    # y is plasma and enzyme; dy/dt = inflow - straight * y - crossed * (plasma * enzyme).
    straight = np.stack((numbers["clearance-other"] * size, np.full_like(size, made)))
    crossed = np.stack(
        (
            numbers["clearance-cyp2d6"] * bodies.cyp2d6_activity * size,
            np.full_like(size, numbers["inactivation"] / _NG_PER_ML),
        )
    )
    inflow = np.empty_like(straight)
    inflow[1] = made

    def slope(plasma_in: Array, y: Array) -> Array:
        inflow[0] = plasma_in
        found: Array = inflow - straight * y
        found -= crossed * (y[0] * y[1])
        return found

    nodes, fine = when.nodes, when.fine
    rate = numbers["absorption-rate"] * bodies.absorption
    per_dose = rate * _NG_PER_ML / volume
    swallowed = _swallowed(nodes, doses, begins)
    y = np.stack((np.zeros_like(size), np.ones_like(size)))
    incoming = np.zeros_like(size)
    found = np.zeros((len(fine), len(size)))
    halves: dict[float, Array] = {}
    first = slope(incoming, y)
    for place, step in enumerate(np.round(np.diff(nodes), 6).tolist()):
        if swallowed[place]:
            incoming = incoming + swallowed[place] * per_dose
            first = slope(incoming, y)
        if step not in halves:
            halves[step] = np.exp(-rate * (step / 2))
        middle = incoming * halves[step]
        last = middle * halves[step]
        second = slope(middle, y + step / 2 * first)
        third = slope(middle, y + step / 2 * second)
        fourth = slope(last, y + step * third)
        second += third
        reached = y + step / 6 * (first + 2 * second + fourth)
        end = slope(last, reached)
        found[2 * place + 1] = (y[0] + reached[0]) / 2 + step / 8 * (first[0] - end[0])
        found[2 * place + 2] = reached[0]
        y, incoming, first = reached, last, end
    return found


@lru_cache(maxsize=64)
def _starting_at(nodes: tuple[float, ...], begins: tuple[float, ...]) -> tuple[int | None, ...]:
    return tuple(
        int(np.abs(np.array(nodes) - begin).argmin()) if begin < nodes[-1] else None
        for begin in begins
    )


def _swallowed(nodes: Array, doses: Sequence[Dose], begins: Sequence[float]) -> list[float]:
    """The mg that begin to be absorbed at each node."""
    found = [0.0] * len(nodes)
    for dose, place in zip(doses, _starting_at(tuple(nodes), tuple(begins)), strict=True):
        if place is not None:
            found[place] += dose.mg
    return found
