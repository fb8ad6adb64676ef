"""Watches over custody: what the law asks is told when it is open and when it is overdue; each night the
record is reconciled, and patterns are sent to somebody who is not in them."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from holdfast.actions.custody_law import note_pattern, tell_differences, tell_duty
from holdfast.actions.people import house
from holdfast.domain.custody_deadlines import State
from holdfast.domain.diversion import Pattern, receiver
from holdfast.records.access import may, staff_at
from holdfast.records.custody_now import duties_of
from holdfast.records.diversion_now import patterns_of
from holdfast.records.people import Site, User
from holdfast.records.reconciling import reconciled
from holdfast.watch.each_site import each_site

DUTIES, NIGHTLY = "custody-duties", "custody"
_DIGITS = Decimal("0.000000001")


def chase(now: datetime) -> int:
    """One turn; how many duties were told that had not been."""
    return each_site(lambda site: _chase_at(site, now))


def _chase_at(site: Site, now: datetime) -> int:
    waiting = [one for one in duties_of(site, now) if one.state is not State.DONE]
    return sum(tell_duty(site=site, duty=one, by=house(), now=now) is not None for one in waiting)


def look(now: datetime) -> int:
    """One turn of the night; how many differences and patterns were told that had not been."""
    return each_site(lambda site: _look_at(site, now))


def _look_at(site: Site, now: datetime) -> int:
    found = reconciled(site, now)
    told = tell_differences(site=site, found=found, by=house(), now=now) is not None
    return int(told) + sum(_send(site, one, now) for one in patterns_of(site, now))


def _send(site: Site, pattern: Pattern, now: datetime) -> bool:
    """Keep a pattern and send it; False where the very same was sent before."""
    watchers = {
        user.id.hex: user
        for user in staff_at(site, now)
        if may(user, site, "custody.watch", now, None)
    }
    order = sorted(watchers, key=lambda one: watchers[one].login)
    to: User | None = watchers.get(receiver(pattern, order) or "")
    seen = "/".join((pattern.code, *sorted(pattern.people), *pattern.because))
    chance = pattern.chance
    return (
        note_pattern(
            site=site,
            pattern=pattern.code,
            sign_of=sha256(seen.encode()).hexdigest(),
            people=tuple(sorted(pattern.people)),
            numbers=pattern.numbers,
            chance=None if chance is None else Decimal(chance).quantize(_DIGITS),
            told=to,
            by=house(),
            now=now,
        )
        is not None
    )
