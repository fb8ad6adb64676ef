"""Whole people with their medicines: what a medicine does to the verdict, beside everything else.

The rules of each medicine are argued on their own pages. Here: general psychotropics are off for five half-lives
and a week (trial rule, from memory, signed for these pages), blood pressure medicines, thyroid hormone and
contraceptives go on (from memory), monoamine oxidase inhibitors never meet MDMA, and what nobody recognises is
asked of the pharmacist. A list is complete when somebody says so.
"""


def test_a_woman_on_carvedilol_may_enter(person_spec):
    """Carvedilol lowers pressure and pulse under MDMA (Hysek 2012) and goes on; her hypertension is controlled."""
    person_spec(
        "mapp2",
        """
        question                     | answer | source | on
        -----------------------------+--------+--------+-----------
        hypertension                 | yes    | told   | 2026-03-24
        hypertension-well-controlled | yes    | seen   | 2026-03-24
        cardiovascular-clearance     | yes    | letter | 2026-03-10
        medicine: carvedilol         | taking | told   |
        """,
        verdict="eligible",
    )


def test_somebody_who_takes_sertraline_does_not_enter_while_it_is_taken(person_spec):
    """Reuptake inhibitors take the effect away (Liechti 2000, citalopram): tapered first, by the prescriber."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+---
        medicine: sertraline | taking | told   |
        """,
        verdict="ineligible",
        stops=["medication-ssri: still-taken"],
    )


def test_somebody_who_stopped_sertraline_long_ago_may_enter(person_spec):
    """26 hours, five of them, and a week: thirteen days; it was a year ago."""
    person_spec(
        "mapp2",
        """
        question             | answer                | source | on
        ---------------------+-----------------------+--------+---
        medicine: sertraline | last taken 2025-03-02 | told   |
        """,
        verdict="eligible",
    )


def test_somebody_who_stopped_sertraline_and_cannot_say_when_is_asked(person_spec):
    """Absence of a date is not a long time ago."""
    person_spec(
        "mapp2",
        """
        question             | answer  | source | on
        ---------------------+---------+--------+---
        medicine: sertraline | stopped | told   |
        """,
        verdict="undetermined",
        asks=["medication-ssri: last-taken-unknown"],
    )


def test_somebody_whose_fluoxetine_is_washed_out_may_enter(person_spec):
    """Norfluoxetine stays for weeks: 49 days as signed, from 10 February to 31 March."""
    person_spec(
        "mapp2",
        """
        question             | answer                | source | on
        ---------------------+-----------------------+--------+---
        medicine: fluoxetine | last taken 2026-02-10 | told   |
        """,
        verdict="eligible",
    )


def test_somebody_one_day_short_of_the_fluoxetine_washout_waits(person_spec):
    """From 11 February the 49th day is 1 April."""
    person_spec(
        "mapp2",
        """
        question             | answer                | source | on
        ---------------------+-----------------------+--------+---
        medicine: fluoxetine | last taken 2026-02-11 | told   |
        """,
        verdict="ineligible",
        stops=["medication-ssri: washout-running"],
    )


def test_somebody_on_phenelzine_never_meets_mdma(person_spec):
    """Irreversible inhibitor: an absolute block, life-threatening serotonin toxicity."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+---
        medicine: phenelzine | taking | told   |
        """,
        verdict="ineligible",
        stops=["medication-irreversible-maoi: still-taken-contraindicated"],
    )


def test_an_unknown_herbal_mixture_is_asked_of_the_pharmacist(person_spec):
    """What nobody recognises may be anything; it is not nothing."""
    person_spec(
        "mapp2",
        """
        question                         | answer | source | on
        ---------------------------------+--------+--------+---
        medicine: Grandmother's calm tea | taking | told   |
        """,
        verdict="undetermined",
        asks=["medication-not-matched: not-matched"],
    )


def test_an_empty_list_of_medicines_is_not_a_complete_one(person_spec):
    """Absence of a record is unknown: somebody says that there is nothing, or that this is all."""
    person_spec(
        "mapp2",
        """
        question                 | answer       | source | on
        -------------------------+--------------+--------+---
        medication-list-complete | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["medications-complete: nobody-asked"],
    )


def test_a_medicine_that_cannot_be_tapered_stops(person_spec):
    """Psychiatric or interacting medicine that cannot be tapered (Numinus): criterion medicines-tapered."""
    person_spec(
        "mapp2",
        """
        question                         | answer | source | on
        ---------------------------------+--------+--------+-----------
        medication-that-cannot-be-tapered| yes    | letter | 2026-03-24
        """,
        verdict="ineligible",
        stops=["medicines-tapered: answered-otherwise"],
    )


def test_a_trans_man_on_testosterone_may_enter(person_spec):
    """Hormones go on at a stable dose; ECG, test and contraception are in order."""
    person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        long-term-hormone-therapy | yes    | told   | 2026-03-24
        medicine: testosterone    | taking | told   |
        medicine-reviewed         | testosterone | seen | 2026-03-24
        """,
        verdict="eligible",
    )


def test_a_brand_name_is_the_medicine_that_it_holds(person_spec):
    """Prozac is fluoxetine: stopped two weeks ago it is still there."""
    person_spec(
        "mapp2",
        """
        question         | answer                | source | on
        -----------------+-----------------------+--------+---
        medicine: Prozac | last taken 2026-03-17 | told   |
        """,
        verdict="ineligible",
        stops=["medication-ssri: washout-running"],
    )


def test_a_painkiller_for_which_no_source_has_a_rule_is_asked_of_the_pharmacist(person_spec):
    """Nothing was read about ibuprofen with MDMA: that is not the same as harmless, nor as harmful."""
    person_spec(
        "mapp2",
        """
        question            | answer | source | on
        --------------------+--------+--------+---
        medicine: ibuprofen | taking | told   |
        """,
        verdict="undetermined",
        asks=["medication-without-rule: no-rule-for-this-medicine"],
    )


def test_a_painkiller_that_pharmacist_and_physician_reviewed_stops_nobody(person_spec):
    """The same woman once somebody who knows has accepted it; her mini-pill goes on (from memory)."""
    person_spec(
        "mapp2",
        """
        question              | answer    | source      | on
        ----------------------+-----------+-------------+-----------
        medicine: ibuprofen   | taking    | told        |
        medicine: desogestrel | taking    | told        |
        medicine-reviewed     | ibuprofen | seen review | 2026-03-24
        """,
        verdict="eligible",
    )


def test_under_the_other_protocols_the_same_medicine_stops_the_same_person(person_spec):
    """What MDMA does with phenelzine does not depend on the country."""
    person_spec(
        "oehen-2013",
        """
        question             | answer | source | on
        ---------------------+--------+--------+---
        medicine: phenelzine | taking | told   |
        """,
        verdict="ineligible",
        stops=["medication-irreversible-maoi: still-taken-contraindicated"],
    )
    person_spec(
        "tga-authorised-prescriber",
        """
        question             | answer | source | on
        ---------------------+--------+--------+---
        medicine: phenelzine | taking | told   |
        """,
        verdict="ineligible",
        stops=["medication-irreversible-maoi: still-taken-contraindicated"],
    )
