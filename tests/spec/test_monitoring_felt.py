"""What is felt or seen, by itself, beside a pressure, and beside what was drunk.

Facts 3.3 name what calls for rescue and transfer, from memory. Facts 3.2: low sodium came with free
drinking (37 %), and with restricted fluids in none of 15 (Atila 2024).
"""

import pytest


@pytest.mark.parametrize(
    ("term", "rule"),
    [
        ("chest-pain", "angina: emergency"),
        ("neurological-deficit", "deficit: emergency"),
        ("seizure", "seizure: emergency"),
        ("severe-headache", "headache-severe: urgent"),
        ("arrhythmia", "rhythm: urgent"),
        ("confusion", "confused: urgent"),
        ("hard-to-wake", "confused: urgent"),
    ],
)
def test_what_calls_for_help_by_itself(session_spec, term, rule):
    """angina, deficit, seizure, headache-severe, rhythm, confused: whatever the pressure is."""
    session_spec(
        f"""
        minute | also
        -------+-----
          60   | event term={term}
        """,
        at_minute=60,
        about="limits",
        conditions=[rule],
    )


@pytest.mark.parametrize("term", ["euphoria", "warmth", "jaw-tight", "anxiety", "grief", "nausea"])
def test_what_is_felt_and_is_no_sign_raises_nothing(session_spec, term):
    """It is recorded all the same. Nausea alone, with nothing drunk, is no sign of low sodium."""
    session_spec(
        f"""
        minute | also
        -------+-----
          60   | event term={term}
        """,
        at_minute=480,
        about="limits",
        conditions=[],
    )


def test_a_severe_headache_beside_a_high_pressure_is_an_emergency(session_spec):
    """headache-with-pressure: rescue and transfer regardless (facts 3.3); the last pressure before it counts."""
    session_spec(
        """
        minute | systolic | diastolic | also
        -------+----------+-----------+-----
          30   |   161    |    80     |
          31   |          |           | event term=severe-headache
        """,
        at_minute=31,
        about="limits",
        conditions=[
            "systolic-observed",
            "systolic-dense",
            "headache-severe: urgent",
            "headache-with-pressure: emergency",
        ],
    )


def test_a_pressure_that_was_high_and_is_not_any_more_is_not_beside_the_headache(session_spec):
    """Only the last reading before it, and those after it."""
    session_spec(
        """
        minute | systolic | diastolic | also
        -------+----------+-----------+-----
          30   |   161    |    80     |
          33   |   160    |    80     |
          34   |          |           | event term=severe-headache
        """,
        at_minute=34,
        about="limits",
        conditions=["systolic-observed", "systolic-dense", "systolic-dense", "headache-severe"],
    )


def test_a_high_pressure_after_a_headache_counts_until_it_has_passed(session_spec):
    """The headache passed at 50: what is high at 60 is not beside it."""
    table = """
        minute | systolic | diastolic | also
        -------+----------+-----------+-----
          31   |          |           | event term=severe-headache
          40   |   140    |   101     |
          50   |          |           | event term=severe-headache course=offset
          60   |   140    |   102     |
    """
    session_spec(
        table,
        at_minute=60,
        about="limits",
        conditions=[
            "headache-severe until 50",
            "headache-with-pressure @ 40",
            "diastolic-observed @ 40",
            "diastolic-observed @ 60",
        ],
    )


def test_more_than_the_signed_ceiling_alarms_and_blocks_nothing(session_spec):
    """fluid-ceiling: no number from a trial exists; this site signed 2000 ml, and 2000 is not more."""
    session_spec(
        """
        minute | also
        -------+-----
          30   | fluid-taken volume_ml=1000 what=water
          60   | fluid-taken volume_ml=1000 what=water
          90   | fluid-taken volume_ml=1 what=electrolytes
         120   | fluid-taken volume_ml=100 what=water
        """,
        at_minute=120,
        about="limits",
        conditions=["fluid-ceiling @ 90", "fluid-ceiling @ 120"],
    )


def test_a_sign_of_low_sodium_beside_too_much_fluid_is_urgent(session_spec):
    """sodium-possible: nausea, vomiting, headache, confusion and the like, after more than the ceiling."""
    session_spec(
        """
        minute | also
        -------+-----
          30   | fluid-taken volume_ml=2001 what=water
          60   | event term=nausea
        """,
        at_minute=60,
        about="limits",
        conditions=["fluid-ceiling: notify", "sodium-possible: urgent"],
    )


def test_a_sign_of_low_sodium_beside_the_ceiling_itself_is_not(session_spec):
    """2000 ml is what was signed as still well."""
    session_spec(
        """
        minute | also
        -------+-----
          30   | fluid-taken volume_ml=2000 what=water
          60   | event term=headache
        """,
        at_minute=60,
        about="limits",
        conditions=[],
    )


def test_without_a_signed_ceiling_a_sign_beside_anything_drunk_is_shown(session_spec):
    """Nobody can tell whether it was too much: it is seen, and pages nobody."""
    session_spec(
        """
        minute | also
        -------+-----
          30   | fluid-taken volume_ml=150 what=water
          60   | event term=nausea
        """,
        at_minute=60,
        about="limits",
        unsigned=["fluid-ceiling"],
        conditions=["sodium-possible: observe"],
    )


def test_a_drink_entered_late_counts_from_when_it_is_known(session_spec):
    """It was drunk before the nausea, and that is known at 90."""
    session_spec(
        """
        minute | known | also
        -------+-------+-----
          30   |  90   | fluid-taken volume_ml=2001 what=water
          60   |       | event term=nausea
        """,
        at_minute=90,
        about="limits",
        conditions=["fluid-ceiling @ 90", "sodium-possible @ 90"],
    )


def test_what_is_drunk_after_the_sign_does_not_make_it_one(session_spec):
    """The next sign is judged beside it."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | event term=nausea
          61   | fluid-taken volume_ml=2001 what=water
        """,
        at_minute=61,
        about="limits",
        conditions=["fluid-ceiling"],
    )


def test_a_second_headache_beside_the_same_pressure_is_an_emergency_again(session_spec):
    """Whoever acknowledged the first has not seen the second; both pressures of one reading are one."""
    session_spec(
        """
        minute | systolic | diastolic | also
        -------+----------+-----------+-----
          30   |   150    |   105     |
          31   |          |           | event term=severe-headache
          33   |          |           | event term=severe-headache
          40   |   165    |   105     |
        """,
        at_minute=40,
        about="limits",
        conditions=[
            *("diastolic-observed", "diastolic-observed", "systolic-observed", "systolic-dense"),
            *("headache-severe", "headache-severe"),
            *("headache-with-pressure @ 31", "headache-with-pressure @ 33"),
            *("headache-with-pressure @ 40", "headache-with-pressure @ 40"),
        ],
    )
