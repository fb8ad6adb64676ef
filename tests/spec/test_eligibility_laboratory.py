"""Weight, blood, liver, kidney and salts, and the physician's look at all tests together.

Sources: phase-3 protocol, from memory (48 kg; no symptomatic liver disease; no history of hyponatraemia or of
hyperthermia). For ALT, AST, kidney function, sodium and potassium no public number was found, and none for how
old a result may be: each number here is a worked example that an invented physician signed for these pages.
"""


def test_a_weight_exactly_at_the_floor_is_enough(person_spec):
    """Below weight-floor-kg, 48, excludes; 48.0 is not below it (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question | answer  | source | on
        ---------+---------+--------+-----------
        weight   | 48.0 kg | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_weight_just_below_the_floor_stops(person_spec):
    """47.9 kg is below 48 (from memory, signed)."""
    person_spec(
        "mapp2",
        """
        question | answer  | source | on
        ---------+---------+--------+-----------
        weight   | 47.9 kg | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["weight: below-limit"],
    )


def test_a_weight_in_pounds_is_the_same_weight(person_spec):
    """106 lb are 48.08 kg, above 48: the unit changes the number, not the person."""
    person_spec(
        "mapp2",
        """
        question | answer       | source | on
        ---------+--------------+--------+-----------
        weight   | 106 [lb_av]  | record | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_weight_without_its_unit_is_no_weight(person_spec):
    """106 of what? There is no default unit."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 106    | record | 2026-03-24
        """,
        verdict="undetermined",
        asks=["weight: answer-unreadable"],
    )


def test_a_weight_of_last_year_is_measured_again(person_spec):
    """weight-valid-days, 60 as signed: people lose weight in bad years."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 71 kg  | record | 2025-03-24
        """,
        verdict="undetermined",
        asks=["weight: answer-stale"],
    )


def test_a_woman_who_gained_weight_since_may_enter(person_spec):
    """Weight changes: the later one counts."""
    person_spec(
        "mapp2",
        """
        question | answer  | source | on
        ---------+---------+--------+-----------
        weight   | 46.5 kg | seen   | 2026-02-10
        weight   | 49.0 kg | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_without_a_signed_floor_a_weight_is_not_judged(person_spec):
    """48 is from memory: the limit is named, a low weight stops nobody yet."""
    person_spec(
        "mapp2",
        """
        question | answer  | source | on
        ---------+---------+--------+-----------
        weight   | 41 kg   | seen   | 2026-03-24
        """,
        unsigned=["weight-floor-kg"],
        verdict="undetermined",
        asks=["weight: limit-unsigned"],
    )


def test_liver_enzymes_exactly_at_the_signed_ceilings_are_not_above_them(person_spec):
    """alt-ceiling and ast-ceiling, 60 U/L each in these pages: at most is met at the number."""
    person_spec(
        "mapp2",
        """
        question                   | answer | source | on
        ---------------------------+--------+--------+-----------
        alanine-aminotransferase   | 60 U/L | record | 2026-03-24
        aspartate-aminotransferase | 60 U/L | record | 2026-03-24
        """,
        verdict="eligible",
    )


def test_an_enzyme_above_the_signed_ceiling_stops_and_the_other_is_judged_by_itself(person_spec):
    """Significant enzyme elevation excludes (from memory; no public number): alt 61 is above 60, ast 60 is not."""
    person_spec(
        "mapp2",
        """
        question                   | answer | source | on
        ---------------------------+--------+--------+-----------
        alanine-aminotransferase   | 61 U/L | record | 2026-03-24
        aspartate-aminotransferase | 60 U/L | record | 2026-03-24
        """,
        verdict="ineligible",
        stops=["alt: above-limit"],
    )


def test_an_ast_above_the_ceiling_stops_beside_an_alt_that_nobody_measured(person_spec):
    """What stops and what must still be asked are both shown."""
    person_spec(
        "mapp2",
        """
        question                   | answer       | source | on
        ---------------------------+--------------+--------+-----------
        alanine-aminotransferase   | nobody asked |        |
        aspartate-aminotransferase | 212 U/L      | record | 2026-03-24
        """,
        verdict="ineligible",
        stops=["ast: above-limit"],
        asks=["alt: not-asked"],
    )


def test_kidney_sodium_and_potassium_exactly_at_the_signed_floors_are_enough(person_spec):
    """egfr-floor 60, sodium-floor 135, potassium-floor 3.5 in these pages: at least is met at the number."""
    person_spec(
        "mapp2",
        """
        question  | answer                | source | on
        ----------+-----------------------+--------+-----------
        egfr      | 60 mL/min/{1.73_m2}   | record | 2026-03-24
        sodium    | 135 mmol/L            | record | 2026-03-24
        potassium | 3.5 meq/L             | record | 2026-03-24
        """,
        verdict="eligible",
    )


def test_three_low_results_are_three_reasons(person_spec):
    """Kidney, sodium and potassium each speak for themselves; potassium is no torsade finding unless a physician says so."""
    person_spec(
        "mapp2",
        """
        question  | answer                | source | on
        ----------+-----------------------+--------+-----------
        egfr      | 59 mL/min/{1.73_m2}   | record | 2026-03-24
        sodium    | 134 mmol/L            | record | 2026-03-24
        potassium | 3.4 mmol/L            | record | 2026-03-24
        """,
        verdict="ineligible",
        stops=["kidney: below-limit", "sodium: below-limit", "potassium: below-limit"],
    )


def test_results_of_last_year_are_measured_again_and_stop_nobody(person_spec):
    """laboratory-valid-days, 60 as signed: an old low sodium is not one of today, nor is an old good one."""
    person_spec(
        "mapp2",
        """
        question                   | answer     | source | on
        ---------------------------+------------+--------+-----------
        sodium                     | 128 mmol/L | record | 2025-03-24
        alanine-aminotransferase   | 22 U/L     | record | 2025-03-24
        """,
        verdict="undetermined",
        asks=["sodium: answer-stale", "alt: answer-stale"],
    )


def test_where_no_number_was_ever_found_nothing_is_decided_without_a_signature(person_spec):
    """Liver enzymes, kidney, sodium, potassium: the product invents no number; each limit is named."""
    person_spec(
        "mapp2",
        "",
        unsigned=["alt-ceiling", "ast-ceiling", "egfr-floor", "sodium-floor", "potassium-floor"],
        verdict="undetermined",
        asks=[
            "alt: limit-unsigned",
            "ast: limit-unsigned",
            "kidney: limit-unsigned",
            "sodium: limit-unsigned",
            "potassium: limit-unsigned",
        ],
    )


def test_without_signed_validities_no_result_is_recent(person_spec):
    """laboratory-valid-days, ecg-valid-days, weight-valid-days, blood-pressure-valid-days, severity-score-valid-days."""
    person_spec(
        "mapp2",
        "",
        unsigned=[
            "laboratory-valid-days",
            "ecg-valid-days",
            "weight-valid-days",
            "blood-pressure-valid-days",
            "severity-score-valid-days",
        ],
        verdict="undetermined",
        asks=[
            "ptsd-severity: limit-unsigned",
            "blood-pressure: limit-unsigned",
            "qtc: limit-unsigned",
            "marked-qtc-prolongation: limit-unsigned",
            "alt: limit-unsigned",
            "ast: limit-unsigned",
            "kidney: limit-unsigned",
            "sodium: limit-unsigned",
            "potassium: limit-unsigned",
            "weight: limit-unsigned",
            "screening-tests: limit-unsigned",
        ],
    )


def test_a_liver_disease_with_symptoms_excludes(person_spec):
    """Symptomatic liver disease (from memory): criterion liver-disease, whatever the enzymes say."""
    person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        symptomatic-liver-disease | yes    | letter | 2026-03-24
        """,
        verdict="ineligible",
        stops=["liver-disease: answered-otherwise"],
    )


def test_a_sodium_that_was_low_once_excludes(person_spec):
    """History of hyponatraemia (from memory): MDMA lowers sodium; good sodium today is not the question."""
    person_spec(
        "mapp2",
        """
        question                | answer                   | source             | on
        ------------------------+--------------------------+--------------------+---
        hyponatraemia-ever      | nobody asked             |                    |
        condition: Hyponatremia | 2021-06-01 to 2021-06-09 | record Condition/9 |
        """,
        verdict="ineligible",
        stops=["hyponatraemia: answered-otherwise"],
    )


def test_a_malignant_hyperthermia_excludes(person_spec):
    """History of hyperthermia (from memory): MDMA raises temperature."""
    person_spec(
        "mapp2",
        """
        question                          | answer                   | source             | on
        ----------------------------------+--------------------------+--------------------+---
        hyperthermia-ever                 | nobody asked             |                    |
        condition: Malignant hyperthermia | 2004-06-01 to 2004-06-01 | record Condition/9 |
        """,
        verdict="ineligible",
        stops=["hyperthermia: answered-otherwise"],
    )


def test_a_drug_screen_that_speaks_against_entry_stops(person_spec):
    """Examination, laboratory, drug screen and ECG (Kvam 2022, table 2): criterion screening-tests."""
    person_spec(
        "mapp2",
        """
        question                               | answer | source | on
        ---------------------------------------+--------+--------+-----------
        screening-tests-show-reason-to-exclude | yes    | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["screening-tests: answered-otherwise"],
    )
