"""What the law of custody asks of a site now: each duty with its date, whether it was done, and what is not known.

Pure: the rules of the jurisdiction, what happened, what was recorded as done, and the moment. A rule whose
number was not verified has no date: its duty is open all the same, and says that nobody looked it up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from holdfast.domain.business_days import business_days_after, end_of_day
from holdfast.domain.calendar_months import months_after
from holdfast.domain.custody_rules import Ask, CustodyLaw, CustodyRule, Event, Unit


@dataclass(frozen=True)
class Happened:
    """Something that a rule may count from: what, when it was known, and what it is about."""

    what: Event
    at: datetime
    about: str = ""  # the id of a movement, an order or an inventory


class State(StrEnum):
    """How a duty stands."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"
    NO_CLOCK = "no-clock"  # asked for, and the source names no time
    NOT_KNOWN = "not-known"  # nobody looked its number up, or signed one


@dataclass(frozen=True)
class Duty:
    """One thing to do for the law. ``due_at`` is the first instant at which it is too late."""

    key: str
    rule: CustodyRule
    since: datetime
    due_at: datetime | None
    state: State
    done_at: datetime | None = None
    is_late: bool = False  # done, but after it was due
    years_without_list: tuple[int, ...] = field(default=())


def duty_key(rule: CustodyRule, happened: Happened) -> str:
    """By what a duty is known, and closed: its rule and what it is about."""
    return f"{rule.code}:{happened.about or happened.at.date().isoformat()}"


def duties(
    law: CustodyLaw,
    happened: Iterable[Happened],
    done: Mapping[str, datetime],
    zone: str,
    now: datetime,
) -> tuple[Duty, ...]:
    """Every duty of a site, in the order in which it is due; those without a date stand last.

    Parameters
    ----------
    happened
        Receipts, losses, destructions, orders and inventories, each when the site learned of it.
    done
        When each duty was closed by a recorded notice, by its key.
    zone
        The site's IANA time zone: days are its own.
    """
    told = [one for one in happened if one.at <= now]
    found = [
        _duty(law, rule, one, done, zone, now)
        for rule in law.rules
        if rule.ask in (Ask.NOTICE, Ask.FORM, Ask.INVENTORY) and rule.on is not None
        for one in _counted_from(rule, told)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.due_at is None, one.due_at or one.since, one.key))
    )


def _counted_from(rule: CustodyRule, told: Sequence[Happened]) -> list[Happened]:
    """What a rule counts from: each time, but of inventories only the newest and of stock the first."""
    own = sorted((one for one in told if one.what is rule.on), key=lambda one: (one.at, one.about))
    if rule.on is Event.STOCK_BEGAN:
        return own[:1]
    if rule.on is Event.INVENTORY_MADE:
        return own[-1:]
    return own


def _duty(
    law: CustodyLaw,
    rule: CustodyRule,
    one: Happened,
    done: Mapping[str, datetime],
    zone: str,
    now: datetime,
) -> Duty:
    key = duty_key(rule, one)
    due_at, unlisted = due(law, rule, one.at, zone)
    done_at = done.get(key)
    if done_at is not None and done_at <= now:
        is_late = due_at is not None and done_at >= due_at
        return Duty(key, rule, one.at, due_at, State.DONE, done_at, is_late, unlisted)
    return Duty(key, rule, one.at, due_at, _open(rule, due_at, now), None, False, unlisted)


def _open(rule: CustodyRule, due_at: datetime | None, now: datetime) -> State:
    if due_at is not None:
        return State.OVERDUE if now >= due_at else State.DUE
    return State.NOT_KNOWN if rule.has_clock else State.NO_CLOCK


def due(
    law: CustodyLaw, rule: CustodyRule, at: datetime, zone: str
) -> tuple[datetime | None, tuple[int, ...]]:
    """The first instant at which a rule is broken, and the years whose holidays nobody listed.

    Raises ``ValueError`` for a moment without a time zone: it is no day of the site's.
    """
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone is no day of a site.")
    if not rule.runs or rule.within is None:
        return None, ()
    day = at.astimezone(ZoneInfo(zone)).date()
    if rule.unit is Unit.BUSINESS_DAYS:
        counted = business_days_after(law.calendar, day, rule.within)
        return end_of_day(counted.day, zone), counted.years_without_list
    return end_of_day(_later(day, rule), zone), ()


def _later(day: date, rule: CustodyRule) -> date:
    assert rule.within is not None
    if rule.unit is Unit.YEARS:
        return months_after(day, 12 * rule.within)
    return date.fromordinal(min(day.toordinal() + rule.within, date.max.toordinal() - 1))


# --- How long records are kept -------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """How long a rule keeps records, in whole years; None where nobody knows."""

    code: str
    years: int | None


@dataclass(frozen=True)
class Kept:
    """The longest of every period that applies, which rule it is, and what may be longer still."""

    until: date | None
    by: str
    not_known: tuple[str, ...]

    @property
    def is_settled(self) -> bool:
        """Whether records may go on that day: never while a rule that applies has no number."""
        return self.until is not None and not self.not_known


def kept_until(periods: Iterable[Period], from_on: date) -> Kept:
    """How long records of a day are kept: the longest of every rule that applies.

    Examples
    --------
    >>> kept_until([Period("two", 2), Period("three", 3)], date(2026, 2, 28)).until
    datetime.date(2029, 2, 28)
    """
    told = list(periods)
    known = [
        (months_after(from_on, 12 * one.years), one.code) for one in told if one.years is not None
    ]
    until, by = max(known, default=(None, ""))
    return Kept(until, by, tuple(sorted(one.code for one in told if one.years is None)))


def retention_periods(law: CustodyLaw) -> list[Period]:
    """The periods of a law of custody; one that was not verified is not known."""
    return [
        Period(one.code, one.within if one.runs and one.unit is Unit.YEARS else None)
        for one in law.rules
        if one.ask is Ask.RETENTION
    ]
