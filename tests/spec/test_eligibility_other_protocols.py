"""The Swiss trial of 2013 and the Australian authorised prescriber, and the same person under each protocol.

Sources: Oehen 2013, abstract (MP-2, NCT00353938), whose eligibility section was not read; Therapeutic Goods
Administration, MDMA and psilocybine hub: specialist psychiatrist, approved protocol, authorised prescriber,
immediate care, alternatives on the register considered, consent documented. What neither source gives is a limit
to sign or a question to a physician who has read the protocol's own text.
"""


def test_somebody_with_everything_answered_and_signed_may_enter_the_swiss_trial(person_spec):
    """Nothing known excludes; the physician who read the protocol attests the rest (full-protocol)."""
    person_spec("oehen-2013", "", verdict="eligible")


def test_a_caps_iv_total_exactly_at_the_signed_floor_is_enough(person_spec):
    """caps-iv-total-at-least: no public number for MP-2; 50, the number of another trial, is signed in these pages."""
    person_spec(
        "oehen-2013",
        """
        question      | answer     | source | on
        --------------+------------+--------+-----------
        caps-iv-total | 50 {score} | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_caps_iv_total_below_the_signed_floor_stops(person_spec):
    """49 is below the signed 50."""
    person_spec(
        "oehen-2013",
        """
        question      | answer     | source | on
        --------------+------------+--------+-----------
        caps-iv-total | 49 {score} | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-severity: below-limit"],
    )


def test_a_caps_5_total_does_not_stand_in_for_a_caps_iv_total(person_spec):
    """They are two scales, 0 to 80 and 0 to 136: the protocol asks for its own."""
    person_spec(
        "oehen-2013",
        """
        question      | answer       | source | on
        --------------+--------------+--------+-----------
        caps-iv-total | nobody asked |        |
        caps-5-total  | 62 {score}   | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["ptsd-severity: not-asked"],
    )


def test_at_a_swiss_site_that_signed_nothing_the_numbers_are_open(person_spec):
    """None of them was found: duration, severity, and how old a test, an assessment or a score may be."""
    person_spec(
        "oehen-2013",
        "",
        signed="nothing",
        verdict="undetermined",
        asks=[
            "ptsd-duration: limit-unsigned",
            "ptsd-severity: limit-unsigned",
            "suicide-risk: limit-unsigned",
            "pregnancy: limit-unsigned",
        ],
    )


def test_a_physician_who_has_not_read_the_protocol_leaves_it_open(person_spec):
    """The eligibility section of MP-2 was not read here: without somebody who has read it nothing is decided."""
    person_spec(
        "oehen-2013",
        """
        question                     | answer       | source | on
        -----------------------------+--------------+--------+---
        meets-full-protocol-criteria | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["full-protocol: not-asked"],
    )


def test_a_physician_who_read_the_protocol_and_finds_a_reason_against_stops(person_spec):
    """Their attestation may be no (full-protocol)."""
    person_spec(
        "oehen-2013",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        meets-full-protocol-criteria | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["full-protocol: answered-otherwise"],
    )


def test_a_diagnosis_that_a_clinician_does_not_find_stops_the_swiss_trial_too(person_spec):
    """PTSD is what the trial treated (Oehen 2013, abstract): criterion ptsd-diagnosis."""
    person_spec(
        "oehen-2013",
        """
        question            | answer | source | on
        --------------------+--------+--------+-----------
        ptsd-dsm5-confirmed | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-diagnosis: diagnosis-not-met"],
    )


def test_a_caution_borrowed_from_the_later_trials_stops_and_may_be_overridden(person_spec):
    """An aneurysm is a caution from the phase-3 criteria, not read in MP-2's own text: a physician may override it."""
    person_spec(
        "oehen-2013",
        """
        question      | answer | source | on
        --------------+--------+--------+-----------
        aneurysm-ever | yes    | letter | 2026-03-24
        """,
        verdict="ineligible",
        stops=["aneurysm: answered-otherwise"],
    )


def test_a_swiss_teacher_with_an_old_arrhythmia_that_was_only_extra_beats_may_enter(person_spec):
    """Occasional premature beats without ischaemia do not exclude (Numinus, as in the borrowed caution)."""
    person_spec(
        "oehen-2013",
        """
        question   | answer                            | source | on
        -----------+-----------------------------------+--------+-----------
        arrhythmia | occasional-pvcs-without-ischaemia | letter | 2026-02-24
        """,
        verdict="eligible",
    )


def test_somebody_with_everything_answered_and_signed_may_be_treated_in_australia(person_spec):
    """The frame is met and the approved protocol's own criteria are attested."""
    person_spec("tga-authorised-prescriber", "", verdict="eligible")


def test_a_pcl_5_total_exactly_at_the_signed_floor_is_enough(person_spec):
    """pcl-5-total-at-least: the approved protocols are not public; 35, of one Australian trial, is signed here."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question    | answer     | source | on
        ------------+------------+--------+-----------
        pcl-5-total | 35 {score} | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_pcl_5_total_below_the_signed_floor_stops(person_spec):
    """34 is below the signed 35."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question    | answer     | source | on
        ------------+------------+--------+-----------
        pcl-5-total | 34 {score} | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-severity: below-limit"],
    )


