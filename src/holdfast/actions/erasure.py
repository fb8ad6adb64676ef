"""Erasing a person's words: asked with a reason, signed by two, and their keys destroyed.

What was recorded stays, with its hashes and its signatures; what the words said can be read by
nobody any more. The second signature carries it out: signature, destroyed keys, emptied search
index and journal entry are one transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import connection, transaction

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused_for_all, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, Sent, lock, one_transaction
from holdfast.definitions import retention
from holdfast.domain.findings import Finding
from holdfast.domain.retention import CLASSES, governing, is_permitted, may_be_erased
from holdfast.records.approvals import jurisdiction_fact
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment, Signature
from holdfast.records.erasure import Erasure, ErasureRequest, ErasureSignature
from holdfast.records.erasure_list import Erased, export_committed
from holdfast.records.facts import Fact
from holdfast.records.forgotten import last_entry_on, open_request, signed_years
from holdfast.records.people import IdentityToken, PersonKey, User

# Why words may be asked to be erased.
REASONS = ("person-asked", "permission-withdrawn", "period-over", "court-order", "held-by-mistake")


def retention_findings(
    enrollment: Enrollment, classes: frozenset[str], now: datetime
) -> tuple[Finding, ...]:
    """What the rules of retention say of erasing these words on the site's date."""
    site = enrollment.site
    recorded = jurisdiction_fact(site)
    return may_be_erased(
        retention.load(),
        zone=site.zone,
        recorded=recorded.jurisdiction if recorded else None,
        classes=classes,
        signed_years=signed_years(site),
        last_entry_on=last_entry_on(enrollment.person_id, site),
        as_of=local_date(site, now),
    )


