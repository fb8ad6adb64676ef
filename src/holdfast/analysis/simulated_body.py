"""The body of one invented person in a session: its course by the model, what befalls it, what the devices show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from holdfast.analysis.exposure.courses import SimulatedReading, one_course
from holdfast.analysis.exposure.people import SEXES, Baseline, Dose, Person
from holdfast.definitions.simulated_sessions import Change

SLOPE_MINUTES = 15.0
FIRST, LAST = -120, 1440  # minutes from the initial dose
CALM_FROM, CALM_UNTIL = -70, 540
EVERY_MINUTES = (15, 4, 1)  # looked at coarsely first, as most who are drawn are not calm
MOST_DRAWN = 400
# Invented people: of fourteen, one without a working CYP2D6, two with half, one with more than usual.
ACTIVITIES = (0.0, 0.5, 0.5, *(1.0,) * 10, 1.5)
RESTED_SYSTOLIC, RESTED_DIASTOLIC, RESTED_RATE, RESTED_CELSIUS = 112.0, 70.0, 64.0, 36.6
_LEAST_PULSE_PRESSURE_MMHG = 10


@dataclass(frozen=True)
class Calm:
    """What a calm person stays below all along, without what goes wrong with a reading.

    ``rise_celsius`` counts from any reading before the dose.
    """

    systolic_mmhg: float
    diastolic_mmhg: float
    heart_rate_per_min: float
    rise_celsius: float

    def holds(self, readings: Sequence[SimulatedReading]) -> bool:
        """Whether each of these readings is below."""
        sound = [one for one in readings if not one.artefact]
        lowest = min(one.temperature_celsius for one in sound if one.minute < 0)
        return all(
            (one.systolic_mmhg or 0) < self.systolic_mmhg
            and (one.diastolic_mmhg or 0) < self.diastolic_mmhg
            and one.heart_rate_per_min < self.heart_rate_per_min
            and one.temperature_celsius - lowest < self.rise_celsius
            for one in sound
        )


class Body:
    """One invented person; the same seed is the same person, whatever is given to them.

    What befalls them (``changes``) is added to what the model says. What was taken is told by
    ``take``; readings before a dose stay as they were.
    """

    def __init__(self, person: Person, seed: int, changes: Sequence[Change] = ()) -> None:
        self.person = person
        self.seed = seed
        self._changes = tuple(changes)
        self._doses: tuple[Dose, ...] = ()
        self._course: Mapping[int, SimulatedReading] = {}

    def take(self, mg: float, minute: float = 0.0) -> None:
        """A dose is taken, so many minutes after the first, which is at 0."""
        self._doses = (*self._doses, Dose(float(minute), float(mg)))
        self._course = {}

    def reading(self, minute: int) -> SimulatedReading:
        """What the devices show at a minute from the initial dose, -120 to 1440."""
        if not self._course:
            # Before the first dose nothing is in the body: the smallest dose at 0 changes no minute before it.
            doses = self._doses or (Dose(0.0, 1.0),)
            minutes = range(FIRST, LAST + 1)
            found = one_course(self.person, doses, minutes, self.seed)
            self._course = {one.minute: one for one in found}
        one = self._course[max(FIRST, min(LAST, minute))]
        return _changed(one, self._changes)


def _changed(one: SimulatedReading, changes: Sequence[Change]) -> SimulatedReading:
    """A reading with what befalls the person at its minute."""
    added = {change.measure: 0.0 for change in changes}
    for change in changes:
        added[change.measure] += change.size * _share(change, one.minute)
    found = one
    if one.systolic_mmhg is not None and one.diastolic_mmhg is not None:
        systolic = round(one.systolic_mmhg + added.get("systolic_mmhg", 0.0))
        diastolic = round(one.diastolic_mmhg + added.get("diastolic_mmhg", 0.0))
        diastolic = min(diastolic, systolic - _LEAST_PULSE_PRESSURE_MMHG)
        found = replace(found, systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    rate = round(one.heart_rate_per_min + added.get("heart_rate_per_min", 0.0))
    warmth = round(one.temperature_celsius + added.get("temperature_celsius", 0.0), 1)
    return replace(found, heart_rate_per_min=rate, temperature_celsius=warmth)


def _share(change: Change, minute: float) -> float:
    """How much of a change there is at a minute: it comes and goes by a slope."""
    coming = (minute - change.from_minute) / SLOPE_MINUTES
    going = (change.until_minute - minute) / SLOPE_MINUTES
    return max(0.0, min(1.0, coming, going))


def drawn_person(chance: np.random.Generator) -> Person:
    """An invented adult: sex, weight, and how well CYP2D6 works, which one in fourteen lacks."""
    sex = SEXES[int(chance.integers(len(SEXES)))]
    weight = float(np.clip(chance.normal(64.0 if sex == "female" else 79.0, 11.0), 48.0, 120.0))
    activity = float(ACTIVITIES[int(chance.integers(len(ACTIVITIES)))])
    return Person(weight_kg=round(weight, 1), sex=sex, cyp2d6_activity=activity)


def rested(person: Person, chance: np.random.Generator) -> Person:
    """The same person, rested and with a low pressure: such are likelier to stay calm."""
    systolic, diastolic, rate = (
        float(chance.normal(mean, 4.0)) for mean in (RESTED_SYSTOLIC, RESTED_DIASTOLIC, RESTED_RATE)
    )
    warmth = float(chance.normal(RESTED_CELSIUS, 0.1))
    at_rest = Baseline(
        systolic_mmhg=round(systolic),
        diastolic_mmhg=round(diastolic),
        heart_rate_per_min=round(rate),
        temperature_celsius=round(warmth, 1),
    )
    return replace(person, baseline=at_rest)


def drawn_body(
    seed: int, doses: Sequence[Dose], changes: Sequence[Change] = (), calm: Calm | None = None
) -> Body:
    """A person drawn by a seed; with ``calm``, the first drawn who stays below it after these doses.

    Raises
    ------
    LookupError
        If nobody who is drawn is as calm as that.
    """
    for turn in range(MOST_DRAWN):
        chance = np.random.default_rng([seed, turn])
        person = drawn_person(chance)
        body_seed = int(chance.integers(2**31))
        if calm is None:
            return Body(person, body_seed, changes)
        person = rested(person, chance)
        if all(
            calm.holds(one_course(person, doses, range(CALM_FROM, CALM_UNTIL, every), body_seed))
            for every in EVERY_MINUTES
        ):
            return Body(person, body_seed, changes)
    raise LookupError("Of so many invented people nobody stays below those limits.")
