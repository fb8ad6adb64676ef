"""Where an answer comes from and when: told, letter, seen, record; conflicts, corrections and the date.

A hand answer that contradicts a record does not silently win: it names what it corrects. Nothing that is dated
after the day of the verdict counts on that day. These are rules of the product, written for the record that an
auditor reads; the clinical rule beside each is cited with it.
"""


def test_a_stroke_on_record_that_the_person_denies_is_a_conflict(person_spec):
    """History of stroke excludes (from memory). The record says so, she says no: nobody is believed in silence."""
    person_spec(
        "mapp2",
        """
        question           | answer                   | source              | on
        -------------------+--------------------------+---------------------+-----------
        condition: Stroke  | 2016-04-04 to 2016-04-20 | record Condition/21 |
        stroke-or-tia-ever | no                       | told                | 2026-03-24
        """,
        verdict="undetermined",
        asks=["stroke: answers-conflict"],
    )


def test_a_neurologists_letter_that_names_the_entry_sets_it_right(person_spec):
    """The entry was a migraine; the letter corrects it by its place, and both stay on record."""
    person_spec(
        "mapp2",
        """
        question           | answer                   | source                       | on
        -------------------+--------------------------+------------------------------+-----------
        condition: Stroke  | 2016-04-04 to 2016-04-20 | record Condition/21          |
        stroke-or-tia-ever | no                       | letter corrects Condition/21 | 2016-06-01
        """,
        verdict="eligible",
    )


def test_a_correction_of_one_entry_leaves_the_other_standing(person_spec):
    """Two entries of a stroke, one corrected: the other still says that there was one."""
    person_spec(
        "mapp2",
        """
        question                                | answer                   | source                       | on
        ----------------------------------------+--------------------------+------------------------------+-----------
        condition: Stroke                       | 2016-04-04 to 2016-04-20 | record Condition/21          |
        condition: Transient ischemic attack    | 2019-04-04 to 2019-04-04 | record Condition/22          |
        stroke-or-tia-ever                      | no                       | letter corrects Condition/21 | 2016-06-01
        """,
        verdict="undetermined",
        asks=["stroke: answers-conflict"],
    )


def test_a_correction_of_an_entry_that_is_not_there_corrects_nothing(person_spec):
    """A slip in the place leaves the conflict open; it does not make the record right or wrong."""
    person_spec(
        "mapp2",
        """
        question           | answer                   | source                       | on
        -------------------+--------------------------+------------------------------+-----------
        condition: Stroke  | 2016-04-04 to 2016-04-20 | record Condition/21          |
        stroke-or-tia-ever | no                       | letter corrects Condition/99 | 2016-06-01
        """,
        verdict="undetermined",
        asks=["stroke: answers-conflict"],
    )


def test_a_letter_that_says_no_and_a_call_that_says_yes_disagree(person_spec):
    """Between two people as well as between person and record: history is not replaced by the later word."""
    person_spec(
        "mapp2",
        """
        question      | answer | source | on
        --------------+--------+--------+-----------
        aneurysm-ever | no     | letter | 2025-09-01
        aneurysm-ever | yes    | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["aneurysm: answers-conflict"],
    )


def test_two_letters_that_say_the_same_are_one_answer(person_spec):
    """Saying it twice makes it neither truer nor doubtful."""
    person_spec(
        "mapp2",
        """
        question      | answer | source      | on
        --------------+--------+-------------+-----------
        aneurysm-ever | no     | letter gp   | 2025-09-01
        aneurysm-ever | no     | letter mri  | 2026-01-11
        """,
        verdict="eligible",
    )


def test_a_record_that_says_it_and_a_person_who_confirms_it_agree(person_spec):
    """The heart attack is told and recorded: one reason, not two, and no conflict (from memory)."""
    person_spec(
        "mapp2",
        """
        question                         | answer                   | source              | on
        ---------------------------------+--------------------------+---------------------+-----------
        condition: Myocardial infarction | 2012-04-04 to 2012-04-20 | record Condition/23 |
        myocardial-infarction-ever       | yes                      | told                | 2026-03-24
        """,
        verdict="ineligible",
        stops=["myocardial-infarction: answered-otherwise"],
    )


def test_a_weight_dated_after_the_day_does_not_count(person_spec):
    """On 31 March nobody knew what the scales would say on 2 April."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 62 kg  | seen   | 2026-04-02
        """,
        verdict="undetermined",
        asks=["weight: answer-in-the-future"],
    )


def test_two_days_later_the_same_weight_counts(person_spec):
    """The date of the verdict moved, nothing else."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 62 kg  | seen   | 2026-04-02
        """,
        as_of="2026-04-02",
        verdict="eligible",
    )


def test_a_diagnosis_that_came_later_does_not_reach_back(person_spec):
    """Asked for 31 March, a stroke of 3 April is not known yet; asked for 3 April, it stops."""
    person_spec(
        "mapp2",
        """
        question           | answer                  | source              | on
        -------------------+-------------------------+---------------------+---
        condition: Stroke  | active since 2026-04-03 | record Condition/24 |
        """,
        as_of="2026-03-31",
        verdict="eligible",
    )
    person_spec(
        "mapp2",
        """
        question           | answer                  | source              | on
        -------------------+-------------------------+---------------------+---
        stroke-or-tia-ever | nobody asked            |                     |
        condition: Stroke  | active since 2026-04-03 | record Condition/24 |
        """,
        as_of="2026-04-03",
        verdict="ineligible",
        stops=["stroke: answered-otherwise"],
    )


def test_on_a_day_before_anybody_asked_nothing_is_known_but_what_was_signed(person_spec):
    """The answers of 24 March do not count on 23 March: as of then the verdict was undetermined, and stopped nobody."""
    found = person_spec("mapp2", "", as_of="2026-03-23", verdict="undetermined", asks=None)
    assert not found.met


def test_on_a_day_before_the_limits_were_signed_they_do_not_run(person_spec):
    """Signed on 5 January 2026; asked for 4 January, a weight of that day meets no number."""
    found = person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 62 kg  | seen   | 2026-01-04
        """,
        as_of="2026-01-04",
        verdict="undetermined",
        asks=None,
    )
    assert {f.code: f.reason for f in found.asks}["weight"] == "limit-unsigned"


