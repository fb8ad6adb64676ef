"""A person changes their own password. Every other session of theirs ends with it."""

from datetime import datetime
from uuid import UUID

from holdfast.actions.outcomes import Answered
from holdfast.actions.sessions import end_all
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.journal import ORGANISATION
from holdfast.records.people import User


@one_transaction
def change_password(
    *, password_hash: str, session_key: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Keep the hash of a new password, made at the edge; end all sessions but this one."""
    stream = lock(ORGANISATION, now)
    told = {"account": by.id.hex}
    sent = stream.sent("password-changed", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    User.objects.filter(id=by.id).update(password=password_hash)
    end_all(by, but=session_key)
    facts = [message("account-password-changed", by.id)]
    return stream.write(sent, facts, by=by, values=told)
