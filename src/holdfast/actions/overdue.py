"""What became overdue is told once."""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.care import WorklistMoment
from holdfast.records.columns import instant_text
from holdfast.records.journal import JournalEntry
from holdfast.records.people import User


def overdue_entry(moment: WorklistMoment) -> UUID:
    """The id of the one entry that tells that this moment was passed."""
    told = f"overdue/{moment.kind}/{instant_text(moment.since)}"
    return uuid5(moment.enrollment_id, told)


@one_transaction
def tell_overdue(*, moment: WorklistMoment, by: User, now: datetime) -> Receipt | Conflict | None:
    """Write the message that a moment was passed; None where it was written before."""
    entry_id = overdue_entry(moment)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(moment.enrollment_id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = message(
        "overdue",
        moment.enrollment_id,
        site=moment.site_id.hex,
        waits_for=moment.kind,
        since=instant_text(moment.since),
    )
    sent = stream.sent("became-overdue", entry_id, {"waits_for": moment.kind})
    return stream.write(sent, [told], by=by, values={"waits_for": moment.kind})
