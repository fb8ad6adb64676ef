"""The mind: psychosis, mania, dissociation, eating, personality, suicide.

Sources: Mitchell 2023, supplement, quoted by a secondary source; Numinus, contraindications. Family history,
by clinic practice only, is "not recommended" and may be overridden by a physician.
"""


def test_a_man_with_schizophrenia_on_record_does_not_enter(person_spec):
    """Past or present primary psychotic disorder (supplement); nobody's answer is needed."""
    person_spec(
        "mapp2",
        """
        question                      | answer                  | source             | on
        ------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever       | nobody asked            |                    |
        condition: F20.0 Schizophrenia| active since 2009-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychosis: answered-otherwise"],
    )


def test_a_psychotic_episode_that_is_over_excludes_all_the_same(person_spec):
    """Past or present (supplement)."""
    person_spec(
        "mapp2",
        """
        question                          | answer                   | source             | on
        ----------------------------------+--------------------------+--------------------+---
        psychotic-disorder-ever           | nobody asked             |                    |
        condition: Acute psychotic episode| 2009-01-01 to 2009-03-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychosis: answered-otherwise"],
    )


def test_a_suspected_schizophrenia_is_no_schizophrenia(person_spec):
    """A suspicion gives no answer. Asked, the person and the psychiatrist say no: nothing excludes."""
    person_spec(
        "mapp2",
        """
        question                           | answer                  | source             | on
        -----------------------------------+-------------------------+--------------------+-----------
        condition: Suspected schizophrenia | active since 2009-01-01 | record Condition/2 |
        psychotic-disorder-ever            | no                      | letter             | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_suspected_schizophrenia_that_nobody_has_settled_is_asked_about(person_spec):
    """A suspicion is not an answer either way: the question stays open."""
    person_spec(
        "mapp2",
        """
        question                           | answer                  | source             | on
        -----------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever            | nobody asked            |                    |
        condition: Suspected schizophrenia | active since 2009-01-01 | record Condition/2 |
        """,
        verdict="undetermined",
        asks=["psychosis: not-asked"],
    )


def test_a_psychosis_that_was_ruled_out_does_not_exclude(person_spec):
    """What a clinician has ruled out is not a diagnosis."""
    person_spec(
        "mapp2",
        """
        question                                | answer                   | source             | on
        ----------------------------------------+--------------------------+--------------------+---
        condition: Psychotic disorder ruled out | 2014-04-01 to 2014-04-20 | record Condition/2 |
        """,
        verdict="eligible",
    )


def test_a_woman_with_bipolar_ii_may_enter(person_spec):
    """Bipolar I excludes; bipolar II is not excluded (supplement; Numinus)."""
    person_spec(
        "mapp2",
        """
        question                               | answer                  | source             | on
        ---------------------------------------+-------------------------+--------------------+-----------
        condition: F31.81 Bipolar II disorder  | active since 2016-01-01 | record Condition/2 |
        bipolar-1-ever                         | no                      | letter             | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_woman_with_bipolar_i_does_not_enter(person_spec):
    """Past or present bipolar I (supplement): in remission for years is past."""
    person_spec(
        "mapp2",
        """
        question                                                    | answer                  | source             | on
        ------------------------------------------------------------+-------------------------+--------------------+---
        bipolar-1-ever                                              | nobody asked            |                    |
        condition: F31.73 Bipolar I disorder, most recent manic, in partial remission | active since 2006-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["bipolar-1: answered-otherwise"],
    )


def test_a_bipolar_disorder_of_which_nobody_wrote_the_kind_is_for_a_physician_to_weigh(person_spec):
    """A record that says "bipolar disorder" alone may be either; the question of bipolar I stays open with it."""
    person_spec(
        "mapp2",
        """
        question                    | answer                  | source             | on
        ----------------------------+-------------------------+--------------------+---
        bipolar-1-ever              | nobody asked            |                    |
        other-condition-makes-unsafe| nobody asked            |                    |
        condition: Bipolar disorder | active since 2016-01-01 | record Condition/2 |
        """,
        verdict="undetermined",
        asks=["bipolar-1: not-asked", "other-conditions: physician-to-weigh"],
    )


def test_a_depression_with_psychotic_features_excludes(person_spec):
    """Major depression with psychotic features, past or present (supplement): criterion psychotic-depression."""
    person_spec(
        "mapp2",
        """
        question                                                       | answer                   | source             | on
        ---------------------------------------------------------------+--------------------------+--------------------+---
        psychotic-depression-ever                                      | nobody asked             |                    |
        condition: F33.3 Major depressive disorder, recurrent, severe with psychotic symptoms | 2015-01-01 to 2016-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychotic-depression: answered-otherwise"],
    )


def test_a_severe_depression_without_psychotic_features_does_not_exclude(person_spec):
    """Depression goes with PTSD; only psychotic features exclude (supplement). The physician has weighed it."""
    person_spec(
        "mapp2",
        """
        question                                                                                    | answer                  | source             | on
        --------------------------------------------------------------------------------------------+-------------------------+--------------------+---
        condition: F33.2 Major depressive disorder, recurrent severe without psychotic features     | active since 2019-09-01 | record Condition/2 |
        """,
        verdict="eligible",
    )


def test_a_brother_with_bipolar_disorder_is_not_recommended(person_spec):
    """First-degree psychotic or bipolar disorder (Numinus, stricter than the trial): criterion family-history."""
    person_spec(
        "mapp2",
        """
        question                    | answer | source | on
        ----------------------------+--------+--------+-----------
        family-psychosis-or-bipolar | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["family-history: answered-otherwise"],
    )


def test_a_family_history_on_record_is_not_the_persons_own(person_spec):
    """Words about the family say nothing of this person: psychosis is not found, the family is asked about."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source             | on
        ------------------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever                   | nobody asked            |                    |
        family-psychosis-or-bipolar               | nobody asked            |                    |
        condition: Family history of schizophrenia| active since 2016-01-01 | record Condition/2 |
        """,
        verdict="undetermined",
        asks=["psychosis: not-asked", "family-history: not-asked"],
    )


def test_a_cousin_with_schizophrenia_does_not_exclude(person_spec):
    """Only first-degree relatives count (Numinus): the record's words are about a cousin, her answer is no."""
    person_spec(
        "mapp2",
        """
        question                                          | answer                  | source             | on
        --------------------------------------------------+-------------------------+--------------------+-----------
        condition: Family history of schizophrenia, cousin| active since 2016-01-01 | record Condition/2 |
        family-psychosis-or-bipolar                       | no                      | told               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_stroke_of_the_father_is_not_a_stroke_of_the_son(person_spec):
    """What a record says of a parent is not the person's own history, whichever way it is worded."""
    person_spec(
        "mapp2",
        """
        question                                | answer                  | source             | on
        ----------------------------------------+-------------------------+--------------------+---
        condition: Father had a stroke at 60    | active since 2016-01-01 | record Condition/2 |
        condition: Schizophrenia in mother      | active since 2016-01-01 | record Condition/3 |
        family-psychosis-or-bipolar             | no                      | letter             | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_dissociative_identity_disorder_now_excludes(person_spec):
    """Dissociative identity disorder, current (supplement; Numinus)."""
    person_spec(
        "mapp2",
        """
        question                               | answer | source | on
        ---------------------------------------+--------+--------+-----------
        dissociative-identity-disorder-current | yes    | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["dissociative-identity: answered-otherwise"],
    )


def test_a_dissociative_identity_disorder_that_was_is_not_one_that_is(person_spec):
    """Only a current one excludes; the record says that it ended, the psychiatrist finds none now."""
    person_spec(
        "mapp2",
        """
        question                                 | answer                   | source             | on
        -----------------------------------------+--------------------------+--------------------+-----------
        condition: Dissociative identity disorder| 2008-01-01 to 2018-01-01 | record Condition/2 |
        dissociative-identity-disorder-current   | no                       | seen               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_active_purging_excludes(person_spec):
    """Eating disorder with active purging (supplement; Numinus): the body's salts are at risk."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        active-purging | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["purging: answered-otherwise"],
    )


def test_a_bulimia_of_ten_years_ago_does_not_exclude(person_spec):
    """Only active purging excludes: she has not purged since, and the physician has weighed the record."""
    person_spec(
        "mapp2",
        """
        question                         | answer                   | source             | on
        ---------------------------------+--------------------------+--------------------+-----------
        condition: F50.2 Bulimia nervosa | 2010-01-01 to 2016-01-01 | record Condition/2 |
        active-purging                   | no                       | told               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_bulimia_on_record_that_nobody_asked_about_leaves_two_questions(person_spec):
    """A diagnosis says nothing of whether she purges now; both the question and the physician's weighing are open."""
    person_spec(
        "mapp2",
        """
        question                         | answer                  | source             | on
        ---------------------------------+-------------------------+--------------------+---
        condition: F50.2 Bulimia nervosa | active since 2010-01-01 | record Condition/2 |
        active-purging                   | nobody asked            |                    |
        other-condition-makes-unsafe     | nobody asked            |                    |
        """,
        verdict="undetermined",
        asks=["purging: not-asked", "other-conditions: physician-to-weigh"],
    )


def test_a_borderline_personality_disorder_excludes(person_spec):
    """Personality disorders (supplement). The record is enough."""
    person_spec(
        "mapp2",
        """
        question                                     | answer                  | source             | on
        ---------------------------------------------+-------------------------+--------------------+---
        personality-disorder                         | nobody asked            |                    |
        condition: F60.3 Borderline personality disorder | active since 2014-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["personality-disorder: answered-otherwise"],
    )


def test_a_borderline_diagnosis_that_the_psychiatrist_withdrew_does_not_exclude(person_spec):
    """A correction names the entry it corrects; the record keeps both."""
    person_spec(
        "mapp2",
        """
        question                                     | answer                  | source                      | on
        ---------------------------------------------+-------------------------+-----------------------------+-----------
        condition: F60.3 Borderline personality disorder | active since 2014-01-01 | record Condition/2      |
        personality-disorder                         | no                      | letter corrects Condition/2 | 2026-02-18
        """,
        verdict="eligible",
    )


def test_a_serious_imminent_risk_of_suicide_excludes_now(person_spec):
    """Serious, imminent risk (supplement; Numinus): now, not for ever."""
    person_spec(
        "mapp2",
        """
        question                      | answer | source | on
        ------------------------------+--------+--------+-----------
        serious-imminent-suicide-risk | yes    | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["suicide-risk: answered-otherwise"],
    )


def test_suicide_attempts_years_ago_do_not_exclude_in_themselves(person_spec):
    """Prior attempts are not in themselves excluded (supplement; Numinus). The risk was assessed last week."""
    person_spec(
        "mapp2",
        """
        question                      | answer                   | source             | on
        ------------------------------+--------------------------+--------------------+-----------
        condition: Suicide attempt    | 2014-08-01 to 2014-08-01 | record Condition/2 |
        condition: Attempted suicide  | 2017-02-01 to 2017-02-01 | record Condition/3 |
        serious-imminent-suicide-risk | no                       | seen               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_an_assessment_of_suicide_risk_that_is_three_weeks_old_is_made_again(person_spec):
    """suicide-risk-valid-days, 14 as signed for these pages: no public number was found."""
    person_spec(
        "mapp2",
        """
        question                      | answer | source | on
        ------------------------------+--------+--------+-----------
        serious-imminent-suicide-risk | no     | seen   | 2026-03-10
        """,
        verdict="undetermined",
        asks=["suicide-risk: answer-stale"],
    )


def test_an_assessment_of_suicide_risk_on_its_fourteenth_day_still_holds(person_spec):
    """17 March is fourteen days before 31 March."""
    person_spec(
        "mapp2",
        """
        question                      | answer | source | on
        ------------------------------+--------+--------+-----------
        serious-imminent-suicide-risk | no     | seen   | 2026-03-17
        """,
        verdict="eligible",
    )


def test_without_a_signed_validity_a_no_is_not_enough_and_a_yes_still_stops(person_spec):
    """Nobody has said how old an assessment may be. Danger that was told stops all the same."""
    person_spec(
        "mapp2",
        "",
        unsigned=["suicide-risk-valid-days"],
        verdict="undetermined",
        asks=["suicide-risk: limit-unsigned"],
    )
    person_spec(
        "mapp2",
        """
        question                      | answer | source | on
        ------------------------------+--------+--------+-----------
        serious-imminent-suicide-risk | yes    | told   | 2026-03-24
        """,
        unsigned=["suicide-risk-valid-days"],
        verdict="ineligible",
        stops=["suicide-risk: answered-otherwise"],
    )


def test_an_adopted_woman_who_knows_nothing_of_her_family_is_not_refused(person_spec):
    """What nobody can know is not a yes to a psychotic disorder in the family, and not a no."""
    person_spec(
        "mapp2",
        """
        question                    | answer       | source | on
        ----------------------------+--------------+--------+---
        family-psychosis-or-bipolar | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["family-history: not-asked"],
    )


def test_generalised_anxiety_panic_and_insomnia_do_not_exclude(person_spec):
    """No criterion names them; they are common with PTSD."""
    person_spec(
        "mapp2",
        """
        question                                    | answer                  | source             | on
        --------------------------------------------+-------------------------+--------------------+---
        condition: F41.1 Generalized anxiety disorder| active since 2018-01-01 | record Condition/2 |
        condition: F41.0 Panic disorder             | active since 2018-01-01 | record Condition/3 |
        condition: G47.00 Insomnia                  | active since 2018-01-01 | record Condition/4 |
        """,
        verdict="eligible",
    )
