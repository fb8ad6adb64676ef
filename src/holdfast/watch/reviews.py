"""Chases what waits for a review: emergency openings past their time, and the review of access."""

from datetime import datetime

from holdfast.actions.access_review import chase_access_review
from holdfast.actions.code_breaks import chase_unblinding_review
from holdfast.actions.glass import chase_review
from holdfast.actions.people import house
from holdfast.domain import access_review, glass, unblinding
from holdfast.records.access_lists import AHEAD, review_standing
from holdfast.records.glass import (
    REVIEWED_WITHIN,
    opening_value,
    time_in_force,
    unreviewed_at,
)
from holdfast.records.people import Site
from holdfast.records.unblinding_reads import unreviewed_breaks
from holdfast.watch.each_site import each_site


def chase(now: datetime) -> int:
    """One turn; how many messages were written that had not been."""
    return each_site(lambda site: _openings(site, now) + _breaks(site, now) + _access(site, now))


def _breaks(site: Site, now: datetime) -> int:
    """Emergency unblindings wait for a review no longer than emergency openings do."""
    within, told = time_in_force(site, REVIEWED_WITHIN), 0
    for row in unreviewed_breaks(site):
        value = unblinding.Break(row.broken_by_id, row.broken_at, is_reviewed=False)
        number = unblinding.chase_number(value, within, now)
        if number:
            answer = chase_unblinding_review(code_break=row, number=number, by=house(), now=now)
            told += answer is not None
    return told


def _openings(site: Site, now: datetime) -> int:
    within, told = time_in_force(site, REVIEWED_WITHIN), 0
    for row in unreviewed_at(site):
        number = glass.chase_number(opening_value(row), within, now)
        if number:
            answer = chase_review(opening=row, number=number, by=house(), now=now)
            told += answer is not None
    return told


def _access(site: Site, now: datetime) -> int:
    found = review_standing(site, now)
    number = access_review.chase_number(found, time_in_force(site, AHEAD), now)
    if not number or found.due_at is None:
        return 0
    answer = chase_access_review(
        site=site, due_at=found.due_at, number=number, overdue=found.overdue, by=house(), now=now
    )
    return int(answer is not None)
