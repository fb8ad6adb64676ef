"""Alcohol, cannabis, other substances, and earlier use of MDMA and other psychedelics.

Sources: Mitchell 2023, supplement, quoted by a secondary source (severe use disorder; moderate unless in early
remission; any other substance use disorder within 12 months); phase-3 protocol, from memory (MDMA within 12
months, more than 10 times); FDA complete response letter of 8 August 2024, point 3a (about 40 % of participants
had taken MDMA before: the history must be on record, whatever it says).
"""


def test_a_mild_alcohol_use_disorder_does_not_exclude(person_spec):
    """Severe excludes, moderate only outside remission; mild is neither (supplement)."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        alcohol-use-disorder | mild   | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_moderate_alcohol_use_disorder_in_early_remission_does_not_exclude(person_spec):
    """Moderate unless in early remission (supplement): she has been dry since autumn."""
    person_spec(
        "mapp2",
        """
        question                         | answer                  | source             | on
        ---------------------------------+-------------------------+--------------------+-----------
        condition: F10.21 Alcohol dependence, in remission | active since 2020-01-01 | record Condition/2 |
        alcohol-use-disorder             | moderate                | seen               | 2026-03-24
        alcohol-early-remission          | yes                     | seen               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_moderate_alcohol_use_disorder_that_goes_on_excludes(person_spec):
    """Moderate, not in remission (supplement)."""
    person_spec(
        "mapp2",
        """
        question                | answer   | source | on
        ------------------------+----------+--------+-----------
        alcohol-use-disorder    | moderate | seen   | 2026-03-24
        alcohol-early-remission | no       | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["alcohol: moderate-not-in-remission"],
    )


def test_a_moderate_alcohol_use_disorder_of_which_the_remission_is_not_known_is_asked(person_spec):
    """Everything hangs on the remission, so that is what is asked."""
    found = person_spec(
        "mapp2",
        """
        question                | answer   | source | on
        ------------------------+----------+--------+-----------
        alcohol-use-disorder    | moderate | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["alcohol: not-asked"],
    )
    assert found.asks[0].question == "alcohol-early-remission"


def test_a_severe_alcohol_use_disorder_excludes_in_early_remission_too(person_spec):
    """The exception is for moderate disorders (supplement): severe is severe."""
    person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        alcohol-use-disorder    | severe | seen   | 2026-03-24
        alcohol-early-remission | yes    | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["alcohol: severe"],
    )


def test_a_severe_alcohol_use_disorder_on_record_excludes(person_spec):
    """A severe one excludes, and the record says severe and still active: nothing is left to ask."""
    person_spec(
        "mapp2",
        """
        question                               | answer                  | source             | on
        ---------------------------------------+-------------------------+--------------------+---
        alcohol-use-disorder                   | nobody asked            |                    |
        condition: Severe alcohol use disorder | active since 2020-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["alcohol: severe"],
    )


def test_alcoholism_on_record_without_its_severity_is_asked_about(person_spec):
    """A record of alcohol dependence does not say how severe it is: a reason to ask, not an answer."""
    person_spec(
        "mapp2",
        """
        question                            | answer                  | source             | on
        ------------------------------------+-------------------------+--------------------+---
        alcohol-use-disorder                | nobody asked            |                    |
        condition: F10.20 Alcohol dependence| active since 2020-01-01 | record Condition/2 |
        """,
        verdict="undetermined",
        asks=["alcohol: recorded-severity-unknown"],
    )


def test_alcoholism_on_record_that_is_answered_with_none_is_a_conflict(person_spec):
    """The record and the interview disagree; "none" must say that it corrects the record."""
    person_spec(
        "mapp2",
        """
        question                            | answer                  | source             | on
        ------------------------------------+-------------------------+--------------------+-----------
        condition: F10.20 Alcohol dependence| active since 2020-01-01 | record Condition/2 |
        alcohol-use-disorder                | none                    | told               | 2026-03-24
        """,
        verdict="undetermined",
        asks=["alcohol: answers-conflict"],
    )


def test_a_liver_that_is_fat_without_alcohol_is_no_alcohol_use_disorder(person_spec):
    """ "Nonalcoholic" names the absence of alcohol; the physician has weighed the liver."""
    person_spec(
        "mapp2",
        """
        question                                      | answer                  | source             | on
        ----------------------------------------------+-------------------------+--------------------+---
        condition: K76.0 Nonalcoholic steatosis of liver| active since 2021-01-01 | record Condition/2 |
        """,
        verdict="eligible",
    )


def test_a_moderate_cannabis_use_disorder_that_goes_on_excludes(person_spec):
    """The same rule as for alcohol (supplement)."""
    person_spec(
        "mapp2",
        """
        question                 | answer   | source | on
        -------------------------+----------+--------+-----------
        cannabis-use-disorder    | moderate | seen   | 2026-03-24
        cannabis-early-remission | no       | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["cannabis: moderate-not-in-remission"],
    )


