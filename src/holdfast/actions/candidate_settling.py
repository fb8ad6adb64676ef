"""Settling a possible adverse event: a physician links it to an adverse event or dismisses it, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from holdfast.actions.clinical import Entry, Pen, clinical_record
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.records.adverse import AdverseEvent, CandidateSettled
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.facts import Fact
from holdfast.records.keys import opened, sealed

PERMISSION = "event.judge"
LINKED, DISMISSED = CandidateSettled.OUTCOMES


@dataclass(frozen=True)
class Settled:
    """What a physician decided of one candidate.

    ``event`` names the adverse event that it belongs to; None opens one. ``reason`` is asked where it
    is dismissed, and words where the reason is another than those listed.
    """

    outcome: str
    event: UUID | None = None
    reason: str = ""
    words: str = field(default="", repr=False)

    def problem(self) -> str | None:
        """The code of what does not fit together; None where it can be kept."""
        if self.outcome not in CandidateSettled.OUTCOMES:
            return "outcome-unknown"
        if self.outcome == LINKED:
            return "reason-not-asked" if self.reason else None
        if self.event is not None:
            return "event-not-asked"
        if self.reason not in CandidateSettled.REASONS:
            return "dismissal-reason-missing"
        return "words-missing" if self.reason == "other" and not self.words.strip() else None


@refused_where_erased
@one_transaction
def settle_candidate(
    *,
    entry: Entry,
    candidate: EventCandidate,
    told: Settled,
    proof: ReauthenticationProof | None,
) -> Answered:
    """Link one candidate to an adverse event, or dismiss it, with a reason and a signature."""

    def check() -> Refusal | None:
        if problem := told.problem():
            return Refusal(problem)
        if candidate.enrollment_id != entry.enrollment.id or candidate.is_withdrawn:
            return Refusal("event-unknown")
        if EventCandidate.objects.filter(corrects=candidate).exists():
            return Refusal("already-corrected")
        if CandidateSettled.objects.filter(candidate=candidate).exists():
            return Refusal("already-settled")
        if told.event is not None and _event(entry, told.event) is None:
            return Refusal("event-unknown")
        return proof_refused(proof, entry.by, entry.now)

    def made(pen: Pen) -> Sequence[Fact]:
        assert proof is not None
        event = _new_event(pen, candidate) if told.outcome == LINKED and not told.event else None
        fact = CandidateSettled(
            id=pen.id_of("settled"),
            enrollment=entry.enrollment,
            candidate=candidate,
            outcome=told.outcome,
            event_id=told.event or (event.id if event else None),
            reason=told.reason,
            settled_at=pen.stream.now,
            settled_by=entry.by,
            signature_id=pen.id_of("signature"),
        )
        if told.words.strip():
            fact.words = sealed(pen.key, fact, "words", told.words.strip())
        facts: list[Fact] = [fact] if event is None else [event, fact]
        signature = sign(
            pen.stream,
            fact.signature_id,
            [*facts, candidate],
            meaning="settles-possible-event",
            role=role_with(entry.by, entry.enrollment, PERMISSION, entry.now),
            by=entry.by,
            proof=proof,
        )
        return [*facts[:-1], signature, fact]

    what = {"candidate": candidate.id, "told": told}
    values = {"outcome": told.outcome, "reason": told.reason}
    return clinical_record(
        "event-settled", entry, what, made, permission=PERMISSION, check=check, values=values
    )


def _event(entry: Entry, event: UUID) -> AdverseEvent | None:
    return AdverseEvent.objects.filter(enrollment=entry.enrollment, id=event).first()


def _new_event(pen: Pen, candidate: EventCandidate) -> AdverseEvent:
    event = AdverseEvent(
        id=pen.id_of("adverse-event"),
        enrollment=pen.entry.enrollment,
        is_serious=candidate.is_serious,
        opened_at=pen.stream.now,
        opened_by=pen.entry.by,
    )
    event.words = sealed(pen.key, event, "words", opened(candidate, "words") or "")
    return event
