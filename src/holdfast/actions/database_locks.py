"""Locking data, and lifting a lock: asked by one with a signature, done by the signature of another.

A lock covers one person, or everybody in a study at a site. It holds the hash of the heads of what it
covers, and the transaction that writes it ends with a seal over the heads of all streams.
``actions.permission.refused`` is the one place that asks whether data are locked.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

import orjson

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, Sent, lock, message, one_transaction
from holdfast.domain.unblinding import LIFT_REASONS, LOCK_REASONS
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment, Signature
from holdfast.records.closing import Reach, lock_on
from holdfast.records.facts import Fact
from holdfast.records.journal import Seal, Stream
from holdfast.records.people import Site, User
from holdfast.records.session_now import open_session_of
from holdfast.records.unblinding import DatabaseLock, LockAsked, LockLift

SIGN = "lock.sign"


def covered(site: Site, study: str, enrollment: Enrollment | None) -> list[Enrollment]:
    """The enrollments that a lock covers, by number."""
    if enrollment is not None:
        return [enrollment]
    rows = Enrollment.objects.filter(site=site, protocol_name=study)
    return list(rows.select_related("site").order_by("number"))


def heads_of(enrollments: Sequence[Enrollment]) -> list[list[str | int]]:
    """Stream, position and hash of the newest entry of each."""
    rows = Stream.objects.filter(id__in=[each.id for each in enrollments]).order_by("id")
    return [[row.id.hex, row.position, row.head] for row in rows]


def _statement(people: Sequence[Enrollment]) -> str:
    """What both sign: the heads of what is covered, and the newest seal over those of all streams."""
    seal = Seal.objects.order_by("-number").first()
    sealed = [seal.number, seal.sha256] if seal else []
    return document({"schema": 1, "heads": heads_of(people), "seal": sealed}).decode()


def _hash(heads: str) -> str:
    return sha256(heads.encode()).hexdigest()


@one_transaction
def ask_lock(
    *,
    site: Site,
    study: str,
    enrollment: Enrollment | None,
    reason_code: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The first of two signs that data be locked as they stand now."""
    if refusal := refused(by, enrollment or site, SIGN, now, study):
        return refusal
    stream = lock(site.id, now)
    told = {"study": study, "enrollment": enrollment and enrollment.id, "reason": reason_code}
    sent = stream.sent("lock-asked", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if reason_code not in LOCK_REASONS:
        return Refusal("reason-unknown")
    people = covered(site, study, enrollment)
    if not people or any(each.site_id != site.id or each.protocol_name != study for each in people):
        return Refusal("nobody-to-lock")
    if lock_on(Reach(site.id, study, enrollment.id if enrollment else None)):
        return Refusal("locked-already")
    if any(open_session_of(each) for each in people):
        return Refusal("session-is-open")
    heads = _statement(people)
    fact = LockAsked(
        id=uuid5(entry_id, "asked"),
        site=site,
        study=study,
        enrollment=enrollment,
        reason_code=reason_code,
        heads=heads,
        heads_sha256=_hash(heads),
        signature_id=uuid5(entry_id, "signature"),
    )
    return _asked(stream, sent, fact, proof, by, now, "asks-to-lock")


def _asked(
    stream: LockedStream,
    sent: Sent,
    fact: LockAsked,
    proof: ReauthenticationProof | None,
    by: User,
    now: datetime,
    meaning: str,
) -> Answered:
    signature = _signed(stream, fact, [fact], meaning, proof, by, now)
    if isinstance(signature, Refusal):
        return signature
    values = {"asked": fact.id.hex, "reason": fact.reason_code}
    return stream.write(sent, [signature, fact], by=by, values=values)


def _signed(
    stream: LockedStream,
    asked: LockAsked,
    facts: Sequence[LockAsked | DatabaseLock | LockLift],
    meaning: str,
    proof: ReauthenticationProof | None,
    by: User,
    now: datetime,
) -> Signature | Refusal:
    """The signature over these facts, the last of which holds its id."""
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    place = asked.enrollment or asked.site
    role = role_with(by, place, SIGN, now, asked.study)
    last = facts[-1]
    return sign(stream, last.signature_id, facts, meaning=meaning, role=role, by=by, proof=proof)


@one_transaction
def sign_lock(
    *,
    asked: LockAsked,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Another person signs the same state: from the commit on nothing is written to it."""
    if refusal := refused(by, asked.enrollment or asked.site, SIGN, now, asked.study):
        return refusal
    stream = lock(asked.site_id, now)
    sent = stream.sent("database-locked", entry_id, {"asked": asked.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _second_refused(asked, by):
        return refusal
    people = covered(asked.site, asked.study, asked.enrollment)
    for each in sorted(people, key=lambda one: one.id.hex):
        lock(each.id, now)  # whoever writes there now is done before the state is compared
    if asked.lifts_key is not None or heads_of(people) != orjson.loads(asked.heads)["heads"]:
        return Refusal("record-moved")
    if lock_on(Reach(asked.site_id, asked.study, asked.enrollment_id)):
        return Refusal("locked-already")
    fact = DatabaseLock(
        id=uuid5(entry_id, "lock"),
        site=asked.site,
        study=asked.study,
        enrollment=asked.enrollment,
        asked=asked,
        heads_sha256=asked.heads_sha256,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = _signed(stream, asked, [asked, fact], "locks-data", proof, by, now)
    if isinstance(signature, Refusal):
        return signature
    values = {"lock": fact.id.hex, "study": asked.study, "sha256": fact.heads_sha256}
    told: list[Fact] = [signature, fact]
    letter = message("database-locked", fact.id, site=asked.site_id.hex, study=asked.study)
    return stream.write(sent, [*told, letter], by=by, values=values)


def _second_refused(asked: LockAsked, by: User) -> Refusal | None:
    if Signature.objects.get(id=asked.signature_id).signed_by_id == by.id:
        return Refusal("two-people-needed")
    is_locked = DatabaseLock.objects.filter(asked=asked).exists()
    if is_locked or LockLift.objects.filter(asked=asked).exists():
        return Refusal("signed-already")
    return None


@one_transaction
def ask_lift(
    *,
    locked: DatabaseLock,
    reason_code: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """The first of two signs, with a reason, that a lock be lifted."""
    if refusal := refused(by, locked.enrollment or locked.site, SIGN, now, locked.study):
        return refusal
    stream = lock(locked.site_id, now)
    sent = stream.sent("lift-asked", entry_id, {"lock": locked.id, "reason": reason_code})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if reason_code not in LIFT_REASONS:
        return Refusal("reason-unknown")
    if LockLift.objects.filter(lock=locked).exists():
        return Refusal("lifted-already")
    fact = LockAsked(
        id=uuid5(entry_id, "asked"),
        site=locked.site,
        study=locked.study,
        enrollment=locked.enrollment,
        lifts_key=locked.id,
        reason_code=reason_code,
        heads=locked.asked.heads,
        heads_sha256=locked.heads_sha256,
        signature_id=uuid5(entry_id, "signature"),
    )
    return _asked(stream, sent, fact, proof, by, now, "asks-to-lift")


@one_transaction
def sign_lift(
    *,
    asked: LockAsked,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Another person signs: the data can be written to again. The lock stays on record."""
    if refusal := refused(by, asked.enrollment or asked.site, SIGN, now, asked.study):
        return refusal
    stream = lock(asked.site_id, now)
    sent = stream.sent("lock-lifted", entry_id, {"asked": asked.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _second_refused(asked, by):
        return refusal
    rows = DatabaseLock.objects.filter(id=asked.lifts_key) if asked.lifts_key else None
    locked = rows.first() if rows is not None else None
    if locked is None or LockLift.objects.filter(lock=locked).exists():
        return Refusal("lifted-already")
    fact = LockLift(
        id=uuid5(entry_id, "lift"),
        lock=locked,
        asked=asked,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = _signed(stream, asked, [asked, fact], "lifts-lock", proof, by, now)
    if isinstance(signature, Refusal):
        return signature
    values = {"lock": locked.id.hex, "reason": asked.reason_code}
    letter = message("lock-lifted", locked.id, site=asked.site_id.hex, reason=asked.reason_code)
    return stream.write(sent, [signature, fact, letter], by=by, values=values)
