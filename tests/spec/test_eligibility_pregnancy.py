"""Childbearing, pregnancy, contraception and nursing.

Source: phase-3 parent criteria, item 5 (NCT06189027): a negative test at entry and before each session, and
contraception through 10 days after the last one. Accepted: intrauterine device, injected or implanted hormone,
oral hormone with a barrier, double barrier, a vasectomised sole partner, abstinence. Not of childbearing
potential: permanently sterilised, post-menopausal, assigned male at birth. Age alone says nothing.
"""


def test_a_woman_with_an_intrauterine_device_and_a_negative_test_may_enter(person_spec):
    """The first of the accepted methods (item 5)."""
    person_spec(
        "mapp2",
        """
        question               | answer              | source | on
        -----------------------+---------------------+--------+-----------
        childbearing-potential | possible            | told   | 2026-03-24
        pregnancy-test         | negative            | seen   | 2026-03-30
        contraception-method   | intrauterine-device | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_woman_who_lives_in_abstinence_may_enter(person_spec):
    """Abstinence is among the accepted methods (item 5)."""
    person_spec(
        "mapp2",
        """
        question             | answer     | source | on
        ---------------------+------------+--------+-----------
        contraception-method | abstinence | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_woman_on_the_pill_with_a_barrier_may_enter(person_spec):
    """Oral hormone and barrier together are accepted (item 5); the pill itself is no hindrance."""
    person_spec(
        "mapp2",
        """
        question                                    | answer                    | source | on
        --------------------------------------------+---------------------------+--------+-----------
        contraception-method                        | oral-hormone-with-barrier | told   | 2026-03-24
        medicine: levonorgestrel / ethinylestradiol | taking                    | told   |
        """,
        verdict="eligible",
    )


def test_the_pill_alone_is_not_enough(person_spec):
    """Oral hormone with a barrier is what item 5 asks; alone it is not on the list."""
    person_spec(
        "mapp2",
        """
        question             | answer             | source | on
        ---------------------+--------------------+--------+-----------
        contraception-method | oral-hormone-alone | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contraception-method: choice-excludes"],
    )


def test_a_hormone_patch_is_on_the_list_of_another_trial_only(person_spec):
    """Intravaginal and transdermal hormones stand in a VA record, not in these criteria."""
    person_spec(
        "mapp2",
        """
        question             | answer                              | source | on
        ---------------------+-------------------------------------+--------+-----------
        contraception-method | intravaginal-or-transdermal-hormone | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contraception-method: choice-excludes"],
    )


def test_a_woman_who_will_stop_contraception_at_the_last_session_does_not_enter(person_spec):
    """Until contraception-after-last-dosing-days, 10, after the last session (item 5): contraception-duration."""
    person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        agrees-to-contraception | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contraception-duration: answered-otherwise"],
    )


def test_a_woman_who_was_sterilised_needs_neither_test_nor_method(person_spec):
    """Permanently sterilised is not of childbearing potential (item 5)."""
    person_spec(
        "mapp2",
        """
        question                | answer                  | source | on
        ------------------------+-------------------------+--------+-----------
        childbearing-potential  | permanently-sterilised  | letter | 2026-03-24
        pregnancy-test          | nobody asked            |        |
        contraception-method    | nobody asked            |        |
        agrees-to-contraception | nobody asked            |        |
        """,
        verdict="eligible",
    )


def test_a_woman_past_the_menopause_needs_neither_test_nor_method(person_spec):
    """Post-menopausal is not of childbearing potential (item 5)."""
    person_spec(
        "mapp2",
        """
        question                | answer          | source | on
        ------------------------+-----------------+--------+-----------
        born-on                 | 1966-10-10      | told   | 2026-03-24
        childbearing-potential  | post-menopausal | told   | 2026-03-24
        pregnancy-test          | nobody asked    |        |
        contraception-method    | none            | told   | 2026-03-24
        agrees-to-contraception | nobody asked    |        |
        """,
        verdict="eligible",
    )


def test_nobody_infers_the_menopause_from_a_birthday(person_spec):
    """She is 59 and nobody asked: whether she could become pregnant is not known (item 5)."""
    person_spec(
        "mapp2",
        """
        question                | answer       | source | on
        ------------------------+--------------+--------+-----------
        born-on                 | 1966-10-10   | told   | 2026-03-24
        childbearing-potential  | nobody asked |        |
        pregnancy-test          | nobody asked |        |
        contraception-method    | nobody asked |        |
        agrees-to-contraception | nobody asked |        |
        """,
        verdict="undetermined",
        asks=[
            "pregnancy: childbearing-unknown",
            "contraception-method: childbearing-unknown",
            "contraception-duration: childbearing-unknown",
        ],
    )


def test_a_man_is_asked_for_no_test(person_spec):
    """Assigned male at birth is not of childbearing potential (item 5)."""
    person_spec(
        "mapp2",
        """
        question                | answer       | source | on
        ------------------------+--------------+--------+-----------
        sex-assigned-at-birth   | male         | told   | 2026-03-24
        childbearing-potential  | nobody asked |        |
        pregnancy-test          | nobody asked |        |
        nursing                 | nobody asked |        |
        contraception-method    | nobody asked |        |
        agrees-to-contraception | nobody asked |        |
        """,
        verdict="eligible",
    )


