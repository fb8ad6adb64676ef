"""The key of one person on a room's device: made there, opened by their PIN alone, good for one opening."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.room_openings import proof_not_held
from holdfast.actions.rooms import public_key_of
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.writing import lock, one_transaction
from holdfast.domain import room
from holdfast.records.people import User
from holdfast.records.room_state import is_standing, steps_of
from holdfast.records.rooms import RoomOpening, RoomWriterKey


@one_transaction
def keep_writer_key(
    *,
    opening: RoomOpening,
    public_key: str,
    proof: ReauthenticationProof,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Keep the public half of a key that somebody in the room made on its device, with their proof."""
    stream = lock(opening.site_id, now)
    told = {"opening": opening.id, "user": by.id, "key": public_key}
    sent = stream.sent("room-key-kept", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if not is_standing(opening, now):
        return Refusal("opening-over")
    if by.id not in room.in_the_room(steps_of(opening)):
        return Refusal("not-in-the-room")
    if public_key_of(public_key) is None:
        return Refusal("device-key-does-not-fit")
    if refusal := proof_not_held(proof, by, now):
        return refusal
    fact = RoomWriterKey(
        id=uuid5(entry_id, "writer-key"),
        opening=opening,
        user=by,
        public_key=public_key,
        proof_id=proof.id,
        proof_method=proof.method,
    )
    return stream.write(sent, [fact], by=by, values={"opening": opening.id.hex})
