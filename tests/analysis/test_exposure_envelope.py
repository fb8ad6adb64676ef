"""What must hold of the expected course for everybody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.analysis.exposure.bands import MEASURES, MINUTES, UNITS, envelope
from holdfast.analysis.exposure.people import (
    Baseline,
    Dose,
    ExposureRefused,
    Person,
    initial_and_supplement,
)
from holdfast.analysis.exposure.sampling import envelope_of_many
from holdfast.definitions.exposure import load

SMALL = settings(max_examples=20)
MODELS = ("three-state", "one-compartment")
OWN = Baseline(
    systolic_mmhg=118, diastolic_mmhg=76, heart_rate_per_min=64, temperature_celsius=36.6
)

initials = st.floats(30, 200)
activities = st.sampled_from((0.0, 0.5, 1.0, 1.5, 2.0))
people = st.builds(
    Person,
    weight_kg=st.floats(40, 140),
    sex=st.sampled_from(("female", "male")),
    cyp2d6_activity=activities,
    has_eaten=st.booleans(),
    baseline=st.none() | st.just(OWN),
)
supplements = st.none() | st.builds(Dose, minute=st.integers(30, 240), mg=st.floats(15, 100))


def seventy(**more: object) -> Person:
    return Person(**({"weight_kg": 70, "sex": "female"} | more))


@SMALL
@given(people, initials, supplements)
def test_low_is_never_above_the_median_nor_that_above_high(person, mg, supplement):
    for row in envelope(person, initial_and_supplement(mg, supplement)).rows():
        assert row.low <= row.median + 1e-6, row
        assert row.median <= row.high + 1e-6, row
        assert row.low_change <= row.median_change + 1e-6, row
        assert row.median_change <= row.high_change + 1e-6, row
        assert row.low_change >= 0, row
        assert np.isfinite([row.low, row.high, row.high_change]).all(), row


@SMALL
@given(people, initials, st.floats(1.05, 1.8))
def test_more_dose_is_more_concentration_and_no_less_effect(person, mg, more):
    less = envelope(person, initial_and_supplement(mg))
    much = envelope(person, initial_and_supplement(mg * more))
    after = MINUTES.index(30)
    assert (much.bands["concentration"].values > less.bands["concentration"].values)[after:].all()
    for measure in MEASURES[1:]:
        change = much.bands[measure].changes[:, 1] - less.bands[measure].changes[:, 1]
        # Tolerance grows too: late, and only then, a larger dose may drive a little less.
        assert change.max() >= 0
        assert change[: MINUTES.index(60)].min() >= -1e-3


@SMALL
@given(people, initials, st.builds(Dose, minute=st.integers(30, 240), mg=st.floats(15, 100)))
def test_until_a_supplement_is_absorbed_it_is_as_if_it_were_not_there(person, mg, supplement):
    without = envelope(person, initial_and_supplement(mg))
    with_it = envelope(person, initial_and_supplement(mg, supplement))
    before = [place for place, minute in enumerate(MINUTES) if minute <= supplement.minute]
    after = MINUTES.index(300)
    for measure in MEASURES:
        ours, theirs = with_it.bands[measure], without.bands[measure]
        # The same sums in other steps: alike to a thousandth of the whole rise.
        near = 2e-3 * float(np.abs(theirs.changes).max()) + 1e-3
        assert ours.values[before] == pytest.approx(theirs.values[before], abs=near), measure
    level = "concentration"
    assert with_it.bands[level].values[after, 1] > without.bands[level].values[after, 1]


@SMALL
@given(people, initials, st.floats(1.1, 1.8))
def test_a_heavier_person_has_lower_concentrations(person, mg, heavier):
    other = Person(
        weight_kg=person.weight_kg * heavier,
        sex=person.sex,
        cyp2d6_activity=person.cyp2d6_activity,
        has_eaten=person.has_eaten,
    )
    light = envelope(person, initial_and_supplement(mg)).bands["concentration"].values
    heavy = envelope(other, initial_and_supplement(mg)).bands["concentration"].values
    assert (heavy[MINUTES.index(30) :] < light[MINUTES.index(30) :]).all()


def test_a_slower_enzyme_gives_higher_concentrations_but_hardly_more_effect():
    """55 kg and a poor metaboliser beside 70 kg and normal: our own first sums gave +46 % and +9 %."""
    doses = initial_and_supplement(120)
    slow = envelope(seventy(weight_kg=55, cyp2d6_activity=0), doses).bands
    normal = envelope(seventy(), doses).bands

    def ratio(measure):
        return slow[measure].changes[:, 1].max() / normal[measure].changes[:, 1].max()

    assert ratio("concentration") == pytest.approx(1.46, abs=0.04)
    assert ratio("systolic") == pytest.approx(1.09, abs=0.04)


def test_sex_changes_nothing_beside_weight():
    doses = initial_and_supplement(120)
    assert list(envelope(seventy(), doses).rows()) == list(
        envelope(seventy(sex="male"), doses).rows()
    )


def test_before_the_dose_is_absorbed_nothing_has_changed():
    first = list(envelope(seventy(), initial_and_supplement(120)).rows())[:20]
    for row in first:
        assert row.minute <= 15
        assert (row.low_change, row.median_change, row.high_change) == pytest.approx((0, 0, 0))


def test_the_rows_are_every_measure_every_five_minutes_for_eight_hours_in_named_units():
    rows = list(envelope(seventy(), initial_and_supplement(120)).rows())
    assert [(row.minute, row.measure) for row in rows] == [
        (minute, measure) for minute in range(0, 481, 5) for measure in MEASURES
    ]
    assert UNITS["concentration"] == "ng/mL"
    at_three = {row.measure: row for row in rows if row.minute == 180}
    for measure, low, high in (
        ("concentration", 150, 260),
        ("systolic", 135, 165),
        ("diastolic", 80, 100),
        ("heart_rate", 75, 105),
        ("temperature", 37.2, 38.2),
    ):
        assert low < at_three[measure].median < high


def test_a_person_with_a_baseline_starts_from_it():
    start = {
        row.measure: row
        for row in envelope(seventy(baseline=OWN), initial_and_supplement(120)).rows()
        if row.minute == 0
    }
    assert start["systolic"].median == pytest.approx(118)
    assert start["temperature"].median == pytest.approx(36.6)
    error = 1.645 * load("effects")["systolic-reading-error"]
    assert start["systolic"].high == pytest.approx(118 + error, abs=0.05)


def test_the_same_question_has_the_same_answer():
    doses = initial_and_supplement(120, Dose(105, 60))
    assert list(envelope(seventy(), doses).rows()) == list(envelope(seventy(), doses).rows())


def test_a_seed_draws_the_same_many_and_another_seed_others():
    doses = initial_and_supplement(120)
    once, again, other = (
        envelope_of_many(seventy(), doses, persons=50, seed=seed).bands["systolic"].values
        for seed in (4, 4, 5)
    )
    assert (once == again).all()
    assert (once != other).any()


MANY = (
    (seventy(weight_kg=80, sex="male"), initial_and_supplement(120, Dose(105, 60)), "three-state"),
    (
        seventy(weight_kg=55, cyp2d6_activity=0, baseline=OWN),
        initial_and_supplement(80, Dose(120, 40)),
        "three-state",
    ),
    (seventy(), initial_and_supplement(125), "one-compartment"),
)


@pytest.mark.parametrize(("person", "doses", "model"), MANY, ids=["120+60", "own, 80+40", "linear"])
def test_the_quick_band_is_within_two_per_cent_of_twenty_thousand_people(person, doses, model):
    """Lines within 2 %; changes within 5 % of themselves or of a tenth of the typical rise.

    A change near nothing has no per cent to speak of. Of the 5 % up to three are the chance of 20,000
    people; beside 160,000 the changes are within 2.5 % (benchmarks/envelope.py measures it).
    """
    quick = envelope(person, doses, model=model)
    slow = envelope_of_many(person, doses, persons=20_000, seed=11, model=model)
    effects = load("effects")
    after = MINUTES.index(25)
    for measure in MEASURES:
        ours, theirs = quick.bands[measure], slow.bands[measure]
        near = np.abs(ours.values / np.where(theirs.values > 0, theirs.values, 1) - 1)
        assert near[after:].max() < 0.02, measure
        if measure == "concentration":
            continue
        tenth = effects[f"{measure.replace('_', '-')}-rise"] / 10
        apart = np.abs(ours.changes - theirs.changes) / np.maximum(theirs.changes, tenth)
        assert apart.max() < 0.05, measure


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"weight_kg": 8}, "weight"),
        ({"weight_kg": 800}, "weight"),
        ({"weight_kg": float("nan")}, "weight"),
        ({"cyp2d6_activity": -0.5}, "CYP2D6 activity"),
        ({"cyp2d6_activity": 9}, "CYP2D6 activity"),
        ({"sex": "f"}, "sex"),
    ],
)
def test_a_person_who_cannot_be_is_refused_with_place_and_mend(wrong, place):
    with pytest.raises(ExposureRefused) as refused:
        seventy(**wrong)
    assert refused.value.place == place
    assert refused.value.mend


@pytest.mark.parametrize("mg", [-120, 0, 5_000, float("inf"), float("nan")])
def test_a_dose_that_cannot_be_is_refused(mg):
    with pytest.raises(ExposureRefused, match="1 to 500 mg"):
        initial_and_supplement(mg)


@pytest.mark.parametrize("minute", [0])
def test_a_supplement_comes_after_the_initial_dose(minute):
    with pytest.raises(ExposureRefused, match="not after the initial dose"):
        initial_and_supplement(120, Dose(minute, 60))


def test_minutes_count_from_the_initial_dose():
    with pytest.raises(ExposureRefused, match="none at minute 0"):
        envelope(seventy(), [Dose(30, 120)])


def test_a_baseline_that_cannot_be_is_refused():
    with pytest.raises(ExposureRefused, match="not below the systolic"):
        Baseline(systolic_mmhg=80, diastolic_mmhg=90, heart_rate_per_min=70, temperature_celsius=37)


def test_the_published_model_is_not_asked_what_it_does_not_know():
    with pytest.raises(ExposureRefused, match="does not know it"):
        envelope(seventy(cyp2d6_activity=0), initial_and_supplement(120), model="one-compartment")
