"""Who the person is: alive, of age, able to consent.

Sources: phase-3 parent criteria, items 1 to 6 (NCT06189027). No upper age is read in the phase-3 criteria;
other trials had one (18 to 65, 18 to 64), which is theirs and not this one's.
"""


def test_a_woman_of_forty_with_every_question_answered_may_enter(person_spec):
    """Nothing excludes her and nothing is open: this is what every other page differs from."""
    person_spec("mapp2", "", verdict="eligible")


def test_an_adult_on_the_eighteenth_birthday_may_enter(person_spec):
    """At least 18 years old (phase-3 parent criteria, item 1): the birthday itself counts."""
    person_spec(
        "mapp2",
        """
        question | answer     | source | on
        ---------+------------+--------+-----------
        born-on  | 2008-03-31 | seen   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_is_a_child_on_the_day_before_their_eighteenth_birthday(person_spec):
    """Nobody under age-at-least-years, 18 (item 1). The criterion age says so; nothing else is hidden by it."""
    person_spec(
        "mapp2",
        """
        question | answer     | source | on
        ---------+------------+--------+-----------
        born-on  | 2008-04-01 | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["age: is-a-child"],
    )


def test_somebody_born_on_the_twenty_ninth_of_february_is_a_child_on_the_twenty_eighth(person_spec):
    """In a year without that day the eighteenth year is complete on 1 March, not a day before."""
    person_spec(
        "mapp2",
        """
        question       | answer     | source | on
        ---------------+------------+--------+-----------
        born-on        | 2008-02-29 | seen   | 2026-02-20
        """,
        as_of="2026-02-28",
        verdict="ineligible",
        stops=["age: is-a-child"],
        asks=None,
    )


def test_somebody_born_on_the_twenty_ninth_of_february_may_enter_on_the_first_of_march(person_spec):
    """The eighteenth year is complete; every other answer here was given after that day and is not at issue."""
    found = person_spec(
        "mapp2",
        """
        question       | answer     | source | on
        ---------------+------------+--------+-----------
        born-on        | 2008-02-29 | seen   | 2026-02-20
        """,
        as_of="2026-03-01",
        verdict="undetermined",
        asks=None,
    )
    assert "age" in {finding.code for finding in found.met}


def test_a_woman_of_seventy_nine_may_enter(person_spec):
    """The phase-3 criteria name no upper age (item 1 says only "at least 18"). She has passed the menopause."""
    person_spec(
        "mapp2",
        """
        question               | answer         | source | on
        -----------------------+----------------+--------+-----------
        born-on                | 1947-01-12     | seen   | 2026-03-24
        childbearing-potential | post-menopausal| told   | 2026-03-24
        pregnancy-test         | nobody asked   |        |
        contraception-method   | nobody asked   |        |
        agrees-to-contraception| nobody asked   |        |
        """,
        verdict="eligible",
    )


