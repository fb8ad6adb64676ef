"""Planned unblinding: after a lock that two people signed, and after every guess was locked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.database_locks import covered
from holdfast.actions.opened_arms import OpenedArm, arm_behind
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain.unblinding import LAST_MOMENT, PLANNED_REASONS, still_to_guess
from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.people import User
from holdfast.records.unblinding import ArmsShown, DatabaseLock, LockLift, PlannedUnblinding
from holdfast.records.unblinding_reads import locked_guesses, wanted_guesses

OPEN = "unblind.planned"


def guesses_missing(locked: DatabaseLock, now: datetime) -> dict[UUID, Sequence[tuple[str, UUID]]]:
    """Whose guesses are not locked yet, by enrollment; people who were never enrolled have none."""
    people = covered(locked.site, locked.study, locked.enrollment)
    raters = [
        user
        for user in access.staff_at(locked.site, now)
        if "rater" in access.roles_of(user, locked.site, now, locked.study)
    ]
    have = locked_guesses([each.id for each in people], LAST_MOMENT)
    found = {
        each.id: still_to_guess(wanted_guesses(each, raters), have.get(each.id, ()))
        for each in people
    }
    return {enrollment: missing for enrollment, missing in found.items() if missing}


@one_transaction
def open_planned(
    *,
    locked: DatabaseLock,
    reason_code: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign that the arms which a standing lock covers may be shown."""
    if refusal := refused(by, locked.enrollment or locked.site, OPEN, now, locked.study):
        return refusal
    stream = lock(locked.site_id, now)
    sent = stream.sent("unblinding-opened", entry_id, {"lock": locked.id, "reason": reason_code})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if reason_code not in PLANNED_REASONS:
        return Refusal("reason-unknown")
    if refusal := _lifted(locked):
        return refusal
    if PlannedUnblinding.objects.filter(lock=locked).exists():
        return Refusal("opened-already")
    if missing := guesses_missing(locked, stream.now):
        return Refusal("guesses-missing", {"count": sum(map(len, missing.values()))})
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = PlannedUnblinding(
        id=uuid5(entry_id, "opened"),
        lock=locked,
        reason_code=reason_code,
        signature_id=uuid5(entry_id, "signature"),
    )
    signature = sign(
        stream,
        fact.signature_id,
        [locked, fact],
        meaning="opens-the-blind",
        role=role_with(by, locked.enrollment or locked.site, OPEN, now, locked.study),
        by=by,
        proof=proof,
    )
    values = {"lock": locked.id.hex, "reason": reason_code}
    return stream.write(sent, [signature, fact], by=by, values=values)


def _lifted(locked: DatabaseLock) -> Refusal | None:
    return Refusal("lock-lifted") if LockLift.objects.filter(lock=locked).exists() else None


@dataclass(frozen=True)
class Arms:
    """Each person of a lock with what opening them gave; without a receipt nothing was shown."""

    answered: Answered
    people: Sequence[tuple[Enrollment, OpenedArm]] = field(default=(), repr=False)


@one_transaction
def show_arms(*, opened: PlannedUnblinding, entry_id: UUID, by: User, now: datetime) -> Arms:
    """The arms that a planned unblinding opened, to somebody who may see them; each look counts."""
    locked = opened.lock
    if refusal := refused(by, locked.enrollment or locked.site, OPEN, now, locked.study):
        return Arms(refusal)
    stream = lock(locked.site_id, now)
    sent = stream.sent("arms-shown", entry_id, {"unblinding": opened.id})
    if earlier := stream.earlier(sent, by=by):
        return Arms(earlier)
    if refusal := _lifted(locked):
        return Arms(refusal)
    people = covered(locked.site, locked.study, locked.enrollment)
    found = [(each, arm_behind(each.id, "export")) for each in people]
    fact = ArmsShown(id=uuid5(entry_id, "shown"), unblinding=opened, shown=len(found))
    receipt = stream.write(sent, [fact], by=by, values={"unblinding": opened.id.hex})
    return Arms(receipt, found)
