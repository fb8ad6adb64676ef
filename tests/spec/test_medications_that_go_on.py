"""Medicines that are continued, held for a day, or decided person by person, and what they change."""

from datetime import date

from holdfast.domain.after_session import substrates_after_session
from tests.spec.medicine_pages import (
    TABLE,
    perhaps_takes,
    signed,
    signed_as_proposed,
    stopped,
    takes,
)


def test_lamotrigine_is_continued_and_never_stopped_at_once():
    """Facts 3.1: little interaction; seizures return when it is stopped."""
    answer = takes("Lamotrigine 100 MG Oral Tablet").expect("passed", "continue-with-caution")
    assert answer.stop_abruptly == "seizures-return"


def test_carbamazepine_is_continued_and_sodium_is_watched():
    """Facts 3.1: part of the hyponatraemia stack, and an anticonvulsant."""
    answer = takes("Carbamazepine[Tegretol]", "308971").expect("passed", "continue-with-caution")
    assert answer.flags == {"sodium"}
    assert answer.stop_abruptly == "seizures-return"


def test_clonazepam_is_kept_stable():
    """Facts 3.1: chronic doses are kept, withdrawal is avoided; it may blunt the effect."""
    answer = takes("Clonazepam [Klonopin]", "1153378").expect("passed", "hold-around-session")
    assert (answer.loss_of_benefit, answer.stop_abruptly) == ("possible", "withdrawal-seizures")


def test_carvedilol_is_the_best_studied_antihypertensive():
    """Hysek 2012: lowers pressure, heart rate and temperature; effect and kinetics unchanged."""
    answer = takes("Carvedilol 6.25 MG Oral Tablet", "20352")
    answer.expect("passed", "continue-and-monitor", danger="monitor", loss_of_benefit="none")


def test_clonidine_lowers_pressure_and_rebounds_when_missed():
    """Hysek 2012: no interaction with effect or kinetics; rebound if missed."""
    answer = takes("Clonidine 0.1 MG Oral Tablet").expect("passed", "continue-and-monitor")
    assert answer.stop_abruptly == "blood-pressure-rebounds"


def test_metoprolol_is_watched_for_ten_days_after_a_session():
    """Huestis: MDMA takes CYP2D6 away; metoprolol accumulates until it is back, about ten days."""
    page = takes("Metoprolol succinate 50 MG", "6918")
    page.expect("passed", "continue-with-caution", cyp2d6="substrate")
    (watch,) = substrates_after_session(
        page.entries, TABLE, date(2026, 4, 10), signed_as_proposed()
    )
    assert (watch.effect, watch.until) == ("accumulates", date(2026, 4, 20))


def test_codeine_fails_after_a_session_because_it_is_a_prodrug():
    """Facts 3.1: without CYP2D6 codeine is not turned into morphine; pain is not treated."""
    page = takes("Codeine sulfate 30 MG Oral Tablet")
    page.expect("passed", "hold-around-session", cyp2d6="substrate")
    (watch,) = substrates_after_session(page.entries, TABLE, date(2026, 4, 10), {})
    assert (watch.effect, watch.standing) == ("prodrug-fails", "secondary")


def test_carvedilol_too_is_cleared_by_the_enzyme_that_mdma_takes_away():
    """Facts 3.1 lists carvedilol among the substrates: fine on the day, watched afterwards."""
    page = takes("Coreg")
    (watch,) = substrates_after_session(page.entries, TABLE, date(2026, 4, 10), {})
    assert watch.effect == "accumulates"


def test_a_substrate_that_was_stopped_is_not_watched():
    """Only what may still be taken can fail or accumulate."""
    page = stopped("Codeine", last=date(2026, 3, 1))
    assert substrates_after_session(page.entries, TABLE, date(2026, 4, 10), {}) == ()


def test_hydrochlorothiazide_goes_on_and_sodium_is_checked():
    """Baggott 2016: MDMA lowers sodium; a thiazide does too. It is flagged, not forbidden."""
    answer = takes("Hydrochlorothiazide 25 MG", "316049").expect("passed", "continue-with-caution")
    assert "sodium" in answer.flags


def test_prazosin_for_nightmares_is_held_the_night_before():
    """Hysek 2013 (doxazosin): pressure falls, heart rate rises; sodium is watched."""
    answer = takes("Prazosin 2 MG Oral Capsule").expect("passed", "continue-with-caution")
    assert answer.flags == {"hold-night-before", "sodium"}


def test_terbinafine_raises_mdma_and_does_not_exclude():
    """Facts 3.1: CYP2D6 inhibitors raise MDMA by some 20 to 40 %; not alone exclusionary."""
    answer = takes("Terbinafine 250 MG Oral Tablet", "37801")
    answer.expect("passed", "continue-with-caution", cyp2d6="moderate-inhibitor")


def test_sumatriptan_is_held_for_a_day_on_either_side():
    """Facts 3.1: vasoconstriction and pressure; none within 24 h. Having it does not exclude."""
    takes("Sumatriptan 50 MG Oral Tablet").expect("passed", "hold-around-session", washout_days=1)


