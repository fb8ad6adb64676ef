"""The document: put in force at a site by a physician, and given to a person as they will sign it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import orjson

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.definitions.consent.rendering import shown
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.canonical import document as canonical
from holdfast.records.care import Enrollment
from holdfast.records.consent import ConsentGiven, ConsentInForce
from holdfast.records.consents import consent_now, in_force, local_words
from holdfast.records.keys import data_key_of, sealed
from holdfast.records.people import PersonKey, Site, User
from holdfast.records.protocols import protocol_of

LONGEST_CONSIDER_HOURS = 24 * 90
LONGEST_WORDS = 2_000


@one_transaction
def put_consent_in_force(
    *,
    site: Site,
    protocol: ProtocolVersion,
    document: ConsentDocument,
    consider_hours: int,
    local: Mapping[str, str],
    signed_figures: Iterable[str],
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """A physician signs which document people read at a site under a protocol, from now on.

    ``consider_hours`` is the time to consider. ``local`` is what the site says of costs, injury and
    contacts. ``signed_figures`` are figures that this physician checked against the paper.
    """
    if refusal := refused(by, site, "consent.set", now, study=protocol.name):
        return refusal
    words = {code: text.strip() for code, text in local.items() if text.strip()}
    figures = sorted(set(signed_figures))
    stream = lock(site.id, now)
    what = {
        "protocol": protocol.sha256,
        "document": document.sha256,
        "consider_hours": consider_hours,
        "local": words,
        "figures": figures,
    }
    sent = stream.sent("consent-put-in-force", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    refusal = _unfit(protocol, document, consider_hours, words, figures)
    if refusal := refusal or proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _in_force(site, protocol, document, entry_id)
    fact.consider_hours, fact.signed_figures = consider_hours, canonical(figures).decode()
    fact.local_words = sealed(stream.receipts, fact, "local_words", canonical(words).decode())
    role = role_with(by, site, "consent.set", now, study=protocol.name)
    made: dict[str, Any] = {
        "meaning": "puts-consent-in-force",
        "role": role,
        "by": by,
        "proof": proof,
    }
    signature = sign(stream, fact.signature_id, [fact], **made)
    values = {"document": document.code, "version": document.version, "protocol": protocol.name}
    return stream.write(sent, [signature, fact], by=by, values=values)


def _in_force(
    site: Site, protocol: ProtocolVersion, document: ConsentDocument, entry_id: UUID
) -> ConsentInForce:
    """The new one, which takes the place of the one that stood."""
    before = in_force(site, protocol)
    return ConsentInForce(
        id=uuid5(entry_id, "in-force"),
        corrects_id=before.id if before else None,
        correction_reason="put-in-force-anew" if before else "",
        site=site,
        protocol_name=protocol.name,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        document=document.code,
        document_version=document.version,
        document_sha256=document.sha256,
        signature_id=uuid5(entry_id, "signature"),
    )


def _unfit(
    protocol: ProtocolVersion,
    document: ConsentDocument,
    consider_hours: int,
    words: Mapping[str, str],
    figures: Iterable[str],
) -> Refusal | None:
    if protocol.name not in document.protocols:
        return Refusal("document-of-another-protocol")
    if not 1 <= consider_hours <= LONGEST_CONSIDER_HOURS:
        return Refusal("consider-hours-do-not-fit")
    wanted = document.local_for(protocol)
    if missing := [code for code in wanted if code not in words]:
        return Refusal("site-words-missing", {"code": missing[0]})
    if any(code not in wanted or len(text) > LONGEST_WORDS for code, text in words.items()):
        return Refusal("site-words-do-not-fit")
    if any(code not in figures_to_sign(document) for code in figures):
        return Refusal("figure-needs-no-signature")
    return None


def figures_to_sign(document: ConsentDocument) -> tuple[str, ...]:
    """The figures of a document that no patient is told until a physician checked them."""
    return tuple(f.code for f in document.cited.values() if not f.standing.runs_live)


@refused_where_erased
@one_transaction
def give_consent_document(
    *,
    enrollment: Enrollment,
    language: str,
    way: str,
    given_at: datetime,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody gives the person the document. From then on they consider it.

    What is kept is the whole text in their language, as they read it and as they would sign it.
    """
    if refusal := refused(by, enrollment, "consent.record", now):
        return refusal
    stream = lock(enrollment.id, now)
    what = {"language": language, "way": way, "given_at": given_at.isoformat()}
    sent = stream.sent("consent-document-given", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if way not in ConsentGiven.WAYS:
        return Refusal("way-unknown")
    if given_at > stream.now:
        return Refusal("in-the-future")
    consent = consent_now(enrollment, protocol_of(enrollment))
    if consent.in_force is None or consent.document is None:
        return Refusal("no-document-in-force")
    if language not in consent.document.words:
        return Refusal("language-unknown")
    fact = ConsentGiven(
        id=uuid5(entry_id, "given"),
        enrollment=enrollment,
        in_force=consent.in_force,
        document=consent.document.code,
        document_version=consent.document.version,
        document_sha256=consent.document.sha256,
        language=language,
        way=way,
        given_at=given_at,
        given_by=by,
    )
    told = _text(consent.in_force, consent.document, consent.protocol, language)
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.shown = sealed(key, fact, "shown", told.decode())
    fact.shown_sha256 = sha256(told).hexdigest()
    values = {"document": fact.document, "version": fact.document_version, "language": language}
    return stream.write(sent, [fact], by=by, values=values)


def _text(
    row: ConsentInForce, document: ConsentDocument, protocol: ProtocolVersion, language: str
) -> bytes:
    """The exact bytes of what the person reads."""
    return canonical(
        shown(document, protocol, language, local_words(row), orjson.loads(row.signed_figures))
    )
