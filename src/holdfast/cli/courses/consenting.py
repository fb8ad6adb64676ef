"""A consent as it goes: given, talked over, understood, considered, signed by both, and agreed to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from holdfast.actions.agreements import agree, choose_stop_word
from holdfast.actions.consent import (
    answer_comprehension,
    countersign_consent,
    record_consent_conversation,
    record_explanation,
    sign_consent,
)
from holdfast.actions.consent_documents import give_consent_document
from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of
from holdfast.cli.courses.desk import made_id
from holdfast.cli.courses.journey import Journey
from holdfast.cli.courses.team import CONSIDER_HOURS
from holdfast.records.consent import ConsentGiven
from holdfast.records.consents import consent_now
from holdfast.records.people import User


def own_account(journey: Journey) -> User:
    """The person opens an account of their own with a code that the coordinator gave."""
    code = journey.desk.entry(journey.key, "code").hex[:20].upper()
    told = {"enrollment": journey.enrollment, "code_sha256": hash_of(code)}
    journey.do("coordinator", journey.team.coordinator, invite_patient, **told)
    login = f"guest-{journey.desk.entry(journey.key, 'login').hex[:12]}"
    made = {
        "login": login,
        "password_hash": journey.desk.password_hash,
        "entry_id": journey.entry(),
    }
    journey.desk.act("patient", accept_invitation, code=code, now=journey.now, **made)
    return User.objects.get(login=login)


def consent(journey: Journey) -> Iterator[datetime]:
    """The whole way to a consent that stands; one question in three is explained before."""
    given = _given(journey)
    yield from journey.later(hours=2)
    _talked(journey)
    yield from journey.later(minutes=30)
    _understood(journey)
    yield from journey.later(hours=CONSIDER_HOURS + journey.chance.randrange(48))
    row = journey.enrollment
    journey.sign("patient", journey.by_self, sign_consent, enrollment=row, given=given)
    yield from journey.later(minutes=5)
    journey.sign("therapist", journey.lead, countersign_consent, enrollment=row, given=given)


def _given(journey: Journey) -> ConsentGiven:
    told = {"language": "en", "way": "own-account", "given_at": journey.now}
    by = journey.team.coordinator
    receipt = journey.do(
        "coordinator", by, give_consent_document, enrollment=journey.enrollment, **told
    )
    return ConsentGiven.objects.get(id=made_id(receipt, "records_consentgiven"))


def _talked(journey: Journey) -> None:
    told: dict[str, Any] = {"place": "site", "identity_check": "photo-document", "talked": ""}
    told |= {"held_at": journey.now, "enrollment": journey.enrollment}
    journey.do("therapist", journey.lead, record_consent_conversation, **told)


def _understood(journey: Journey) -> None:
    """Every question answered rightly, some of them only after it was explained."""
    row = journey.enrollment
    document = consent_now(row, journey.protocol).document
    assert document is not None  # the team put one in force
    for question in document.questions_for(journey.protocol):
        told = {"enrollment": row, "question": question.code}
        wrong = [each for each in question.answers if each != question.right]
        if wrong and journey.chance.random() < 0.1:
            journey.do("patient", journey.by_self, answer_comprehension, answer=wrong[0], **told)
            words = "Said in other words, with an example."
            journey.do("therapist", journey.lead, record_explanation, words=words, **told)
        journey.do("patient", journey.by_self, answer_comprehension, answer=question.right, **told)


def agreements(journey: Journey) -> None:
    """What may happen under the drug, item by item, and the stop-word."""
    row = journey.enrollment
    document = consent_now(row, journey.protocol).document
    assert document is not None
    for item in document.items:
        allowed = [choice for choice in item.choices if journey.allows(choice)]
        told = {"item": item.code, "allowed": allowed, "agreed_at": journey.now}
        journey.do("patient", journey.by_self, agree, enrollment=row, **told)
    journey.do("patient", journey.by_self, choose_stop_word, enrollment=row, words="river stone")
