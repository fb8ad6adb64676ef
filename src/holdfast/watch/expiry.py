"""Chases the end of approvals, in each site's own date: 90, 30 and 7 days ahead, once each."""

from datetime import datetime

from holdfast.actions.expiry import tell_expiry
from holdfast.actions.judging import local_date
from holdfast.actions.people import house
from holdfast.domain.authority import chase_due
from holdfast.records.approvals import held_approvals, standing_rows
from holdfast.records.people import Site
from holdfast.watch.each_site import each_site


def chase(now: datetime) -> int:
    """One turn; how many moments were told that had not been."""
    return each_site(lambda site: _chase_at(site, now))


def _chase_at(site: Site, now: datetime) -> int:
    rows, today, told = standing_rows(site), local_date(site, now), 0
    held = held_approvals(site, rows)
    for row, approval in zip(rows, held, strict=True):
        due = chase_due(approval, held, today)
        # What had ended before anybody recorded it is history, not news.
        if due is None or local_date(site, row.recorded_at) > due[1]:
            continue
        days_ahead, ends_on = due
        receipt = tell_expiry(
            approval=row, days_ahead=days_ahead, ends_on=ends_on, by=house(), now=now
        )
        told += receipt is not None
    return told
