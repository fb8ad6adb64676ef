"""Heart and circulation: what a rise of pressure and pulse could harm.

Sources: Mitchell 2023, supplement, quoted by a secondary source (uncontrolled hypertension, history of
arrhythmia, marked QTc prolongation; well-controlled hypertension allowed after extra screening); Numinus
(occasional premature beats without ischaemia). 140/90 on three separate readings, 450 and 460 ms, infarction,
stroke, aneurysm, heart failure and Wolff-Parkinson-White are from memory of the phase-3 protocol: each number
is the one a physician signed for these pages.
"""


def test_a_man_with_well_controlled_hypertension_and_clearance_may_enter(person_spec):
    """Allowed with extra screening: well controlled and cleared of cardiovascular disease (supplement)."""
    person_spec(
        "mapp2",
        """
        question                     | answer                  | source             | on
        -----------------------------+-------------------------+--------------------+-----------
        sex-assigned-at-birth        | male                    | told               | 2026-03-24
        hypertension                 | yes                     | told               | 2026-03-24
        condition: I10 Hypertension  | active since 2018-03-01 | record Condition/1 |
        hypertension-well-controlled | yes                     | seen               | 2026-03-24
        cardiovascular-clearance     | yes                     | letter             | 2026-03-10
        medicine: lisinopril         | taking                  | told               |
        """,
        verdict="eligible",
    )


