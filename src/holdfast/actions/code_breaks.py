"""Emergency unblinding: one physician, at once; told to the sponsor's side; reviewed by somebody else.

It waits for nobody and is refused to nobody but who is no physician of the person's study there, or
does not show who they are. The arm is in the answer of the one call that broke the blind: the same
call sent again gets its receipt and no arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.opened_arms import LONGEST_NOTE, arm_behind, keep_note
from holdfast.actions.outcomes import Answered, Conflict, Receipt, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.domain.unblinding import (
    EMERGENCY_REASONS,
    SEATS,
    Break,
    Outcome,
    Verdict,
    may_review,
)
from holdfast.records.care import Enrollment
from holdfast.records.facts import Fact
from holdfast.records.journal import JournalEntry, OutboxEntry
from holdfast.records.people import Site, User
from holdfast.records.unblinding import CodeBreak, CodeBreakReview
from holdfast.records.unblinding_reads import seat_holders

BREAK, REVIEW = "unblind.emergency", "unblind.review"
TOLD = "emergency-unblinding"  # kind of the messages


@dataclass(frozen=True)
class Broken:
    """What one physician is shown, once. Without a receipt nothing was broken by this call."""

    answered: Answered
    outcome: Outcome | None = None
    arm: str = field(default="", repr=False)
    words_kept: bool = True


@one_transaction
def break_code(
    *,
    enrollment: Enrollment,
    reason_code: str,
    words: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Broken:
    """Break the blind of one person in an emergency, and give the arm to whoever did, this once.

    ``words`` are for unblinded eyes: they go into the sealed room and nowhere else.
    """
    if refusal := refused(by, enrollment, BREAK, now):
        return Broken(refusal)
    stream = lock(enrollment.id, now)
    # Not even a keyed hash of the words lies outside the room: it could be tried for each arm.
    sent = stream.sent("emergency-unblinded", entry_id, {"reason": reason_code})
    if earlier := stream.earlier(sent, by=by):
        return Broken(earlier)
    if reason_code not in EMERGENCY_REASONS:
        return Broken(Refusal("reason-unknown"))
    if refusal := proof_refused(proof, by, now):
        return Broken(refusal)
    assert proof is not None
    opened = arm_behind(enrollment.id, "emergency")
    fact = CodeBreak(
        id=uuid5(entry_id, "break"),
        enrollment=enrollment,
        reason_code=reason_code,
        outcome=opened.outcome.value,
        broken_at=stream.now,
        broken_by=by,
        signature_id=uuid5(entry_id, "signature"),
    )
    role = role_with(by, enrollment, BREAK, now)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="breaks-the-blind", role=role, by=by, proof=proof
    )
    kept = keep_note(fact.id, words.strip()[:LONGEST_NOTE]) if words.strip() else True
    facts: list[Fact] = [signature, fact, *_letters(enrollment, fact, entry_id)]
    values = {"break": fact.id.hex, "reason": reason_code, "outcome": fact.outcome}
    receipt = stream.write(sent, facts, by=by, values=values)
    return Broken(receipt, opened.outcome, opened.arm, kept)


def _letters(enrollment: Enrollment, fact: CodeBreak, entry_id: UUID) -> Sequence[OutboxEntry]:
    """One message for each seat, whether or not somebody holds it: ids and codes, and no arm."""
    held = seat_holders(enrollment.site)
    letters = []
    for seat in SEATS:
        told = {"break": fact.id.hex, "enrollment": enrollment.id.hex, "seat": seat}
        told |= {"site": enrollment.site_id.hex, "reason": fact.reason_code}
        about = held[seat].id if seat in held else fact.id
        letter = message(TOLD, about, **told)
        letter.id = uuid5(entry_id, f"letter/{seat}")
        letters.append(letter)
    return letters


@one_transaction
def review_break(
    *,
    code_break: CodeBreak,
    verdict: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody else signs whether it was needed. They are told no arm, and write no free words."""
    enrollment = code_break.enrollment
    if refusal := refused(by, enrollment, REVIEW, now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent("unblinding-reviewed", entry_id, {"of": code_break.id, "verdict": verdict})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _review_refused(code_break, verdict, by) or proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = CodeBreakReview(
        id=uuid5(entry_id, "review"),
        code_break=code_break,
        verdict=verdict,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = sign(
        stream,
        fact.signature_id,
        [code_break, fact],
        meaning="reviews-unblinding",
        role=role_with(by, enrollment, REVIEW, now),
        by=by,
        proof=proof,
    )
    values = {"break": code_break.id.hex, "verdict": verdict}
    return stream.write(sent, [signature, fact], by=by, values=values)


def break_value(row: CodeBreak) -> Break:
    """A break as the rules of its review read it."""
    is_reviewed = CodeBreakReview.objects.filter(code_break=row).exists()
    return Break(row.broken_by_id, row.broken_at, is_reviewed)


def _review_refused(row: CodeBreak, verdict: str, by: User) -> Refusal | None:
    if verdict not in set(Verdict):
        return Refusal("outcome-unknown")
    told = break_value(row)
    if told.is_reviewed:
        return Refusal("unblinding-reviewed-already")
    return None if may_review(told, by.id) else Refusal("unblinding-own-review")


@one_transaction
def chase_unblinding_review(
    *, code_break: CodeBreak, number: int, by: User, now: datetime
) -> Receipt | Conflict | None:
    """Write the message that an unblinding waits for its review past its time; once a number."""
    entry_id = uuid5(code_break.id, f"chase/{number}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    site: Site = code_break.enrollment.site
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = {"break": code_break.id.hex, "number": number}
    letter = message("unblinding-review-overdue", code_break.id, site=site.id.hex, number=number)
    sent = stream.sent("unblinding-review-chased", entry_id, told)
    return stream.write(sent, [letter], by=by, values=told)