def test_at_an_australian_site_that_signed_nothing_the_numbers_are_open(person_spec):
    """The approved protocols are not public: duration, severity and validities wait for the site's physician."""
    person_spec(
        "tga-authorised-prescriber",
        "",
        signed="nothing",
        verdict="undetermined",
        asks=[
            "ptsd-duration: limit-unsigned",
            "ptsd-severity: limit-unsigned",
            "suicide-risk: limit-unsigned",
            "pregnancy: limit-unsigned",
        ],
    )


def test_depression_alone_is_not_treated_with_mdma_in_australia(person_spec):
    """MDMA is a Schedule 8 medicine for PTSD and for nothing else: criterion ptsd-diagnosis."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question             | answer                   | source             | on
        ---------------------+--------------------------+--------------------+-----------
        ptsd-on-record       | nobody asked             |                    |
        ptsd-onset           | nobody asked             |                    |
        ptsd-dsm5-confirmed  | no                       | seen               | 2026-03-24
        condition: F33.2 Major depressive disorder | active since 2019-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["ptsd-diagnosis: diagnosis-not-met"],
        asks=["ptsd-duration: not-asked"],
    )


def test_a_general_practitioner_cannot_prescribe_it(person_spec):
    """specialist-psychiatrist, authorised-prescriber, ethics-approval: each part of the frame is asked by itself."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question                              | answer | source | on
        --------------------------------------+--------+--------+-----------
        prescriber-is-specialist-psychiatrist | no     | told   | 2026-03-24
        authorised-prescriber-approval        | no     | told   | 2026-03-24
        ethics-committee-approved-protocol    | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=[
            "specialist-psychiatrist: answered-otherwise",
            "authorised-prescriber: answered-otherwise",
            "ethics-approval: answered-otherwise",
        ],
    )


def test_somebody_of_another_doctor_who_tried_nothing_else_waits(person_spec):
    """immediate-care, alternatives-considered, consent-documented, treatments-tried: what is open is asked."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question                           | answer       | source | on
        -----------------------------------+--------------+--------+-----------
        under-immediate-care-of-prescriber | no           | told   | 2026-03-24
        registered-alternatives-considered | nobody asked |        |
        informed-consent-documented        | nobody asked |        |
        treatments-tried                   | nobody asked |        |
        """,
        verdict="ineligible",
        stops=["immediate-care: answered-otherwise"],
        asks=[
            "alternatives-considered: not-asked",
            "consent-documented: not-asked",
            "treatments-tried: not-asked",
        ],
    )


def test_an_approval_that_came_through_lets_the_treatment_begin(person_spec):
    """The approval changes; the later answer counts."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question                       | answer | source | on
        -------------------------------+--------+--------+-----------
        authorised-prescriber-approval | no     | told   | 2026-01-10
        authorised-prescriber-approval | yes    | letter | 2026-03-20
        """,
        verdict="eligible",
    )


