"""Post-traumatic stress disorder: confirmed, lasting, and severe enough.

Sources: phase-3 parent criteria, item 7 (NCT06189027): DSM-5 criteria, six months at screening. The floor on
the CAPS-5, 28 points, is from memory and agrees with the trial's 26.9 % moderate and 73.1 % severe; it runs
only once a physician has signed it. Each number named here is the one signed for these pages.
"""


def test_somebody_with_ptsd_for_exactly_six_months_may_enter(person_spec):
    """At least ptsd-duration-at-least-months, 6 (item 7), by the calendar: from 30 September to 30 March."""
    person_spec(
        "mapp2",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2025-09-30 | seen   | 2026-03-24
        """,
        as_of="2026-03-30",
        verdict="eligible",
    )


def test_somebody_one_day_short_of_six_months_waits(person_spec):
    """Six months from 1 October end on 1 April; on 31 March it is too short so far (item 7)."""
    found = person_spec(
        "mapp2",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2025-10-01 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-duration: too-short-so-far"],
    )
    assert found.stops[0].values["reached_on"].isoformat() == "2026-04-01"


def test_somebody_whose_six_months_end_in_a_month_without_that_day_may_enter(person_spec):
    """Six months from 31 August end on the last day of February, for that month has no 31st (item 7)."""
    found = person_spec(
        "mapp2",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2025-08-31 | seen   | 2026-03-24
        """,
        verdict="eligible",
    )
    duration = next(finding for finding in found.met if finding.code == "ptsd-duration")
    assert duration.values["reached_on"].isoformat() == "2026-02-28"


