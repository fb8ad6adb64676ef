"""Condition, signal, acknowledgement, alarm: four things that must not be taken for each other.

A limit is a number. A condition is something that is so, since when, and why. A signal is who is
told of it and how. An acknowledgement is somebody's act, with what they did. An alarm is a condition
with its signal and its acknowledgements; it stays open until one is there, even if its condition is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan, Tier

SAME_MINUTE = timedelta(minutes=1)  # as clock-tolerance in definitions/monitoring: two clocks agree


@dataclass(frozen=True)
class Condition:
    """Something that must be seen or acted on.

    ``since`` is when it became true, ``known_at`` when it could first be known, ``until`` when it was
    known to be over (None while it holds). ``because`` are the entries that raised it, ``detail`` what
    it is about where no entry says it all: an instant, a number's code, a person. ``number`` is the
    code of the limit that was breached and ``value`` what was compared with it.
    """

    code: str
    tier: Tier
    measure: str
    since: datetime
    known_at: datetime
    because: tuple[str, ...]
    do: str
    told: tuple[str, ...]
    sounds_at: tuple[str, ...]
    detail: str = ""
    number: str = ""
    value: Decimal | None = None
    until: datetime | None = None

    @property
    def id(self) -> str:
        """What it is known by: its code and what raised it. Judging again adds nothing."""
        return ":".join((self.code, self.detail or self.because[-1]))

    @property
    def is_silent(self) -> bool:
        """Nowhere does it sound."""
        return not self.sounds_at

    @property
    def holds(self) -> bool:
        """It is not known to be over."""
        return self.until is None


@dataclass(frozen=True)
class Signal:
    """Who is told of a condition, where it sounds, and since when."""

    condition: str
    at: datetime
    told: tuple[str, ...]
    sounds_at: tuple[str, ...]


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody saw an alarm, and what they did."""

    entry: str
    condition: str
    by: str
    at: datetime
    known_at: datetime
    done: str

    @property
    def made_at(self) -> datetime:
        """When it was made, at the latest: what became known later nobody could have meant."""
        return min(self.at + SAME_MINUTE, self.known_at)


@dataclass(frozen=True)
class Alarm:
    """A condition, how it is signalled, and who has acknowledged it."""

    condition: Condition
    signal: Signal
    acknowledgements: tuple[Acknowledgement, ...]

    @property
    def is_open(self) -> bool:
        """Nobody has acknowledged it yet."""
        return not self.acknowledgements

    @property
    def is_resolved(self) -> bool:
        """Somebody acknowledged it, and its condition is over."""
        return not self.is_open and not self.condition.holds


def condition(
    plan: SessionPlan,
    code: str,
    *,
    since: datetime,
    known_at: datetime,
    because: Sequence[str] = (),
    tier: Tier | None = None,
    do: str = "",
    measure: str = "",
    detail: str = "",
    number: str = "",
    value: Decimal | None = None,
    until: datetime | None = None,
) -> Condition:
    """A condition as the plan signals it; tier and act from its rule, unless they are given."""
    rule = plan.signals.get(code)
    of = tier or (rule.tier if rule else Tier.URGENT)
    telling = plan.tiers[of]
    return Condition(
        code,
        of,
        measure,
        since,
        known_at,
        tuple(because),
        do or (rule.do if rule else "look"),
        telling.told,
        telling.sounds_at,
        detail,
        number,
        value,
        until,
    )


def each_once(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once, as it was first known, in the order in which they became known.

    Of two under one id that became known at once the graver stands.
    """
    found: dict[str, Condition] = {}
    for one in sorted(conditions, key=_first):
        found.setdefault(one.id, one)
    return tuple(sorted(found.values(), key=lambda c: (c.known_at, c.since, c.id)))


def _first(one: Condition) -> tuple[object, ...]:
    return (one.id, one.known_at, -one.tier.rank, one.since, one.number, one.because)


def alarms_of(conditions: Sequence[Condition], log: Log) -> tuple[Alarm, ...]:
    """The alarms of some conditions: open ones first, graver before milder, then as they became known."""
    given = _acknowledgements(log)
    by_id = {one.id: one for one in conditions}
    found = [Alarm(one, _signal(one), _of(one, given, by_id)) for one in conditions]
    return tuple(
        sorted(
            found,
            key=lambda a: (
                not a.is_open,
                -a.condition.tier.rank,
                a.condition.known_at,
                a.condition.id,
            ),
        )
    )


def with_raised(
    found: Sequence[Condition], raised: Iterable[Condition], log: Log
) -> tuple[Condition, ...]:
    """What the rules find, and what was raised on record and no rule finds any more.

    The record itself raises some; a plan may have been signed anew since. Nothing vanishes for that:
    each holds until somebody answered it.
    """
    known = {one.id for one in found}
    more = (one for one in raised if one.id not in known)
    return (*found, *(replace(one, until=answered_at(one, log)) for one in more))


def _signal(one: Condition) -> Signal:
    return Signal(one.id, one.known_at, one.told, one.sounds_at)


def _acknowledgements(log: Log) -> tuple[Acknowledgement, ...]:
    """Every acknowledgement that stands and is somebody's."""
    return tuple(
        Acknowledgement(
            entry.id,
            entry.code("condition"),
            entry.by,
            entry.at,
            entry.known_at,
            entry.code("done"),
        )
        for entry in log.of("acknowledgement")
        if entry.by and log.corrected_at(entry) is None
    )


def _of(
    one: Condition, given: Sequence[Acknowledgement], by_id: dict[str, Condition]
) -> tuple[Acknowledgement, ...]:
    return tuple(ack for ack in given if _covers(ack, one, by_id.get(ack.condition)))


def _covers(ack: Acknowledgement, one: Condition, named: Condition | None) -> bool:
    """An acknowledgement covers the condition that it names, and earlier ones of the same kind.

    Earlier: they had begun by then, and were known when it was made. What became known after, or
    began after, needs its own.
    """
    if named is None:
        return False
    if one.id == named.id:
        return _is_named(ack, one)
    is_alike = (one.code, one.measure, one.number) == (named.code, named.measure, named.number)
    return is_alike and one.since <= named.since and one.known_at <= ack.made_at


def _is_named(ack: Acknowledgement, one: Condition) -> bool:
    """Somebody who names a condition knew of it, by the record or by the page that judged without it.

    The page knows the entry that raised it, which reaches the record no later than what was said of
    it. A condition that is known by an instant or a number anybody can name before there is one.
    """
    if one.detail or one.known_at > ack.known_at:
        return one.known_at <= ack.made_at
    return one.since <= ack.made_at


def answered_at(one: Condition, log: Log) -> datetime | None:
    """When it was first known that somebody acknowledged this very condition; None where nobody did."""
    found = (
        ack.known_at
        for ack in _acknowledgements(log)
        if ack.condition == one.id and _is_named(ack, one)
    )
    return min(found, default=None)
