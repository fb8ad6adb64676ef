"""Reachable is a page answered within the signed minutes, with its own expiry. Unknown is never a yes."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions.sentences.duty import duty_sentence, load
from holdfast.domain.duty import Attempt, Page, PageAnswer
from holdfast.domain.findings import Outcome, Standing
from holdfast.domain.reachability import REACHABILITY_REASONS, post_reachable, reachable
from holdfast.domain.rota import Post
from tests.domain.test_duty import ANNA, AT, BEN, CALL, CLEO, PAGE, duty, minutes, received, turn

LATER_PAGE = UUID(int=12)


def answer(person, after, takes=True, page=PAGE):
    return PageAnswer(page, person, takes, AT + minutes(after))


def of(person, after, pages=(CALL,), **told):
    found = reachable(person, list(pages), duty(after, **told))
    return found.outcome, found.reason


def test_a_page_answered_in_time_makes_reachable_until_it_expires():
    """Signed: five minutes to answer, and an answer holds for sixty."""
    told = {"attempts": [received(ANNA)], "answers": [answer(ANNA, 5)]}
    assert of(ANNA, 5, **told) == (Outcome.PASSED, "answered-in-time")
    assert of(ANNA, 64.9, **told) == (Outcome.PASSED, "answered-in-time")
    assert of(ANNA, 65, **told) == (Outcome.FAILED, "answer-expired")


def test_the_minutes_count_from_when_the_page_reached_the_person():
    """Ben is paged second, after five minutes: his own five begin then."""
    told = {"attempts": [received(BEN, after=5)], "answers": [answer(BEN, 9.9)]}
    assert of(BEN, 10, **told) == (Outcome.PASSED, "answered-in-time")


def test_a_late_answer_does_not_make_reachable():
    told = {"attempts": [received(ANNA)], "answers": [answer(ANNA, 5.1)]}
    assert of(ANNA, 6, **told) == (Outcome.FAILED, "not-answered-in-time")


def test_whom_nobody_asked_is_not_known_and_whom_a_page_just_reached_is_not_known_yet():
    assert of(ANNA, 1) == (Outcome.UNKNOWN, "nobody-asked")
    assert of(ANNA, 4, attempts=[received(ANNA)]) == (Outcome.UNKNOWN, "not-answered-yet")
    assert of(ANNA, 5.1, attempts=[received(ANNA)]) == (Outcome.FAILED, "not-answered-in-time")


def test_a_later_page_that_was_declined_or_let_pass_ends_what_an_answer_said():
    pages = (CALL, Page(LATER_PAGE, AT + minutes(20)))
    told = {
        "attempts": [received(ANNA), Attempt(LATER_PAGE, ANNA, "email", True, AT + minutes(20))],
        "answers": [answer(ANNA, 1)],
    }
    assert of(ANNA, 24, pages, **told) == (Outcome.PASSED, "answered-in-time")
    assert of(ANNA, 25.1, pages, **told) == (Outcome.FAILED, "not-answered-in-time")
    declined = [*told["answers"], answer(ANNA, 21, takes=False, page=LATER_PAGE)]
    assert of(ANNA, 22, pages, **(told | {"answers": declined})) == (Outcome.FAILED, "cannot-come")


def test_who_declined_and_took_the_next_page_can_be_reached_after_the_first_ones_time():
    """Declining in time was an answer: that the first page's minutes run out says nothing more."""
    pages = (CALL, Page(LATER_PAGE, AT + minutes(2)))
    took = answer(ANNA, 3, page=LATER_PAGE)
    told = {"attempts": [received(ANNA)], "answers": [answer(ANNA, 1, takes=False), took]}
    assert of(ANNA, 2, pages, **told) == (Outcome.FAILED, "cannot-come")
    assert of(ANNA, 4, pages, **told) == (Outcome.PASSED, "answered-in-time")
    assert of(ANNA, 10, pages, **told) == (Outcome.PASSED, "answered-in-time")
    late = [answer(ANNA, 5.1, takes=False), took]
    assert of(ANNA, 10, pages, **(told | {"answers": late})) == (Outcome.FAILED, "cannot-come")


def test_a_page_that_somebody_else_took_says_nothing_of_who_need_not_answer_any_more():
    told = {"attempts": [received(ANNA)], "answers": [answer(BEN, 2)]}
    assert of(ANNA, 30, **told)[0] is Outcome.UNKNOWN


def test_a_test_of_a_channel_makes_nobody_reachable():
    test = Page(PAGE, AT, only=(ANNA, "email"))
    told = {"attempts": [received(ANNA)], "answers": [answer(ANNA, 1)]}
    assert of(ANNA, 2, (test,), **told) == (Outcome.UNKNOWN, "nobody-asked")


def test_without_signed_times_nothing_is_known():
    told = {"attempts": [received(ANNA)], "answers": [answer(ANNA, 1)]}
    assert of(ANNA, 2, answer_within=None, **told) == (Outcome.UNKNOWN, "times-unsigned")
    assert of(ANNA, 2, holds_for=None, **told) == (Outcome.UNKNOWN, "times-unsigned")


def test_what_a_gate_asks_is_a_finding_about_whoever_is_in_the_post():
    told = {"attempts": [received(CLEO, "pager")], "answers": [answer(CLEO, 1)]}
    found = post_reachable(Post.PHYSICIAN, [CALL], duty(10.5, **told))
    assert (found.code, found.outcome) == ("reachable-physician-on-call", Outcome.PASSED)
    assert (found.standing, found.values["minutes_left"]) == (Standing.SIGNED, 50)
    assert duty_sentence(found) == (
        "Physician on call: answered a page in time. That holds for 50 more min."
    )
    nobody = post_reachable(Post.SITE_LEAD, [CALL], duty(10, **told))
    assert (nobody.outcome, nobody.reason) == (Outcome.FAILED, "nobody-on-duty")


def test_of_two_in_one_post_one_is_enough_and_one_unknown_is_none():
    two = [turn(ANNA, Post.PHYSICIAN), turn(BEN, Post.PHYSICIAN)]
    told = {"turns": two, "attempts": [received(ANNA), received(BEN)]}
    both = {"answers": [answer(BEN, 1)]}
    assert post_reachable(Post.PHYSICIAN, [CALL], duty(6, **told, **both)).outcome is Outcome.PASSED
    none = post_reachable(Post.PHYSICIAN, [CALL], duty(1, **told))
    assert none.outcome is Outcome.UNKNOWN


def test_every_reason_has_its_sentence():
    assert set(load().templates) == set(REACHABILITY_REASONS)


@given(
    after=st.floats(0, 300),
    attempts=st.lists(st.tuples(st.sampled_from([ANNA, BEN]), st.booleans(), st.floats(0, 200))),
    answers=st.lists(st.tuples(st.sampled_from([ANNA, BEN]), st.booleans(), st.floats(0, 200))),
    within=st.one_of(st.none(), st.integers(1, 60)),
)
def test_a_yes_always_rests_on_an_own_answer_that_still_holds(after, attempts, answers, within):
    state = duty(
        after,
        attempts=[Attempt(PAGE, who, "email", ok, AT + minutes(at)) for who, ok, at in attempts],
        answers=[answer(who, at, takes) for who, takes, at in answers],
        answer_within=minutes(within) if within else None,
    )
    found = reachable(ANNA, [CALL], state)
    own = [a.at for a in state.answers if a.person == ANNA and a.takes and a.at <= state.now]
    if found.outcome is Outcome.PASSED:
        assert within is not None
        assert found.until is not None
        assert found.until - timedelta(minutes=60) in own
        assert state.now < found.until
