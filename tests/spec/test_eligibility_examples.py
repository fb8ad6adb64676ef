"""Two people, to show how a page is written."""


def test_somebody_with_every_question_answered_may_enter(person_spec):
    """An engine that refuses everybody is as useless as one that refuses nobody."""
    person_spec("mapp2", "", verdict="eligible")


def test_a_weight_below_the_floor_stops_and_hides_nothing_else(person_spec):
    """48 kg is the floor (phase-3 protocol, from memory, signed for the site); the ECG is missing too."""
    person_spec(
        "mapp2",
        """
        question | answer       | source | on
        ---------+--------------+--------+-----------
        weight   | 47.9 kg      | seen   | 2026-03-24
        qtcb     | nobody asked |        |
        """,
        verdict="ineligible",
        stops=["weight: below-limit"],
        asks=["qtc: answer-stale-or-missing"],
    )


def test_an_atrial_fibrillation_on_record_stops(person_spec):
    """A history of arrhythmia excludes (Mitchell 2023, supplement); nobody's answer is needed."""
    person_spec(
        "mapp2",
        """
        question                       | answer                  | source             | on
        -------------------------------+-------------------------+--------------------+---
        arrhythmia                     | nobody asked            |                    |
        condition: Atrial Fibrillation | active since 2019-05-02 | record Condition/1 |
        """,
        verdict="ineligible",
        stops=["arrhythmia: choice-excludes"],
    )


def test_without_a_signature_the_rule_does_not_know(person_spec):
    """A number from memory must not decide until a named physician has signed one."""
    person_spec(
        "oehen-2013",
        "",
        signed={
            "ptsd-duration-at-least-months": "6",
            "pregnancy-test-valid-days": "30",
            "suicide-risk-valid-days": "14",
            "severity-score-valid-days": "60",
        },
        verdict="undetermined",
        asks=["ptsd-severity: limit-unsigned"],
    )
