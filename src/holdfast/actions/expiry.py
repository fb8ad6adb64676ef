"""The end of an approval is told ahead, once for each moment."""

from datetime import date, datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.approvals import first_rows
from holdfast.records.authority import Approval
from holdfast.records.journal import JournalEntry
from holdfast.records.people import User


def expiry_entry(first_row: UUID, days_ahead: int, ends_on: date) -> UUID:
    """The id of the one entry that tells of this moment; a corrected last day has its own."""
    return uuid5(first_row, f"expiry/{days_ahead}/{ends_on.isoformat()}")


@one_transaction
def tell_expiry(
    *, approval: Approval, days_ahead: int, ends_on: date, by: User, now: datetime
) -> Receipt | Conflict | None:
    """Write the message that an approval ends soon; None where it was written before."""
    first = first_rows(approval.site)[approval.id]
    entry_id = expiry_entry(first, days_ahead, ends_on)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(approval.site_id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = message(
        "approval-ends",
        approval.id,
        site=approval.site_id.hex,
        approval=approval.kind,
        days_ahead=days_ahead,
        ends_on=ends_on.isoformat(),
    )
    values = {"approval": approval.kind, "days_ahead": days_ahead}
    sent = stream.sent("approval-end-told", entry_id, values)
    return stream.write(sent, [told], by=by, values=values)
