"""A person makes the key of their private journal, and changes its phrase. Nobody else can."""

from datetime import datetime
from uuid import UUID

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import is_erased
from holdfast.records.keys import DataKey, Erased
from holdfast.records.patients import patient_of
from holdfast.records.people import PersonKey, User
from holdfast.records.private_keys import (
    COST,
    SHORTEST_PHRASE,
    WRAPPED_WITH,
    PhraseWrong,
    open_private,
    wrap_private,
)


@one_transaction
def make_private_key(
    *,
    enrollment: Enrollment,
    phrase: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    cost: int = COST,
) -> Answered:
    """A person makes the key of their private journal, under a phrase that nobody keeps.

    Neither the phrase nor anything that follows from it is part of the entry.
    """
    if refusal := _not_their_own(enrollment, by):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("private-key-made", entry_id, {"person": enrollment.person_id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if len(phrase.strip()) < SHORTEST_PHRASE:
        return Refusal("phrase-too-short")
    if is_erased(enrollment.person_id):
        return Refusal("words-erased")
    if private_key_of(enrollment) is not None:
        return Refusal("private-key-there")
    made = DataKey.new()
    PersonKey.objects.create(
        id=made.id,
        owner=enrollment.person_id,
        word_class=PersonKey.PRIVATE,
        wrapped=wrap_private(made.id, made.secret, phrase, cost=cost),
        wrapped_with=WRAPPED_WITH,
        made_at=stream.now,
        made_by=by,
    )
    return stream.write(sent, [], by=by, keys=[made.id])


@one_transaction
def change_phrase(
    *,
    enrollment: Enrollment,
    phrase: str,
    new: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    cost: int = COST,
) -> Answered:
    """A person wraps their private key under another phrase; the words stay sealed as they are."""
    if refusal := _not_their_own(enrollment, by):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("private-phrase-changed", entry_id, {"person": enrollment.person_id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if len(new.strip()) < SHORTEST_PHRASE:
        return Refusal("phrase-too-short")
    row = private_key_of(enrollment)
    if row is None:
        return Refusal("private-key-missing")
    try:
        opened = open_private(row, phrase)
    except PhraseWrong:
        return Refusal("phrase-wrong")
    except Erased:
        return Refusal("words-erased")
    row.wrapped = wrap_private(row.id, opened.secret, new, cost=cost)
    row.save(update_fields=["wrapped"])
    return stream.write(sent, [], by=by)


def private_key_of(enrollment: Enrollment) -> PersonKey | None:
    """The row of a person's private key; None where they made none."""
    rows = PersonKey.objects.filter(owner=enrollment.person_id, word_class=PersonKey.PRIVATE)
    return rows.first()


def _not_their_own(enrollment: Enrollment, by: User) -> Refusal | None:
    account = patient_of(by)
    if account is None or account.person_id != enrollment.person_id:
        return Refusal("not-permitted", {"permission": "own-record"})
    return None
