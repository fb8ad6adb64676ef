"""The same bands by drawing thousands of persons: slow and plain, to hold the quick ones to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.bands import EVERY_MINUTES, MINUTES, Band, Envelope
from holdfast.analysis.exposure.effects import VITAL_SIGNS, at_rest, needed_share, rise, shape_of
from holdfast.analysis.exposure.kinetics import concentrations, starts
from holdfast.analysis.exposure.people import SESSION_MINUTES, Dose, Person, checked
from holdfast.analysis.exposure.quantiles import SHARES
from holdfast.analysis.exposure.spread import bodies
from holdfast.analysis.exposure.times import times
from holdfast.definitions.exposure import MODELS, load

Array = NDArray[np.float64]


def envelope_of_many(
    person: Person,
    doses: Sequence[Dose],
    *,
    persons: int,
    seed: int,
    model: str = MODELS[0],
) -> Envelope:
    """The bands of ``bands.envelope`` from so many persons drawn at random.

    Parameters
    ----------
    seed
        The same seed draws the same persons.

    Raises
    ------
    ExposureRefused
        If there is no dose at minute 0.
    """
    doses = checked(doses)
    numbers, effects = load(model), load("effects")
    chance = np.random.default_rng(seed)
    scores = chance.standard_normal((3, persons))
    until, every = SESSION_MINUTES / 60.0, EVERY_MINUTES / 60.0
    when = times(starts(doses, numbers), until, every)
    levels = concentrations(numbers, doses, bodies(person, scores, numbers), until, every)
    shape = shape_of(needed_share(levels, effects, when.fine), effects, when.fine)
    shown = _quantiles(when.at_marks(levels))
    bands = {"concentration": Band(shown, shown)}
    for vital_sign in VITAL_SIGNS:
        size, spread = rise(vital_sign, effects)
        mean, sd = at_rest(vital_sign, person.baseline, effects)
        multiple = size * np.exp(spread * chance.standard_normal(persons))
        change = when.at_marks(shape.of(vital_sign)) * multiple
        before = mean + sd * chance.standard_normal(persons)
        bands[vital_sign] = Band(_quantiles(change + before), _quantiles(change))
    return Envelope(numbers, MINUTES, bands)


def _quantiles(values: Array) -> Array:
    return np.quantile(values, SHARES, axis=1).T
