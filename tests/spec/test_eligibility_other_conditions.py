"""Illnesses that are allowed while they are well, and illnesses that no rule knows.

Source: Mitchell 2023, supplement, quoted by a secondary source: asymptomatic hepatitis C, type 2 diabetes,
hyper- and hypothyroidism and glaucoma, well managed and mild, allowed with extra screening. Every other weighty
condition on record is named to a physician, who weighs it.
"""


def test_a_man_with_hepatitis_c_without_symptoms_may_enter(person_spec):
    """Asymptomatic hepatitis C is allowed (supplement): criterion hepatitis-c."""
    person_spec(
        "mapp2",
        """
        question                             | answer                  | source              | on
        -------------------------------------+-------------------------+---------------------+-----------
        condition: B18.2 Chronic hepatitis C | active since 2017-01-01 | record Condition/11 |
        hepatitis-c                          | yes                     | told                | 2026-03-24
        hepatitis-c-asymptomatic             | yes                     | seen                | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_man_with_hepatitis_c_and_symptoms_does_not_enter(person_spec):
    """Only without symptoms (supplement)."""
    person_spec(
        "mapp2",
        """
        question                 | answer | source | on
        -------------------------+--------+--------+-----------
        hepatitis-c              | yes    | told   | 2026-03-24
        hepatitis-c-asymptomatic | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["hepatitis-c: condition-not-managed"],
    )


def test_a_hepatitis_c_that_nobody_examined_is_asked_about(person_spec):
    """The record names it; whether there are symptoms is for a physician to say."""
    person_spec(
        "mapp2",
        """
        question                 | answer                  | source              | on
        -------------------------+-------------------------+---------------------+---
        hepatitis-c              | nobody asked            |                     |
        condition: Hepatitis C   | active since 2017-01-01 | record Condition/11 |
        """,
        verdict="undetermined",
        asks=["hepatitis-c: not-asked"],
    )


def test_a_woman_with_type_2_diabetes_that_is_well_managed_may_enter(person_spec):
    """Type 2 diabetes, well managed and mild (supplement); metformin goes on."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source              | on
        ------------------------------------------+-------------------------+---------------------+-----------
        condition: E11.9 Diabetes mellitus type 2 | active since 2018-01-01 | record Condition/11 |
        diabetes-type-2                           | yes                     | told                | 2026-03-24
        diabetes-type-2-well-managed              | yes                     | letter              | 2026-03-10
        """,
        verdict="eligible",
    )


def test_a_woman_with_type_2_diabetes_out_of_hand_does_not_enter(person_spec):
    """Only well managed and mild (supplement)."""
    person_spec(
        "mapp2",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        diabetes-type-2              | yes    | told   | 2026-03-24
        diabetes-type-2-well-managed | no     | letter | 2026-03-10
        """,
        verdict="ineligible",
        stops=["diabetes-type-2: condition-not-managed"],
    )


def test_a_type_1_diabetes_is_not_on_the_list_and_goes_to_the_physician(person_spec):
    """The allowance names type 2. Of type 1 no rule was read: a physician weighs it, and has not yet."""
    person_spec(
        "mapp2",
        """
        question                                  | answer                  | source              | on
        ------------------------------------------+-------------------------+---------------------+---
        condition: E10.9 Diabetes mellitus type 1 | active since 1998-01-01 | record Condition/11 |
        other-condition-makes-unsafe              | nobody asked            |                     |
        """,
        verdict="undetermined",
        asks=["other-conditions: physician-to-weigh"],
    )


def test_a_woman_with_hypothyroidism_on_levothyroxine_may_enter(person_spec):
    """Hypothyroidism, well managed and mild (supplement); thyroid hormone goes on at a stable dose."""
    person_spec(
        "mapp2",
        """
        question                        | answer                  | source              | on
        --------------------------------+-------------------------+---------------------+-----------
        condition: E03.9 Hypothyroidism | active since 2015-01-01 | record Condition/11 |
        thyroid-disorder                | yes                     | told                | 2026-03-24
        thyroid-disorder-well-managed   | yes                     | letter              | 2026-03-10
        medicine: levothyroxine         | taking                  | told                |
        """,
        verdict="eligible",
    )


def test_a_graves_disease_out_of_balance_does_not_enter(person_spec):
    """Only well managed and mild (supplement): criterion thyroid."""
    person_spec(
        "mapp2",
        """
        question                      | answer | source | on
        ------------------------------+--------+--------+-----------
        thyroid-disorder              | yes    | told   | 2026-03-24
        thyroid-disorder-well-managed | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["thyroid: condition-not-managed"],
    )


