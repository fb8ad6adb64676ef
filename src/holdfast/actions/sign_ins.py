"""Who logged in and out, by what, and what was wrong: entries of the organisation's stream."""

from datetime import datetime
from uuid import UUID

from holdfast.actions.outcomes import Answered
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.events import read_event
from holdfast.records.journal import ORGANISATION, JournalEntry
from holdfast.records.people import User

KINDS = frozenset({"signed-in", "signed-out", "sign-in-refused", "sign-in-locked"})
METHODS = frozenset({"", "password", "passkey", "totp", "recovery-code", "pin", "api-key"})

_LOOKED_THROUGH = 500  # entries of the account itself, the newest first


def last_refused(user: User) -> datetime | None:
    """When somebody last tried something wrong for this account, among its newest entries."""
    rows = JournalEntry.objects.filter(stream_id=ORGANISATION, recorded_by=user)
    for row in rows.order_by("-position")[:_LOOKED_THROUGH]:
        event = read_event(bytes(row.event))
        if event.kind in ("sign-in-refused", "sign-in-locked"):
            return event.recorded_at
    return None


@one_transaction
def record_sign_in(
    *, kind: str, entry_id: UUID, by: User, now: datetime, method: str = ""
) -> Answered:
    """Write that somebody signed in or out, or that a wrong try was made for their account.

    ``kind`` is one of ``KINDS``; ``method`` is what was shown, words of ``METHODS`` joined by a
    plus. For a refused attempt ``by`` is the account that was tried: who sat at the keyboard is
    not known.
    """
    if kind not in KINDS or not set(method.split("+")) <= METHODS:
        raise ValueError(f"Not a kind of sign-in: {kind}, {method}.")
    stream = lock(ORGANISATION, now)
    told = {"account": by.id.hex} | ({"method": method} if method else {})
    sent = stream.sent(kind, entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    facts = [message("account-locked", by.id)] if kind == "sign-in-locked" else []
    return stream.write(sent, facts, by=by, values=told)
