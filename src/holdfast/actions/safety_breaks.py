"""One case opened for the sponsor's safety unit: to nobody of the site, not even that it was done.

It could tell: who knows that a case was opened and then sees whether it was reported as expected or not
can guess the arm. So it is written into the organisation's stream, leaves no message, no look at the
person's record and no row on any page but the unit's own.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.apart import apart
from holdfast.actions.code_breaks import Broken
from holdfast.actions.opened_arms import arm_behind, note_about
from holdfast.actions.outcomes import Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.unblinding import SAFETY_REASONS
from holdfast.records.care import Enrollment
from holdfast.records.journal import ORGANISATION
from holdfast.records.people import User
from holdfast.records.unblinding import CodeBreak, SafetyBreak

OPEN = "unblind.safety"


@one_transaction
def break_for_safety(
    *,
    case: Enrollment,
    reason_code: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Broken:
    """Open one case for the safety unit, and give the arm to whoever did, this once."""
    if refusal := refused(by, case, OPEN, now):
        return Broken(refusal)
    stream = lock(ORGANISATION, now)
    told = {"case": case.id, "reason": reason_code}
    sent = stream.sent("safety-unblinded", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return Broken(earlier)
    if reason_code not in SAFETY_REASONS:
        return Broken(Refusal("reason-unknown"))
    if refusal := proof_refused(proof, by, now):
        return Broken(refusal)
    assert proof is not None
    opened = arm_behind(case.id, "safety")
    fact = SafetyBreak(
        id=uuid5(entry_id, "break"),
        site=case.site,
        case=case,
        reason_code=reason_code,
        outcome=opened.outcome.value,
        signature_id=uuid5(entry_id, "signature"),
    )
    role = role_with(by, case, OPEN, now)
    signature = sign(
        stream, fact.signature_id, [fact], meaning="opens-case", role=role, by=by, proof=proof
    )
    receipt = stream.write(sent, [signature, fact], by=by, values={"break": fact.id.hex})
    return Broken(receipt, opened.outcome, opened.arm)


def notes_on(case: Enrollment) -> list[tuple[datetime, str]]:
    """What physicians wrote for unblinded eyes when they broke the blind of a case, with the moment."""
    rows = CodeBreak.objects.filter(enrollment=case).order_by("broken_at")
    return apart("notes-not-readable", lambda: _notes(rows), lambda: _notes(()))


def _notes(rows: Iterable[CodeBreak]) -> list[tuple[datetime, str]]:
    found = [(row.broken_at, note_about(row.id, "safety")) for row in rows]
    return [(at, words) for at, words in found if words]
