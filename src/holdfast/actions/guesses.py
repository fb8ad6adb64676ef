"""Guesses of the arm: signed once, and locked by that. What was guessed is shown to nobody."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.unblinding import MOMENTS, Guesser, guess_refused
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.records.unblinding import BlindGuess

RECORD = "guess.record"


def arms_of(enrollment: Enrollment) -> dict[str, str]:
    """The arms that a protocol names, by code with their titles; the same for everybody in it."""
    schedule = protocol_of(enrollment).schedule
    return {arm.code: arm.title for arm in schedule.arms} if schedule else {}


@one_transaction
def record_guess(
    *,
    enrollment: Enrollment,
    moment: str,
    guesser: str,
    guess: str,
    confidence: int | None,
    reason_code: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign what somebody believes the arm to be. There is no second one, whoever asks.

    Therapists and raters guess for themselves; whoever takes a participant's guess signs that it is
    theirs.
    """
    if refusal := refused(by, enrollment, RECORD, now):
        return refusal
    stream = lock(enrollment.id, now)
    told = {"moment": moment, "guesser": guesser, "guess": guess, "confidence": confidence}
    sent = stream.sent("guess-locked", entry_id, told | {"reason": reason_code})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if moment not in MOMENTS or guesser not in set(Guesser):
        return Refusal("moment-unknown")
    if guesser != Guesser.PARTICIPANT and not _is_theirs(enrollment, guesser, by, now):
        return Refusal("seat-not-theirs")
    if why := guess_refused(guess, confidence, reason_code, arms_of(enrollment)):
        return Refusal(why)
    of = enrollment.person_id if guesser == Guesser.PARTICIPANT else by.id
    same = {"enrollment": enrollment, "moment": moment, "guesser": guesser, "of": of}
    if BlindGuess.objects.filter(**same).exists():
        return Refusal("guess-locked")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = BlindGuess(
        id=uuid5(entry_id, "guess"),
        guess=guess,
        confidence=confidence,
        reason_code=reason_code,
        signature_id=uuid5(entry_id, "signature"),
        **same,
    )
    role = role_with(by, enrollment, RECORD, now)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="locks-guess", role=role, by=by, proof=proof
    )
    # Whose and when, never what: the journal is read by people whose own guess is still to come.
    values = {"moment": moment, "guesser": guesser}
    return stream.write(sent, [signature, fact], by=by, values=values)


def _is_theirs(enrollment: Enrollment, guesser: str, by: User, now: datetime) -> bool:
    held = access.roles_of(by, enrollment.site, now, enrollment.protocol_name)
    return guesser in held
