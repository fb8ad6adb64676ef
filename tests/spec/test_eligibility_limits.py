"""Numbers and signatures: which numbers decide by themselves, and which wait for a physician.

A number that was read in its source runs. One seen in a secondary source, remembered, or never found runs only
once a named physician has signed it for the site; until then the rule that needs it says so and names it.
"""


def test_at_a_site_that_signed_nothing_everything_that_needs_a_number_is_open(person_spec):
    """Every limit of the protocol that waits for a signature is named, and nobody is stopped for want of one.

    What was read in its source runs without a signature: age-at-least-years,
    report-new-conditions-within-hours, contraception-after-last-dosing-days, ptsd-duration-at-least-months,
    psychoactives-abstinence-hours.
    """
    found = person_spec(
        "mapp2",
        "",
        signed="nothing",
        verdict="undetermined",
        asks=[
            "pregnancy: limit-unsigned",
            "ptsd-severity: limit-unsigned",
            "suicide-risk: limit-unsigned",
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
    assert {
        "age",
        "reports-new-conditions",
        "contraception-duration",
        "ptsd-duration",
        "psychoactives",
    } <= {finding.code for finding in found.met}


def test_a_child_at_a_site_that_signed_nothing_is_a_child(person_spec):
    """18 years was read in its source (phase-3 parent criteria, item 1): it needs no signature to stop."""
    person_spec(
        "mapp2",
        """
        question | answer     | source | on
        ---------+------------+--------+-----------
        born-on  | 2009-01-01 | seen   | 2026-03-24
        """,
        signed="nothing",
        verdict="ineligible",
        stops=["age: is-a-child"],
        asks=None,
    )


def test_a_signature_does_not_change_a_number_that_was_read_in_its_source(person_spec):
    """Six months stand in the criteria. A site that signs three would be amending the protocol, not setting a limit."""
    person_spec(
        "mapp2",
        """
        question   | answer     | source | on
        -----------+------------+--------+-----------
        ptsd-onset | 2025-11-30 | seen   | 2026-03-24
        """,
        also_signed={"ptsd-duration-at-least-months": "3"},
        verdict="ineligible",
        stops=["ptsd-duration: too-short-so-far"],
    )


def test_a_site_may_sign_another_number_than_the_one_remembered(person_spec):
    """48 kg is from memory. A physician who has read the document signs 50, and 49 kg is below it."""
    person_spec(
        "mapp2",
        """
        question | answer | source | on
        ---------+--------+--------+-----------
        weight   | 49 kg  | seen   | 2026-03-24
        """,
        also_signed={"weight-floor-kg": "50"},
        verdict="ineligible",
        stops=["weight: below-limit"],
    )


def test_a_number_that_was_signed_says_so(person_spec):
    """Whoever reads the verdict sees on whose word the number stands."""
    found = person_spec("mapp2", "", verdict="eligible")
    standings = {finding.code: finding.standing.value for finding in found.met}
    assert standings["weight"] == "signed"
    assert standings["age"] == "verified"


def test_an_unsigned_number_beside_a_stop_hides_neither(person_spec):
    """A personality disorder stops without any number (supplement); the unsigned ceiling is named beside it."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        personality-disorder | yes    | letter | 2026-03-24
        """,
        unsigned=["alt-ceiling"],
        verdict="ineligible",
        stops=["personality-disorder: answered-otherwise"],
        asks=["alt: limit-unsigned"],
    )
