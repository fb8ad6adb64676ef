"""Antidepressants: less a danger than a loss. A blocked transporter takes the effect of MDMA away.

Half-lives were read (PMC6168070, table 3). Five of them, and a week, is the trials' rule from memory:
the five and the seven decide once a physician of the site has signed them.
"""

from datetime import date

import pytest

from tests.spec.medicine_pages import signed, stopped, takes


def test_sertraline_still_taken_is_tapered_by_its_prescriber():
    """Liechti 2000 (citalopram): the effect is largely gone. Nobody stops it alone or at once."""
    answer = takes("Sertraline 100MG", "328670").expect("failed", "still-taken", danger="washout")
    assert answer.loss_of_benefit == "yes"
    assert answer.stop_abruptly == "taper-with-the-prescriber"
    assert answer.earliest_dosing_on == date(2026, 4, 13), "thirteen days from a last dose today"


def test_sertraline_twelve_days_ago_is_running():
    """Facts 3.2: 26 h, five of them are 6 days, and 7 to stabilise: 13."""
    answer = stopped("Zoloft", last=date(2026, 3, 19)).expect("failed", "washout-running")
    assert answer.values["until"] == date(2026, 4, 1)


def test_sertraline_thirteen_days_ago_is_over():
    """Facts 3.2: 13 days."""
    stopped("Zoloft", last=date(2026, 3, 18)).expect("passed", "washout-over", washout_days=13)


def test_sertraline_at_a_site_that_signed_nothing_names_the_two_numbers():
    """The half-life was read; the five and the seven are from memory."""
    page = stopped("Sertraline", last=date(2025, 3, 1)).with_limits({})
    answer = page.expect("unknown", "washout-limit-not-signed")
    assert answer.values["limits"] == "washout-half-lives, washout-stabilisation-days"


def test_sertraline_stopped_without_a_date_asks_when():
    """Absence of a date is not a long time ago."""
    page = stopped("Sertraline")
    page.expect("unknown", "last-taken-unknown", question="medicine-last-taken")


def test_a_site_may_sign_the_four_weeks_a_pharmacists_review_suggests():
    """Facts 2.3: about 4 to 6 weeks off suggested. The longer number wins, once signed."""
    page = stopped("Sertraline", last=date(2026, 3, 11))
    page.expect("passed", "washout-over")
    longer = signed(reuptake_inhibitor_washout_days=28)
    page.with_limits(longer).expect("failed", "washout-running", washout_days=35)


def test_fluoxetine_stays_for_weeks_through_norfluoxetine():
    """Facts 3.2: norfluoxetine 96 to 384 h; planned 42 days and the week after, 49 in all."""
    stopped("Prozac", last=date(2026, 2, 11)).expect("failed", "washout-running", washout_days=49)
    stopped("Prozac", last=date(2026, 2, 10)).expect("passed", "washout-over")


def test_paroxetine_takes_the_effect_and_the_enzyme():
    """Farré 2007: marked loss of effect despite 30 % more MDMA; strong CYP2D6 inhibitor."""
    answer = takes("PARoxetine hydrochloride 20 MG Oral Tablet").expect("failed", "still-taken")
    assert (answer.loss_of_benefit, answer.cyp2d6) == ("yes", "strong-inhibitor")
    assert answer.washout_days == 12


def test_venlafaxine_is_counted_by_its_metabolite():
    """Facts 3.2: venlafaxine 4 h, O-desmethylvenlafaxine 11 h: 3 days and 7."""
    stopped("Effexor XR", last=date(2026, 3, 22)).expect("failed", "washout-running")
    stopped("Effexor XR", last=date(2026, 3, 21)).expect("passed", "washout-over", washout_days=10)


def test_duloxetine_abolishes_most_effects():
    """Hysek 2012: duloxetine 120 mg. A moderate CYP2D6 inhibitor as well."""
    answer = takes("Cymbalta").expect("failed", "still-taken", loss_of_benefit="yes")
    assert (answer.cyp2d6, answer.washout_days) == ("moderate-inhibitor", 11)


