"""Tells, once, that a moment of the worklist was passed."""

from datetime import datetime

from holdfast.actions.overdue import tell_overdue
from holdfast.actions.people import house
from holdfast.records.care import WorklistMoment


def tell(now: datetime) -> int:
    """One turn; how many moments became overdue since the last."""
    passed = WorklistMoment.objects.exclude(kind="done").filter(overdue_at__lte=now)
    return sum(
        tell_overdue(moment=moment, by=house(), now=now) is not None
        for moment in passed.order_by("overdue_at", "pk")
    )
