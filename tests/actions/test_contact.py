"""What a person permits of contact can be said anew; what was said before stays, and the newest holds."""

from dataclasses import replace
from uuid import uuid4

import pytest

from holdfast.actions.calls import standing_permission
from holdfast.actions.contact import permissions_of, record_contact_permission
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.papers import record_letter
from holdfast.definitions import letters
from holdfast.domain.calls import ContactWishes
from holdfast.records.keys import opened
from tests.actions.clinic import enrolled, written
from tests.actions.test_calls import called
from tests.domain.test_calls import PDF

WISHES = ContactWishes(True, ("e-mail",), False, True, "mornings, says Canarybird")


def say(clinic, enrollment, wishes=WISHES, **given):
    told = {
        "enrollment": enrollment,
        "wishes": wishes,
        "reason": "said-anew",
        "entry_id": uuid4(),
        "by": clinic.coordinator,
        "now": clinic.later(minutes=1),
    }
    return record_contact_permission(**(told | given))


def test_it_is_said_anew_and_the_earlier_stays(clinic):
    enrollment = called(clinic)
    before = standing_permission(enrollment)
    written(say(clinic, enrollment))
    after = standing_permission(enrollment)
    assert before is not None
    assert after is not None
    assert (after.corrects_id, after.correction_reason) == (before.id, "said-anew")
    assert (after.may_contact, after.may_leave_message) == (True, False)
    assert (after.ways, opened(after, "when_words")) == ('["e-mail"]', WISHES.when)
    assert [row.id for row in permissions_of(enrollment)] == [after.id, before.id]


def test_who_takes_it_back_is_not_written_to_any_more(clinic):
    enrollment = called(clinic)
    written(say(clinic, enrollment, ContactWishes()))
    answered = record_letter(
        enrollment=enrollment,
        template=letters.load("en")["accept", "person"],
        detail="",
        pdf=PDF,
        entry_id=uuid4(),
        by=clinic.coordinator,
        now=clinic.now,
    )
    assert answered == Refusal("no-permission-to-contact")


def test_who_came_by_a_document_is_asked_for_the_first_time(one_clinic):
    enrollment = enrolled(one_clinic)
    written(say(one_clinic, enrollment))
    permission = standing_permission(enrollment)
    assert permission is not None
    assert (permission.corrects_id, permission.correction_reason) == (None, "")


@pytest.mark.parametrize(
    ("wishes", "given", "reason"),
    [
        (replace(WISHES, ways=()), {}, "way-missing"),
        (replace(WISHES, ways=("pigeon",)), {}, "way-unknown"),
        (ContactWishes(may_leave_message=True), {}, "message-without-contact"),
        (WISHES, {"reason": "because"}, "reason-unknown"),
    ],
)
def test_what_does_not_fit_together_is_refused(one_clinic, wishes, given, reason):
    answered = say(one_clinic, called(one_clinic), wishes, **given)
    assert answered == Refusal(reason)


def test_sent_twice_it_is_one_and_who_may_not_may_not(one_clinic):
    enrollment, entry, now = called(one_clinic), uuid4(), one_clinic.later(minutes=1)
    first = written(say(one_clinic, enrollment, entry_id=entry, now=now))
    assert written(say(one_clinic, enrollment, entry_id=entry, now=now)) == first
    other = say(one_clinic, enrollment, ContactWishes(), entry_id=entry, now=now)
    assert isinstance(other, Conflict)
    assert len(permissions_of(enrollment)) == 2
    answered = say(one_clinic, enrollment, by=one_clinic.monitor)
    assert isinstance(answered, Refusal)
    assert answered.reason == "not-permitted"