def test_the_sister_of_a_man_with_bipolar_disorder_is_judged_differently_by_each_protocol(
    person_spec,
):
    """Only MAPP2 carries the clinic practice on family history (Numinus); the other two do not name it."""
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
    person_spec(
        "oehen-2013",
        """
        question                    | answer | source | on
        ----------------------------+--------+--------+-----------
        family-psychosis-or-bipolar | yes    | told   | 2026-03-24
        """,
        verdict="eligible",
    )
    person_spec(
        "tga-authorised-prescriber",
        """
        question                    | answer | source | on
        ----------------------------+--------+--------+-----------
        family-psychosis-or-bipolar | yes    | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_man_with_schizophrenia_enters_none_of_them(person_spec):
    """An exclusion of the phase-3 criteria (supplement), a caution in the other two."""
    person_spec(
        "mapp2",
        """
        question                       | answer                  | source             | on
        -------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever        | nobody asked            |                    |
        condition: F20.0 Schizophrenia | active since 2009-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychosis: answered-otherwise"],
    )
    person_spec(
        "oehen-2013",
        """
        question                       | answer                  | source             | on
        -------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever        | nobody asked            |                    |
        condition: F20.0 Schizophrenia | active since 2009-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychosis: answered-otherwise"],
    )
    person_spec(
        "tga-authorised-prescriber",
        """
        question                       | answer                  | source             | on
        -------------------------------+-------------------------+--------------------+---
        psychotic-disorder-ever        | nobody asked            |                    |
        condition: F20.0 Schizophrenia | active since 2009-01-01 | record Condition/2 |
        """,
        verdict="ineligible",
        stops=["psychosis: answered-otherwise"],
    )


def test_of_nobody_the_swiss_and_the_australian_protocol_know_nothing_either(person_spec):
    """An empty referral is undetermined whatever the protocol: nothing stops, nothing is met."""
    swiss = person_spec("oehen-2013", "", base="nobody", verdict="undetermined", asks=None)
    australian = person_spec(
        "tga-authorised-prescriber", "", base="nobody", verdict="undetermined", asks=None
    )
    assert not swiss.met
    assert not australian.met


def test_a_swiss_woman_past_the_menopause_needs_no_pregnancy_test(person_spec):
    """Post-menopausal is not of childbearing potential (phase-3 parent criteria, item 5, as a caution)."""
    person_spec(
        "oehen-2013",
        """
        question               | answer          | source | on
        -----------------------+-----------------+--------+-----------
        born-on                | 1961-05-05      | told   | 2026-03-24
        childbearing-potential | post-menopausal | told   | 2026-03-24
        pregnancy-test         | nobody asked    |        |
        """,
        verdict="eligible",
    )


def test_an_australian_with_bipolar_ii_and_old_suicide_attempts_may_be_treated(person_spec):
    """Bipolar II is not excluded, attempts are not in themselves excluded (supplement); the risk was assessed last week."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question                              | answer                   | source             | on
        --------------------------------------+--------------------------+--------------------+-----------
        condition: F31.81 Bipolar II disorder | active since 2016-01-01  | record Condition/2 |
        condition: Suicide attempt            | 2014-08-01 to 2014-08-01 | record Condition/3 |
        bipolar-1-ever                        | no                       | letter             | 2026-03-20
        serious-imminent-suicide-risk         | no                       | seen               | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_veteran_with_a_severe_alcohol_use_disorder_is_left_to_the_approved_protocol(person_spec):
    """The Australian rules name no alcohol criterion; the physician who read the approved protocol attests the rest."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        alcohol-use-disorder         | severe | seen   | 2026-03-24
        meets-full-protocol-criteria | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["full-protocol: answered-otherwise"],
    )


def test_an_australian_of_sixteen_is_a_child(person_spec):
    """18 is the floor of every source read; the approved protocol's own age was not."""
    person_spec(
        "tga-authorised-prescriber",
        """
        question | answer     | source | on
        ---------+------------+--------+-----------
        born-on  | 2009-12-24 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["age: is-a-child"],
    )


def test_a_swiss_patient_whose_ptsd_is_younger_than_the_signed_months_waits(person_spec):
    """No number was found for MP-2; these pages sign six months. From 1 October it is too short by a day."""
    person_spec(
        "oehen-2013",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2025-10-01 | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ptsd-duration: too-short-so-far"],
    )
