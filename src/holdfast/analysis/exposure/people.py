"""Who takes how much and when: what the sums are asked about, and what is refused."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SEXES = ("female", "male")
SESSION_MINUTES = 480

# Wide on purpose: these bounds catch typing slips. What may be given is the protocol's to say.
_WEIGHT_KG = (30.0, 300.0)
_DOSE_MG = (1.0, 500.0)
_ACTIVITY = (0.0, 3.0)


class ExposureRefused(ValueError):
    """Something the sums cannot be asked. Says the place, what is wrong there, and the mend."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        self.place, self.problem, self.mend = place, problem, mend
        super().__init__(f"{place}: {problem}. {mend}.")


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """One person's own values at rest before the dose."""

    systolic_mmhg: float
    diastolic_mmhg: float
    heart_rate_per_min: float
    temperature_celsius: float

    def __post_init__(self) -> None:
        within("baseline systolic", self.systolic_mmhg, (40, 300), "mmHg")
        within("baseline diastolic", self.diastolic_mmhg, (20, 200), "mmHg")
        within("baseline heart rate", self.heart_rate_per_min, (20, 250), "beats a minute")
        within("baseline temperature", self.temperature_celsius, (30, 45), "degrees Celsius")
        if self.diastolic_mmhg >= self.systolic_mmhg:
            raise ExposureRefused(
                "baseline diastolic",
                f"{self.diastolic_mmhg:g} mmHg is not below the systolic {self.systolic_mmhg:g}",
                "Write the larger one first",
            )


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, as far as the models know people.

    Parameters
    ----------
    weight_kg
        Body weight, 30 to 300 kg.
    sex
        ``female`` or ``male``. Neither model was found to need it beside the weight; it is asked so
        that a later one may use it, and changes no number today.
    cyp2d6_activity
        0 for a poor metaboliser, 0.5 intermediate, 1 normal, 1.5 to 2 ultrarapid; at most 3. The
        one-compartment model does not know it.
    has_eaten
        Whether a high-fat meal went before the dose; it delays absorption.
    baseline
        The person's own values before the dose; otherwise those of the calibration, with their spread.

    Raises
    ------
    ExposureRefused
        Naming the place, what is wrong and the mend.
    """

    weight_kg: float
    sex: str
    cyp2d6_activity: float = 1.0
    has_eaten: bool = False
    baseline: Baseline | None = None

    def __post_init__(self) -> None:
        within("weight", self.weight_kg, _WEIGHT_KG, "kg")
        within("CYP2D6 activity", self.cyp2d6_activity, _ACTIVITY, "times the normal one")
        if self.sex not in SEXES:
            raise ExposureRefused("sex", f"{self.sex!r} is not known", "Say female or male")


@dataclass(frozen=True, order=True)
class Dose:
    """One dose by mouth: when it is swallowed, in minutes from the first, and mg of the hydrochloride."""

    minute: float
    mg: float

    def __post_init__(self) -> None:
        within("dose", self.mg, _DOSE_MG, "mg")
        within("minute of a dose", self.minute, (0.0, float(SESSION_MINUTES)), "minutes")


def initial_and_supplement(initial_mg: float, supplement: Dose | None = None) -> tuple[Dose, ...]:
    """The doses of a session: the initial one at minute 0 and, if given, its supplement.

    Raises
    ------
    ExposureRefused
        For a dose or a time that cannot be, and for a supplement at or before the initial dose.
    """
    if supplement is None:
        return (Dose(0.0, initial_mg),)
    if supplement.minute <= 0:
        raise ExposureRefused(
            "supplement",
            f"minute {supplement.minute:g} is not after the initial dose",
            "Give the minutes from the initial dose, like 60@105",
        )
    return (Dose(0.0, initial_mg), supplement)


def checked(doses: Sequence[Dose]) -> tuple[Dose, ...]:
    """The doses in their order, the first at minute 0, from which all minutes count."""
    found = tuple(sorted(doses))
    if not found or found[0].minute != 0:
        raise ExposureRefused(
            "doses", "there is none at minute 0", "Count the minutes from the initial dose"
        )
    return found


def within(place: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    """Refuse a number outside its bounds, or one that is none.

    Raises
    ------
    ExposureRefused
        Naming the place and the bounds.
    """
    low, high = bounds
    if not math.isfinite(value) or not low <= value <= high:
        raise ExposureRefused(
            place, f"{value:g} is outside what can be", f"Give {low:g} to {high:g} {unit}"
        )