@one_transaction
def request_erasure(
    *,
    enrollment: Enrollment,
    classes: Iterable[str],
    reason: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Ask that classes of a person's words be erased. Asking is recorded whatever the rules say.

    The rules are judged again when the second person signs; it is then that they hold.
    """
    if refusal := refused_for_all(by, enrollment, "erasure.request", now):
        return refusal
    wanted = sorted(set(classes))
    if not wanted or not set(wanted) <= CLASSES:
        return Refusal("classes-unknown")
    if reason not in REASONS:
        return Refusal("reason-unknown")
    stream = lock(enrollment.id, now)
    sent = stream.sent("erasure-requested", entry_id, {"classes": wanted, "reason": reason})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if open_request(enrollment.person_id) is not None:
        return Refusal("erasure-requested-already")
    if not _living_keys(enrollment.person_id, wanted):
        return Refusal("words-erased")
    findings = retention_findings(enrollment, frozenset(wanted), stream.now)
    fact = ErasureRequest(
        id=uuid5(entry_id, "request"),
        enrollment=enrollment,
        person_id=enrollment.person_id,
        word_classes=document(wanted).decode(),
        reason_code=reason,
        findings=_told(findings),
    )
    return stream.write(sent, [fact], by=by, values={"classes": wanted, "reason": reason})


@one_transaction
def sign_erasure(
    *,
    request: ErasureRequest,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign a request: the first of two, or the second, which carries it out.

    Refused where the rules of retention do not all permit it on the site's date, and where the
    same person signed first.
    """
    enrollment = Enrollment.objects.select_related("site").get(id=request.enrollment_id)
    if refusal := refused_for_all(by, enrollment, "erasure.sign", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("erasure-signed", entry_id, {"request": request.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    first = ErasureSignature.objects.filter(request=request).select_related("signature").first()
    if refusal := _not_to_be_signed(request, first, by):
        return refusal
    _hold_the_person(enrollment.person_id)
    wanted = frozenset(_classes(request))
    findings = retention_findings(enrollment, wanted, stream.now)
    if not is_permitted(findings):
        return Refusal("retention-forbids")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = ErasureSignature(
        id=uuid5(entry_id, "erasure-signature"),
        request=request,
        number=2 if first else 1,
        signature_id=uuid5(entry_id, "signature"),
    )
    if first is None:
        signature = _signature(stream, fact, [request, fact], enrollment, by, proof)
        values = {"request": request.id.hex, "number": 1}
        return stream.write(sent, [signature, fact], by=by, values=values)
    return _carry_out(stream, sent, request, enrollment, fact, first, findings, by, proof)


def _not_to_be_signed(
    request: ErasureRequest, first: ErasureSignature | None, by: User
) -> Refusal | None:
    if Erasure.objects.filter(request=request).exists():
        return Refusal("words-erased")
    if first is not None and first.signature.signed_by_id == by.id:
        return Refusal("another-person-signs")
    return None


def _signature(
    stream: LockedStream,
    fact: ErasureSignature,
    signed: list[Fact],
    enrollment: Enrollment,
    by: User,
    proof: ReauthenticationProof,
) -> Signature:
    role = role_with(by, enrollment, "erasure.sign", stream.now)
    return sign(
        stream, fact.signature_id, signed, meaning="erases-words", role=role, by=by, proof=proof
    )


def _carry_out(
    stream: LockedStream,
    sent: Sent,
    request: ErasureRequest,
    enrollment: Enrollment,
    fact: ErasureSignature,
    first: ErasureSignature,
    findings: tuple[Finding, ...],
    by: User,
    proof: ReauthenticationProof,
) -> Receipt:
    """The second signature and the erasure itself; all in the transaction of the caller."""
    wanted = _classes(request)
    keys = _living_keys(request.person_id, wanted)
    rule = governing(findings)
    erasure = Erasure(
        id=uuid5(request.id, "erasure"),
        request=request,
        person_id=request.person_id,
        word_classes=request.word_classes,
        keys=document([key.id.hex for key in keys]).decode(),
        rule=rule.code if rule else "",
        reason_code=request.reason_code,
        findings=_told(findings),
    )
    signature = _signature(stream, fact, [request, fact, erasure], enrollment, by, proof)
    signers = [first.signature.signed_by_id.hex, by.id.hex]
    values = {
        "keys": [key.id.hex for key in keys],
        "classes": wanted,
        "reason": request.reason_code,
        "rule": erasure.rule,
        "signed_by": signers,
        "request": request.id.hex,
    }
    destroyed = Sent("keys-destroyed", sent.entry_id, sent.content, sent.plain)
    receipt = stream.write(destroyed, [signature, fact, erasure], by=by, values=values)
    destroy_keys(keys, by=by, now=stream.now)
    told = Erased.of(erasure, signers)
    transaction.on_commit(lambda: export_committed(told))
    transaction.on_commit(leave_no_trace)
    return receipt


def destroy_keys(keys: list[PersonKey], *, by: User, now: datetime) -> None:
    """Clear the wrapped bytes of keys, and the search index of those whose identity goes."""
    for key in keys:
        key.wrapped = None
        key.destroyed_at = now
        key.destroyed_by = by
        key.save(update_fields=["wrapped", "destroyed_at", "destroyed_by"])
    people = [key.owner for key in keys if key.word_class == PersonKey.IDENTITY]
    IdentityToken.objects.filter(person_id__in=people).delete()


def leave_no_trace() -> None:
    """Move what was written into the file itself, so that no older page of a key is beside it.

    SQLite writes over what is taken away (``secure_delete``); a reader that is still in the old
    state lets this wait for the next checkpoint. On PostgreSQL ``VACUUM`` does it, in its time.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _hold_the_person(person_id: UUID) -> None:
    """Let nobody else sign about this person until the transaction ends: two enrollments, one key."""
    list(PersonKey.objects.select_for_update().filter(owner=person_id).order_by("id"))


def _classes(request: ErasureRequest) -> list[str]:
    classes: list[str] = orjson.loads(request.word_classes)
    return classes


def _living_keys(person_id: UUID, classes: Iterable[str]) -> list[PersonKey]:
    wanted = {*classes}
    if PersonKey.WORDS in wanted:
        wanted.add(PersonKey.PRIVATE)  # a private journal is words too, though nobody reads them
        wanted.add(PersonKey.PSYCHOTHERAPY)
    rows = PersonKey.objects.filter(owner=person_id, word_class__in=wanted)
    return list(rows.exclude(wrapped=None).order_by("word_class"))


def _told(findings: Iterable[Finding]) -> str:
    told: list[list[Any]] = [
        [f.code, f.outcome.value, f.reason, f.standing.value, dict(f.values)] for f in findings
    ]
    return document(told).decode()
