"""What a medicine is: by code first, by name second, never by guessing. Unknown asks the pharmacist."""

from datetime import date

from tests.spec.medicine_pages import Page, signed, signed_as_proposed, stopped, takes


def test_an_unknown_herbal_tea_may_be_anything():
    """A tea can hold harmala as well as mint. Nobody here knows; the pharmacist is asked."""
    answer = takes("Herbal tea from my aunt").expect("unknown", "not-matched", matched=())
    assert (answer.danger, answer.question) == ("unknown", "medicine-named")


def test_a_code_and_a_name_that_disagree_are_settled_by_nobody_here():
    """The code says sertraline, the words say phenelzine: the worst is shown, neither believed."""
    page = stopped("Phenelzine 15 MG", "36437", last=date(2020, 1, 1))
    answer = page.expect("unknown", "code-and-name-disagree", danger="contraindicated")
    assert answer.matched == ("phenelzine", "sertraline")


def test_a_code_alone_is_enough():
    """A code without words, or with words nobody knows, is still that medicine."""
    takes("", "36437").expect("failed", "still-taken", matched=("sertraline",))
    takes("Tablet as discussed", "36437").expect("failed", "still-taken", matched=("sertraline",))


def test_a_misspelled_name_is_not_guessed():
    """ "Sertralin" is probably sertraline. Probably is not a match; the pharmacist is asked."""
    takes("Sertralnie 50 mg").expect("unknown", "not-matched", matched=())


def test_a_combination_with_one_unknown_part_shows_the_known_danger():
    """What is known is not hidden by what is not."""
    answer = takes("Phenelzine / Xyzamine").expect("failed", "still-taken-contraindicated")
    assert [part.reason for part in answer.parts] == ["still-taken-contraindicated", "not-matched"]
    clear = stopped("Phenelzine / Xyzamine", last=date(2020, 1, 1))
    clear.expect("unknown", "not-matched", danger="contraindicated")


def test_words_left_over_keep_the_answer_from_being_a_yes():
    """ "Lamotrigine mixed with something" is not only lamotrigine."""
    takes("Lamotrigine mixed with something").expect("unknown", "not-matched")


def test_paracetamol_has_no_rule_and_a_pharmacist_settles_it():
    """No source read says anything of paracetamol with MDMA: that is said, and can be settled."""
    page = takes("Acetaminophen 325 MG Oral Tablet", "313782")
    page.expect("unknown", "no-rule-for-this-medicine", matched=("paracetamol",))
    page.answered("medicine-reviewed", "paracetamol").expect("passed", "reviewed")


def test_a_course_of_antibiotics_years_ago_can_be_let_go_by_signature():
    """No source says how long is long enough; a physician of the site may."""
    page = stopped("Amoxicillin 250 MG Oral Capsule", "308182", last=date(2019, 5, 1))
    page.expect("unknown", "no-rule-for-this-medicine")
    page.with_limits(signed(stopped_medicine_without_rule_days=90)).expect(
        "passed", "stopped-long-ago"
    )


def test_an_empty_list_is_not_a_no():
    """Nobody asked what this person takes."""
    empty = Page((), signed_as_proposed())
    assert empty.findings["medications-complete"].outcome == "unknown"
    assert empty.findings["medications-complete"].reason == "nobody-asked"
    answered = empty.answered("medication-list-complete", True)
    assert answered.findings["medications-complete"].outcome == "passed"


def test_a_full_list_is_not_complete_until_somebody_says_so():
    """A pharmacy's record holds no herbs; only an answer makes a list complete."""
    page = takes("Levothyroxine")
    assert page.findings["medications-complete"].reason == "list-not-confirmed"
    said_no = page.answered("medication-list-complete", False)
    assert said_no.findings["medications-complete"].reason == "list-incomplete"
