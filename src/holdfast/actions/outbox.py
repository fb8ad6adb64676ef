"""Messages: attempts to deliver them, and what became overdue, told once."""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from holdfast.actions.outcomes import Conflict, Receipt
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.records.care import WorklistMoment
from holdfast.records.columns import instant_text
from holdfast.records.journal import JournalEntry, OutboxDelivery, OutboxEntry
from holdfast.records.people import User


@one_transaction
def record_delivery(
    *,
    message: OutboxEntry,
    channel: str,
    outcome: str,
    detail: str,
    by: User,
    now: datetime,
) -> Receipt | Conflict:
    """Write one attempt to deliver a message; ``received`` only once the receiver said so.

    ``outcome`` is one of ``OutboxDelivery.OUTCOMES``; ``detail`` is a code, never words.
    """
    if outcome not in OutboxDelivery.OUTCOMES:
        raise ValueError(f"Not an outcome of a delivery: {outcome}.")
    stream = lock(message.stream_id, now)
    attempt = OutboxDelivery(
        id=uuid4(), message=message, channel=channel, outcome=outcome, detail=detail[:200]
    )
    sent = stream.sent(f"message-{outcome}", attempt.id, {"message": message.id})
    return stream.write(sent, [attempt], by=by, values={"channel": channel})


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
