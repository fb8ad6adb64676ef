"""Messages that were committed and not yet received. Each is sent until somebody receives it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef

from holdfast.records.journal import OutboxDelivery, OutboxEntry


@dataclass(frozen=True)
class Waiting:
    """A message that nobody received yet, how often it was tried, and when last."""

    message: OutboxEntry
    attempts: int
    tried_at: datetime | None


def waiting(limit: int = 100) -> list[Waiting]:
    """Up to ``limit`` messages without a receipt, oldest first. An attempt is not a receipt."""
    received = OutboxDelivery.objects.filter(message=OuterRef("pk"), outcome="received")
    rows = (
        OutboxEntry.objects.filter(~Exists(received))
        .annotate(attempts=Count("deliveries"), tried=Max("deliveries__recorded_at"))
        .order_by("recorded_at", "id")[:limit]
    )
    return [Waiting(row, row.attempts, row.tried) for row in rows]
