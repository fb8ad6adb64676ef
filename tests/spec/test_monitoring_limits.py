"""A reading beside its limits: what is watched, measured densely, cooled, urgent.

The site of these pages has signed every number, at the value of its source where there is one. A
reading at a limit is judged on both sides of it.
"""


def test_systolic_160_is_measured_densely_and_161_is_watched_as_well(session_spec):
    """observe-systolic: above 160 (Vizeli 2017). dense-systolic: from 160 on (facts 3.3, from memory)."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   159    |    80
          60   |   160    |    80
          90   |   161    |    80
        """,
        at_minute=90,
        about="limits",
        conditions=[
            "systolic-dense @ 60",
            "systolic-dense @ 90",
            "systolic-observed @ 90",
        ],
    )


def test_a_diastolic_pressure_above_100_is_watched_and_from_110_measured_densely(session_spec):
    """observe-diastolic, dense-diastolic: facts 3.3, from memory; so they run once they are signed."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   140    |   100
          60   |   140    |   101
          90   |   140    |   109
         120   |   140    |   110
        """,
        at_minute=120,
        about="limits",
        conditions=[
            "diastolic-observed @ 60",
            "diastolic-observed @ 90",
            "diastolic-observed @ 120",
            "diastolic-dense @ 120",
        ],
    )


def test_a_heart_rate_above_100_is_watched_and_from_110_measured_densely(session_spec):
    """observe-heart-rate (Vizeli 2017), dense-heart-rate (facts 3.3, from memory)."""
    session_spec(
        """
        minute | heart rate
        -------+-----------
          30   |    100
          60   |    101
          90   |    109
         120   |    110
        """,
        at_minute=120,
        about="limits",
        conditions=[
            "heart-rate-observed @ 60",
            "heart-rate-observed @ 90",
            "heart-rate-observed @ 120",
            "heart-rate-dense @ 120",
        ],
    )


def test_a_temperature_above_38_is_watched(session_spec):
    """observe-temperature (Vizeli 2017). The rise is judged by itself: rise-cooling."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    37.4
          30   |    38.0
          60   |    38.1
        """,
        at_minute=60,
        about="limits",
        conditions=["temperature-observed @ 60"],
    )


def test_what_is_watched_sounds_nowhere_and_pages_nobody(session_spec):
    """Observe is never a sound."""
    (watched,) = session_spec(
        """
        minute | heart rate
        -------+-----------
          30   |    101
        """,
        at_minute=30,
        about="limits",
        conditions=["heart-rate-observed: observe"],
    )
    assert watched.is_silent
    assert watched.told == ("therapists", "physician-board")


def test_a_pressure_of_180_is_urgent_once_it_lasts(session_spec):
    """urgent-systolic: at or above 180, sustained (facts 3.3, from memory): the one after it as well."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   180    |    80
          33   |   179    |    80
          36   |   180    |    80
          39   |   180    |    80
        """,
        at_minute=40,
        about="limits",
        conditions=[
            *["systolic-observed"] * 4,
            *["systolic-dense"] * 4,
            "systolic-urgent @ 39",
        ],
    )


def test_a_pressure_of_180_that_nobody_measures_again_counts_as_lasting(session_spec):
    """urgent-repeat: signed here as five minutes; at five minutes it is urgent, before it is not."""
    table = """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   180    |    80
    """
    before = ["systolic-observed", "systolic-dense"]
    session_spec(table, at_minute=34.9, about="limits", conditions=before)
    session_spec(table, at_minute=35, about="limits", conditions=[*before, "systolic-urgent @ 35"])


def test_a_pressure_measured_again_in_the_fifth_minute_is_not_urgent(session_spec):
    """In time is in time: at five minutes exactly."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   180    |    80
          35   |   150    |    80
        """,
        at_minute=60,
        about="limits",
        conditions=["systolic-observed until 35", "systolic-dense until 35"],
    )


def test_where_nobody_signed_how_soon_to_measure_again_180_is_urgent_at_once(session_spec):
    """Unknown is never a yes: without urgent-repeat nobody may wait."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   180    |    80
        """,
        at_minute=30,
        about="limits",
        unsigned=["urgent-repeat"],
        conditions=["systolic-observed", "systolic-dense", "systolic-urgent @ 30"],
    )


def test_a_diastolic_pressure_of_120_is_urgent_once_it_lasts(session_spec):
    """urgent-diastolic: at or above 120, sustained (facts 3.3, from memory)."""
    session_spec(
        """
        minute | systolic | diastolic
        -------+----------+----------
          30   |   150    |   119
          33   |   150    |   120
          36   |   150    |   120
        """,
        at_minute=36,
        about="limits",
        conditions=[
            *["diastolic-observed"] * 3,
            *["diastolic-dense"] * 3,
            "diastolic-urgent @ 36",
        ],
    )


