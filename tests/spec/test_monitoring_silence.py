"""What is due and what is silent: each measure by itself, counted from each dose.

At this site pressure and heart rate are due every 30 minutes after a dose, temperature every 90, distress
every 60 (facts 3.1, phase 2, from memory, signed); five minutes of grace are signed. A missing reading
is as loud as a high one.
"""


def test_a_measure_is_silent_five_minutes_after_it_was_due(session_spec):
    """reading-grace, pressure-every, temperature-every, distress-every: at five minutes exactly it is overdue."""
    session_spec(at_minute=34.9, about="silence", conditions=[])
    session_spec(
        at_minute=35,
        about="silence",
        conditions=["silence of blood-pressure", "silence of heart-rate"],
    )


def test_each_measure_is_silent_by_itself(session_spec):
    """A cuff that works says nothing of the thermometer; nor does anybody who forgets to ask."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate
        -------+----------+-----------+-----------
          30   |   128    |    80     |     76
          60   |   128    |    80     |     76
          90   |   128    |    80     |     76
        """,
        at_minute=95,
        about="silence",
        conditions=["silence of temperature", "silence of distress"],
    )


def test_a_reading_in_time_is_no_silence(session_spec):
    """In the fifth minute it is in time."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate
        -------+----------+-----------+-----------
          35   |   128    |    80     |     76
        """,
        at_minute=59,
        about="silence",
        conditions=[],
    )


def test_a_reading_counts_from_half_an_interval_before_its_point(session_spec):
    """At 15 it stands for 30; a moment before it does not."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate
        -------+----------+-----------+-----------
          15   |   128    |    80     |
          14.9 |          |           |     76
        """,
        at_minute=35,
        about="silence",
        conditions=["silence of heart-rate"],
    )


def test_a_silence_ends_with_the_next_reading_and_stays_in_the_record(session_spec):
    """It was known to be over at 50."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate
        -------+----------+-----------+-----------
          50   |   128    |    80     |     76
        """,
        at_minute=50,
        about="silence",
        conditions=["silence until 50", "silence until 50"],
    )


def test_a_reading_that_is_known_late_was_a_silence_until_then(session_spec):
    """Nobody knew at 35. What arrives at 40 ends it, and does not undo it."""
    session_spec(
        """
        minute | known | systolic | diastolic | heart rate
        -------+-------+----------+-----------+-----------
          30   |  40   |   128    |    80     |     76
        """,
        at_minute=45,
        about="silence",
        conditions=["silence until 40", "silence until 40"],
    )


def test_after_the_supplement_the_points_begin_anew(session_spec):
    """Anchored on each dose: after a supplement at 100 pressure is due at 130, no more at 120."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate | temperature | also
        -------+----------+-----------+------------+-------------+-----
          30   |   128    |    80     |     76     |             |
          60   |   128    |    80     |     76     |    36.8     | distress score=3
          90   |   128    |    80     |     76     |    36.8     |
         100   |          |           |            |             | dose-given dose=supplemental nominal_mg=62.5
        """,
        at_minute=135,
        about="silence",
        conditions=["silence of blood-pressure", "silence of heart-rate", "silence of distress"],
    )


def test_a_deferral_puts_off_what_is_due_for_the_signed_time(session_spec):
    """deferral-longest: this site signed 40 minutes. One tap: asleep, processing, refused."""
    table = """
        minute | also
        -------+-----
          32   | deferral measure=all reason=asleep
    """
    session_spec(table, at_minute=71.9, about="silence", conditions=[])
    session_spec(
        table,
        at_minute=72,
        about="silence",
        conditions=[
            *["silence of blood-pressure"] * 2,
            *["silence of heart-rate"] * 2,
            "silence of distress",
        ],
    )


def test_putting_off_again_moves_nothing(session_spec):
    """The first deferral since the last reading counts: nobody sleeps unseen for hours."""
    session_spec(
        """
        minute | also
        -------+-----
          32   | deferral measure=blood-pressure reason=asleep
          60   | deferral measure=blood-pressure reason=asleep
        """,
        at_minute=72,
        about="silence",
        conditions=[
            *["silence of blood-pressure"] * 2,
            *["silence of heart-rate"] * 2,
            "silence of distress",
        ],
    )


def test_a_deferral_after_it_was_overdue_comes_too_late(session_spec):
    """It was silent at 35; what is due after the deferral is put off."""
    session_spec(
        """
        minute | also
        -------+-----
          36   | deferral measure=blood-pressure reason=refused
        """,
        at_minute=40,
        about="silence",
        conditions=["silence of blood-pressure", "silence of heart-rate"],
    )


