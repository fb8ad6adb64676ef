"""Who is in the room, whether it is recorded, and clocks that must be wrong.

Two therapists are with a person from the dose to the end (therapists-in-room). A break is one tap with a
named cover; break-longest is signed here as 20 minutes, recording-gap-longest as two.
"""


def test_a_therapist_who_leaves_is_an_alarm_at_once(session_spec):
    """pair-alone: urgent, until somebody comes."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2
        """,
        at_minute=60,
        about="people",
        conditions=["pair-alone: urgent"],
    )
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2
          70   | came-in person=t3 role=therapist
        """,
        at_minute=70,
        about="people",
        conditions=["pair-alone until 70"],
    )


def test_whoever_comes_must_be_a_therapist(session_spec):
    """An attendant does not make a pair."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2
          70   | came-in person=a1 role=attendant
        """,
        at_minute=70,
        about="people",
        conditions=["pair-alone until now"],
    )


def test_a_person_left_with_nobody_is_an_alarm(session_spec):
    """person-alone: urgent."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2
          61   | went-out person=t1
        """,
        at_minute=61,
        about="people",
        conditions=["pair-alone @ 60", "person-alone: urgent"],
    )


def test_a_break_with_a_named_cover_is_no_alarm(session_spec):
    """One tap: who goes, for how long, who covers."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=15 cover=t3
          74   | break-ended person=t2
        """,
        at_minute=480,
        about="people",
        conditions=[],
    )


def test_a_break_without_cover_is_an_alarm(session_spec):
    """A pair reduced to one; over when the therapist is back."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=15
          70   | break-ended person=t2
        """,
        at_minute=70,
        about="people",
        conditions=["pair-alone until 70"],
    )


def test_who_is_there_anyway_covers_nobody(session_spec):
    """The other therapist is one person."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=15 cover=t1
        """,
        at_minute=60,
        about="people",
        conditions=["pair-alone @ 60"],
    )


def test_a_cover_who_leaves_covers_no_more(session_spec):
    """From 65 on there is one."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=15 cover=t3
          65   | went-out person=t3
        """,
        at_minute=65,
        about="people",
        conditions=["pair-alone @ 65"],
    )


def test_a_break_that_is_over_and_nobody_is_back(session_spec):
    """The countdown ends at 75; whoever covers is still there."""
    table = """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=15 cover=t3
    """
    session_spec(table, at_minute=74.9, about="people", conditions=[])
    session_spec(table, at_minute=75, about="people", conditions=["break-over: notify"])


def test_a_break_is_over_after_the_signed_time_whatever_was_tapped(session_spec):
    """break-longest: 20 minutes, though 60 were tapped. Unsigned, what was tapped counts."""
    table = """
        minute | also
        -------+-----
          60   | break-began person=t2 minutes=60 cover=t3
    """
    session_spec(table, at_minute=80, about="people", conditions=["break-over @ 80"])
    session_spec(table, at_minute=119, about="people", unsigned=["break-longest"], conditions=[])
    session_spec(
        table, at_minute=120, about="people", unsigned=["break-longest"], conditions=["break-over"]
    )


def test_that_somebody_left_and_was_entered_late_is_an_alarm_all_the_same(session_spec):
    """They were away from 60 to 65; it is known at 90, with both."""
    session_spec(
        """
        minute | known | also
        -------+-------+-----
          60   |   90  | went-out person=t2
          65   |   90  | came-in person=t2 role=therapist
        """,
        at_minute=90,
        about="people",
        conditions=["pair-alone until 90"],
    )


def test_before_the_dose_and_after_the_end_nobody_has_to_be_two(session_spec):
    """What is before the dose is the gate's."""
    session_spec(
        """
        minute | also
        -------+-----
          -5   | went-out person=t2
          -1   | came-in person=t2 role=therapist
          60   | exit exit=overnight
          61   | went-out person=t2
        """,
        at_minute=480,
        about="people",
        conditions=[],
    )


def test_a_dose_with_one_therapist_in_the_room_is_an_alarm(session_spec):
    """It was given all the same, and is recorded."""
    session_spec(
        """
        minute | also
        -------+-----
          -5   | went-out person=t2
        """,
        at_minute=0,
        about="people",
        conditions=["pair-alone @ 0"],
    )


def test_a_gap_of_the_recording_longer_than_signed_is_an_alarm(session_spec):
    """recording-gap-longest: two minutes, of each stream."""
    table = """
        minute | also
        -------+-----
          60   | recording stream=picture state=lost
    """
    session_spec(table, at_minute=61.9, about="recording", conditions=[])
    session_spec(table, at_minute=62, about="recording", conditions=["recording-gap: notify"])
    session_spec(
        table,
        at_minute=60,
        about="recording",
        unsigned=["recording-gap-longest"],
        conditions=["recording-gap"],
    )