def test_waiting_lets_answers_grow_old(person_spec):
    """Three months later the scores, readings and tests have lapsed; no history and no agreement has."""
    person_spec(
        "mapp2",
        "",
        as_of="2026-06-30",
        verdict="undetermined",
        asks=[
            "pregnancy: answer-stale",
            "ptsd-severity: answer-stale",
            "suicide-risk: answer-stale",
            "blood-pressure: too-few-readings",
            "qtc: answer-stale-or-missing",
            "marked-qtc-prolongation: answer-stale",
            "alt: answer-stale",
            "ast: answer-stale",
            "kidney: answer-stale",
            "sodium: answer-stale",
            "potassium: answer-stale",
            "weight: answer-stale",
            "screening-tests: answer-stale",
        ],
    )


def test_an_entry_whose_dates_are_in_the_wrong_order_still_names_what_happened(person_spec):
    """A stroke that ended before it began was written down wrongly, but it was written down (from memory)."""
    person_spec(
        "mapp2",
        """
        question           | answer                   | source              | on
        -------------------+--------------------------+---------------------+---
        stroke-or-tia-ever | nobody asked             |                     |
        condition: Stroke  | 2016-04-20 to 2016-04-04 | record Condition/21 |
        """,
        verdict="ineligible",
        stops=["stroke: answered-otherwise"],
    )


def test_a_fear_of_a_stroke_and_a_screening_for_cancer_are_no_illnesses(person_spec):
    """Words that a record uses for what is feared, tested or absent give no answer."""
    person_spec(
        "mapp2",
        """
        question                             | answer                  | source              | on
        -------------------------------------+-------------------------+---------------------+---
        condition: Fear of stroke            | active since 2016-01-01 | record Condition/21 |
        condition: Screening for lung cancer | active since 2016-01-01 | record Condition/22 |
        condition: No history of seizures    | active since 2016-01-01 | record Condition/23 |
        """,
        verdict="eligible",
    )


def test_something_that_stops_and_something_that_nobody_asked_are_both_shown(person_spec):
    """An unknown is shown beside a stop: a stop may be set right, and then the question is still open."""
    person_spec(
        "mapp2",
        """
        question                  | answer       | source | on
        --------------------------+--------------+--------+-----------
        agrees-to-overnight-stay  | no           | told   | 2026-03-24
        serious-imminent-suicide-risk | nobody asked |    |
        sodium                    | nobody asked |        |
        """,
        verdict="ineligible",
        stops=["overnight-stay: answered-otherwise"],
        asks=["suicide-risk: not-asked", "sodium: not-asked"],
    )


def test_a_no_without_a_date_counts_where_nothing_grows_old(person_spec):
    """Whether there was ever an aneurysm does not depend on the day on which it was asked (from memory)."""
    person_spec(
        "mapp2",
        """
        question           | answer | source | on
        -------------------+--------+--------+---
        aneurysm-ever      | no     | told   |
        heart-failure-ever | no     | told   |
        bipolar-1-ever     | no     | told   |
        """,
        verdict="eligible",
    )


def test_the_same_entry_imported_twice_changes_nothing(person_spec):
    """Two hospitals recorded the same diabetes; it is well managed once (supplement)."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source              | on
        ------------------------------------------+-------------------------+---------------------+-----------
        condition: E11.9 Diabetes mellitus type 2 | active since 2018-01-01 | record Condition/11 |
        condition: Type 2 diabetes                | active since 2018-02-01 | record Condition/12 |
        diabetes-type-2                           | yes                     | told                | 2026-03-24
        diabetes-type-2-well-managed              | yes                     | letter              | 2026-03-10
        """,
        verdict="eligible",
    )
