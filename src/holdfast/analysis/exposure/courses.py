"""One invented person's readings over a session, with the noise and the mishaps of a real room."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.analysis.exposure.effects import VITAL_SIGNS, at_rest, needed_share, rise, shape_of
from holdfast.analysis.exposure.kinetics import concentrations, starts
from holdfast.analysis.exposure.people import Dose, ExposureRefused, Person, checked
from holdfast.analysis.exposure.spread import bodies
from holdfast.analysis.exposure.times import times
from holdfast.definitions.exposure import MODELS, Numbers, load

Array = NDArray[np.float64]

EARLIEST_MINUTE, LATEST_MINUTE = -240, 1440
_LEAST_PULSE_PRESSURE_MMHG = 10
_EVERY_HOURS = 1 / 30


@dataclass(frozen=True, kw_only=True)
class SimulatedReading:
    """What the devices show at one minute. A value that a device did not give is None.

    ``artefact`` is ``""``, or the code of what went wrong with this reading: ``cuff-failed``,
    ``cuff-moved``, ``pulse-doubled`` or ``mouth-open``. The screen of a session never learns it.
    """

    minute: int
    systolic_mmhg: int | None
    diastolic_mmhg: int | None
    heart_rate_per_min: int
    temperature_celsius: float
    artefact: str = ""


def one_course(
    person: Person, doses: Sequence[Dose], minutes: Sequence[int], seed: int
) -> tuple[SimulatedReading, ...]:
    """Readings of one virtual person at these minutes, for demonstrations and tests.

    The seed chooses the person, whose body, size of effect and values at rest are drawn from the
    spread of ``envelope``, independently of each other; and for each minute the error of the reading
    and what goes wrong with it. So the same person can be asked again about other minutes, and a
    reading stays what it was. How often things go wrong was made up (``exposure_artefacts.toml``).

    Parameters
    ----------
    person
        A ``baseline`` is taken as this person's own, not drawn.
    doses
        The first at minute 0; only those of this session.
    minutes
        From the initial dose, -240 to 1440; before 0 is before the drug.
    seed
        0 or more.

    Raises
    ------
    ExposureRefused
        For a minute outside the range, a negative seed, or no dose at minute 0.
    """
    doses = checked(doses)
    for minute in minutes:
        if not EARLIEST_MINUTE <= minute <= LATEST_MINUTE:
            raise ExposureRefused(
                "minutes", f"{minute} is outside what is simulated", "Give -240 to 1440"
            )
    if seed < 0:
        raise ExposureRefused("seed", f"{seed} is below 0", "Give 0 or more")
    if not minutes:
        return ()
    effects, mishaps = load("effects"), load("artefacts")
    truth = _truth(person, doses, minutes, seed, effects)
    return tuple(
        _reading(int(minute), truth[:, place], seed, effects, mishaps)
        for place, minute in enumerate(minutes)
    )


def _truth(
    person: Person, doses: Sequence[Dose], minutes: Sequence[int], seed: int, effects: Numbers
) -> Array:
    """What is so at each minute, without error: a row for each vital sign."""
    chance = np.random.default_rng([seed])
    body, sizes, rest = (chance.standard_normal(n) for n in (3, len(VITAL_SIGNS), len(VITAL_SIGNS)))
    numbers = load(MODELS[0])
    until = max(2, int(np.ceil(max(minutes) / 2))) * _EVERY_HOURS
    fine = times(starts(doses, numbers), until, _EVERY_HOURS).fine
    levels = concentrations(
        numbers, doses, bodies(person, body[:, None], numbers), until, _EVERY_HOURS
    )
    shape = shape_of(needed_share(levels, effects, fine), effects, fine)
    found = np.empty((len(VITAL_SIGNS), len(minutes)))
    for row, vital_sign in enumerate(VITAL_SIGNS):
        size, spread = rise(vital_sign, effects)
        mean, error = at_rest(vital_sign, person.baseline, effects, with_error=False)
        driven = np.interp(np.array(minutes) / 60.0, fine, shape.of(vital_sign)[:, 0])
        found[row] = mean + error * rest[row] + size * np.exp(spread * sizes[row]) * driven
    return found


def _reading(
    minute: int, truth: Array, seed: int, effects: Numbers, mishaps: Numbers
) -> SimulatedReading:
    chance = np.random.default_rng([seed, minute - EARLIEST_MINUTE])
    errors = [effects[f"{sign.replace('_', '-')}-reading-error"] for sign in VITAL_SIGNS]
    systolic, diastolic, rate, temperature = truth + np.array(errors) * chance.standard_normal(4)
    artefact = _mishap(float(chance.random()), mishaps)
    if artefact == "cuff-moved":
        systolic += mishaps["cuff-moved-systolic"]
        diastolic += mishaps["cuff-moved-diastolic"]
    elif artefact == "pulse-doubled":
        rate *= 2.0
    elif artefact == "mouth-open":
        temperature += mishaps["mouth-open-temperature"]
    diastolic = min(diastolic, systolic - _LEAST_PULSE_PRESSURE_MMHG)
    has_pressure = artefact != "cuff-failed"
    return SimulatedReading(
        minute=minute,
        systolic_mmhg=round(float(systolic)) if has_pressure else None,
        diastolic_mmhg=round(float(diastolic)) if has_pressure else None,
        heart_rate_per_min=round(float(rate)),
        temperature_celsius=round(float(temperature), 1),
        artefact=artefact,
    )


def _mishap(chance: float, mishaps: Numbers) -> str:
    """Which artefact, if any, a number from 0 to 1 means."""
    for artefact in ("cuff-failed", "cuff-moved", "pulse-doubled", "mouth-open"):
        chance -= mishaps[f"{artefact}-share"]
        if chance < 0.0:
            return artefact
    return ""