def test_a_change_of_the_medium_within_the_signed_time_is_none(session_spec):
    """At two minutes exactly it runs again."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | recording stream=picture state=stopped reason=changing-medium
          62   | recording stream=picture state=running
        """,
        at_minute=480,
        about="recording",
        conditions=[],
    )


def test_a_recording_that_the_person_withdrew_is_no_alarm(session_spec):
    """It stops because they said so."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | recording stream=picture state=stopped reason=withdrawn
          60   | recording stream=sound state=stopped reason=withdrawn
        """,
        at_minute=480,
        about="recording",
        conditions=[],
    )


def test_a_dose_that_is_not_recorded_is_an_alarm(session_spec):
    """The sound was lost before it."""
    session_spec(
        """
        minute | also
        -------+-----
          -5   | recording stream=sound state=lost
          10   | recording stream=sound state=running
        """,
        at_minute=10,
        about="recording",
        conditions=["recording-gap until 10"],
    )


def test_a_reading_from_the_future_has_a_wrong_clock(session_spec):
    """clock-tolerance: one minute. At one minute it may be, beyond it cannot be."""
    session_spec(
        """
        minute | known | heart rate
        -------+-------+-----------
          31   |  30   |     76
        """,
        at_minute=31,
        about="clocks",
        conditions=[],
    )
    session_spec(
        """
        minute | known | heart rate
        -------+-------+-----------
          31.5 |  30   |     76
        """,
        at_minute=31,
        about="clocks",
        conditions=["clock-wrong @ 30"],
    )


def test_a_wrong_clock_may_raise_an_alarm_and_breaks_no_silence(session_spec):
    """An hour ahead: its heart rate is judged; that the measure was read is not believed."""
    table = """
        minute | known | heart rate
        -------+-------+-----------
          90   |  30   |    101
    """
    session_spec(table, at_minute=35, about="limits", conditions=["heart-rate-observed @ 30"])
    session_spec(
        table,
        at_minute=35,
        about="silence",
        conditions=["silence of blood-pressure", "silence of heart-rate"],
    )


def test_a_reading_from_before_the_session_was_opened_has_a_wrong_clock(session_spec):
    """It was opened an hour before the dose; one minute before that may be."""
    session_spec(
        """
        minute | known | heart rate
        -------+-------+-----------
         -61   |  30   |     76
        """,
        at_minute=31,
        about="clocks",
        conditions=[],
    )
    session_spec(
        """
        minute | known | heart rate
        -------+-------+-----------
         -61.5 |  30   |     76
        """,
        at_minute=31,
        about="clocks",
        conditions=["clock-wrong @ 30"],
    )


def test_a_session_opened_twice_takes_no_wrong_clock_back(session_spec):
    """What was named at 30 stays named when somebody enters, at 40, that it was opened earlier."""
    session_spec(
        """
        minute | known | heart rate | also
        -------+-------+------------+-----
         -70   |  30   |     76     |
         -90   |  40   |            | session-opened
        """,
        at_minute=41,
        about="clocks",
        conditions=["clock-wrong @ 30"],
    )


def test_a_device_whose_clock_stands_apart_is_named_until_it_is_set(session_spec):
    """A page compares its clock with the server's; one minute may be."""
    session_spec(
        """
        minute | also
        -------+-----
          30   | clock-compared ahead_seconds=60 device=cuff
          40   | clock-compared ahead_seconds=-61 device=cuff
          50   | clock-compared ahead_seconds=2 device=cuff
        """,
        at_minute=60,
        about="clocks",
        conditions=["clock-wrong until 50"],
    )


def test_that_somebody_came_is_taken_back_and_then_there_is_one(session_spec):
    """It was tapped for another room: from then on it is known that there was one."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2
          61   | came-in person=t3 role=therapist id=came
          70   | correction reason=wrong-person corrects=came
          75   | came-in person=t2 role=therapist
        """,
        at_minute=75,
        about="people",
        conditions=["pair-alone until 75", "pair-alone until 75"],
    )


def test_that_somebody_left_is_taken_back_and_the_alarm_is_over(session_spec):
    """The alarm stays in the record; its condition is over when that is known."""
    session_spec(
        """
        minute | also
        -------+-----
          60   | went-out person=t2 id=left
          62   | correction reason=did-not-happen corrects=left
        """,
        at_minute=62,
        about="people",
        conditions=["pair-alone until 62"],
    )