def test_from_a_rise_of_one_degree_on_the_person_is_cooled(session_spec):
    """rise-cooling: 1.0 °C over the last temperature before the dose (facts 3.3, from memory)."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    36.5
          30   |    37.4
          60   |    37.5
        """,
        at_minute=60,
        about="limits",
        conditions=["temperature-rise @ 60"],
    )


def test_a_temperature_that_does_not_fall_while_cooled_is_urgent(session_spec):
    """Facts 3.3: not falling, ice packs, infusion and transfer. As high as before is not falling."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    36.5
          60   |    37.7
          70   |    37.7
        """,
        at_minute=70,
        about="limits",
        conditions=["temperature-rise", "temperature-rise", "temperature-not-falling @ 70"],
    )


def test_a_temperature_that_falls_while_cooled_is_not_urgent(session_spec):
    """It is still one degree up, and lower than before."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    36.5
          60   |    37.7
          70   |    37.6
        """,
        at_minute=70,
        about="limits",
        conditions=["temperature-rise", "temperature-rise"],
    )


def test_from_a_rise_of_one_and_a_half_degrees_on_it_is_urgent(session_spec):
    """rise-transfer: 1.5 °C (facts 3.3, from memory)."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    36.4
          60   |    37.8
          70   |    37.3
          90   |    37.9
        """,
        at_minute=90,
        about="limits",
        conditions=["temperature-rise", "temperature-rise", "temperature-rise-high: urgent"],
    )


def test_a_temperature_of_39_is_urgent(session_spec):
    """urgent-temperature (facts 3.3, from memory)."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    38.0
          60   |    38.9
          90   |    39.0
        """,
        at_minute=90,
        about="limits",
        conditions=[
            "temperature-observed",
            "temperature-observed",
            "temperature-rise",
            "temperature-urgent @ 90",
        ],
    )


def test_a_sodium_below_130_is_urgent(session_spec):
    """urgent-sodium (facts 3.3, from memory): 130 is not below it."""
    session_spec(
        """
        minute | sodium
        -------+-------
         180   |  130
         200   |  129.9
        """,
        at_minute=200,
        about="limits",
        conditions=["sodium-low @ 200"],
    )


def test_what_is_watched_is_measured_again_within_ten_minutes(session_spec):
    """observe-repeat: five to ten minutes (facts 3.3). At ten it is missed, and the physician is paged."""
    table = """
        minute | heart rate
        -------+-----------
          30   |    101
    """
    session_spec(table, at_minute=39.9, about="repeats", conditions=[])
    session_spec(table, at_minute=40, about="repeats", conditions=["repeat-missing: notify"])


def test_dense_measuring_goes_on_until_three_in_a_row_are_below_the_limit(session_spec):
    """dense-repeat, dense-in-a-row: every five minutes until two or three have fallen (facts 3.3)."""
    session_spec(
        """
        minute | heart rate
        -------+-----------
          30   |    110
          35   |     99
          40   |     98
        """,
        at_minute=60,
        about="repeats",
        conditions=["repeat-missing @ 45"],
    )
    session_spec(
        """
        minute | heart rate
        -------+-----------
          30   |    110
          35   |     99
          40   |     98
          45   |     97
        """,
        at_minute=60,
        about="repeats",
        conditions=[],
    )


def test_a_person_who_is_cooled_is_measured_again(session_spec):
    """cooling-repeat: no number was found; this site signed fifteen minutes."""
    session_spec(
        """
        minute | temperature
        -------+------------
          -5   |    36.5
          60   |    37.5
        """,
        at_minute=75,
        about="repeats",
        conditions=["repeat-missing of temperature"],
    )


def test_a_limit_that_nobody_signed_does_not_run_and_is_named(session_spec):
    """Only what was read in a source runs by itself; limit-not-signed says which numbers are missing."""
    table = """
        minute | systolic | diastolic | heart rate | temperature
        -------+----------+-----------+------------+------------
          30   |   200    |   130     |    140     |   39.5
    """
    session_spec(
        table,
        at_minute=31,
        about="limits",
        nothing_signed=True,
        conditions=["systolic-observed", "heart-rate-observed", "temperature-observed"],
    )
    session_spec(
        table,
        at_minute=31,
        about="signatures",
        nothing_signed=True,
        conditions=[
            *("observe-diastolic", "observe-repeat"),
            *("dense-systolic", "dense-diastolic", "dense-heart-rate"),
            *("dense-repeat", "dense-in-a-row"),
            *("rise-cooling", "rise-transfer", "cooling-repeat"),
            *("urgent-systolic", "urgent-diastolic", "urgent-repeat"),
            *("urgent-temperature", "urgent-sodium", "fluid-ceiling"),
            *("reading-grace", "reading-recent", "deferral-longest"),
            *("break-longest", "recording-gap-longest"),
            *("pressure-every", "temperature-every", "distress-every"),
        ],
    )
