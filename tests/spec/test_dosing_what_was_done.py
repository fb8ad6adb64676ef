"""What was done: it is recorded whatever a gate says, and this is what it means.

A dose counts whole, as the highest that may be in the person. Permission is not the record.
"""


def test_a_supplement_without_an_authorisation_is_a_deviation_and_counts(dosing_spec):
    """Nothing that happened is refused."""
    dosing_spec(
        "before the supplement",
        """
        when  | what       | of it
        ------+------------+------------------------------------------
        11:35 | dose-given | id=second dose=supplemental nominal_mg=40
        """,
        means={"dose-1": "", "second": "given-without-authorisation"},
        most_mg=120,
    )


def test_a_supplement_at_the_wrong_time_says_so(dosing_spec):
    """90 to 120 minutes after ten o'clock: until noon, and not a second longer."""
    dosing_spec(
        "before the supplement",
        """
        when     | what       | of it
        ---------+------------+------------------------------------------
        12:00:01 | dose-given | id=second dose=supplemental nominal_mg=40
        """,
        means={"second": "given-outside-window, given-without-authorisation"},
        most_mg=120,
    )


def test_a_dose_given_twice_counts_twice(dosing_spec):
    """80 mg and 80 mg are more than the 120 mg that this session's menu has."""
    dosing_spec(
        "before the supplement",
        """
        when  | what       | of it
        ------+------------+-------------------------------------
        10:30 | dose-given | id=again dose=initial nominal_mg=80
        """,
        means={"again": "dose-doubled, given-without-authorisation, over-session-most"},
        most_mg=160,
    )


def test_what_was_vomited_counts_whole(dosing_spec):
    """How much was taken up, nobody knows: the highest possible counts."""
    dosing_spec(
        "before the supplement",
        """
        when  | what         | of it
        ------+--------------+-----------------------------------
        10:20 | dose-vomited | id=lost dose=initial minutes_after=20
        """,
        means={"dose-1": "", "lost": "dose-vomited"},
        most_mg=80,
    )


def test_a_dropped_dose_counts_unless_it_was_found_whole(dosing_spec):
    """What cannot have been taken is not in the person."""
    dosing_spec(
        "before the dose",
        """
        when  | what         | of it
        ------+--------------+-----------------------------------
        09:55 | dose-dropped | id=lost dose=initial recovered=part
        """,
        means={"lost": "dose-dropped"},
        most_mg=80,
    )
    dosing_spec(
        "before the dose",
        """
        when  | what         | of it
        ------+--------------+------------------------------------
        09:55 | dose-dropped | id=lost dose=initial recovered=whole
        """,
        means={"lost": "dose-dropped"},
        most_mg=0,
    )


def test_what_was_refused_or_withheld_is_no_deviation(dosing_spec):
    """The person may refuse; the team may withhold, with a coded reason."""
    dosing_spec(
        "before the supplement",
        """
        when  | what          | of it
        ------+---------------+------------------------------------------------
        11:35 | dose-withheld | id=held dose=supplemental reason=blood-pressure
        11:36 | dose-refused  | id=no dose=supplemental reason=enough
        """,
        means={"held": "", "no": ""},
        most_mg=80,
    )


def test_a_dose_from_paper_hours_later_has_both_times(dosing_spec):
    """Fifteen minutes between a dose and its record are ours; later is a deviation of the record."""
    dosing_spec(
        "before the dose",
        """
        when  | what       | of it
        ------+------------+----------------------------------------------------------
        10:00 | dose-given | id=first dose=initial nominal_mg=80 known=13:00 how=paper
        """,
        means={"first": "given-without-authorisation, recorded-late"},
        most_mg=80,
    )


def test_while_the_server_was_away_a_spoken_order_read_back_is_an_override(dosing_spec):
    """It permits nothing by the server; it is what the pair had, and it is on record."""
    dosing_spec(
        "before the supplement",
        """
        when  | what       | of it
        ------+------------+----------------------------------------------------------------------------------
        11:33 | order      | id=spoken by=p1 dose=supplemental nominal_mg=40 is_spoken=yes was_read_back=yes
        11:35 | dose-given | id=second dose=supplemental nominal_mg=40 order=spoken
        """,
        means={"second": "given-on-spoken-order"},
        most_mg=120,
    )
