"""A typical person's concentration, for tests: no spread, fine steps."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.kinetics import concentrations, starts
from holdfast.analysis.exposure.people import Dose, Person
from holdfast.analysis.exposure.spread import bodies
from holdfast.analysis.exposure.times import times
from holdfast.definitions.exposure import load

Array = NDArray[np.float64]
EVERY = 1 / 30  # hours: marks every two minutes


class Curve(NamedTuple):
    """Hours, and concentration in ng/mL."""

    hours: Array
    level: Array

    def between(self, begin: float, end: float) -> "Curve":
        inside = (self.hours >= begin) & (self.hours <= end)
        return Curve(self.hours[inside], self.level[inside])

    def highest(self) -> float:
        return float(self.level.max())

    def time_of_highest(self) -> float:
        return float(self.hours[self.level.argmax()] - self.hours[0])

    def area(self) -> float:
        return float(np.trapezoid(self.level, self.hours))

    def half_life(self) -> float:
        return float(-np.log(2) / np.polyfit(self.hours, np.log(self.level), 1)[0])


def typical(
    *doses: tuple[float, float],
    model: str = "three-state",
    activity: float = 1.0,
    has_eaten: bool = False,
    until: float = 24.0,
    clearance: float = 1.0,
    volume: float = 1.0,
    every: float = EVERY,
) -> Curve:
    """The curve of a typical person of 70 kg; a dose is (hour, mg), on several days if need be."""
    numbers = load(model)
    person = Person(weight_kg=70, sex="male", cyp2d6_activity=activity, has_eaten=has_eaten)
    body = bodies(person, np.zeros((3, 1)), numbers)
    body = replace(body, clearance=body.clearance * clearance, volume=body.volume * volume)
    given = [LaterDose(hour * 60, mg) for hour, mg in doses]
    fine = times(starts(given, numbers), until, every).fine
    return Curve(fine, concentrations(numbers, given, body, until, every)[:, 0])


class LaterDose(Dose):
    """A dose that may be on another day than the session's."""

    def __post_init__(self) -> None:
        """Nothing is refused here."""
