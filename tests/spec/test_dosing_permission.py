"""Permission to give a dose: what shuts the gate, and on which side of its number.

Every condition is listed and judged; what nobody knows is never a yes. The site of these pages has
signed every number. A reading counts for thirty minutes where the site signed that.
"""


def test_when_everything_is_met_the_initial_dose_is_permitted(dosing_spec):
    """Phase-3 pre-dose procedure (facts 3.1, from memory): all of it, and each by itself."""
    dosing_spec("before the dose", gate="give-initial-dose", at="09:56", shut_by=[])


def test_what_nobody_stated_shuts_the_gate(dosing_spec):
    """ "Nobody asked" is not "no", and it is no yes."""
    dosing_spec(
        "before the dose",
        without=["stated-fasting", "stated-oxygen", "c-ssrs"],
        gate="give-initial-dose",
        at="09:56",
        shut_by=["fasting", "oxygen", "suicidality"],
    )


def test_readings_older_than_signed_do_not_count(dosing_spec):
    """reading-recent: no public number; thirty minutes are signed here. The last reading is of 09:50."""
    dosing_spec("before the dose", gate="give-initial-dose", at="10:20", shut_by=[])
    dosing_spec(
        "before the dose", gate="give-initial-dose", at="10:21", shut_by=["readings-recent"]
    )


def test_a_number_that_nobody_signed_shuts_what_needs_it(dosing_spec):
    """A number from memory, or one that was not found, runs only once a physician signed it for the site."""
    dosing_spec(
        "before the dose",
        unsigned=["reading-recent", "rooms-per-physician", "observe-diastolic", "lifetime-most-mg"],
        gate="give-initial-dose",
        at="09:56",
        shut_by=["lifetime-total", "physician-rooms", "readings-in-limits", "readings-recent"],
    )


def test_intent_stops_and_thoughts_alone_do_not(dosing_spec):
    """C-SSRS: ideation 4 or 5, or recent behaviour, is high."""
    dosing_spec(
        "before the dose",
        """
        when  | what        | of it
        ------+-------------+-----------------
        09:52 | suicidality | result=ideation
        """,
        gate="give-initial-dose",
        at="09:56",
        shut_by=[],
    )
    dosing_spec(
        "before the dose",
        """
        when  | what        | of it
        ------+-------------+-----------------------------
        09:52 | suicidality | result=ideation-with-intent
        """,
        gate="give-initial-dose",
        at="09:56",
        shut_by=["suicidality"],
    )


def test_the_person_can_always_say_no(dosing_spec):
    """Consent is affirmed again before the dose (from memory); a no counts whoever wrote it down."""
    dosing_spec(
        "before the dose",
        """
        when  | what      | of it
        ------+-----------+------------------------------------
        09:55 | statement | code=consent-affirmed answer=no
        """,
        gate="give-initial-dose",
        at="09:56",
        shut_by=["consent-affirmed"],
    )


def test_the_physician_answered_from_this_session_and_covers_few_enough_rooms(dosing_spec):
    """Physician on call: manual of 2005. rooms-per-physician: no public number; four are signed here."""
    dosing_spec(
        "before the dose",
        """
        when  | what           | of it
        ------+----------------+-----------------------------------------
        09:50 | physician-page | state=answered person=p1 rooms=5 by=p1
        """,
        gate="give-initial-dose",
        at="09:56",
        shut_by=["physician-rooms"],
    )
    dosing_spec(
        "before the dose",
        """
        when  | what           | of it
        ------+----------------+-------------
        09:50 | physician-page | state=asked
        """,
        gate="give-initial-dose",
        at="09:56",
        shut_by=["physician-answered", "physician-rooms"],
    )


def test_the_supplement_follows_90_to_120_minutes_after_the_initial_dose(dosing_spec):
    """Record of NCT04077437: 1.5 to 2 hours. Both ends are in; the dose was at ten."""
    dosing_spec(
        "before the supplement",
        gate="give-supplemental-dose",
        at="11:29",
        shut_by=["supplement-window"],
    )
    dosing_spec("before the supplement", gate="give-supplemental-dose", at="11:30", shut_by=[])
    dosing_spec(
        "before the supplement",
        """
        when  | what      | of it
        ------+-----------+-------------------------------------------------------------
        11:50 | reading   | pressure=140/88 pulse=90 temperature=37.2
        11:50 | statement | code=no-new-symptom answer=yes
        11:50 | agreement | about=supplemental-dose role=person answer=yes
        11:50 | agreement | about=supplemental-dose role=therapist answer=yes by=t1
        11:50 | agreement | about=supplemental-dose role=therapist answer=yes by=t2
        """,
        gate="give-supplemental-dose",
        at="12:00",
        shut_by=[],
    )


def test_a_value_of_the_observe_tier_withholds_the_supplement(dosing_spec):
    """Facts 3.3, supplement hold: any unresolved value of the observe tier (from memory, signed here)."""
    dosing_spec(
        "before the supplement",
        """
        when  | what    | of it
        ------+---------+-------------------------------------------
        11:29 | reading | pressure=146/88 pulse=101 temperature=37.3
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["readings-in-limits"],
    )
    dosing_spec(
        "before the supplement",
        """
        when  | what    | of it
        ------+---------+-------------------------------------------
        11:29 | reading | pressure=146/88 pulse=100 temperature=37.3
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=[],
    )


def test_a_rise_of_one_degree_withholds_the_supplement(dosing_spec):
    """rise-cooling: a rise of 1.0 degree or more (from memory, signed here); before the dose it was 36.7."""
    dosing_spec(
        "before the supplement",
        """
        when  | what    | of it
        ------+---------+------------------
        11:29 | reading | temperature=37.69
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=[],
    )
    dosing_spec(
        "before the supplement",
        """
        when  | what    | of it
        ------+---------+------------------
        11:29 | reading | temperature=37.7
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["alarms", "temperature-rise"],
    )


def test_a_new_symptom_stays_open_until_a_physician_finds_nothing_left(dosing_spec):
    """Facts 3.3: a new symptom of nerves or heart, or a concern about sodium, withholds the supplement."""
    dosing_spec(
        "before the supplement",
        """
        when  | what      | of it
        ------+-----------+--------------------------------
        11:20 | event     | term=chest-pain
        11:29 | statement | code=no-new-symptom answer=yes
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["alarms", "symptoms"],
    )


def test_person_and_both_therapists_agree_each_by_their_own_hand(dosing_spec):
    """Facts 3.1, 4: therapist and participant agree. Under the drug nobody agrees to more than before it."""
    dosing_spec(
        "before the supplement",
        """
        when  | what      | of it
        ------+-----------+--------------------------------------------------------
        11:29 | agreement | about=supplemental-dose role=person answer=no
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["person-agrees"],
    )
    dosing_spec(
        "before the supplement",
        """
        when  | what      | of it
        ------+-----------+--------------------------------------------------------
        11:29 | agreement | about=supplemental-dose role=therapist answer=no by=t2
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["therapists-agree"],
    )


def test_a_pair_reduced_to_one_gives_no_dose(dosing_spec):
    """A team of at least two (verified); in the room, and shown by more than their face."""
    dosing_spec(
        "before the supplement",
        """
        when  | what     | of it
        ------+----------+-----------------
        11:30 | went-out | person=t2 by=t2
        """,
        gate="give-supplemental-dose",
        at="11:31",
        shut_by=["alarms", "therapists-agree", "therapists-in-room"],
    )
