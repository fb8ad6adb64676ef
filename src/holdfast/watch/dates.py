"""Judges everybody again when the date has moved on at their site: a washout may be over, a test too old."""

from collections.abc import Iterator
from datetime import date, datetime

from holdfast.actions.judging import (
    latest_verdict,
    local_date,
    not_judged_at,
    not_judged_since,
)
from holdfast.actions.people import house
from holdfast.actions.verdicts import judge
from holdfast.records import heartbeats
from holdfast.records.care import Enrollment
from holdfast.records.people import Site
from holdfast.watch.each_site import each_site

LOOP = "dates"


class NotJudged(RuntimeError):
    """Some people could not be judged; the others were."""


def judge_again(now: datetime) -> int:
    """One turn; how many verdicts changed.

    Of a site whose date has not moved since the last turn only those are judged whom nobody could
    judge before. Raises ``NotJudged`` at the end where somebody could not be judged: that is
    itself an alarm, and the next turn tries them again.
    """
    left: list[str] = []
    last = heartbeats.last_well(LOOP)
    changed = each_site(lambda site: _judge_at(site, now, last, left))
    if left:
        raise NotJudged(f"{len(left)} people could not be judged, the first {left[0]}")
    return changed


def _judge_at(site: Site, now: datetime, last: datetime | None, left: list[str]) -> int:
    changed, today = 0, local_date(site, now)
    for enrollment in _whom(site, today, last):
        receipt = judge(enrollment=enrollment, as_of=today, by=house(), now=now, because="date")
        if not_judged_since(enrollment.id) is not None:
            left.append(enrollment.label)
        else:
            changed += receipt is not None
    return changed


def _whom(site: Site, today: date, last: datetime | None) -> Iterator[Enrollment]:
    if last is not None and local_date(site, last) == today:
        yield from not_judged_at(site)
        return
    for enrollment in Enrollment.objects.filter(site=site).select_related("site", "person"):
        verdict = latest_verdict(enrollment.id)
        if verdict is None or verdict.as_of != today:
            yield enrollment