def test_a_moderate_cannabis_use_disorder_in_early_remission_does_not_exclude(person_spec):
    """Moderate unless in early remission (supplement)."""
    person_spec(
        "mapp2",
        """
        question                 | answer   | source | on
        -------------------------+----------+--------+-----------
        cannabis-use-disorder    | moderate | seen   | 2026-03-24
        cannabis-early-remission | yes      | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_an_opioid_use_disorder_thirteen_months_ago_does_not_exclude(person_spec):
    """Any other substance use disorder within other-substance-free-months, 12, excludes; thirteen is outside."""
    person_spec(
        "mapp2",
        """
        question                              | answer                   | source             | on
        --------------------------------------+--------------------------+--------------------+-----------
        condition: F11.21 Opioid dependence, in remission | 2019-01-01 to 2025-02-28 | record Condition/2 |
        other-substance-use-disorder-ever     | yes                      | told               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_an_opioid_use_disorder_exactly_twelve_months_ago_does_not_exclude(person_spec):
    """Last met on 31 March 2025: on 31 March 2026 twelve months have passed (supplement, signed)."""
    person_spec(
        "mapp2",
        """
        question                              | answer     | source | on
        --------------------------------------+------------+--------+-----------
        other-substance-use-disorder-ever     | yes        | told   | 2026-03-24
        other-substance-use-disorder-last-met | 2025-03-31 | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_cocaine_use_disorder_one_day_short_of_twelve_months_waits(person_spec):
    """Last met on 1 April 2025: on 31 March 2026 one day is missing (supplement, signed)."""
    person_spec(
        "mapp2",
        """
        question                              | answer     | source | on
        --------------------------------------+------------+--------+-----------
        other-substance-use-disorder-ever     | yes        | told   | 2026-03-24
        other-substance-use-disorder-last-met | 2025-04-01 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["other-substances: too-recent"],
    )


def test_an_opioid_use_disorder_of_which_nobody_knows_the_end_is_asked(person_spec):
    """It was; when the criteria were last met decides."""
    found = person_spec(
        "mapp2",
        """
        question                          | answer | source | on
        ----------------------------------+--------+--------+-----------
        other-substance-use-disorder-ever | yes    | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["other-substances: not-asked"],
    )
    assert found.asks[0].question == "other-substance-use-disorder-last-met"


def test_without_a_signed_number_of_months_an_old_disorder_is_not_judged(person_spec):
    """12 months is seen in a secondary source only: until signed it decides nothing."""
    person_spec(
        "mapp2",
        """
        question                              | answer     | source | on
        --------------------------------------+------------+--------+-----------
        other-substance-use-disorder-ever     | yes        | told   | 2026-03-24
        other-substance-use-disorder-last-met | 2015-03-31 | seen   | 2026-03-24
        """,
        unsigned=["other-substance-free-months"],
        verdict="undetermined",
        asks=["other-substances: limit-unsigned"],
    )


def test_a_disorder_that_goes_on_needs_no_number_to_exclude(person_spec):
    """What is so now is within any time (supplement)."""
    person_spec(
        "mapp2",
        """
        question                          | answer | source | on
        ----------------------------------+--------+--------+-----------
        other-substance-use-disorder-ever | yes    | told   | 2026-03-24
        other-substance-use-disorder-now  | yes    | seen   | 2026-03-24
        """,
        unsigned=["other-substance-free-months"],
        verdict="ineligible",
        stops=["other-substances: still-so"],
    )


def test_somebody_who_took_mdma_four_times_two_years_ago_may_enter(person_spec):
    """Within the cap of ten, longer ago than twelve months, and on record in full."""
    person_spec(
        "mapp2",
        """
        question           | answer       | source | on
        -------------------+--------------+--------+-----------
        mdma-used-ever     | yes          | told   | 2026-03-24
        mdma-lifetime-uses | 4 {#}        | told   | 2026-03-24
        mdma-last-used-on  | 2024-02-10   | told   | 2026-03-24
        mdma-use-context   | recreational | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_took_mdma_exactly_ten_times_may_enter(person_spec):
    """More than mdma-lifetime-uses-at-most, 10, excludes; ten is not more than ten (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question           | answer       | source | on
        -------------------+--------------+--------+-----------
        mdma-used-ever     | yes          | told   | 2026-03-24
        mdma-lifetime-uses | 10 {#}       | told   | 2026-03-24
        mdma-last-used-on  | 2025-03-31   | told   | 2026-03-24
        mdma-use-context   | several      | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_took_mdma_eleven_times_and_last_summer_is_told_both(person_spec):
    """Eleven is above ten, and last summer within mdma-last-use-months, 12 (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question           | answer       | source | on
        -------------------+--------------+--------+-----------
        mdma-used-ever     | yes          | told   | 2026-03-24
        mdma-lifetime-uses | 11 {#}       | told   | 2026-03-24
        mdma-last-used-on  | 2025-07-19   | told   | 2026-03-24
        mdma-use-context   | recreational | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["mdma-lifetime-use: above-limit", "mdma-last-use: too-recent"],
    )


def test_somebody_who_took_mdma_and_says_no_more_is_asked_for_the_rest(person_spec):
    """The FDA asks that earlier use be known (letter, point 3a): how often, when last, in what setting."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        mdma-used-ever | yes    | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=[
            "mdma-last-use: not-asked",
            "mdma-lifetime-use: not-asked",
            "mdma-history: not-asked",
        ],
    )


def test_somebody_who_never_took_mdma_and_took_it_five_times_is_asked_which_is_so(person_spec):
    """Two answers that cannot both be true: the history that the letter asks for is not on record."""
    person_spec(
        "mapp2",
        """
        question           | answer | source | on
        -------------------+--------+--------+-----------
        mdma-used-ever     | no     | letter | 2026-03-01
        mdma-lifetime-uses | 5 {#}  | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["mdma-history: answers-conflict"],
    )


def test_somebody_who_never_took_mdma_and_last_took_it_in_2019_is_asked_which_is_so(person_spec):
    """Neither the waiting time nor the history is known while the two contradict each other."""
    person_spec(
        "mapp2",
        """
        question           | answer     | source | on
        -------------------+------------+--------+-----------
        mdma-used-ever     | no         | letter | 2026-03-01
        mdma-last-used-on  | 2019-08-08 | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["mdma-last-use: answers-conflict", "mdma-history: answers-conflict"],
    )


def test_somebody_who_said_never_and_then_remembered_may_enter_with_the_whole_history(person_spec):
    """The second answer names the first as the one it corrects."""
    person_spec(
        "mapp2",
        """
        question           | answer       | source                    | on
        -------------------+--------------+---------------------------+-----------
        mdma-used-ever     | no           | told first-call           | 2026-02-10
        mdma-used-ever     | yes          | told corrects first-call  | 2026-03-24
        mdma-lifetime-uses | 2 {#}        | told                      | 2026-03-24
        mdma-last-used-on  | 2011-08-08   | told                      | 2026-03-24
        mdma-use-context   | recreational | told                      | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_last_use_that_lies_in_the_future_is_asked_again(person_spec):
    """Dates in the wrong order are a slip: use cannot follow the day of the verdict."""
    person_spec(
        "mapp2",
        """
        question           | answer       | source | on
        -------------------+--------------+--------+-----------
        mdma-used-ever     | yes          | told   | 2026-03-24
        mdma-lifetime-uses | 2 {#}        | told   | 2026-03-24
        mdma-last-used-on  | 2026-08-08   | told   | 2026-03-24
        mdma-use-context   | recreational | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["mdma-last-use: date-in-the-future", "mdma-history: date-in-the-future"],
    )


def test_without_signed_numbers_earlier_use_is_recorded_and_not_judged(person_spec):
    """12 months and ten times are from memory; the history itself is on record (letter, point 3a)."""
    found = person_spec(
        "mapp2",
        """
        question           | answer       | source | on
        -------------------+--------------+--------+-----------
        mdma-used-ever     | yes          | told   | 2026-03-24
        mdma-lifetime-uses | 40 {#}       | told   | 2026-03-24
        mdma-last-used-on  | 2026-01-08   | told   | 2026-03-24
        mdma-use-context   | recreational | told   | 2026-03-24
        """,
        unsigned=["mdma-last-use-months", "mdma-lifetime-uses-at-most"],
        verdict="undetermined",
        asks=["mdma-last-use: limit-unsigned", "mdma-lifetime-use: limit-unsigned"],
    )
    assert "mdma-history" in {finding.code for finding in found.met}


def test_somebody_who_took_psilocybin_in_a_trial_may_enter_once_it_is_on_record(person_spec):
    """The letter names other psychedelics too: which, how often, when last, in what setting. No cap was found."""
    person_spec(
        "mapp2",
        """
        question                         | answer     | source | on
        ---------------------------------+------------+--------+-----------
        other-psychedelics-used-ever     | yes        | told   | 2026-03-24
        other-psychedelics-agent         | psilocybin | told   | 2026-03-24
        other-psychedelics-lifetime-uses | 2 {#}      | told   | 2026-03-24
        other-psychedelics-last-used-on  | 2025-11-30 | told   | 2026-03-24
        other-psychedelics-use-context   | research   | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_took_a_psychedelic_and_does_not_say_which_is_asked(person_spec):
    """Criterion psychedelics-history: lifetime use on record with its details (letter, point 3a)."""
    person_spec(
        "mapp2",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        other-psychedelics-used-ever | yes    | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["psychedelics-history: not-asked"],
    )
