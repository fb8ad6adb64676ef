"""Opening a room's device by two people, who comes, writes and goes, and closing it again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.signatures import ReauthenticationProof, proof_refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain import room
from holdfast.domain.findings import Finding, Outcome
from holdfast.records.care import Enrollment
from holdfast.records.people import User
from holdfast.records.room_state import (
    LASTS,
    is_revoked,
    is_standing,
    standing_opening,
    steps_of,
    subjects_of,
    time_in_force,
    waiting_in,
)
from holdfast.records.rooms import (
    RoomAttribution,
    RoomClosing,
    RoomDevice,
    RoomOpening,
    RoomStep,
    RoomSubject,
    RoomWriterKey,
)


def may_write_about_all(user: User, enrollments: Sequence[Enrollment], now: datetime) -> bool:
    """True where a person may write in a room about each of these, at their site and study."""
    return all(refused(user, each, "room.open", now) is None for each in enrollments)


def proof_not_held(proof: ReauthenticationProof, user: User, now: datetime) -> Refusal | None:
    """A refusal where a proof does not hold for this person, or was used for anything before."""
    if refusal := proof_refused(proof, user, now):
        return refusal
    used = (RoomStep, RoomClosing, RoomAttribution, RoomWriterKey)
    if any(model.objects.filter(proof_id=proof.id).exists() for model in used):
        return Refusal("proof-used")
    return None


def first_unmet(findings: Sequence[Finding]) -> Finding | None:
    """The first condition that is not met; None where all are."""
    return next((found for found in findings if found.outcome is not Outcome.PASSED), None)


@one_transaction
def open_room(
    *,
    device: RoomDevice,
    proofs: Sequence[tuple[User, ReauthenticationProof]],
    enrollments: Sequence[Enrollment],
    session_sha256: str,
    entry_id: UUID,
    now: datetime,
) -> Answered:
    """Open a device for one enrollment or several, by two people who each proved who they are.

    The opening is no log-in of either: its session is known by ``session_sha256`` alone.
    """
    pairs = list(proofs)
    people = [user.id for user, _ in pairs]
    if is_revoked(device):
        return Refusal("device-revoked")
    if any(each.site_id != device.site_id for each in enrollments):
        return Refusal("nobody-named")
    stream = lock(device.site_id, now)
    by = pairs[0][0] if pairs else device.account
    named = sorted({each.id.hex for each in enrollments})
    told = {"device": device.id, "people": people, "enrollments": named, "session": session_sha256}
    sent = stream.sent("room-opened", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    permitted = [user.id for user, _ in pairs if may_write_about_all(user, enrollments, now)]
    is_free = standing_opening(device, now) is None
    findings = room.may_open(people, permitted, len(named), is_device_free=is_free)
    if unmet := first_unmet(findings):
        return Refusal(unmet.reason)
    for user, proof in pairs:
        if refusal := proof_not_held(proof, user, now):
            return refusal
    opening = RoomOpening(
        id=uuid5(entry_id, "opening"),
        site_id=device.site_id,
        device=device,
        session_sha256=session_sha256,
        expires_on_clock=stream.now + time_in_force(device.site, LASTS),
    )
    subjects = [
        RoomSubject(id=uuid5(entry_id, key), opening=opening, enrollment_id=UUID(hex=key))
        for key in named
    ]
    steps = [
        _step(opening, room.StepKind.IN, user, proof, uuid5(entry_id, user.id.hex), stream.now)
        for user, proof in pairs
    ]
    values = {"opening": opening.id.hex, "people": [user.id.hex for user, _ in pairs]}
    return stream.write(sent, [opening, *subjects, *steps], by=by, values=values)


def _step(
    opening: RoomOpening,
    kind: room.StepKind,
    user: User,
    proof: ReauthenticationProof,
    step_id: UUID,
    at: datetime,
) -> RoomStep:
    return RoomStep(
        id=step_id,
        opening=opening,
        user=user,
        kind=kind.value,
        stepped_at=at,
        stepped_by=user,
        proof_id=proof.id,
        proof_method=proof.method,
    )


@one_transaction
def take_step(
    *,
    opening: RoomOpening,
    kind: room.StepKind,
    proof: ReauthenticationProof,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody proves who they are and comes in, writes from now on, or leaves."""
    stream = lock(opening.site_id, now)
    told = {"opening": opening.id, "kind": kind.value, "user": by.id}
    sent = stream.sent(f"room-step-{kind.value}", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not is_standing(opening, now):
        return Refusal("opening-over")
    is_there = by.id in room.in_the_room(steps_of(opening))
    if kind is room.StepKind.IN:
        if is_there:
            return Refusal("in-the-room-already")
        if not may_write_about_all(by, subjects_of(opening), now):
            return Refusal("not-all-permitted")
    elif not is_there:
        return Refusal("not-in-the-room")
    if refusal := proof_not_held(proof, by, now):
        return refusal
    fact = _step(opening, kind, by, proof, uuid5(entry_id, "step"), stream.now)
    return stream.write(sent, [fact], by=by, values={"opening": opening.id.hex})


def closing_findings(opening: RoomOpening, closer: User, unsent: int | None) -> tuple[Finding, ...]:
    """Every condition of closing an opening, as it stands."""
    waiting = [room.Waiting(row.id, row.kind, row.written_at) for row in waiting_in(opening)]
    steps = steps_of(opening)
    return room.may_close(closer=closer.id, steps=steps, waiting=waiting, unsent=unsent)


@one_transaction
def close_room(
    *,
    opening: RoomOpening,
    unsent: int | None,
    proof: ReauthenticationProof,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Close an opening once everything in it is somebody's; ``unsent`` is the device's own word.

    The streams of those it is for are locked too, so that no entry slips in between. An opening
    whose time ran out can still be closed.
    """
    stream = lock(opening.site_id, now)
    for enrollment in sorted(subjects_of(opening), key=lambda each: each.id):
        lock(enrollment.id, now)
    sent = stream.sent("room-closed", entry_id, {"opening": opening.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if RoomClosing.objects.filter(opening=opening).exists():
        return Refusal("opening-over")
    if unmet := first_unmet(closing_findings(opening, by, unsent)):
        return Refusal(unmet.reason)
    if refusal := proof_not_held(proof, by, now):
        return refusal
    fact = RoomClosing(
        id=uuid5(entry_id, "closing"),
        opening=opening,
        closed_at=stream.now,
        closed_by=by,
        proof_id=proof.id,
        proof_method=proof.method,
    )
    return stream.write(sent, [fact], by=by, values={"opening": opening.id.hex})
