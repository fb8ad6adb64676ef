"""Who logged in and out, and whose password was wrong: entries of the organisation's stream."""

from datetime import datetime
from uuid import UUID

from holdfast.actions.outcomes import Answered
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.journal import ORGANISATION
from holdfast.records.people import User

KINDS = frozenset({"signed-in", "signed-out", "sign-in-refused", "sign-in-locked"})


@one_transaction
def record_sign_in(*, kind: str, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Write that somebody signed in or out, or that a wrong password was given for their account.

    ``kind`` is one of ``KINDS``. For a refused attempt ``by`` is the account that was tried: who
    sat at the keyboard is not known.
    """
    if kind not in KINDS:
        raise ValueError(f"Not a kind of sign-in: {kind}.")
    stream = lock(ORGANISATION, now)
    sent = stream.sent(kind, entry_id, {"account": by.id.hex})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    return stream.write(sent, [], by=by, values={"account": by.id.hex})