def test_a_trans_man_who_could_become_pregnant_is_asked_like_everybody_who_could(person_spec):
    """Female assigned at birth, on testosterone: testosterone is no contraception, and nobody has tested."""
    person_spec(
        "mapp2",
        """
        question                  | answer       | source | on
        --------------------------+--------------+--------+-----------
        sex-assigned-at-birth     | female       | told   | 2026-03-24
        long-term-hormone-therapy | yes          | told   | 2026-03-24
        childbearing-potential    | possible     | told   | 2026-03-24
        pregnancy-test            | nobody asked |        |
        contraception-method      | none         | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contraception-method: choice-excludes"],
        asks=["pregnancy: not-asked"],
    )


def test_a_trans_man_with_an_implant_and_a_negative_test_may_enter(person_spec):
    """The same person a month later: an accepted method and a test (item 5)."""
    person_spec(
        "mapp2",
        """
        question                  | answer                        | source | on
        --------------------------+-------------------------------+--------+-----------
        sex-assigned-at-birth     | female                        | told   | 2026-03-24
        long-term-hormone-therapy | yes                           | told   | 2026-03-24
        childbearing-potential    | possible                      | told   | 2026-03-24
        pregnancy-test            | negative                      | seen   | 2026-03-24
        contraception-method      | injected-or-implanted-hormone | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_positive_test_stops(person_spec):
    """Pregnant: excluded (item 5), as the test says."""
    person_spec(
        "mapp2",
        """
        question       | answer   | source | on
        ---------------+----------+--------+-----------
        pregnancy-test | positive | seen   | 2026-03-30
        """,
        verdict="ineligible",
        stops=["pregnancy: test-positive"],
    )


def test_a_pregnancy_on_record_and_a_negative_test_must_be_settled(person_spec):
    """The record says that she is pregnant, the test says no: too much hangs on it to believe either in silence."""
    person_spec(
        "mapp2",
        """
        question                    | answer                  | source             | on
        ----------------------------+-------------------------+--------------------+-----------
        condition: Normal pregnancy | active since 2026-02-01 | record Condition/8 |
        pregnancy-test              | negative                | seen               | 2026-03-24
        """,
        verdict="undetermined",
        asks=["pregnancy: answers-conflict"],
    )


def test_a_woman_who_says_that_she_is_pregnant_needs_no_test(person_spec):
    """Told is enough to stop (item 5)."""
    person_spec(
        "mapp2",
        """
        question       | answer       | source | on
        ---------------+--------------+--------+-----------
        pregnant       | yes          | told   | 2026-03-24
        pregnancy-test | nobody asked |        |
        """,
        verdict="ineligible",
        stops=["pregnancy: is-pregnant"],
    )


def test_a_past_pregnancy_is_no_pregnancy(person_spec):
    """A record of 2014 to 2015 says nothing of today; the test of today does."""
    person_spec(
        "mapp2",
        """
        question                    | answer                   | source             | on
        ----------------------------+--------------------------+--------------------+-----------
        condition: Normal pregnancy | 2014-06-01 to 2015-03-01 | record Condition/8 |
        pregnancy-test              | negative                 | seen               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_test_of_last_month_is_made_again(person_spec):
    """No public number says how old a test at entry may be; these pages sign pregnancy-test-valid-days, 30."""
    person_spec(
        "mapp2",
        """
        question       | answer   | source | on
        ---------------+----------+--------+-----------
        pregnancy-test | negative | seen   | 2026-02-28
        """,
        verdict="undetermined",
        asks=["pregnancy: answer-stale"],
    )


def test_a_test_on_the_thirtieth_day_still_holds(person_spec):
    """1 March is thirty days before 31 March."""
    person_spec(
        "mapp2",
        """
        question       | answer   | source | on
        ---------------+----------+--------+-----------
        pregnancy-test | negative | seen   | 2026-03-01
        """,
        verdict="eligible",
    )


def test_without_a_signed_validity_a_negative_test_is_not_enough(person_spec):
    """Nobody has said how old a test may be: the limit is named."""
    person_spec(
        "mapp2",
        "",
        unsigned=["pregnancy-test-valid-days"],
        verdict="undetermined",
        asks=["pregnancy: limit-unsigned"],
    )


def test_a_woman_who_breast_feeds_does_not_enter(person_spec):
    """Nursing excludes (item 5)."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        nursing  | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["nursing: answered-otherwise"],
    )


def test_a_woman_who_has_weaned_her_child_may_enter(person_spec):
    """Nursing changes; the later answer counts (item 5)."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        nursing  | yes    | told   | 2025-12-24
        nursing  | no     | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_does_not_say_their_sex_may_enter_where_nothing_depends_on_it(person_spec):
    """Could become pregnant, tested, with an accepted method, and a QTc good by either ceiling: nobody need know more."""
    person_spec(
        "mapp2",
        """
        question              | answer       | source | on
        ----------------------+--------------+--------+-----------
        sex-assigned-at-birth | nobody asked |        |
        qtcb                  | 432 ms       | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_woman_whose_only_partner_had_a_vasectomy_may_enter(person_spec):
    """A vasectomised sole partner is among the accepted methods (item 5)."""
    person_spec(
        "mapp2",
        """
        question             | answer                    | source | on
        ---------------------+---------------------------+--------+-----------
        contraception-method | vasectomised-sole-partner | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_couple_that_uses_two_barriers_may_enter(person_spec):
    """Double barrier is among the accepted methods (item 5)."""
    person_spec(
        "mapp2",
        """
        question             | answer         | source | on
        ---------------------+----------------+--------+-----------
        contraception-method | double-barrier | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_one_barrier_is_not_two(person_spec):
    """A single barrier is not on the list (item 5)."""
    person_spec(
        "mapp2",
        """
        question             | answer         | source | on
        ---------------------+----------------+--------+-----------
        contraception-method | single-barrier | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contraception-method: choice-excludes"],
    )