def test_a_man_with_controlled_hypertension_whose_heart_nobody_examined_is_asked(person_spec):
    """The extra screening is a condition of the allowance: without it nothing is decided."""
    found = person_spec(
        "mapp2",
        """
        question                     | answer       | source | on
        -----------------------------+--------------+--------+-----------
        hypertension                 | yes          | told   | 2026-03-24
        hypertension-well-controlled | yes          | seen   | 2026-03-24
        cardiovascular-clearance     | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["hypertension: not-asked"],
    )
    assert found.asks[0].question == "cardiovascular-clearance"


def test_a_woman_whose_hypertension_is_not_controlled_does_not_enter(person_spec):
    """Uncontrolled hypertension excludes (supplement), even where today's three readings happen to be low."""
    person_spec(
        "mapp2",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        hypertension                 | yes    | told   | 2026-03-24
        hypertension-well-controlled | no     | seen   | 2026-03-24
        cardiovascular-clearance     | yes    | letter | 2026-03-10
        """,
        verdict="ineligible",
        stops=["hypertension: condition-not-managed"],
    )


def test_a_record_of_hypertension_that_the_person_denies_must_be_settled(person_spec):
    """The record says so, she says no: neither silently wins."""
    person_spec(
        "mapp2",
        """
        question                    | answer                  | source             | on
        ----------------------------+-------------------------+--------------------+-----------
        condition: I10 Hypertension | active since 2018-03-01 | record Condition/1 |
        hypertension                | no                      | told               | 2026-03-24
        """,
        verdict="undetermined",
        asks=["hypertension: answers-conflict"],
    )


def test_pressure_in_the_eye_is_not_hypertension(person_spec):
    """Ocular hypertension is a matter of the eye; the criterion is about arterial pressure."""
    person_spec(
        "mapp2",
        """
        question                        | answer                  | source             | on
        --------------------------------+-------------------------+--------------------+---
        condition: Ocular hypertension  | active since 2022-05-05 | record Condition/3 |
        """,
        verdict="eligible",
    )


def test_two_high_readings_of_three_are_not_uncontrolled_hypertension(person_spec):
    """At or above 140/90 on three separate readings; two are not three."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 152/96 | seen   | 2026-03-03
        blood-pressure | 144/88 | seen   | 2026-03-10
        blood-pressure | 128/82 | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_three_readings_exactly_at_140_over_90_are_uncontrolled_hypertension(person_spec):
    """systolic-uncontrolled-at-least-mmhg 140, diastolic-uncontrolled-at-least-mmhg 90: at the number counts as high."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 140/78 | seen   | 2026-03-03
        blood-pressure | 132/90 | seen   | 2026-03-10
        blood-pressure | 140/90 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["blood-pressure: pressure-uncontrolled"],
    )


def test_three_readings_just_below_140_over_90_are_not(person_spec):
    """139/89 is below both numbers each time."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 139/89 | seen   | 2026-03-03
        blood-pressure | 139/89 | seen   | 2026-03-10
        blood-pressure | 139/89 | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_high_diastolic_alone_is_high(person_spec):
    """Three readings of 128/94: the lower number counts as well as the upper."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 128/94 | seen   | 2026-03-03
        blood-pressure | 126/92 | seen   | 2026-03-10
        blood-pressure | 130/95 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["blood-pressure: pressure-uncontrolled"],
    )


def test_two_readings_are_too_few(person_spec):
    """blood-pressure-readings-required, 3: two good readings are not three. Measure again."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 118/76 | seen   | 2026-03-10
        blood-pressure | 122/78 | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["blood-pressure: too-few-readings"],
    )


def test_readings_of_last_year_are_no_readings_of_today(person_spec):
    """blood-pressure-valid-days, 60 as signed: two of the three are of the summer before."""
    person_spec(
        "mapp2",
        """
        question       | answer | source | on
        ---------------+--------+--------+-----------
        blood-pressure | 118/76 | record | 2025-06-10
        blood-pressure | 120/76 | record | 2025-07-10
        blood-pressure | 122/78 | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["blood-pressure: too-few-readings"],
    )


def test_high_readings_of_last_year_do_not_stop_a_woman_who_is_treated_since(person_spec):
    """What counts is the pressure now: three recent readings are low, the old high ones have lapsed."""
    person_spec(
        "mapp2",
        """
        question                     | answer  | source | on
        -----------------------------+---------+--------+-----------
        blood-pressure               | 168/102 | record | 2025-06-10
        blood-pressure               | 171/99  | record | 2025-06-17
        blood-pressure               | 166/101 | record | 2025-06-24
        blood-pressure               | 128/80  | seen   | 2026-03-03
        blood-pressure               | 126/82  | seen   | 2026-03-10
        blood-pressure               | 124/78  | seen   | 2026-03-24
        hypertension                 | yes     | told   | 2026-03-24
        hypertension-well-controlled | yes     | seen   | 2026-03-24
        cardiovascular-clearance     | yes     | letter | 2026-03-10
        """,
        verdict="eligible",
    )


def test_without_the_signed_numbers_a_pressure_of_180_decides_nothing_yet(person_spec):
    """140/90 on three readings is from memory: the rule names the numbers to sign and stops nobody."""
    person_spec(
        "mapp2",
        """
        question       | answer  | source | on
        ---------------+---------+--------+-----------
        blood-pressure | 180/110 | seen   | 2026-03-03
        blood-pressure | 182/112 | seen   | 2026-03-10
        blood-pressure | 178/108 | seen   | 2026-03-24
        """,
        unsigned=[
            "systolic-uncontrolled-at-least-mmhg",
            "diastolic-uncontrolled-at-least-mmhg",
            "blood-pressure-readings-required",
            "blood-pressure-valid-days",
        ],
        verdict="undetermined",
        asks=["blood-pressure: limit-unsigned"],
    )


def test_occasional_premature_beats_without_ischaemia_do_not_exclude(person_spec):
    """The exception that Numinus names; the physician says which rhythm it is."""
    person_spec(
        "mapp2",
        """
        question   | answer                            | source | on
        -----------+-----------------------------------+--------+-----------
        arrhythmia | occasional-pvcs-without-ischaemia | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_ventricular_arrhythmia_at_any_time_excludes(person_spec):
    """Ventricular at any time (supplement; Numinus): twenty years ago is still at any time."""
    person_spec(
        "mapp2",
        """
        question                                | answer                   | source             | on
        ----------------------------------------+--------------------------+--------------------+---
        arrhythmia                              | nobody asked             |                    |
        condition: Ventricular tachycardia      | 2005-02-01 to 2005-02-03 | record Condition/4 |
        """,
        verdict="ineligible",
        stops=["arrhythmia: choice-excludes"],
    )


def test_an_atrial_fibrillation_that_has_ended_excludes_all_the_same(person_spec):
    """A history of arrhythmia excludes (supplement): what has ended is history."""
    person_spec(
        "mapp2",
        """
        question                                | answer                   | source             | on
        ----------------------------------------+--------------------------+--------------------+---
        arrhythmia                              | nobody asked             |                    |
        condition: I48.0 Paroxysmal AF          | 2014-01-01 to 2015-01-01 | record Condition/4 |
        """,
        verdict="ineligible",
        stops=["arrhythmia: choice-excludes"],
    )


def test_an_arrhythmia_that_a_cardiologist_found_to_be_a_wrong_entry_does_not_exclude(person_spec):
    """The letter names the entry it corrects; only then does it stand alone."""
    person_spec(
        "mapp2",
        """
        question                       | answer                   | source                      | on
        -------------------------------+--------------------------+-----------------------------+-----------
        condition: Atrial fibrillation | active since 2014-01-01  | record Condition/4          |
        arrhythmia                     | none                     | letter corrects Condition/4 | 2026-02-12
        """,
        verdict="eligible",
    )


def test_a_breathing_rhythm_of_a_young_heart_is_no_arrhythmia(person_spec):
    """Sinus arrhythmia is normal breathing; the record's word alone excludes nobody."""
    person_spec(
        "mapp2",
        """
        question                     | answer                  | source             | on
        -----------------------------+-------------------------+--------------------+---
        condition: Sinus arrhythmia  | active since 2016-01-01 | record Condition/4 |
        """,
        verdict="eligible",
    )


def test_wolff_parkinson_white_without_ablation_excludes(person_spec):
    """Phase-3 protocol, from memory: without ablation."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        wpw-without-ablation | yes    | letter | 2026-03-24
        """,
        verdict="ineligible",
        stops=["wpw: answered-otherwise"],
    )


def test_wolff_parkinson_white_that_was_ablated_does_not_exclude(person_spec):
    """The record names the syndrome to the physician, who answers for the ablation (from memory)."""
    person_spec(
        "mapp2",
        """
        question                                 | answer                   | source             | on
        -----------------------------------------+--------------------------+--------------------+-----------
        condition: Wolff-Parkinson-White pattern | 2003-05-01 to 2009-06-01 | record Condition/4 |
        wpw-without-ablation                     | no                       | letter             | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_heart_attack_years_ago_excludes(person_spec):
    """History of myocardial-infarction (from memory); the record is enough.

    It also contradicts the answer that no condition would be harmed by a rise of pressure.
    """
    person_spec(
        "mapp2",
        """
        question                                        | answer                   | source             | on
        ------------------------------------------------+--------------------------+--------------------+---
        myocardial-infarction-ever                      | nobody asked             |                    |
        condition: I25.2 Old myocardial infarction      | active since 2011-11-11  | record Condition/5 |
        """,
        verdict="ineligible",
        stops=["myocardial-infarction: answered-otherwise"],
        asks=["pressor-effect: answers-conflict"],
    )


def test_a_ministroke_excludes_and_an_aneurysm_beside_it_is_named_too(person_spec):
    """History of stroke or transient ischaemic attack, and of aneurysm (from memory): both are said."""
    person_spec(
        "mapp2",
        """
        question            | answer | source | on
        --------------------+--------+--------+-----------
        stroke-or-tia-ever  | yes    | told   | 2026-03-24
        aneurysm-ever       | yes    | letter | 2026-03-24
        """,
        verdict="ineligible",
        stops=["stroke: answered-otherwise", "aneurysm: answered-otherwise"],
    )


def test_a_heat_stroke_is_no_stroke_and_is_asked_about_as_overheating(person_spec):
    """Heat stroke is a history of hyperthermia, which excludes by itself (from memory); it is no stroke."""
    person_spec(
        "mapp2",
        """
        question               | answer                   | source             | on
        -----------------------+--------------------------+--------------------+---
        hyperthermia-ever      | nobody asked             |                    |
        condition: Heat stroke | 2019-07-25 to 2019-07-27 | record Condition/6 |
        """,
        verdict="ineligible",
        stops=["hyperthermia: answered-otherwise"],
    )


def test_heart_failure_excludes_and_raises_the_risk_of_torsade(person_spec):
    """Heart failure (from memory), and a risk factor for torsade de pointes as well: each criterion speaks for itself."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        heart-failure-ever   | yes    | letter | 2026-03-24
        torsade-risk-factors | yes    | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["heart-failure: answered-otherwise", "torsade-risk: answered-otherwise"],
    )


def test_coronary_heart_disease_is_harmed_by_a_rise_of_pressure(person_spec):
    """Any condition in which a rise of pressure or pulse is harmful (supplement): a stent on record says so."""
    person_spec(
        "mapp2",
        """
        question                            | answer                  | source             | on
        ------------------------------------+-------------------------+--------------------+---
        condition-harmed-by-pressor-effect  | nobody asked            |                    |
        condition: Coronary artery disease  | active since 2020-09-09 | record Condition/5 |
        """,
        verdict="ineligible",
        stops=["pressor-effect: answered-otherwise"],
    )


def test_a_woman_with_a_qtc_exactly_at_the_signed_limit_may_enter(person_spec):
    """Above qtc-ceiling-female-ms, 460, excludes; 460 is not above 460 (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 460 ms | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_man_with_a_qtc_exactly_at_the_signed_limit_may_enter(person_spec):
    """Above qtc-ceiling-male-ms, 450, excludes; 450 is not above 450 (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question              | answer | source | on
        ----------------------+--------+--------+-----------
        sex-assigned-at-birth | male   | told   | 2026-03-24
        qtcb                  | 450 ms | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_one_qtc_above_the_limit_asks_for_another_ecg(person_spec):
    """The rule says repeated: one tracing above 460 ms decides nothing."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 468 ms | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["qtc: qtc-to-repeat"],
    )


def test_a_second_qtc_above_the_limit_excludes(person_spec):
    """Repeated QTcB above 460 ms, female assigned at birth."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 468 ms | seen   | 2026-03-17
        qtcb     | 464 ms | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["qtc: qtc-prolonged"],
    )


def test_a_long_qtc_that_the_repeat_does_not_show_does_not_exclude(person_spec):
    """Repeated is the rule. The tracing was repeated a week later and is in range: nothing is left to repeat."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 468 ms | seen   | 2026-03-17
        qtcb     | 438 ms | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_two_tracings_of_one_morning_are_a_tracing_and_its_repeat(person_spec):
    """The rule says repeated: of two on the same day one is in range, so the length was not repeated."""
    person_spec(
        "mapp2",
        """
        question | answer | source    | on
        ---------+--------+-----------+-----------
        qtcb     | 468 ms | seen ecg1 | 2026-03-24
        qtcb     | 441 ms | seen ecg2 | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_long_qtc_after_a_good_one_has_yet_to_be_repeated(person_spec):
    """The earlier tracing is not a repeat of the later one."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 438 ms | seen   | 2026-03-17
        qtcb     | 468 ms | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["qtc: qtc-to-repeat"],
    )


def test_an_ecg_of_last_year_is_no_ecg_of_today(person_spec):
    """ecg-valid-days, 60 as signed; no public number was found."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        qtcb     | 420 ms | record | 2025-04-24
        """,
        verdict="undetermined",
        asks=["qtc: answer-stale-or-missing"],
    )


def test_without_a_signed_ceiling_a_qtc_is_neither_good_nor_bad(person_spec):
    """450 and 460 are from memory: unsigned, they decide nothing."""
    person_spec(
        "mapp2",
        "",
        unsigned=["qtc-ceiling-male-ms", "qtc-ceiling-female-ms"],
        verdict="undetermined",
        asks=["qtc: limit-unsigned"],
    )


def test_a_trans_man_on_testosterone_with_a_qtc_good_by_either_ceiling_may_enter(person_spec):
    """Long-term hormone therapy is an exception to the sex at birth; 445 ms is in range by both, so nobody need choose."""
    person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        sex-assigned-at-birth     | female | told   | 2026-03-24
        long-term-hormone-therapy | yes    | told   | 2026-03-24
        qtcb                      | 445 ms | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_trans_man_on_testosterone_between_the_ceilings_needs_a_physician_to_choose(person_spec):
    """455 ms is above 450 and below 460; on hormones a physician says which ceiling applies (from memory)."""
    found = person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        sex-assigned-at-birth     | female | told   | 2026-03-24
        long-term-hormone-therapy | yes    | told   | 2026-03-24
        qtcb                      | 455 ms | seen   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["qtc: ceiling-unknown"],
    )
    assert found.asks[0].question == "qtc-ceiling-to-apply"


def test_a_trans_woman_for_whom_a_physician_chose_the_ceiling_may_enter(person_spec):
    """Male assigned at birth, years on estradiol: the physician applies 460, and 455 is below it."""
    person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        sex-assigned-at-birth     | male   | told   | 2026-03-24
        long-term-hormone-therapy | yes    | told   | 2026-03-24
        qtc-ceiling-to-apply      | female | seen   | 2026-03-24
        qtcb                      | 455 ms | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_marked_prolongation_excludes_beside_a_missing_number(person_spec):
    """Marked baseline prolongation (supplement) is the physician's reading; the missing tracing is still asked for."""
    person_spec(
        "mapp2",
        """
        question               | answer       | source | on
        -----------------------+--------------+--------+-----------
        marked-qtc-prolongation| yes          | letter | 2026-03-24
        qtcb                   | nobody asked |        |
        """,
        verdict="ineligible",
        stops=["marked-qtc-prolongation: answered-otherwise"],
        asks=["qtc: answer-stale-or-missing"],
    )


def test_a_long_qt_in_the_family_is_a_risk_of_torsade(person_spec):
    """Risk factors for torsade de pointes: heart failure, low potassium, long QT in the family (from memory)."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        torsade-risk-factors | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["torsade-risk: answered-otherwise"],
    )