def test_a_man_with_glaucoma_under_drops_may_enter(person_spec):
    """Glaucoma, well managed and mild (supplement)."""
    person_spec(
        "mapp2",
        """
        question              | answer | source | on
        ----------------------+--------+--------+-----------
        sex-assigned-at-birth | male   | told   | 2026-03-24
        glaucoma              | yes    | told   | 2026-03-24
        glaucoma-well-managed | yes    | letter | 2026-03-10
        """,
        verdict="eligible",
    )


def test_a_glaucoma_that_is_not_under_control_stops(person_spec):
    """Only well managed and mild (supplement)."""
    person_spec(
        "mapp2",
        """
        question              | answer | source | on
        ----------------------+--------+--------+-----------
        glaucoma              | yes    | told   | 2026-03-24
        glaucoma-well-managed | no     | letter | 2026-03-10
        """,
        verdict="ineligible",
        stops=["glaucoma: condition-not-managed"],
    )


def test_a_febrile_seizure_of_a_child_does_not_exclude_the_grown_man(person_spec):
    """No criterion names seizures. The record names them to the physician, who finds nothing unsafe."""
    person_spec(
        "mapp2",
        """
        question                     | answer                   | source              | on
        -----------------------------+--------------------------+---------------------+-----------
        sex-assigned-at-birth        | male                     | told                | 2026-03-24
        condition: Febrile seizure   | 1988-02-01 to 1988-02-01 | record Condition/12 |
        other-condition-makes-unsafe | no                       | seen                | 2026-03-24
        """,
        verdict="eligible",
    )


def test_an_epilepsy_on_record_is_named_to_the_physician(person_spec):
    """Nobody has weighed it yet: the finding names it, so that it is not overlooked among ninety entries."""
    found = person_spec(
        "mapp2",
        """
        question                     | answer                   | source              | on
        -----------------------------+--------------------------+---------------------+---
        condition: G40.9 Epilepsy    | active since 2001-01-01  | record Condition/12 |
        other-condition-makes-unsafe | nobody asked             |                     |
        """,
        verdict="undetermined",
        asks=["other-conditions: physician-to-weigh"],
    )
    assert found.asks[0].values["conditions"] == "epilepsy-or-seizures"


def test_what_a_physician_finds_unsafe_stops(person_spec):
    """The physician's judgement needs no rule of ours (supplement: any condition that makes it unsafe)."""
    person_spec(
        "mapp2",
        """
        question                     | answer                   | source              | on
        -----------------------------+--------------------------+---------------------+-----------
        condition: G40.9 Epilepsy    | active since 2001-01-01  | record Condition/12 |
        other-condition-makes-unsafe | yes                      | seen                | 2026-03-24
        """,
        verdict="ineligible",
        stops=["other-conditions: physician-excludes"],
    )


def test_asthma_migraine_and_an_old_concussion_that_a_physician_weighed_do_not_exclude(person_spec):
    """Most people who are ill in one way are ill in several: a weighed record excludes nobody by its length."""
    person_spec(
        "mapp2",
        """
        question                              | answer                   | source              | on
        --------------------------------------+--------------------------+---------------------+-----------
        condition: Childhood asthma           | active since 1992-01-01  | record Condition/12 |
        condition: Migraine without aura      | active since 2010-01-01  | record Condition/13 |
        condition: Concussion injury of brain | 2003-05-05 to 2003-05-20 | record Condition/14 |
        other-condition-makes-unsafe          | no                       | seen                | 2026-03-24
        """,
        verdict="eligible",
    )
