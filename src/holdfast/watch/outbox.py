"""Delivers what was committed, and delivers it again until it is received.

A message is marked after its receipt, never before: where the watch dies between the two, it is
delivered twice, and the receiver knows it again by its id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Count, Max, Q

from holdfast.actions.deliveries import record_delivery
from holdfast.actions.people import house
from holdfast.records.journal import OutboxEntry
from holdfast.watch import notices
from holdfast.watch.channels import Channel, NotReceived, channel_of_the_site

AT_ONCE = 100  # messages taken up in one turn
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)


class Undelivered(RuntimeError):
    """Messages that a receiver did not take; they are tried again."""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: twice as long each time, up to an hour."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)


def due_messages(now: datetime) -> Sequence[OutboxEntry]:
    """Messages that nobody has received and whose turn it is, the oldest first."""
    waiting = (
        OutboxEntry.objects.annotate(
            received=Count("deliveries", filter=Q(deliveries__outcome="received")),
            attempts=Count("deliveries"),
            last_attempt=Max("deliveries__recorded_at"),
        )
        .filter(received=0)
        .order_by("recorded_at", "id")
    )
    due = [
        row
        for row in waiting
        if row.attempts == 0 or row.last_attempt + wait_after(row.attempts) <= now
    ]
    return due[:AT_ONCE]


def deliver(now: datetime, channel: Channel | None = None) -> int:
    """One turn; how many messages were received. ``Undelivered`` where any was not."""
    way, failed, received = channel or channel_of_the_site(), "", 0
    for message in due_messages(now):
        if message.kind in notices.WORDS or message.kind in notices.TOLD:
            notices.tell(message, now)
        try:
            outcome, detail = "received", way.deliver(message)
            received += 1
        except NotReceived as why:
            outcome, detail = "failed", str(why)
            failed = detail
        record_delivery(
            message=message,
            channel=way.name,
            outcome=outcome,
            entry_id=uuid4(),
            detail=detail,
            by=house(),
            now=now,
        )
    if failed:
        raise Undelivered(failed)
    return received
