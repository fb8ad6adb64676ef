"""Tells, once, that a moment of the worklist was passed; pages for what is overdue in a course."""

from datetime import datetime

from holdfast.actions.overdue import tell_overdue
from holdfast.actions.people import house
from holdfast.records.care import WorklistMoment
from holdfast.records.people import Site
from holdfast.watch.clinical import page_overdue
from holdfast.watch.custody_pages import page_waiting
from holdfast.watch.each_site import each_site


def tell(now: datetime) -> int:
    """One turn; how many moments became overdue since the last."""
    return each_site(lambda site: _tell_at(site, now))


def _tell_at(site: Site, now: datetime) -> int:
    passed = WorklistMoment.objects.exclude(kind="done").filter(site=site, overdue_at__lte=now)
    told = sum(
        tell_overdue(moment=moment, by=house(), now=now) is not None
        for moment in passed.order_by("overdue_at", "pk")
    )
    return told + page_overdue(site, now) + page_waiting(site, now)