def test_bupropion_prolongs_instead_of_blunting():
    """Schmid 2015: more MDMA, longer effect, seizure threshold lowered; no benefit is lost."""
    answer = takes("Wellbutrin XL 300 MG").expect("failed", "still-taken", loss_of_benefit="none")
    assert (answer.cyp2d6, answer.washout_days) == ("strong-inhibitor", 15)


@pytest.mark.parametrize("name", ["Viibryd", "Nefazodone"])
def test_vilazodone_and_nefazodone_two_weeks(name):
    """Facts 3.1: two weeks, and that is the whole of it; the week after is said of half-lives only."""
    stopped(name, last=date(2026, 3, 18)).expect("failed", "washout-running", washout_days=14)
    stopped(name, last=date(2026, 3, 17)).expect("passed", "washout-over")


def test_vortioxetine_three_weeks_by_its_half_life():
    """Facts 3.2: 66 h, five of them are 14 days, and 7 to stabilise: 21."""
    stopped("Trintellix", last=date(2026, 3, 11)).expect("failed", "washout-running")
    stopped("Trintellix", last=date(2026, 3, 10)).expect("passed", "washout-over", washout_days=21)


def test_mirtazapine_may_blunt_and_is_washed_out():
    """Facts 3.1 and 3.2: 40 h at the longest, 9 days and 7."""
    page = stopped("Mirtazapine 15 MG Oral Tablet", "15996", last=date(2026, 3, 15))
    page.expect("passed", "washout-over", washout_days=16, loss_of_benefit="possible")


def test_clomipramine_is_a_substrate_too():
    """Facts 3.1: tricyclics block both transporters, prolong QT and need CYP2D6."""
    answer = takes("Clomipramine").expect("failed", "still-taken", cyp2d6="substrate")
    assert "qt" in answer.flags


def test_buspirone_two_days():
    """Facts 3.1: additive on serotonin; 2 days."""
    stopped("Buspirone", last=date(2026, 3, 30)).expect("failed", "washout-running")
    stopped("Buspirone", last=date(2026, 3, 29)).expect("passed", "washout-over")


def test_st_johns_wort_is_an_antidepressant_too():
    """Facts 3.1: two weeks; asked for by name, for nobody calls it a medicine."""
    takes("St. John’s Wort 300 mg").expect("failed", "still-taken", danger="washout")
    stopped("Hypericum", last=date(2026, 3, 18)).expect("failed", "washout-running")
    stopped("Hypericum", last=date(2026, 3, 17)).expect("passed", "washout-over")


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("fluoxetine", 49),
        ("paroxetine", 12),
        ("sertraline", 13),
        ("citalopram", 15),
        ("escitalopram", 14),
        ("fluvoxamine", 11),
        ("venlafaxine", 10),
        ("desvenlafaxine", 10),
        ("duloxetine", 11),
        ("levomilnacipran", 10),
        ("vortioxetine", 21),
        ("bupropion", 15),
        ("mirtazapine", 16),
        ("trazodone", 9),
        ("atomoxetine", 12),
    ],
)
def test_the_calculator_agrees_with_the_table_of_the_facts(name, days):
    """Facts 3.2, column "+7 d": the calculator is checked against the table worked out by hand."""
    assert takes(name).answer.washout_days == days


def test_current_in_the_record_but_last_taken_months_ago_asks_which_is_true():
    """A list that was never tidied is not proof, and neither is the date."""
    page = takes("Sertraline", last=date(2025, 11, 1))
    page.expect("unknown", "current-but-last-taken-long-ago", question="medicine-still-taken")


def test_a_last_dose_after_the_day_of_the_verdict_is_no_washout():
    """Judged as of a day before the last dose, the person was still taking it."""
    stopped("Sertraline", last=date(2026, 4, 2)).expect("failed", "last-taken-in-the-future")


def test_the_same_medicine_twice_is_judged_twice_and_the_worse_governs():
    """An old entry that is over does not hide a new prescription."""
    both = stopped("Sertraline", last=date(2024, 1, 1)).and_also(takes("Zoloft 50 MG"))
    assert both.findings["medication-ssri"].reason == "still-taken"
