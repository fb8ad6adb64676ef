"""The simulator's readings: one person by a seed, with errors and mishaps, and nothing else."""

import numpy as np
import pytest

from holdfast.analysis.exposure.bands import envelope
from holdfast.analysis.exposure.courses import one_course
from holdfast.analysis.exposure.people import (
    Baseline,
    Dose,
    ExposureRefused,
    Person,
    initial_and_supplement,
)

PERSON = Person(weight_kg=70, sex="female")
DOSES = initial_and_supplement(120, Dose(105, 60))
EVERY_HALF_HOUR = range(0, 481, 30)


def test_a_seed_is_a_person():
    assert one_course(PERSON, DOSES, EVERY_HALF_HOUR, 7) == one_course(
        PERSON, DOSES, EVERY_HALF_HOUR, 7
    )
    assert one_course(PERSON, DOSES, EVERY_HALF_HOUR, 7) != one_course(
        PERSON, DOSES, EVERY_HALF_HOUR, 8
    )


def test_a_reading_stays_what_it_was_whatever_other_minutes_are_asked_for():
    whole = {reading.minute: reading for reading in one_course(PERSON, DOSES, EVERY_HALF_HOUR, 7)}
    (alone,) = one_course(PERSON, DOSES, [120], 7)
    assert alone == whole[120]


def test_before_the_supplement_nobody_can_tell_whether_it_will_come():
    """So that a demonstration can go on by itself and the supplement be given when somebody gives it."""
    early = range(-30, 106, 15)
    assert one_course(PERSON, DOSES[:1], early, 7) == one_course(PERSON, DOSES, early, 7)


def test_before_the_dose_a_person_is_at_rest():
    own = Baseline(
        systolic_mmhg=118, diastolic_mmhg=76, heart_rate_per_min=64, temperature_celsius=36.6
    )
    person = Person(weight_kg=70, sex="female", baseline=own)
    found = [one_course(person, DOSES, [-30], seed)[0] for seed in range(60)]
    clean = [reading for reading in found if not reading.artefact]
    assert np.mean([reading.systolic_mmhg for reading in clean]) == pytest.approx(118, abs=2)
    assert np.mean([reading.temperature_celsius for reading in clean]) == pytest.approx(
        36.6, abs=0.07
    )


def test_nine_of_ten_clean_readings_lie_inside_the_band():
    band = {
        (row.measure, row.minute): row
        for row in envelope(PERSON, DOSES).rows()
        if row.minute in (90, 240)
    }
    inside = []
    for seed in range(150):
        for reading in one_course(PERSON, DOSES, [90, 240], seed):
            if not reading.artefact:
                for measure, value in (
                    ("systolic", reading.systolic_mmhg),
                    ("heart_rate", reading.heart_rate_per_min),
                    ("temperature", reading.temperature_celsius),
                ):
                    row = band[measure, reading.minute]
                    inside.append(row.low <= value <= row.high)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.035)


def test_what_goes_wrong_is_named_and_shows():
    found = [
        reading
        for seed in range(40)
        for reading in one_course(PERSON, DOSES, EVERY_HALF_HOUR, seed)
    ]
    kinds = {reading.artefact for reading in found}
    assert kinds == {"", "cuff-failed", "cuff-moved", "pulse-doubled", "mouth-open"}
    for reading in found:
        assert (reading.systolic_mmhg is None) == (reading.artefact == "cuff-failed")
        if reading.systolic_mmhg is not None and reading.diastolic_mmhg is not None:
            assert reading.diastolic_mmhg < reading.systolic_mmhg
    wrong = np.mean([reading.artefact != "" for reading in found])
    assert wrong == pytest.approx(0.10, abs=0.035)
    assert min(r.heart_rate_per_min for r in found if r.artefact == "pulse-doubled") > 85


def test_no_minutes_are_no_readings():
    assert one_course(PERSON, DOSES, [], 1) == ()


@pytest.mark.parametrize(
    ("minutes", "seed", "place"),
    [([2000], 1, "minutes"), ([-300], 1, "minutes"), ([0], -1, "seed")],
)
def test_what_is_outside_is_refused(minutes, seed, place):
    with pytest.raises(ExposureRefused) as refused:
        one_course(PERSON, DOSES, minutes, seed)
    assert refused.value.place == place
