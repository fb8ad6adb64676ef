"""From concentration to what the chart shows: one drive for pulse and pressure, and warmth behind it.

Concentration and effect of one person are only loosely bound (Kolbrich 2008): this describes many.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.people import Baseline
from holdfast.analysis.exposure.times import following
from holdfast.definitions.exposure import Numbers

Array = NDArray[np.float64]

VITAL_SIGNS = ("systolic", "diastolic", "heart_rate", "temperature")
"""The vital signs, by their names in results; the definitions write ``heart-rate``."""


@dataclass(frozen=True)
class Shape:
    """Two courses without a unit, each 1 at its peak after 125 mg at 70 kg.

    ``pressure`` moves systolic, diastolic and heart rate; ``warmth`` moves temperature.
    """

    pressure: Array
    warmth: Array

    def of(self, vital_sign: str) -> Array:
        """The course that moves this vital sign."""
        return self.warmth if vital_sign == "temperature" else self.pressure


def needed_share(concentrations: Array, numbers: Numbers, fine: Array) -> Array:
    """How much of the concentration that gives half the drive is there; 1 is just that.

    The place of action follows plasma; tolerance follows it more slowly and raises what is needed.

    Parameters
    ----------
    concentrations
        ng/mL, a row for each of the ``fine`` times.
    """
    # Both at once: one pass over the times in place of two.
    persons = concentrations.shape[1]
    rates = np.repeat([numbers["effect-site-rate"], numbers["tolerance-rate"]], persons)
    both = following(np.hstack((concentrations, concentrations)), rates, fine)
    acting, tolerance = both[:, :persons], both[:, persons:]
    needed = numbers["half-effect-concentration"] * (
        1.0 + tolerance / numbers["tolerance-concentration"]
    )
    found: Array = np.maximum(acting, 0.0) / needed
    return found


def shape_of(share: Array, numbers: Numbers, fine: Array) -> Shape:
    """The drive that ``needed_share`` gives, and the warmth that follows it."""
    raised = share ** numbers["steepness"]
    driven = raised / (1.0 + raised)
    warmth = following(driven, numbers["warmth-rate"], fine)
    return Shape(driven / numbers["drive-at-reference"], warmth / numbers["warmth-at-reference"])


def rise(vital_sign: str, numbers: Numbers) -> tuple[float, float]:
    """The typical rise of a vital sign in its unit, and its spread as the SD of the logarithm."""
    code = _code(vital_sign)
    return numbers[f"{code}-rise"], numbers[f"{code}-rise-spread"]


def at_rest(
    vital_sign: str, baseline: Baseline | None, numbers: Numbers, *, with_error: bool = True
) -> tuple[float, float]:
    """Mean and SD before the dose of a reading, or without its error of what is so.

    A person's own baseline has no spread between people; the error that one reading has remains.
    """
    code = _code(vital_sign)
    error = numbers[f"{code}-reading-error"] if with_error else 0.0
    if baseline is not None:
        return own(vital_sign, baseline), error
    spread = float(np.hypot(numbers[f"{code}-baseline-spread"], error))
    return numbers[f"{code}-baseline"], spread


def own(vital_sign: str, baseline: Baseline) -> float:
    """A person's own value before the dose."""
    return {
        "systolic": baseline.systolic_mmhg,
        "diastolic": baseline.diastolic_mmhg,
        "heart_rate": baseline.heart_rate_per_min,
        "temperature": baseline.temperature_celsius,
    }[vital_sign]


def _code(vital_sign: str) -> str:
    return vital_sign.replace("_", "-")
