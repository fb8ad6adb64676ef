"""The expected course: median and 5 to 95 % band of each measure over the eight hours of a session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.effects import (
    VITAL_SIGNS,
    Shape,
    at_rest,
    needed_share,
    rise,
    shape_of,
)
from holdfast.analysis.exposure.kinetics import concentrations, starts
from holdfast.analysis.exposure.people import (
    SESSION_MINUTES,
    Dose,
    ExposureRefused,
    Person,
    checked,
)
from holdfast.analysis.exposure.quantiles import Moments, blurred, nearer, normal_scores, strata
from holdfast.analysis.exposure.spread import bodies, standing_for_all
from holdfast.analysis.exposure.times import times
from holdfast.definitions.exposure import MODELS, Numbers, load

Array = NDArray[np.float64]

MEASURES = ("concentration", *VITAL_SIGNS)
UNITS = {
    "concentration": "ng/mL",
    "systolic": "mm[Hg]",
    "diastolic": "mm[Hg]",
    "heart_rate": "/min",
    "temperature": "Cel",
}
EVERY_MINUTES = 5
MINUTES = tuple(range(0, SESSION_MINUTES + 1, EVERY_MINUTES))
_NEXT_TO_NONE = 1e-30
_STRATA = 64
_COARSE = 16
_MULTIPLES = 12


@dataclass(frozen=True)
class Row:
    """One measure at one minute: a value such as a reading would show, and the change alone.

    The change is what the drug adds, 0 before it is absorbed. Of a concentration both are the same.
    """

    minute: int
    measure: str
    low: float
    median: float
    high: float
    low_change: float
    median_change: float
    high_change: float


@dataclass(frozen=True)
class Band:
    """One measure over the session: a row for each minute, in it low, median and high."""

    values: Array
    changes: Array


@dataclass(frozen=True)
class Envelope:
    """The bands of all measures at ``minutes``. Context for a chart and never a limit."""

    model: Numbers
    minutes: tuple[int, ...]
    bands: dict[str, Band]

    def rows(self) -> Iterator[Row]:
        """Every measure at every minute, in order of time."""
        for place, minute in enumerate(self.minutes):
            for measure, band in self.bands.items():
                yield Row(
                    minute, measure, *band.values[place].tolist(), *band.changes[place].tolist()
                )


def envelope(person: Person, doses: Sequence[Dose], *, model: str = MODELS[0]) -> Envelope:
    """What many people like this one would show after these doses, from minute 0 to 480.

    Decision support for expectation only. A value inside the band is not thereby safe, and no alarm,
    limit or gate may read this. In a blinded session nobody blinded may see it, nor may it be
    computed for them: the doses tell the arm.

    Nobody is drawn at random, so that the same question has one answer. The equations are solved
    for 75 persons that stand for all; ``sampling.envelope_of_many`` does the same with thousands
    drawn, to compare.

    Parameters
    ----------
    doses
        The first at minute 0. Those still to come may be among them.
    model
        ``three-state`` or ``one-compartment``. The link to pressure, pulse and warmth was calibrated
        with the first.

    Raises
    ------
    ExposureRefused
        If there is no dose at minute 0, or the model does not know what was said of the person.
    """
    doses = checked(doses)
    if model == "one-compartment" and person.cyp2d6_activity != 1.0:
        raise ExposureRefused(
            "CYP2D6 activity",
            "the one-compartment model does not know it",
            "Leave it at 1, or take the three-state model",
        )
    numbers, effects, persons = load(model), load("effects"), standing_for_all()
    until, every = SESSION_MINUTES / 60.0, EVERY_MINUTES / 60.0
    when = times(starts(doses, numbers), until, every)
    levels = concentrations(numbers, doses, bodies(person, persons.scores, numbers), until, every)
    logarithms = np.log(np.maximum(levels, _NEXT_TO_NONE))
    shown = np.exp(Moments.of(logarithms, persons.weights).quantiles(normal_scores()))
    found = {"concentration": (shown, shown)}
    shape = _shape_by_strata(levels, persons.weights, effects, when.fine)
    for vital_sign in VITAL_SIGNS:
        part = shape.of(vital_sign)
        size, spread = rise(vital_sign, effects)
        changes = size * np.exp(blurred(np.log(np.maximum(part, _NEXT_TO_NONE)), spread))
        mean, sd = at_rest(vital_sign, person.baseline, effects)
        values = _sum_of(part, size, spread, sd).quantiles(normal_scores())
        if person.baseline is not None:
            # With nothing but the error of a reading to smooth it, four moments are not enough.
            values = nearer(values, _by_parts(part, size, spread), sd)
        found[vital_sign] = (mean + values, changes)
    bands = {
        measure: Band(when.at_marks(values), when.at_marks(changes))
        for measure, (values, changes) in found.items()
    }
    return Envelope(numbers, MINUTES, bands)


def _shape_by_strata(levels: Array, weights: Array, effects: Numbers, fine: Array) -> Shape:
    """The drive of the population at each time in equal parts, from the least moved to the most.

    What spreads evenly is the logarithm of how much of the needed concentration is there. Warmth
    follows as if everybody kept their rank; where people change ranks they differ less in warmth than
    that, by as much as the persons themselves tell.
    """
    reached = np.log(np.maximum(needed_share(levels, effects, fine), _NEXT_TO_NONE))
    parts = Moments.of(reached, weights).quantiles(strata(_STRATA))
    both = shape_of(np.exp(np.hstack((parts, reached))), effects, fine)
    pressure, warmth = both.pressure[:, :_STRATA], both.warmth * effects["warmth-at-reference"]
    ranked, persons = _logit(warmth[:, :_STRATA]), _logit(warmth[:, _STRATA:])
    told = Moments.of(persons, weights)
    mean, sd = ranked.mean(axis=1), ranked.std(axis=1)
    narrower = np.minimum(told.sd / np.maximum(sd, 1e-9), 1.0)
    moved = told.mean[:, None] + (ranked - mean[:, None]) * narrower[:, None]
    return Shape(pressure, 1.0 / (1.0 + np.exp(-moved)) / effects["warmth-at-reference"])


def _logit(share: Array) -> Array:
    found: Array = np.log(np.maximum(share, _NEXT_TO_NONE) / (1.0 - share))
    return found


def _by_parts(part: Array, size: float, spread: float) -> Array:
    """The rise in equal parts of the population: of the shape, and of how strongly people react."""
    multiples = size * np.exp(spread * strata(_MULTIPLES))
    coarse = part.reshape(len(part), _COARSE, -1).mean(axis=2)
    found: Array = (coarse[:, :, None] * multiples).reshape(len(part), -1)
    return found


def _sum_of(part: Array, size: float, spread: float, sd: float) -> Moments:
    """Moments of a reading less its mean before: a normal, and a log-normal multiple of the shape.

    The powers of a log-normal have known means, and the shape is known by its strata.
    """
    powers = [part]
    for _ in range(3):
        powers.append(powers[-1] * part)
    m1, m2, m3, m4 = (
        (size**k) * np.exp(k * k * spread**2 / 2.0) * power.mean(axis=1)
        for k, power in enumerate(powers, start=1)
    )
    second = m2 - m1**2
    third = m3 - 3.0 * m1 * m2 + 2.0 * m1**3
    fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1**2 * m2 - 3.0 * m1**4
    before = sd**2
    return Moments.central(
        m1, second + before, third, fourth + 6.0 * second * before + 3.0 * before**2
    )