def test_somebody_who_cannot_say_when_it_began_is_asked(person_spec):
    """Without a beginning nobody can count six months (item 7)."""
    person_spec(
        "mapp2",
        """
        question   | answer       | source | on
        -----------+--------------+--------+---
        ptsd-onset | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["ptsd-duration: not-asked"],
    )


def test_a_beginning_in_the_future_is_asked_again(person_spec):
    """A disorder cannot begin after the day of the verdict: a slip, not a finding."""
    person_spec(
        "mapp2",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2026-06-01 | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["ptsd-duration: date-in-the-future"],
    )


def test_a_record_from_last_week_and_a_letter_that_names_the_accident_disagree(person_spec):
    """The record dates the diagnosis, the letter the beginning: one of them must say that it corrects the other."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source             | on
        ------------------------------------------+-------------------------+--------------------+-----------
        condition: Posttraumatic stress disorder  | active since 2026-03-20 | record Condition/7 |
        ptsd-onset                                | 2019-06-01              | letter             | 2026-03-21
        """,
        verdict="undetermined",
        asks=["ptsd-duration: answers-conflict"],
    )


def test_the_letter_that_names_the_accident_corrects_the_record(person_spec):
    """The record held only the day of the diagnosis; the letter says so by naming the entry it corrects."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source                      | on
        ------------------------------------------+-------------------------+-----------------------------+-----------
        condition: Posttraumatic stress disorder  | active since 2026-03-20 | record Condition/7          |
        ptsd-onset                                | 2019-06-01              | letter corrects Condition/7 | 2026-03-21
        """,
        verdict="eligible",
    )


def test_a_diagnosis_on_file_is_a_reason_to_ask_and_not_the_answer(person_spec):
    """DSM-5 criteria met (item 7): a clinician confirms it now, whatever a record of 2012 says."""
    person_spec(
        "mapp2",
        """
        question             | answer                  | source             | on
        ---------------------+-------------------------+--------------------+-----------
        ptsd-dsm5-confirmed  | nobody asked            |                    |
        ptsd-on-record       | nobody asked            |                    |
        ptsd-onset           | nobody asked            |                    |
        condition: F43.12 Chronic post-traumatic stress disorder | active since 2012-02-10 | record Condition/7 |
        """,
        verdict="undetermined",
        asks=["ptsd: recorded-not-confirmed"],
    )


def test_somebody_without_any_record_of_ptsd_may_enter_once_a_clinician_confirms_it(person_spec):
    """No record is not "no". The interview decides (item 7)."""
    person_spec(
        "mapp2",
        """
        question            | answer       | source | on
        --------------------+--------------+--------+-----------
        ptsd-on-record      | nobody asked |        |
        ptsd-dsm5-confirmed | yes          | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_no_longer_meets_the_criteria_does_not_enter(person_spec):
    """A diagnosis of 2012 that a clinician does not find now is not PTSD now (item 7)."""
    person_spec(
        "mapp2",
        """
        question            | answer | source             | on
        --------------------+--------+--------------------+-----------
        ptsd-on-record      | yes    | record Condition/7 | 2012-02-10
        ptsd-dsm5-confirmed | no     | seen               | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd: diagnosis-not-met"],
    )


def test_a_caps_5_total_exactly_at_the_signed_floor_is_enough(person_spec):
    """At least caps-5-total-at-least, 28: moderate PTSD took part in the trial (26.9 %)."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 28 {score} | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_caps_5_total_one_point_below_the_floor_stops(person_spec):
    """27 is below the signed 28. A person can meet the diagnosis with less, hence the floor."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 27 {score} | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-severity: below-limit"],
    )


def test_without_a_signed_floor_the_severity_is_not_known(person_spec):
    """28 is from memory: until a named physician signs caps-5-total-at-least it decides nothing."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 45 {score} | seen   | 2026-03-24
        """,
        unsigned=["caps-5-total-at-least"],
        verdict="undetermined",
        asks=["ptsd-severity: limit-unsigned"],
    )


def test_a_site_that_signs_the_higher_floor_of_mapp1_holds_to_it(person_spec):
    """MAPP1 asked for 35 (from memory). A site's physician may sign that number, and then 34 is below it."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 34 {score} | seen   | 2026-03-24
        """,
        also_signed={"caps-5-total-at-least": "35"},
        verdict="ineligible",
        stops=["ptsd-severity: below-limit"],
    )


def test_a_caps_5_from_last_autumn_is_asked_again(person_spec):
    """No public number says how old a score may be; these pages sign severity-score-valid-days, 60."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 45 {score} | letter | 2025-10-20
        """,
        verdict="undetermined",
        asks=["ptsd-severity: answer-stale"],
    )


def test_a_caps_5_on_the_last_day_of_its_validity_still_counts(person_spec):
    """30 January is sixty days before 31 March: on the sixtieth day the score still holds."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 45 {score} | seen   | 2026-01-30
        """,
        verdict="eligible",
    )


def test_a_caps_5_whose_day_nobody_wrote_down_is_asked_again(person_spec):
    """A score that may be of any year says nothing about today."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+---
        caps-5-total | 45 {score} | letter |
        """,
        verdict="undetermined",
        asks=["ptsd-severity: answer-undated"],
    )


def test_a_later_rater_replaces_an_earlier_one(person_spec):
    """Severity changes: 31 now counts, not the 24 of February (phase-3 protocol, from memory)."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source | on
        -------------+------------+--------+-----------
        caps-5-total | 24 {score} | seen   | 2026-02-10
        caps-5-total | 31 {score} | seen   | 2026-03-20
        """,
        verdict="eligible",
    )


def test_two_raters_on_one_day_on_both_sides_of_the_floor_are_a_conflict(person_spec):
    """Nobody may pick the score that lets the person in."""
    person_spec(
        "mapp2",
        """
        question     | answer     | source        | on
        -------------+------------+---------------+-----------
        caps-5-total | 27 {score} | seen rater-1  | 2026-03-20
        caps-5-total | 31 {score} | seen rater-2  | 2026-03-20
        """,
        verdict="undetermined",
        asks=["ptsd-severity: answers-conflict"],
    )