def test_without_a_signed_maximum_nothing_is_put_off(session_spec):
    """Unknown is never a yes."""
    session_spec(
        """
        minute | also
        -------+-----
          32   | deferral measure=all reason=asleep
        """,
        at_minute=35,
        about="silence",
        unsigned=["deferral-longest"],
        conditions=["silence of blood-pressure", "silence of heart-rate"],
    )


def test_without_a_signed_grace_a_point_is_overdue_at_once(session_spec):
    """Nobody signed that it may be late."""
    session_spec(
        at_minute=30,
        about="silence",
        unsigned=["reading-grace"],
        conditions=["silence of blood-pressure", "silence of heart-rate"],
    )


def test_a_reading_that_must_be_repeated_is_not_put_off(session_spec):
    """A high pressure in somebody who sleeps is still a high pressure."""
    session_spec(
        """
        minute | heart rate | also
        -------+------------+-----
          30   |    101     |
          31   |            | deferral measure=all reason=asleep
        """,
        at_minute=40,
        about="repeats",
        conditions=["repeat-missing of heart-rate"],
    )


def test_before_the_supplement_everything_is_read(session_spec):
    """Facts 3.1: immediately before the supplement. Here its window is 90 to 150 minutes; 15 are recent."""
    table = """
        minute | systolic | diastolic | heart rate | temperature | also
        -------+----------+-----------+------------+-------------+-----
          30   |   128    |    80     |     76     |             |
          60   |   128    |    80     |     76     |    36.8     | distress score=3
          75   |          |           |     76     |             |
          95   |   128    |    80     |     76     |             |
         120   |   128    |    80     |     76     |             | distress score=3
    """
    session_spec(table, at_minute=149.9, about="silence", conditions=[])
    session_spec(table, at_minute=150, about="silence", conditions=["silence of temperature"])


def test_a_supplement_that_is_withheld_asks_for_no_reading_before_it(session_spec):
    """Then the points of the initial dose go on."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate | temperature | also
        -------+----------+-----------+------------+-------------+-----
          30   |   128    |    80     |     76     |             |
          60   |   128    |    80     |     76     |    36.8     | distress score=3
          75   |   128    |    80     |     76     |    36.8     |
         100   |          |           |            |             | dose-withheld dose=supplemental reason=person-declined
         105   |   128    |    80     |     76     |    36.8     | distress score=3
         135   |   128    |    80     |     76     |             |
        """,
        at_minute=151,
        about="silence",
        conditions=[],
    )


def test_at_the_end_of_the_session_everything_is_read(session_spec):
    """Facts 3.1: at the end. A session of eight hours under a protocol that asks only three times."""
    session_spec(
        """
        minute | systolic | diastolic | heart rate | temperature | also
        -------+----------+-----------+------------+-------------+-----
         100   |   128    |    80     |     76     |   36.8      |
         464   |   128    |    80     |            |             |
         465   |          |           |     76     |   36.8      | distress score=3
        """,
        at_minute=485,
        about="silence",
        protocol="mapp2",
        unsigned=["pressure-every", "temperature-every", "distress-every"],
        conditions=["silence of blood-pressure"],
    )


def test_what_was_to_be_read_before_the_dose_and_was_not_is_said(session_spec):
    """reading-recent: fifteen minutes at this site; ten minutes before is recent enough, here it is not."""
    session_spec(
        at_minute=0,
        about="silence",
        signed={"reading-recent": "9"},
        conditions=[
            "before-dose-missing of blood-pressure",
            "before-dose-missing of heart-rate",
            "before-dose-missing of temperature",
        ],
    )
    session_spec(at_minute=0, about="silence", signed={"reading-recent": "10"}, conditions=[])


def test_after_the_session_has_ended_nothing_is_silent(session_spec):
    """Somebody whom the ambulance took over, with the sheet, is measured elsewhere."""
    session_spec(
        """
        minute | also
        -------+-----
          20   | exit exit=transfer-to-hospital
          29   | exit-step step=sheet-handed-over
        """,
        at_minute=300,
        about="silence",
        conditions=[],
    )


def test_whoever_stays_longer_is_watched_as_before(session_spec):
    """An extended stay, or an ambulance that has not come yet, is no end: a cuff that stops alarms."""
    for code in ("extended-stay", "transfer-to-hospital"):
        session_spec(
            f"""
            minute | also
            -------+-----
              29   | exit exit={code}
            """,
            at_minute=41,
            about="silence",
            conditions=["silence of blood-pressure", "silence of heart-rate"],
        )


def test_a_quiet_session_has_no_condition_of_any_kind():
    """Read and asked as planned, a pair, recorded, all numbers signed: nothing at all."""
    from holdfast.domain import monitoring
    from tests.session_kit import at, through, usual_plan

    entries = through(480)
    assert monitoring.conditions(usual_plan(), entries, at(484)) == ()
