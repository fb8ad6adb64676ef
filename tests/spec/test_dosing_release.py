"""Release: to the night at the site, and home the next morning.

The manual of 2005 asks for all of it: physiological signs, distress at or below what it was before, a
clinical judgement of stability, and that therapists and person all agree. The FDA's proposed programme
asks for eight hours, and for an adult to leave with; its letter asks for criteria of body and mind.
"""


def test_when_everything_is_met_the_person_is_released_to_the_night(dosing_spec):
    """The dose was at ten: at six the protocol's 480 minutes are over."""
    dosing_spec("in the evening", gate="release-to-overnight", at="18:00", shut_by=[])
    dosing_spec("in the evening", gate="release-to-overnight", at="17:59", shut_by=["hours"])


def test_distress_may_not_be_higher_than_before_the_dose(dosing_spec):
    """SUD at or below baseline (manual of 2005, verified). Before the dose it was 4."""
    dosing_spec(
        "in the evening",
        """
        when  | what     | of it
        ------+----------+--------
        17:59 | distress | score=5
        """,
        gate="release-to-overnight",
        at="18:01",
        shut_by=["distress"],
    )


def test_a_physician_may_set_distress_aside_but_only_with_a_plan(dosing_spec):
    """With a written plan for this person; without one it stands for nothing."""
    dosing_spec(
        "in the evening",
        """
        when  | what     | of it
        ------+----------+------------------------------------------------------------------------------
        17:59 | distress | score=5
        18:00 | override | by=p1 gate=release-to-overnight condition=distress reason=known
        """,
        gate="release-to-overnight",
        at="18:01",
        shut_by=["distress"],
    )
    dosing_spec(
        "in the evening",
        """
        when  | what     | of it
        ------+----------+------------------------------------------------------------------------------
        17:59 | distress | score=5
        18:00 | override | id=ov by=p1 gate=release-to-overnight condition=distress reason=known plan=seen-hourly
        """,
        gate="release-to-overnight",
        at="18:01",
        shut_by=[],
        means={"ov": "set-aside"},
    )


def test_nobody_sets_impairment_or_orientation_aside(dosing_spec):
    """The goal of the FDA's proposed programme is harm from impairment: this is hard."""
    dosing_spec(
        "in the evening",
        """
        when  | what        | of it
        ------+-------------+----------------------------------------------------------------------------------
        17:58 | impairment  | is_impaired=yes
        17:58 | orientation | correct=3
        17:59 | override    | by=p1 gate=release-to-overnight condition=impairment reason=known plan=seen-hourly
        17:59 | override    | by=p1 gate=release-to-overnight condition=orientation reason=known plan=seen-hourly
        """,
        gate="release-to-overnight",
        at="18:01",
        shut_by=["impairment", "orientation"],
    )


def test_everybody_agrees_or_the_person_stays(dosing_spec):
    """Therapists and participant all agree (manual of 2005, verified)."""
    dosing_spec(
        "in the evening",
        """
        when  | what      | of it
        ------+-----------+------------------------------------------------
        17:59 | agreement | about=release role=person answer=no
        17:59 | agreement | about=release role=therapist answer=no by=t2
        """,
        gate="release-to-overnight",
        at="18:01",
        shut_by=["person-feels-safe", "therapists-find-safe"],
    )


def test_nobody_goes_home_before_the_night_is_over(dosing_spec):
    """Overnight at the facility, integration the next morning, then driven home (manual of 2005)."""
    dosing_spec("in the morning", gate="release-home", at="+1 09:00", shut_by=[])
    dosing_spec(
        "in the morning",
        without=["handed-over"],
        gate="release-home",
        at="+1 09:00",
        shut_by=["overnight-done"],
    )


def test_the_escort_is_seen_told_and_drives(dosing_spec):
    """To an accompanying adult (FDA, proposed); driven home (entry criteria, item 6)."""
    dosing_spec(
        "in the morning",
        """
        when     | what   | of it
        ---------+--------+-------------------------------------------------------------------
        +1 08:55 | escort | person=e2 has_telephone=yes is_identity_seen=no
        """,
        gate="release-home",
        at="+1 09:00",
        shut_by=["escort-briefed", "escort-here", "no-driving"],
    )


def test_a_first_call_is_set_for_the_next_day_at_the_latest(dosing_spec):
    """By telephone on each of the seven days after the session (manual of 2005)."""
    dosing_spec(
        "in the morning",
        without=["call"],
        gate="release-home",
        at="+1 09:00",
        shut_by=["first-call"],
    )


def test_going_without_a_release_is_recorded_and_is_a_deviation(dosing_spec):
    """An exit is never refused; the first two have a gate, and going without it is a deviation."""
    dosing_spec(
        "in the evening",
        """
        when  | what | of it
        ------+------+---------------------------
        17:00 | exit | id=out exit=overnight
        """,
        means={"out": "released-without-authorisation"},
    )
    dosing_spec(
        "in the evening",
        """
        when  | what | of it
        ------+------+----------------------------------
        17:00 | exit | id=out exit=left-against-advice
        """,
        means={"out": "left-against-advice"},
    )
