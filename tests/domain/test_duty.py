"""What is sent next and to whom, and what is wrong with duty."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from holdfast.domain.duty import (
    RETRY,
    Attempt,
    Condition,
    Duty,
    Page,
    PageAnswer,
    conditions,
    sends,
)
from holdfast.domain.rota import Post, Turn

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANNA, BEN, CLEO = UUID(int=1), UUID(int=2), UUID(int=3)
PAGE, TEST = UUID(int=10), UUID(int=11)
CALL = Page(PAGE, AT)


def minutes(n):
    return timedelta(minutes=n)


def turn(person, post):
    return Turn(person, post, AT - timedelta(hours=2), AT + timedelta(hours=9))


def duty(after=0.0, **given):
    told = {
        "turns": [turn(ANNA, Post.FIRST), turn(BEN, Post.SECOND), turn(CLEO, Post.PHYSICIAN)],
        "contacts": {ANNA: ("email",), BEN: ("email", "sms"), CLEO: ("pager",)},
        "attempts": [],
        "answers": [],
        "answer_within": minutes(5),
        "holds_for": minutes(60),
        "now": AT + minutes(after),
    }
    return Duty(**(told | given))


def received(person, channel="email", after=0.0):
    return Attempt(PAGE, person, channel, True, AT + minutes(after))


def failed(person, channel="email", after=0.0):
    return Attempt(PAGE, person, channel, False, AT + minutes(after))


def to(page, state):
    return [(send.person, send.channel) for send in sends(page, state)]


def test_the_first_is_paged_at_once_and_nobody_else():
    assert to(CALL, duty()) == [(ANNA, "email")]


def test_what_was_received_is_not_sent_again():
    assert to(CALL, duty(1, attempts=[received(ANNA)])) == []


def test_without_an_answer_in_the_signed_minutes_the_second_is_paged_by_every_channel():
    state = {"attempts": [received(ANNA)]}
    assert to(CALL, duty(4.99, **state)) == []
    assert to(CALL, duty(5, **state)) == [(BEN, "email"), (BEN, "sms")]


def test_a_dead_channel_does_not_cost_the_signed_minutes():
    """Nothing can reach the first: the second is paged at once, the first tried again."""
    state = {"attempts": [failed(ANNA, after=0.1)]}
    assert to(CALL, duty(0.2, **state)) == [(BEN, "email"), (BEN, "sms")]
    again = to(CALL, duty(0.1 + RETRY / minutes(1), **state))
    assert (ANNA, "email") in again


def test_one_living_channel_is_enough_to_wait():
    state = {"attempts": [received(ANNA), failed(BEN, "email", 5), received(BEN, "sms", 5)]}
    assert to(CALL, duty(5.2, **state)) == []


def test_who_cannot_come_sends_the_page_on_at_once():
    state = {
        "attempts": [received(ANNA)],
        "answers": [PageAnswer(PAGE, ANNA, False, AT + minutes(1))],
    }
    assert to(CALL, duty(1, **state)) == [(BEN, "email"), (BEN, "sms")]


def test_who_has_no_channel_is_passed_at_once():
    contacts = {BEN: ("sms",)}
    assert to(CALL, duty(contacts=contacts)) == [(BEN, "sms")]


def test_once_taken_nothing_more_is_sent():
    answers = [PageAnswer(PAGE, BEN, True, AT + minutes(6))]
    assert to(CALL, duty(30, answers=answers)) == []


def test_the_asked_post_is_paged_first():
    assert to(Page(PAGE, AT, Post.PHYSICIAN), duty()) == [(CLEO, "pager")]


def test_unsigned_times_page_everybody_on_duty_at_once():
    everybody = [(ANNA, "email"), (BEN, "email"), (BEN, "sms"), (CLEO, "pager")]
    state = duty(answer_within=None)
    assert to(CALL, state) == everybody
    assert Condition("times-unsigned") in conditions([CALL], state)


def test_with_nobody_on_duty_everybody_who_can_be_reached_is_paged():
    state = duty(turns=[])
    assert {person for person, _ in to(CALL, state)} == {ANNA, BEN, CLEO}
    codes = {found.code for found in conditions([CALL], state)}
    assert {"roster-empty", "nobody-answered"} <= codes


def test_after_the_whole_ladder_everybody_is_paged_again_until_somebody_answers():
    state = {
        "attempts": [
            received(ANNA),
            received(BEN, after=5),
            received(BEN, "sms", 5),
            received(CLEO, "pager", 10),
        ]
    }
    assert to(CALL, duty(14.9, **state)) == []
    assert Condition("nobody-answered", page=PAGE) not in conditions([CALL], duty(14.9, **state))
    assert {person for person, _ in to(CALL, duty(15, **state))} == {ANNA, BEN, CLEO}
    assert Condition("nobody-answered", page=PAGE) in conditions([CALL], duty(15, **state))


def test_the_same_round_is_the_same_message():
    """What was sent and not recorded is sent again under the same name."""
    state = duty(0.5)
    assert sends(CALL, state) == sends(CALL, duty(1))


def test_a_channel_is_untested_until_a_test_of_it_was_acknowledged_within_a_day():
    test = Page(TEST, AT, only=(ANNA, "email"))
    untested = Condition("channel-untested", ANNA, "email")
    assert untested in conditions([test], duty())
    answers = [PageAnswer(TEST, ANNA, True, AT + minutes(2))]
    assert untested not in conditions([test], duty(24 * 60, answers=answers))
    assert untested in conditions([test], duty(24 * 60 + 3, answers=answers))
    of_another = [PageAnswer(TEST, BEN, True, AT + minutes(2))]
    assert untested in conditions([test], duty(3, answers=of_another))


def test_a_test_goes_by_its_channel_alone_and_never_climbs():
    test = Page(TEST, AT, only=(BEN, "sms"))
    assert to(test, duty(120)) == [(BEN, "sms")]
    assert to(test, duty(25 * 60)) == []


def test_somebody_on_duty_without_a_channel_is_a_condition():
    assert Condition("no-channel", CLEO) in conditions([], duty(contacts={ANNA: ("email",)}))