def test_frovatriptan_is_held_longer():
    """Facts 3.1: half-life 26 h, 5 to 6 days; the longer is kept."""
    takes("Frova").expect("passed", "hold-around-session", washout_days=6)


def test_methylphenidate_must_be_out():
    """Dolder 2018: stimulates the heart as MDMA does; one day."""
    takes("Methylphenidate Hydrochloride 20 MG Oral Tablet", "1091392").expect(
        "failed", "still-taken"
    )
    stopped("Ritalin", last=date(2026, 3, 30)).expect("passed", "washout-over", washout_days=1)


def test_pseudoephedrine_hides_in_an_allergy_tablet():
    """Facts 3.1: decongestants add pressure; two days, and the combination is taken apart."""
    answer = takes("Allegra-D 12 HR").expect("failed", "still-taken", danger="washout")
    assert answer.matched == ("fexofenadine", "pseudoephedrine")


def test_methadone_is_decided_person_by_person():
    """Facts 3.1: case by case, with the QT interval. It is not stopped for a session."""
    page = takes("Methadone Hydrochloride 10 MG Oral Tablet", "6813")
    answer = page.expect("unknown", "individual-decision", stop_abruptly="withdrawal")
    assert "qt" in answer.flags
    page.answered("medicine-reviewed", "Methadone").expect("passed", "reviewed")


def test_hydrocodone_with_acetaminophen_asks_about_the_second():
    """Facts 2.3: an opioid taken when needed is held a day; for paracetamol no source has a rule."""
    page = takes("Acetaminophen/Hydrocodone", "856980")
    answer = page.expect("unknown", "no-rule-for-this-medicine", danger="caution")
    assert answer.matched == ("hydrocodone", "paracetamol")
    page.answered("medicine-reviewed", "Paracetamol").expect("passed", "hold-around-session")


def test_ondansetron_alone_is_decided_with_an_ecg():
    """FDA letter: MDMA's own hERG data are missing; one QT medicine is a decision."""
    takes("Ondansetron 4 MG Oral Tablet", "26225").expect("unknown", "individual-decision")


def test_two_medicines_that_prolong_qt_stop_even_when_each_was_reviewed():
    """Facts 3.1: contraindicated when two agents are taken."""
    both = takes("Ondansetron").and_also(takes("Methadone"))
    reviewed = both.answered("medicine-reviewed", "ondansetron").answered(
        "medicine-reviewed", "methadone"
    )
    assert reviewed.findings["medication-two-qt-medicines"].outcome == "failed"
    perhaps = takes("Ondansetron").and_also(perhaps_takes("Citalopram"))
    assert perhaps.findings["medication-two-qt-medicines"].outcome == "unknown"


def test_warfarin_asks_for_the_inr_and_a_stricter_ceiling():
    """Facts 3.1: a surge of pressure meets a bleeding risk; a physician decides."""
    answer = takes("Warfarin Sodium 5 MG Oral Tablet", "855332")
    answer.expect("unknown", "individual-decision", danger="caution", stop_abruptly="clots")


def test_quetiapine_for_sleep_is_stopped_days_before():
    """Facts 3.1: antipsychotics blunt; a low dose taken for sleep is held 2 to 3 days."""
    takes("Quetiapine 25 MG Oral Tablet").expect("failed", "still-taken", washout_days=3)


def test_haloperidol_has_no_washout_anybody_published():
    """Facts 3.1: no number; a physician signs one or the answer stays unknown."""
    page = stopped("Haloperidol", "5093", last=date(2025, 12, 1))
    page.expect("unknown", "washout-limit-not-signed")
    page.with_limits(signed(antipsychotic_washout_days=30)).expect("passed", "washout-over")


def test_an_oral_contraceptive_is_a_condition_and_no_danger():
    """Facts 2.3: contraceptives are continued at a stable dose."""
    takes("Yaz 28 Day Pack", "748856").expect("passed", "no-interaction-expected", danger="none")
    takes("Natazia 28 Day Pack", "978950").expect("passed", "no-interaction-expected")


def test_levothyroxine_is_continued():
    """Facts 2.3: thyroid hormones are continued at a stable dose."""
    takes("Levothyroxine Sodium 0.1 MG Oral Tablet").expect("passed", "no-interaction-expected")


def test_amlodipine_is_continued():
    """Facts 2.3: antihypertensives are continued at a stable dose."""
    takes("Amlodipine 5 MG Oral Tablet", "197361").expect("passed", "continue-and-monitor")


def test_psilocybin_last_month_is_long_enough():
    """Facts 3.1: at least a week between such treatments."""
    stopped("Psilocybin", last=date(2026, 3, 1)).expect("passed", "washout-over", washout_days=7)


def test_naltrexone_may_blunt_and_does_not_exclude():
    """Facts 3.1: low; it may blunt reward."""
    takes("Naltrexone", "7243").expect(
        "passed", "continue-with-caution", loss_of_benefit="possible"
    )
