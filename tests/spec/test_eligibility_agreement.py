"""What a person can do and agrees to, and the life they lead.

Sources: phase-3 parent criteria, items 1 to 6 (NCT06189027); Numinus, contraindications (clinic practice,
stricter than the trial); registry record ACTRN12621001078842 for the litigation rule.
"""


def test_somebody_who_reads_the_language_through_an_interpreter_is_not_fluent(person_spec):
    """Fluent in the language of the site (item 1): the sessions cannot be interpreted."""
    person_spec(
        "mapp2",
        """
        question                 | answer | source | on
        -------------------------+--------+--------+-----------
        fluent-in-site-language  | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["language: answered-otherwise"],
    )


def test_somebody_who_can_swallow_pills_again_may_enter(person_spec):
    """Able to swallow pills (item 1). It changes: the later answer replaces the earlier one."""
    person_spec(
        "mapp2",
        """
        question              | answer | source | on
        ----------------------+--------+--------+-----------
        able-to-swallow-pills | no     | told   | 2026-01-10
        able-to-swallow-pills | yes    | told   | 2026-03-20
        """,
        verdict="eligible",
    )


def test_somebody_who_refuses_the_camera_does_not_enter(person_spec):
    """Agrees to the recording of all visits (item 2): recordings are how misconduct and fidelity are seen."""
    person_spec(
        "mapp2",
        """
        question            | answer | source | on
        --------------------+--------+--------+-----------
        agrees-to-recording | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["recording: answered-otherwise"],
    )


def test_somebody_who_thought_it_over_and_now_agrees_to_the_camera_may_enter(person_spec):
    """An agreement may be given later; the later word counts (item 2)."""
    person_spec(
        "mapp2",
        """
        question            | answer | source | on
        --------------------+--------+--------+-----------
        agrees-to-recording | no     | told   | 2026-03-01
        agrees-to-recording | yes    | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_withdrew_their_agreement_does_not_enter(person_spec):
    """An agreement may be taken back as well; the later word counts (item 2)."""
    person_spec(
        "mapp2",
        """
        question            | answer | source | on
        --------------------+--------+--------+-----------
        agrees-to-recording | yes    | told   | 2026-03-01
        agrees-to-recording | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["recording: answered-otherwise"],
    )


def test_somebody_without_anybody_to_call_does_not_enter(person_spec):
    """Names a contact person who can be reached if they are suicidal or cannot be reached (item 3)."""
    person_spec(
        "mapp2",
        """
        question             | answer | source | on
        ---------------------+--------+--------+-----------
        names-contact-person | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["contact-person: answered-otherwise"],
    )


def test_somebody_who_will_not_say_when_they_fall_ill_does_not_enter(person_spec):
    """Tells the team of any condition or procedure within report-new-conditions-within-hours, 48 (item 4)."""
    person_spec(
        "mapp2",
        """
        question                        | answer | source | on
        --------------------------------+--------+--------+-----------
        agrees-to-report-new-conditions | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["reports-new-conditions: answered-otherwise"],
    )


def test_somebody_who_agrees_to_none_of_the_rules_is_told_each_of_them(person_spec):
    """Fasting and medicines, overnight stay, being driven home, all procedures (item 6): each is named."""
    person_spec(
        "mapp2",
        """
        question                               | answer | source | on
        ---------------------------------------+--------+--------+-----------
        agrees-to-fasting-and-medication-rules | no     | told   | 2026-03-24
        agrees-to-overnight-stay               | no     | told   | 2026-03-24
        agrees-to-be-driven-home               | no     | told   | 2026-03-24
        agrees-to-complete-procedures          | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=[
            "fasting-and-medication-rules: answered-otherwise",
            "overnight-stay: answered-otherwise",
            "driven-home: answered-otherwise",
            "completes-procedures: answered-otherwise",
        ],
    )


def test_a_father_who_cannot_leave_his_children_overnight_does_not_enter_yet(person_spec):
    """Overnight stay after each dosing session (item 6). Where he has yet to ask his mother, it is open."""
    person_spec(
        "mapp2",
        """
        question                 | answer       | source | on
        -------------------------+--------------+--------+---
        sex-assigned-at-birth    | male         | told   |
        agrees-to-overnight-stay | nobody asked |        |
        """,
        verdict="undetermined",
        asks=["overnight-stay: not-asked"],
    )


def test_somebody_in_another_trial_does_not_enter(person_spec):
    """Takes part in no other interventional trial (item 6)."""
    person_spec(
        "mapp2",
        """
        question                        | answer | source | on
        --------------------------------+--------+--------+-----------
        in-another-interventional-trial | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["no-other-trial: answered-otherwise"],
    )


def test_somebody_whose_other_trial_has_ended_may_enter(person_spec):
    """Only a trial that goes on excludes (item 6); the later answer counts."""
    person_spec(
        "mapp2",
        """
        question                        | answer | source | on
        --------------------------------+--------+--------+-----------
        in-another-interventional-trial | yes    | letter | 2025-11-02
        in-another-interventional-trial | no     | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_without_a_home_is_not_recommended(person_spec):
    """No stable living situation: not recommended (Numinus). A physician may override, with reason."""
    found = person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        stable-living-situation | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["housing: answered-otherwise"],
    )
    assert found.stops[0].reference.title.startswith("Numinus")


def test_a_woman_who_has_found_a_flat_since_may_enter(person_spec):
    """A living situation changes; the later answer replaces the earlier one (Numinus)."""
    person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        stable-living-situation | no     | letter | 2025-12-01
        stable-living-situation | yes    | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_alone_is_not_recommended(person_spec):
    """No support network: not recommended (Numinus)."""
    person_spec(
        "mapp2",
        """
        question        | answer | source | on
        ----------------+--------+--------+-----------
        support-network | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["support: answered-otherwise"],
    )


def test_a_veteran_in_a_suit_that_pays_for_lasting_symptoms_stops(person_spec):
    """Compensation litigation with gain from prolonged symptoms (Edith Cowan University record)."""
    person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        compensation-litigation | yes    | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["litigation: answered-otherwise"],
    )


def test_a_veteran_whose_pension_is_settled_may_enter(person_spec):
    """A claim that is over gives no gain from symptoms that last; the later answer counts."""
    person_spec(
        "mapp2",
        """
        question                | answer | source | on
        ------------------------+--------+--------+-----------
        compensation-litigation | yes    | told   | 2025-06-30
        compensation-litigation | no     | told   | 2026-03-24
        """,
        verdict="eligible",
    )


def test_somebody_who_will_not_leave_out_the_evening_joint_does_not_enter(person_spec):
    """Unwilling to abstain for psychoactives-abstinence-hours, 24, before treatment (Numinus)."""
    person_spec(
        "mapp2",
        """
        question                             | answer | source | on
        -------------------------------------+--------+--------+-----------
        agrees-to-abstain-from-psychoactives | no     | told   | 2026-03-24
        """,
        verdict="ineligible",
        stops=["psychoactives: answered-otherwise"],
    )
