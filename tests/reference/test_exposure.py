"""The two models of concentration and their link to pulse and pressure, held to what was published.

Each row says its source and how far it was checked: "verified" was read in the source, "derived"
follows by arithmetic, "from memory" was not checked. Where a published model cannot meet a published
value, the row says so and holds the miss where it is: nothing was moved to hide it. docs/exposure.md
prints the same table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from holdfast.analysis.exposure.bands import envelope
from holdfast.analysis.exposure.effects import at_rest, needed_share, rise, shape_of
from holdfast.analysis.exposure.kinetics import concentrations, starts
from holdfast.analysis.exposure.people import Dose, Person, initial_and_supplement
from holdfast.analysis.exposure.spread import bodies
from holdfast.analysis.exposure.times import times
from holdfast.definitions.exposure import load
from tests.analysis.exposure import typical

MAS = "Mas 1999, JPET 290:136, 8 men"
FARRE_2004 = "Farré 2004, Psychopharmacology, 9 men, 100 mg and again after 24 h"
HUESTIS = "Huestis 2025, doi 10.1002/psp4.13282"


@dataclass(frozen=True)
class Anchor:
    """A published value, what the model says, and within how many per cent."""

    what: str
    published: float
    model: Callable[[], float]
    percent: float
    source: str
    standing: str


def second_dose() -> tuple[float, float]:
    """Highest and area of the second of two doses of 100 mg a day apart, as multiples of the first."""
    curve = typical((0, 100), (24, 100), until=48)
    first, second = curve.between(0, 24), curve.between(24, 48)
    return second.highest() / first.highest(), second.area() / first.area()


def kolbrich(mg: float) -> float:
    numbers = load("one-compartment")
    return typical(
        (0, mg),
        model="one-compartment",
        clearance=numbers["nida-clearance-factor"],
        volume=numbers["nida-volume-factor"],
    ).highest()


def blocked(measure: str) -> float:
    with_none, with_all = typical((0, 100), activity=0), typical((0, 100))
    return float(getattr(with_none, measure)() / getattr(with_all, measure)())


THREE_STATES = [
    Anchor("Cmax 75 mg", 130.9, lambda: typical((0, 75)).highest(), 4, MAS, "verified"),
    Anchor("Cmax 125 mg", 236.4, lambda: typical((0, 125)).highest(), 4, MAS, "verified"),
    Anchor("Tmax 75 mg", 1.8, lambda: typical((0, 75)).time_of_highest(), 13, MAS, "verified"),
    Anchor("Tmax 125 mg", 2.4, lambda: typical((0, 125)).time_of_highest(), 12, MAS, "verified"),
    Anchor(
        "half-life 75 mg",
        7.7,
        lambda: typical((0, 75)).between(8, 24).half_life(),
        4,
        MAS,
        "verified",
    ),
    Anchor(
        "half-life 125 mg",
        8.6,
        lambda: typical((0, 125)).between(8, 24).half_life(),
        7,
        MAS,
        "verified",
    ),
    Anchor(
        "Cmax 100 mg",
        180,
        lambda: typical((0, 100)).highest(),
        2,
        "de la Torre and Pizarro",
        "from memory",
    ),
    Anchor("second dose, highest", 1.29, lambda: second_dose()[0], 2, FARRE_2004, "verified"),
    Anchor(
        "CYP2D6 blocked, highest",
        1.17,
        lambda: blocked("highest"),
        2,
        "a study with paroxetine, remembered",
        "from memory",
    ),
    Anchor(
        "CYP2D6 blocked, area",
        1.30,
        lambda: blocked("area"),
        7,
        "Farré 2007, paroxetine",
        "verified",
    ),
    Anchor(
        "area of 75 mg, not fitted",
        1331,
        lambda: typical((0, 75)).area(),
        10,
        "de la Torre 2000, BJCP 49:104",
        "from memory",
    ),
    Anchor(
        "area of 125 mg, not fitted",
        2624,
        lambda: typical((0, 125)).area(),
        10,
        "de la Torre 2000, BJCP 49:104",
        "from memory",
    ),
]
ONE_COMPARTMENT = [
    Anchor(
        "half-life",
        7.7,
        lambda: typical((0, 120), model="one-compartment").between(8, 24).half_life(),
        1,
        f"{HUESTIS}: ln 2 times volume by clearance; Mas 1999 measured the same after 75 mg",
        "derived",
    ),
    Anchor(
        "Cmax of 1.0 mg/kg with the effects of that study",
        162.9,
        lambda: kolbrich(70),
        5,
        "Kolbrich 2008, doi 10.1097/FTD.0b013e3181684fa0, 17 people",
        "verified",
    ),
    Anchor(
        "Cmax of 1.6 mg/kg with the effects of that study",
        291.8,
        lambda: kolbrich(112),
        8,
        "Kolbrich 2008",
        "from memory",
    ),
    Anchor(
        "Tmax after a meal",
        4.0,
        lambda: typical((0, 120), model="one-compartment", has_eaten=True).time_of_highest(),
        2,
        HUESTIS,
        "verified",
    ),
]


@pytest.mark.parametrize("anchor", THREE_STATES + ONE_COMPARTMENT, ids=lambda a: a.what)
def test_a_model_meets_what_was_published(anchor):
    assert anchor.model() == pytest.approx(anchor.published, rel=anchor.percent / 100), (
        f"{anchor.source} ({anchor.standing})"
    )


MISSED = [
    # One enzyme cannot give this and the small effect of paroxetine at once; the compromise is kept.
    Anchor("second dose, area", 1.77, lambda: second_dose()[1], -17, FARRE_2004, "verified"),
    # The share of the dose that enters evenly, which comes early, was not in what could be read.
    Anchor(
        "one compartment, Tmax after fasting",
        2.1,
        lambda: typical((0, 120), model="one-compartment").time_of_highest(),
        29,
        HUESTIS,
        "verified",
    ),
    Anchor(
        "three states, Tmax after a meal",
        4.0,
        lambda: typical((0, 120), has_eaten=True).time_of_highest(),
        -14,
        HUESTIS,
        "verified",
    ),
]


@pytest.mark.parametrize("anchor", MISSED, ids=lambda a: a.what)
def test_what_a_model_misses_it_misses_by_as_much_as_the_manual_says(anchor):
    missed = 100 * (anchor.model() / anchor.published - 1)
    assert missed == pytest.approx(anchor.percent, abs=1.5), anchor.source


def test_a_supplement_after_two_hours_adds_to_what_is_left_of_the_initial_dose():
    """Our own predictions from when the model was fitted: the code still solves the same equations."""
    for doses, highest, hour in (
        (((0, 80), (2, 40)), 204, 3.7),
        (((0, 120), (2, 60)), 320, 3.8),
        (((0, 120),), 220, 2.2),
    ):
        curve = typical(*doses)
        assert curve.highest() == pytest.approx(highest, rel=0.005)
        assert curve.time_of_highest() == pytest.approx(hour, abs=0.08)


@pytest.mark.parametrize(
    ("activity", "highest", "area"),
    [(0, 258, 3536), (0.5, 238, 3113), (1, 220, 2700), (1.5, 204, 2301), (2, 191, 1921)],
)
def test_a_more_active_enzyme_lowers_exposure_by_less_than_its_activity(activity, highest, area):
    """Our own predictions for 120 mg, by activity; that the enzyme puts itself out of work keeps the ratio small."""
    curve = typical((0, 120), activity=activity)
    assert curve.highest() == pytest.approx(highest, rel=0.005)
    assert curve.area() == pytest.approx(area, rel=0.005)


def test_splitting_a_dose_hardly_changes_the_whole_and_lowers_the_first_four_hours():
    """Huestis 2025, of 180 mg at once or 120 and 60 mg two hours apart (verified, in words only)."""
    split, single = typical((0, 120), (2, 60)), typical((0, 180))
    assert split.area() == pytest.approx(single.area(), rel=0.02)
    assert split.between(0, 4).area() < 0.85 * single.between(0, 4).area()
    assert split.time_of_highest() > single.time_of_highest()


def highest_readings(mg: float, count: int, every_minutes: int | None) -> dict[str, np.ndarray]:
    """The highest reading of each of so many people: of readings every so often, or one at the true peak."""
    numbers, effects = load("three-state"), load("effects")
    chance = np.random.default_rng(int(mg))
    doses = (Dose(0, mg),)
    # The calibration's 7 % of poor metabolisers; the weights of the study are not known.
    people = bodies(Person(weight_kg=70, sex="female"), chance.standard_normal((3, count)), numbers)
    people = replace(people, cyp2d6_activity=(chance.random(count) >= 0.07).astype(float))
    when = times(starts(doses, numbers), 8.0, 1 / 12)
    levels = concentrations(numbers, doses, people, 8.0, 1 / 12)
    shape = shape_of(needed_share(levels, effects, when.fine), effects, when.fine)
    found = {}
    for sign in ("systolic", "heart_rate", "temperature"):
        size, spread = rise(sign, effects)
        mean, sd = at_rest(sign, None, effects, with_error=False)
        error = effects[f"{sign.replace('_', '-')}-reading-error"]
        true = when.at_marks(shape.of(sign)) * size * np.exp(spread * chance.standard_normal(count))
        true += mean + sd * chance.standard_normal(count)
        read = true[:: every_minutes // 5] if every_minutes else true.max(axis=0, keepdims=True)
        found[sign] = (read + error * chance.standard_normal(read.shape)).max(axis=0)
    return found


# Vizeli and Liechti 2017, doi 10.1177/0269881117691569: of 166 healthy people (verified); 136 with
# 125 mg and 30 with 75 mg (from memory).
PUBLISHED = {"systolic": (160, 33), "heart_rate": (100, 29), "temperature": (38, 19)}


def exceeding(every_minutes: int | None) -> dict[str, float]:
    high = highest_readings(125, 12_000, every_minutes)
    low = highest_readings(75, 6_000, every_minutes)
    return {
        sign: 100 * float(136 * (high[sign] > bound).mean() + 30 * (low[sign] > bound).mean()) / 166
        for sign, (bound, _) in PUBLISHED.items()
    }


def test_hourly_readings_pass_the_three_bounds_as_often_as_in_the_study():
    """33 % above 160 mmHg, 29 % above 100 beats, 19 % above 38 °C: each within three points.

    Of 166 people the chance alone is about seven points either way. The rises in the definitions
    were not moved to come nearer.
    """
    found = exceeding(every_minutes=60)
    for sign, (_, published) in PUBLISHED.items():
        assert found[sign] == pytest.approx(published, abs=3), sign


def test_the_rates_lie_between_one_reading_at_the_peak_and_half_hourly_readings():
    """What counts as somebody's highest value was not published with the rates; both ends are held."""
    fewest, most = exceeding(every_minutes=None), exceeding(every_minutes=30)
    for sign, (_, published) in PUBLISHED.items():
        assert fewest[sign] <= published <= most[sign], sign
        assert fewest[sign] >= published - 3.5, sign


def test_rises_of_mas_1999_lie_inside_the_band():
    """ΔSBP 40 mmHg and ΔHR 30 a minute in 8 men (verified): above our median and within 95 %."""
    found = envelope(Person(weight_kg=70, sex="male"), initial_and_supplement(125))
    for sign, published in (("systolic", 40), ("heart_rate", 30)):
        changes = found.bands[sign].changes
        assert changes[:, 1].max() < published < changes[:, 2].max()


def test_temperature_peaks_late_and_a_supplement_keeps_it_rising():
    """Our calibration: about three hours after one dose, about four with a supplement after two."""
    person = Person(weight_kg=70, sex="female")
    for doses, hour in (
        (initial_and_supplement(120), 2.9),
        (initial_and_supplement(120, Dose(120, 60)), 4.0),
    ):
        changes = envelope(person, doses).bands["temperature"].changes[:, 1]
        assert changes.argmax() / 12 == pytest.approx(hour, abs=0.25)
