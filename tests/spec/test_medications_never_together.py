"""Medicines that must never meet MDMA.

Inhibitors of monoamine oxidase are the one class known to kill together with it: serotonin toxicity
and hypertensive crisis (Malcolm & Thomas 2022; deaths with moclobemide, Pilgrim 2012).
"""

from datetime import date, timedelta

from tests.spec.medicine_pages import TODAY, signed, stopped, takes

NEVER = "still-taken-contraindicated"


def test_phenelzine_stops_whoever_takes_it():
    """Malcolm & Thomas 2022: irreversible MAO inhibitors are the top of every hierarchy."""
    answer = takes("Phenelzine 15 MG Oral Tablet").expect("failed", NEVER, danger="contraindicated")
    assert answer.stop_abruptly == "taper-with-the-prescriber"


def test_phenelzine_needs_no_signed_number_to_stop_somebody_who_takes_it():
    """Facts 3.1: contraindicated. That it is taken is enough; the washout is about later."""
    takes("Nardil").with_limits({}).expect("failed", NEVER)


def test_phenelzine_ten_days_ago_is_inside_its_fourteen_days():
    """Facts 2.3: at least 14 days, for the body makes the enzyme again; half-lives do not count."""
    answer = stopped("Phenelzine", last=date(2026, 3, 21)).expect("failed", "washout-running")
    assert answer.earliest_dosing_on == date(2026, 4, 4)


def test_phenelzine_fourteen_days_ago_is_over():
    """Facts 2.3: 14 days after the last dose; the fourteenth day is the first clear one."""
    stopped("Phenelzine", last=date(2026, 3, 17)).expect("passed", "washout-over")


def test_until_a_physician_signs_fourteen_days_nothing_is_decided_by_them():
    """The 14 days were seen in a secondary source: they are named, shown, and decide nothing."""
    page = stopped("Phenelzine", last=TODAY - timedelta(days=300)).with_limits({})
    answer = page.expect("unknown", "washout-limit-not-signed", danger="contraindicated")
    assert answer.values["limits"] == "irreversible-maoi-washout-days"


def test_taken_today_needs_no_number_either():
    """However long the washout is, it is not over on the day of the last dose."""
    stopped("Phenelzine", last=TODAY).with_limits({}).expect("failed", "taken-today")


def test_a_site_that_signs_three_weeks_waits_three_weeks():
    """A signed number stands in for the table's, here 21 days for 14."""
    page = stopped("Tranylcypromine", last=date(2026, 3, 14))
    page.expect("passed", "washout-over")
    page.with_limits(signed(irreversible_maoi_washout_days=21)).expect("failed", "washout-running")


def test_moclobemide_is_short_lived_and_still_waits_fourteen_days():
    """Pilgrim 2012: four deaths, two at therapeutic levels. The half-life is 2 h, the rule 14 d."""
    takes("Aurorix").expect("failed", NEVER)
    stopped("Moclobemide 150 MG", last=date(2026, 3, 25)).expect("failed", "washout-running")


def test_a_selegiline_patch_counts_like_a_tablet():
    """Facts 3.1: the selectivity of an MAO-B inhibitor is lost at dose."""
    takes("24 HR selegiline 0.25 MG/HR Transdermal System [Emsam]").expect("failed", NEVER)


def test_linezolid_is_an_antibiotic_and_an_mao_inhibitor():
    """Facts 3.1: weak and reversible; the session is deferred, the antibiotic is finished."""
    answer = takes("Linezolid 600 MG Oral Tablet").expect("failed", NEVER)
    assert answer.stop_abruptly == "finish-the-antibiotic"


def test_no_number_was_found_for_tedizolid_so_a_physician_must_give_one():
    """Facts 3.1: "clinical". A number that is missing is never filled in."""
    page = stopped("Tedizolid", last=date(2026, 1, 1))
    page.expect("unknown", "washout-limit-not-signed", washout_days=None, earliest_dosing_on=None)
    page.with_limits(signed(tedizolid_washout_days=5)).expect("passed", "washout-over")


def test_methylene_blue_given_for_a_scan_counts():
    """Facts 3.1: a potent inhibitor of MAO-A, 3 to 5 days; the longer is kept."""
    stopped("Methylene blue", "6878", last=date(2026, 3, 27)).expect("failed", "washout-running")
    stopped("Methylene blue", "6878", last=date(2026, 3, 26)).expect("passed", "washout-over")


def test_ayahuasca_is_asked_for_and_counts_as_an_mao_inhibitor():
    """Facts 3.1: harmala plants act as MAO inhibitors; people do not call them medicines."""
    takes("Ayahuasca tea").expect("failed", NEVER, matched=("harmala",))


def test_isoniazid_is_weak_and_is_decided_person_by_person():
    """Facts 3.1: caution. It treats tuberculosis and is not stopped for a session."""
    page = takes("Isoniazid 300 MG Oral Tablet")
    answer = page.expect("unknown", "individual-decision")
    assert answer.stop_abruptly == "finish-the-antibiotic"
    page.answered("medicine-reviewed", "isoniazid").expect("passed", "reviewed")


def test_lithium_stops_and_is_itself_not_to_be_stopped():
    """Facts 3.1: contraindicated; never stopped for a session without a psychiatrist."""
    answer = takes("Lithium Carbonate 300 MG Oral Capsule").expect("failed", NEVER)
    assert answer.stop_abruptly == "relapse-without-a-psychiatrist"


def test_ritonavir_stops_while_it_is_taken():
    """Henry & Hill 1998: a death at 4.56 mg/L of MDMA on full-dose ritonavir."""
    answer = takes("Ritonavir 100 MG Oral Tablet [Norvir]").expect("failed", NEVER)
    assert answer.stop_abruptly == "resistance-develops"


def test_cobicistat_hides_in_a_combination():
    """Facts 3.1: each ingredient is judged. The booster stops; the others ask the pharmacist."""
    answer = takes("Genvoya").expect("failed", NEVER, danger="contraindicated")
    assert "cobicistat" in answer.matched
    others = {part.text: part.reason for part in answer.parts}
    assert others["emtricitabine"] == "no-rule-for-this-medicine"


def test_tramadol_is_contraindicated_within_five_half_lives():
    """Facts 3.1: serotonin toxicity and seizures; 2 to 3 days, the longer is kept."""
    takes("Ultram").expect("failed", NEVER)
    stopped("Tramadol", "10689", last=date(2026, 3, 29)).expect("failed", "washout-running")
    stopped("Tramadol", "10689", last=date(2026, 3, 28)).expect("passed", "washout-over")


def test_cough_syrup_with_dextromethorphan_is_not_harmless():
    """Facts 3.1: dextromethorphan is contraindicated within five half-lives, and a combination."""
    answer = takes("Guaifenesin / Dextromethorphan Oral Solution").expect("failed", NEVER)
    assert answer.matched == ("dextromethorphan", "guaifenesin")


def test_a_reviewed_answer_never_settles_a_contraindication():
    """A pharmacist's review settles what has no rule; it cannot make phenelzine safe."""
    takes("Phenelzine").answered("medicine-reviewed", "phenelzine").expect("failed", NEVER)
