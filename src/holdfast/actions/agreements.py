"""What may happen under the drug, and consent taken back; who is impaired can only narrow or stop."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

import orjson

from holdfast.actions.consent import is_self
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.consent import by_hash
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.domain.consent import Agreement, may_agree
from holdfast.records.canonical import document as canonical
from holdfast.records.care import Enrollment
from holdfast.records.consent import AgreementItem, ConsentWithdrawn, Impairment
from holdfast.records.consents import ConsentNow, agreement_rows, consent_now, impairments_of
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of

LONGEST_STOP_WORD = 100


@one_transaction
def agree(
    *,
    enrollment: Enrollment,
    item: str,
    allowed: Iterable[str],
    agreed_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The person says what they allow of one thing: some of it, or nothing.

    Less is always taken. More is refused from a dose until they were found not impaired, at the
    moment at which it was said and at the moment at which it is written down.
    """
    own = is_self(by, enrollment, now)
    if not own and (refusal := refused(by, enrollment, "consent.record", now)):
        return refusal
    codes = sorted(set(allowed))
    stream = lock(enrollment.id, now)
    what = {"item": item, "allowed": codes, "at": agreed_at.isoformat()}
    sent = stream.sent("agreement-kept", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if agreed_at > stream.now:
        return Refusal("in-the-future")
    consent = consent_now(enrollment, protocol_of(enrollment))
    document = _document(consent)
    if document is None:
        return Refusal("no-document-in-force")
    offered = document.item(item)
    if offered is None or not set(codes) <= set(offered.choices):
        return Refusal("agreement-unknown")
    standing = agreement_rows(enrollment).get(item)
    before = Agreement(item, frozenset(orjson.loads(standing.allowed))) if standing else None
    after = Agreement(item, frozenset(codes))
    moments = (agreed_at, stream.now)
    if not all(may_agree(before, after, consent.impairments, at) for at in moments):
        return Refusal("impaired-only-less")
    fact = AgreementItem(
        id=uuid5(entry_id, "agreement"),
        enrollment=enrollment,
        document_sha256=document.sha256,
        item=item,
        allowed=canonical(codes).decode(),
        way="own-account" if own else "told",
        agreed_at=agreed_at,
        agreed_by=by,
    )
    return stream.write(sent, [fact], by=by, values={"item": item})


def _document(consent: ConsentNow) -> ConsentDocument | None:
    """What the choices are of: the document in force, else what the person was given last.

    Who wants to say less need not wait until a new version is in force.
    """
    if consent.document is not None or not consent.given:
        return consent.document
    return by_hash(consent.given[-1].document_sha256)


@refused_where_erased
@one_transaction
def choose_stop_word(
    *, enrollment: Enrollment, words: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """The person chooses the word or sign at which everything stops; at any time, never refused."""
    own = is_self(by, enrollment, now)
    if not own and (refusal := refused(by, enrollment, "consent.record", now)):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("stop-word-chosen", entry_id, {"words": words})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    chosen = words.strip()
    if not chosen or len(chosen) > LONGEST_STOP_WORD:
        return Refusal("stop-word-does-not-fit")
    document = _document(consent_now(enrollment, protocol_of(enrollment)))
    if document is None:
        return Refusal("no-document-in-force")
    fact = AgreementItem(
        id=uuid5(entry_id, "stop-word"),
        enrollment=enrollment,
        document_sha256=document.sha256,
        item=AgreementItem.STOP_WORD,
        allowed="[]",
        way="own-account" if own else "told",
        agreed_at=stream.now,
        agreed_by=by,
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.words = sealed(key, fact, "words", chosen)
    return stream.write(sent, [fact], by=by, values={"item": fact.item})


@refused_where_erased
@one_transaction
def withdraw_consent(
    *,
    enrollment: Enrollment,
    way: str,
    words: str,
    withdrawn_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The person takes their consent back; always, also under the drug and whatever is locked.

    From then on no gate opens.

    This is not stopping treatment, which is a step of the course and asks for follow-up.
    """
    own = is_self(by, enrollment, now)
    told = None if own else refused(by, enrollment, "consent.record", now, even_locked=True)
    if told:
        return told
    stream = lock(enrollment.id, now)
    what = {"way": way, "words": words, "at": withdrawn_at.isoformat()}
    sent = stream.sent("consent-withdrawn", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if way not in ConsentWithdrawn.WAYS or own != (way == "own-account"):
        return Refusal("way-unknown")
    if withdrawn_at > stream.now:
        return Refusal("in-the-future")
    fact = ConsentWithdrawn(
        id=uuid5(entry_id, "withdrawn"),
        enrollment=enrollment,
        way=way,
        withdrawn_at=withdrawn_at,
        withdrawn_by=by,
    )
    if words.strip():
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        fact.words = sealed(key, fact, "words", words.strip())
    return stream.write(sent, [fact], by=by, values={"way": way})


@one_transaction
def record_impairment(
    *,
    enrollment: Enrollment,
    step: str,
    basis: str,
    found_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A dose was taken, or a clinician found that the person is not impaired any more.

    A dose is recorded whatever else stands. That somebody is not impaired is a finding of who saw
    them after the dose, and only where there was one.
    """
    if refusal := refused(by, enrollment, "consent.talk", now):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"step": step, "basis": basis, "at": found_at.isoformat()}
    sent = stream.sent("impairment-recorded", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    is_dose = step == "dosed"
    if step not in Impairment.STEPS or basis not in Impairment.BASES:
        return Refusal("form-unknown")
    if is_dose != (basis != "criteria-met"):
        return Refusal("form-unknown")
    if found_at > stream.now:
        return Refusal("in-the-future")
    if not is_dose and not any(s.covers(found_at) for s in impairments_of(enrollment)):
        return Refusal("no-dose-before")
    fact = Impairment(
        id=uuid5(entry_id, "impairment"),
        enrollment=enrollment,
        step=step,
        basis=basis,
        found_at=found_at,
        found_by=by,
    )
    return stream.write(sent, [fact], by=by, values={"step": step})
