"""Access review: the exact list as it was shown is signed, and what it ends is ended with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from holdfast.actions.disclosures import PARTS
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import LockedStream, lock, message, one_transaction
from holdfast.domain import access_review as rules
from holdfast.records import access
from holdfast.records.access_lists import (
    held_roles,
    list_of_roles,
    roles_to_review,
    sha256_of,
    shown_text,
)
from holdfast.records.access_review import AccessLook, AccessReview
from holdfast.records.canonical import document
from holdfast.records.journal import ORGANISATION, JournalEntry
from holdfast.records.people import RoleAssignment, Site, User

ENDED = "access-review"  # the reason of a role that a review ended


@one_transaction
def sign_access_review(
    *,
    site: Site,
    shown: str,
    decisions: Mapping[UUID, rules.Decision],
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Sign the list of roles as it was shown, and end those that it ends, in one transaction.

    Refused where the list has changed since, where a line of somebody else is not decided, and
    where a line of the reviewer's own is.
    """
    if refusal := refused(by, site, "access.review", now):
        return refusal
    above, stream = lock(ORGANISATION, now), lock(site.id, now)
    told = {role.hex: decisions[role].value for role in sorted(decisions)}
    sent = stream.sent("access-reviewed", entry_id, {"shown": sha256_of(shown), "decided": told})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    rows = roles_to_review(site, stream.now)
    if refusal := _refused(site, rows, shown, decisions, by, stream.now):
        return refusal
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    review = AccessReview(
        id=uuid5(entry_id, "review"),
        site=site,
        shown=shown,
        shown_sha256=sha256_of(shown),
        decisions=document(told).decode(),
        signature_id=uuid5(entry_id, "signature"),
    )
    role = role_with(by, site, "access.review", now)
    signature = sign(
        stream,
        review.signature_id,
        [review],
        meaning="reviews-access",
        role=role,
        by=by,
        proof=proof,
    )
    ended = [row for row in rows if decisions.get(row.id) is rules.Decision.END]
    here = [_ended(row, entry_id, stream) for row in ended if row.site_id is not None]
    values = {"kept": len(decisions) - len(ended), "ended": len(ended)}
    receipt = stream.write(sent, [signature, review, *here], by=by, values=values)
    for row in ended:
        if row.site_id is None:
            _end_above(above, row, entry_id, by)
    return receipt


def _refused(
    site: Site,
    rows: Sequence[RoleAssignment],
    shown: str,
    decisions: Mapping[UUID, rules.Decision],
    by: User,
    now: datetime,
) -> Refusal | None:
    if shown != shown_text(site, list_of_roles(site, now)):
        return Refusal("access-changed")
    everywhere = access.may(by, None, "access.review", now, None)
    may_end = {row.id: row.site_id is not None or everywhere for row in rows}
    wrong = rules.unfit(held_roles(site, now), decisions, reviewer=by.id, may_end=may_end)
    if wrong is None:
        return None
    return Refusal(wrong.reason, {"line": wrong.line.hex} if wrong.line else {})


def _ended(row: RoleAssignment, entry_id: UUID, stream: LockedStream) -> RoleAssignment:
    """The correction by which a role ends now."""
    return RoleAssignment(
        id=uuid5(entry_id, f"ended/{row.id.hex}"),
        corrects_id=row.id,
        correction_reason=ENDED,
        user_id=row.user_id,
        site_id=row.site_id,
        study=row.study,
        role=row.role,
        valid_from=row.valid_from,
        valid_until=stream.now,
    )


def _end_above(above: LockedStream, row: RoleAssignment, entry_id: UUID, by: User) -> None:
    """End a role of the whole organisation, in its own stream."""
    told = {"assignment": row.id.hex, "reason": ENDED}
    sent = above.sent("role-ended", uuid5(entry_id, f"above/{row.id.hex}"), told)
    values = {"user": row.user_id.hex, "role": row.role}
    above.write(sent, [_ended(row, entry_id, above)], by=by, values=values)


def note_access_look(*, site: Site, by: User, now: datetime) -> None:
    """Write that somebody looked at who holds which role, once for each day and part of the day."""
    local = now.astimezone(ZoneInfo(site.zone))
    look = AccessLook(site=site, viewer=by, day=local.date(), part=PARTS[local.hour // 6])
    look.id = uuid5(site.id, f"access/{by.id}/{look.day}/{look.part}")
    if not AccessLook.objects.filter(id=look.id).exists():
        _write_look(look=look, by=by, now=now)


@one_transaction
def _write_look(*, look: AccessLook, by: User, now: datetime) -> None:
    stream = lock(look.site_id, now)
    if AccessLook.objects.filter(id=look.id).exists():
        return
    sent = stream.sent("access-looked-at", uuid5(look.id, "entry"), {"look": look.id})
    stream.write(sent, [look], by=by)


@one_transaction
def chase_access_review(
    *, site: Site, due_at: datetime, number: int, overdue: int, by: User, now: datetime
) -> Answered | None:
    """Write the message that a review of access is due or overdue; once for each number."""
    entry_id = uuid5(site.id, f"access-review/{due_at.isoformat()}/{number}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = {"number": number, "overdue": overdue}
    letter = message("access-review-due", site.id, **told)
    sent = stream.sent("access-review-chased", entry_id, told)
    return stream.write(sent, [letter], by=by, values=told)
