"""A person writes for themselves, shares one entry by signing it, and takes back what they shared.

Nothing that is sent here is kept in the clear, and nothing that follows from private words is made
with a key of the site: what comes twice is known again by the person's own private key.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.private_keys import private_key_of
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions.roles import roles as known_roles
from holdfast.records.access import holds_anywhere
from holdfast.records.care import Enrollment
from holdfast.records.keys import DataKey, data_key_of, sealed
from holdfast.records.own_words import PrivateEntry, SharedWords, SharingEnd, read_entry
from holdfast.records.patients import patient_of
from holdfast.records.people import PersonKey, User

LONGEST = 20_000  # characters of one entry: ours; a long letter fits
READS = "shared-words.see"  # the permission that a role must have to be named as a reader


def readers() -> tuple[str, ...]:
    """The roles that a person can share with."""
    return tuple(role for role, held in known_roles().roles.items() if READS in held.permissions)


@one_transaction
def write_private_entry(
    *, enrollment: Enrollment, words: str, key: DataKey, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Keep words under the person's private key, which the edge opened with their phrase."""
    if refusal := _not_their_own(enrollment, by, now):
        return refusal
    if not words.strip():
        return Refusal("words-missing")
    if len(words) > LONGEST:
        return Refusal("words-too-long")
    stream = lock(enrollment.id, now)
    token = key.token("private-entry", words.encode())
    sent = stream.sent("private-entry-written", entry_id, {"words": token})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _other_key(enrollment, key):
        return refusal
    fact = PrivateEntry(
        id=uuid5(entry_id, "private-entry"), enrollment=enrollment, person_id=enrollment.person_id
    )
    fact.words = sealed(key, fact, "words", words)
    return stream.write(sent, [fact], by=by)


@refused_where_erased
@one_transaction
def share_entry(
    *,
    entry: PrivateEntry,
    roles: Collection[str],
    key: DataKey,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Make a copy of one private entry that the roles named can read; the person signs it."""
    enrollment = entry.enrollment
    if refusal := _not_their_own(enrollment, by, now):
        return refusal
    named = ",".join(sorted(set(roles)))
    if not named or not set(roles) <= set(readers()):
        return Refusal("readers-unknown")
    stream = lock(enrollment.id, now)
    told = {"entry": entry.id, "roles": named}
    sent = stream.sent("private-entry-shared", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _other_key(enrollment, key) or proof_refused(proof, by, stream.now):
        return refusal
    if SharedWords.objects.filter(entry=entry, end=None).exists():
        return Refusal("shared-already")
    fact = SharedWords(
        id=uuid5(entry_id, "shared-words"),
        enrollment=enrollment,
        entry=entry,
        roles=named,
        signature_id=uuid5(entry_id, "signature"),
    )
    copied = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.words = sealed(copied, fact, "words", read_entry(entry, key))
    assert proof is not None
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning="shares-own-words",
        role="patient",
        by=by,
        proof=proof,
    )
    return stream.write(sent, [signature, fact], by=by)


@one_transaction
def end_sharing(*, shared: SharedWords, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Take a shared copy back. Who read it has read it; from now on no page shows it."""
    if refusal := _not_their_own(shared.enrollment, by, now):
        return refusal
    stream = lock(shared.enrollment_id, now)
    sent = stream.sent("private-sharing-ended", entry_id, {"shared": shared.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if SharingEnd.objects.filter(shared=shared).exists():
        return Refusal("shared-no-more")
    return stream.write(sent, [SharingEnd(id=uuid5(entry_id, "end"), shared=shared)], by=by)


def _not_their_own(enrollment: Enrollment, by: User, now: datetime) -> Refusal | None:
    account = patient_of(by)
    is_own = account is not None and account.person_id == enrollment.person_id
    if not is_own or not holds_anywhere(by, "own.write", now):
        return Refusal("not-permitted", {"permission": "own.write"})
    return None


def _other_key(enrollment: Enrollment, key: DataKey) -> Refusal | None:
    """A refusal where the opened key is not the one that the person has."""
    row = private_key_of(enrollment)
    if row is None:
        return Refusal("private-key-missing")
    if row.wrapped is None:
        return Refusal("words-erased")
    return Refusal("phrase-wrong") if row.id != key.id else None