def test_a_birth_date_of_which_only_the_year_is_recorded_is_asked_for(person_spec):
    """A record that says "1985" gives no day of birth. None is invented, so the age is not known."""
    person_spec(
        "mapp2",
        """
        question | answer       | source | on
        ---------+--------------+--------+---
        born-on  | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["age: not-asked"],
    )


def test_a_birth_date_in_the_future_is_asked_again(person_spec):
    """A day that has not come yet is a slip of the pen; it makes nobody a child and nobody an adult."""
    person_spec(
        "mapp2",
        """
        question | answer     | source | on
        ---------+------------+--------+-----------
        born-on  | 2058-04-02 | told   | 2026-03-24
        """,
        verdict="undetermined",
        asks=["age: date-in-the-future"],
    )


def test_two_birth_dates_of_which_one_makes_a_child_are_a_conflict(person_spec):
    """The record and the person disagree, and the answer would differ: nobody is believed in silence."""
    person_spec(
        "mapp2",
        """
        question | answer     | source         | on
        ---------+------------+----------------+-----------
        born-on  | 2006-05-01 | record Patient |
        born-on  | 2008-05-01 | told           | 2026-03-24
        """,
        verdict="undetermined",
        asks=["age: answers-conflict"],
    )


def test_two_birth_dates_that_both_make_an_adult_are_no_hindrance(person_spec):
    """The protocol asks only whether somebody is 18 or older, and both dates say so."""
    person_spec(
        "mapp2",
        """
        question | answer     | source         | on
        ---------+------------+----------------+-----------
        born-on  | 1985-05-01 | record Patient |
        born-on  | 1985-01-05 | told           | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_has_died_is_said_to_have_died(person_spec):
    """The criterion living: a death on record stops, whatever else was answered in their favour."""
    person_spec(
        "mapp2",
        """
        question  | answer | source         | on
        ----------+--------+----------------+---
        is-living | no     | record Patient |
        """,
        verdict="ineligible",
        stops=["living: has-died"],
    )


def test_a_wrong_record_of_a_death_is_set_right_by_naming_it(person_spec):
    """Records of deaths are sometimes the neighbour's. Whoever spoke with the person corrects the record by its place."""
    person_spec(
        "mapp2",
        """
        question  | answer | source                | on
        ----------+--------+-----------------------+-----------
        is-living | no     | record Patient        |
        is-living | yes    | seen corrects Patient | 2026-03-24
        """,
        verdict="eligible",
    )


def test_no_record_of_a_death_is_not_a_record_of_life(person_spec):
    """A referral is old when it arrives; somebody on the team says that the person lives."""
    person_spec(
        "mapp2",
        """
        question  | answer       | source | on
        ----------+--------------+--------+---
        is-living | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["living: not-asked"],
    )


def test_somebody_who_cannot_consent_for_themselves_does_not_enter(person_spec):
    """Cannot give adequate informed consent: excluded (phase-3 exclusion of consent)."""
    person_spec(
        "mapp2",
        """
        question                  | answer | source | on
        --------------------------+--------+--------+-----------
        can-give-informed-consent | no     | seen   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["consent: answered-otherwise"],
    )


def test_a_child_who_cannot_swallow_pills_is_told_both(person_spec):
    """Two reasons at once: neither hides the other, for one of them may turn out to be a slip."""
    person_spec(
        "mapp2",
        """
        question              | answer     | source | on
        ----------------------+------------+--------+-----------
        born-on               | 2010-07-07 | seen   | 2026-03-24
        able-to-swallow-pills | no         | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["age: is-a-child", "swallows-pills: answered-otherwise"],
    )


def test_of_somebody_of_whom_nothing_is_known_nothing_is_decided(person_spec):
    """An empty referral. Absence of a record is not "no": every criterion asks, none stops and none is met."""
    person_spec(
        "mapp2",
        "",
        base="nobody",
        verdict="undetermined",
        asks=[
            "living: not-asked",
            "age: not-asked",
            "language: not-asked",
            "swallows-pills: not-asked",
            "recording: not-asked",
            "contact-person: not-asked",
            "reports-new-conditions: not-asked",
            "pregnancy: childbearing-unknown",
            "nursing: not-asked",
            "contraception-method: childbearing-unknown",
            "contraception-duration: childbearing-unknown",
            "fasting-and-medication-rules: not-asked",
            "no-other-trial: not-asked",
            "overnight-stay: not-asked",
            "driven-home: not-asked",
            "completes-procedures: not-asked",
            "ptsd: not-asked",
            "ptsd-duration: not-asked",
            "ptsd-severity: not-asked",
            "hypertension: not-asked",
            "hepatitis-c: not-asked",
            "diabetes-type-2: not-asked",
            "thyroid: not-asked",
            "glaucoma: not-asked",
            "consent: not-asked",
            "psychosis: not-asked",
            "bipolar-1: not-asked",
            "psychotic-depression: not-asked",
            "family-history: not-asked",
            "dissociative-identity: not-asked",
            "purging: not-asked",
            "personality-disorder: not-asked",
            "alcohol: not-asked",
            "cannabis: not-asked",
            "other-substances: not-asked",
            "suicide-risk: not-asked",
            "blood-pressure: too-few-readings",
            "arrhythmia: not-asked",
            "wpw: not-asked",
            "myocardial-infarction: not-asked",
            "stroke: not-asked",
            "aneurysm: not-asked",
            "heart-failure: not-asked",
            "pressor-effect: not-asked",
            "qtc: answer-stale-or-missing",
            "marked-qtc-prolongation: not-asked",
            "torsade-risk: not-asked",
            "liver-disease: not-asked",
            "alt: not-asked",
            "ast: not-asked",
            "kidney: not-asked",
            "sodium: not-asked",
            "potassium: not-asked",
            "hyponatraemia: not-asked",
            "hyperthermia: not-asked",
            "weight: not-asked",
            "litigation: not-asked",
            "mdma-last-use: not-asked",
            "mdma-lifetime-use: not-asked",
            "mdma-history: not-asked",
            "psychedelics-history: not-asked",
            "housing: not-asked",
            "support: not-asked",
            "psychoactives: not-asked",
            "medicines-tapered: not-asked",
            "screening-tests: not-asked",
            "other-conditions: not-asked",
            "medications-complete: nobody-asked",
        ],
    )
