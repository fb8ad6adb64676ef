"""A consent step by step: talked over, understood, signed by the person and by the clinician.

The person signs in their own account, or on paper that somebody records with a scan and a witness.
What happened on paper is recorded whatever stands against it; the rules then say what it counts for.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.domain.consent import ConsentStep, Step, consent_findings, may_sign
from holdfast.domain.findings import Outcome
from holdfast.records.access import holds_anywhere
from holdfast.records.calls import Scan
from holdfast.records.care import Enrollment
from holdfast.records.consent import (
    ComprehensionAttempt,
    ComprehensionExplained,
    ConsentConversation,
    ConsentGiven,
    ConsentSignature,
)
from holdfast.records.consents import SIGNED_HERE, ConsentNow, consent_now
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.patients import patient_of
from holdfast.records.people import PersonKey, User
from holdfast.records.protocols import protocol_of

OWN = "own.consent"


def is_self(by: User, enrollment: Enrollment, now: datetime) -> bool:
    """Whether somebody is the very person of an enrollment, in their own account."""
    account = patient_of(by)
    is_theirs = account is not None and account.person_id == enrollment.person_id
    return is_theirs and holds_anywhere(by, OWN, now)


@refused_where_erased
@one_transaction
def record_consent_conversation(
    *,
    enrollment: Enrollment,
    place: str,
    identity_check: str,
    talked: str,
    held_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A clinician talked the document over with the person, and says how they know who it is."""
    if refusal := refused(by, enrollment, "consent.talk", now):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"place": place, "identity": identity_check, "talked": talked, "at": held_at.isoformat()}
    sent = stream.sent("consent-talked-over", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if place not in ConsentConversation.PLACES or identity_check not in ConsentConversation.CHECKS:
        return Refusal("form-unknown")
    if held_at > stream.now:
        return Refusal("in-the-future")
    consent = consent_now(enrollment, protocol_of(enrollment))
    if consent.in_force is None:
        return Refusal("no-document-in-force")
    fact = ConsentConversation(
        id=uuid5(entry_id, "talk"),
        enrollment=enrollment,
        document_sha256=consent.in_force.document_sha256,
        place=place,
        identity_check=identity_check,
        held_at=held_at,
        held_by=by,
    )
    if talked.strip():
        key = data_key_of(enrollment.person_id, PersonKey.WORDS)
        fact.talked = sealed(key, fact, "talked", talked.strip())
    values = {"place": place, "identity": identity_check}
    return stream.write(sent, [fact], by=by, values=values)


@one_transaction
def answer_comprehension(
    *, enrollment: Enrollment, question: str, answer: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """One answer to one question, by the person, or by a clinician beside them. Every try is kept."""
    own = is_self(by, enrollment, now)
    if not own and (refusal := refused(by, enrollment, "consent.talk", now)):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("comprehension-answered", entry_id, {"q": question, "a": answer})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    consent = consent_now(enrollment, protocol_of(enrollment))
    if consent.document is None:
        return Refusal("no-document-in-force")
    asked = consent.document.question(question)
    if asked is None or asked not in consent.document.questions_for(consent.protocol):
        return Refusal("question-unknown")
    if answer not in asked.answers:
        return Refusal("answer-does-not-fit")
    if own and consent.signed_by("person"):
        return Refusal("consent-signed-already")
    earlier_tries = ComprehensionAttempt.objects.filter(
        enrollment=enrollment, question=question, document_sha256=consent.document.sha256
    )
    fact = ComprehensionAttempt(
        id=uuid5(entry_id, "answer"),
        enrollment=enrollment,
        document_sha256=consent.document.sha256,
        question=question,
        answer=answer,
        is_right=answer == asked.right,
        attempt=earlier_tries.count() + 1,
        way="own-account" if own else "with-clinician",
        answered_at=stream.now,
        answered_by=by,
    )
    return stream.write(sent, [fact], by=by, values={"question": question})


@refused_where_erased
@one_transaction
def record_explanation(
    *, enrollment: Enrollment, question: str, words: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """A clinician says what they explained to the person, about one question."""
    if refusal := refused(by, enrollment, "consent.talk", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("comprehension-explained", entry_id, {"q": question, "words": words})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    consent = consent_now(enrollment, protocol_of(enrollment))
    if consent.document is None:
        return Refusal("no-document-in-force")
    if consent.document.question(question) is None:
        return Refusal("question-unknown")
    if not words.strip():
        return Refusal("words-missing")
    fact = ComprehensionExplained(
        id=uuid5(entry_id, "explained"),
        enrollment=enrollment,
        document_sha256=consent.document.sha256,
        question=question,
        explained_at=stream.now,
        explained_by=by,
    )
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.explained = sealed(key, fact, "explained", words.strip())
    return stream.write(sent, [fact], by=by, values={"question": question})


def not_ready(consent: ConsentNow, now: datetime) -> Refusal | None:
    """What stands against the person signing now; None where nothing does."""
    if consent.required is None or consent.last_given is None:
        return Refusal("no-document-given")
    finding = may_sign(consent.impairments, now, SIGNED_HERE)
    if finding.outcome is not Outcome.PASSED:
        return Refusal("impaired")
    if consent.signed_by("person"):
        return Refusal("consent-signed-already")
    person = consent.enrollment.person_id.hex
    as_if = ConsentStep(Step.SIGNED_BY_PERSON, consent.version, now, person)
    found = consent_findings(
        consent.required,
        [*consent.steps, as_if],
        consent.impairments,
        withdrawn_at=consent.withdrawn_at,
        now=now,
    )
    still = [f for f in found if f.outcome is not Outcome.PASSED]
    codes = [f.code for f in still if f.code != f"consent-{Step.SIGNED_BY_CLINICIAN.value}"]
    return Refusal(f"before-signing-{codes[0].removeprefix('consent-')}") if codes else None


@one_transaction
def sign_consent(
    *,
    enrollment: Enrollment,
    given: ConsentGiven,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The person signs, in their own account, exactly the text that they were given."""
    if not is_self(by, enrollment, now):
        return Refusal("not-permitted", {"permission": OWN})
    stream = lock(enrollment.id, now)
    sent = stream.sent("consent-signed", entry_id, {"given": given.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    consent = consent_now(enrollment, protocol_of(enrollment))
    if refusal := not_ready(consent, stream.now) or _another(consent, given):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _signature(enrollment, given, "person", "own-account", stream.now, by, entry_id)
    made: dict[str, Any] = {"meaning": "consents", "role": "patient", "by": by, "proof": proof}
    signature = sign(stream, fact.signature_id, [given, fact], **made)
    return stream.write(sent, [signature, fact], by=by, values={"way": fact.way})


@one_transaction
def countersign_consent(
    *,
    enrollment: Enrollment,
    given: ConsentGiven,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The clinician who talked it over signs after the person, that it was as it is written."""
    if refusal := refused(by, enrollment, "consent.talk", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("consent-countersigned", entry_id, {"given": given.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    consent = consent_now(enrollment, protocol_of(enrollment))
    signed = consent.signed_by("person")
    if signed is None or signed.given_id != given.id:
        return Refusal("person-has-not-signed")
    if consent.signed_by("clinician"):
        return Refusal("consent-signed-already")
    mine = [t for t in consent.talks if t.held_by_id == by.id and consent.counts(t, t.held_at)]
    if not any(talk.identity_check != ConsentConversation.NOT_CHECKED for talk in mine):
        return Refusal("conversation-not-yours")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _signature(enrollment, given, "clinician", "product", stream.now, by, entry_id)
    role = role_with(by, enrollment, "consent.talk", now)
    made: dict[str, Any] = {
        "meaning": "talked-consent-over",
        "role": role,
        "by": by,
        "proof": proof,
    }
    signature = sign(stream, fact.signature_id, [given, signed, fact], **made)
    return stream.write(sent, [signature, fact], by=by, values={"way": fact.way})


@refused_where_erased
@one_transaction
def record_paper_consent(
    *,
    enrollment: Enrollment,
    given: ConsentGiven,
    scan: Scan,
    witness: str,
    signed_at: datetime,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The person signed on paper, before a witness; whoever records it signs that they saw both.

    Never refused for what it means: signed too early, or under the drug, it is recorded and does
    not count.
    """
    if refusal := refused(by, enrollment, "consent.record", now):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"given": given.id, "scan": scan.id, "witness": witness, "at": signed_at.isoformat()}
    sent = stream.sent("consent-signed-on-paper", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if given.enrollment_id != enrollment.id or scan.enrollment_id != enrollment.id:
        return Refusal("paper-of-another")
    if not witness.strip():
        return Refusal("witness-not-named")
    if signed_at > stream.now:
        return Refusal("in-the-future")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _signature(enrollment, given, "person", "paper", signed_at, by, entry_id)
    fact.scan = scan
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.witness = sealed(key, fact, "witness", witness.strip())
    role = role_with(by, enrollment, "consent.record", now)
    made: dict[str, Any] = {
        "meaning": "records-paper-consent",
        "role": role,
        "by": by,
        "proof": proof,
    }
    signature = sign(stream, fact.signature_id, [given, scan, fact], **made)
    return stream.write(sent, [signature, fact], by=by, values={"way": fact.way})


def _another(consent: ConsentNow, given: ConsentGiven) -> Refusal | None:
    """A refusal where the text that was read is not the one that the person has in hand now."""
    now_given = consent.last_given
    return None if now_given and now_given.id == given.id else Refusal("document-changed")


def _signature(
    enrollment: Enrollment,
    given: ConsentGiven,
    party: str,
    way: str,
    signed_at: datetime,
    by: User,
    entry_id: UUID,
) -> ConsentSignature:
    return ConsentSignature(
        id=uuid5(entry_id, "consent"),
        enrollment=enrollment,
        given=given,
        document_sha256=given.document_sha256,
        party=party,
        way=way,
        signature_id=uuid5(entry_id, "signature"),
        signed_at=signed_at,
        signed_by=by,
    )
