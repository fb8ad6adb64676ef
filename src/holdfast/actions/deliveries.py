"""One attempt to deliver a message: received, or failed and to be tried again."""

import re
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.journal import OutboxDelivery, OutboxEntry
from holdfast.records.people import User

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@one_transaction
def record_delivery(
    *,
    message: OutboxEntry,
    channel: str,
    outcome: str,
    entry_id: UUID,
    by: User,
    now: datetime,
    detail: str = "",
) -> Answered:
    """Record what became of one attempt, after it was made. A message is received once.

    ``channel`` and ``detail`` are codes, such as ``webhook`` and ``503``; never the receiver's
    words. What happened is recorded whoever tells: there is nobody to refuse.
    """
    codes = [channel, detail] if detail else [channel]
    if outcome not in OutboxDelivery.OUTCOMES or not all(map(_CODE.fullmatch, codes)):
        return Refusal("not-a-code")
    stream = lock(message.stream_id, now)
    told = {"message": message.id, "channel": channel, "outcome": outcome, "detail": detail}
    sent = stream.sent(f"message-{outcome}", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if OutboxDelivery.objects.filter(message=message, outcome="received").exists():
        return Refusal("already-received")
    attempt = OutboxDelivery(
        id=uuid5(entry_id, "delivery"),
        message=message,
        channel=channel,
        outcome=outcome,
        detail=detail,
    )
    return stream.write(sent, [attempt], by=by, values={"message": message.id.hex})
