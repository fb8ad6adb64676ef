"""Concerns: who outside the site is told, when it climbs, whether the recipients were tested.

A concern goes to two recipients who belong to no site. Each says that they have it, within a time;
where one does not, the contact of the ethics committee is told. All of it follows from the facts
and a moment that the caller brings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from holdfast.domain.findings import Finding, Outcome, Reference, Standing

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Seat(StrEnum):
    """The three who may be told. The third learns of a concern only where one of two is silent."""

    FIRST = "first"
    SECOND = "second"
    ETHICS = "ethics"


BOTH = (Seat.FIRST, Seat.SECOND)


@dataclass(frozen=True)
class ConcernTime:
    """A time in whole units (``min``, ``h``, ``d``) with its bounds, source and standing.

    ``standing`` is None for a default of our own that is in no source.
    """

    code: str
    value: int
    unit: str
    least: int
    most: int
    wording: str
    reference: Reference
    standing: Standing | None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"{self.code}: {self.unit!r} is not one of {', '.join(UNITS)}.")
        if not 0 < self.least <= self.value <= self.most:
            raise ValueError(f"{self.code}: {self.value} is not within its own bounds.")

    def fits(self, value: Decimal) -> bool:
        """True for a whole number within the bounds."""
        is_whole = value.is_finite() and value == value.to_integral_value()
        return is_whole and self.least <= value <= self.most

    def in_force(self, signed: Decimal | None) -> timedelta:
        """The span that runs: what the site signed where it fits, else the value as released."""
        number = int(signed) if signed is not None and self.fits(signed) else self.value
        return number * UNITS[self.unit]


@dataclass(frozen=True)
class Letter:
    """A message that is to go to one seat. ``since`` names the round: sent twice, it is the same."""

    about: UUID
    seat: Seat
    since: datetime


@dataclass(frozen=True)
class Try:
    """What became of one try to send a letter to a seat by one of its channels."""

    about: UUID
    seat: Seat
    since: datetime
    is_received: bool
    at: datetime


@dataclass(frozen=True)
class Told:
    """One concern as far as it decides who must be told: no word of it.

    ``news`` are the moments at which the reporter said something, the first being the concern
    itself. ``acknowledged`` are the moments at which each seat said that they have it.
    """

    id: UUID
    news: Sequence[datetime]
    acknowledged: Mapping[Seat, Sequence[datetime]]
    closed: Sequence[datetime] = ()

    @property
    def newest(self) -> datetime:
        """When the reporter last said something."""
        return max(self.news)

    @property
    def is_closed(self) -> bool:
        """True where it was closed and nothing came after."""
        return bool(self.closed) and max(self.closed) >= self.newest

    def waits_since(self, seat: Seat) -> datetime | None:
        """The oldest news that a seat has not said they have; None where they have it all."""
        until = max(self.acknowledged.get(seat, ()), default=None)
        return min((at for at in self.news if until is None or at > until), default=None)


def is_escalated(told: Told, within: timedelta, now: datetime) -> bool:
    """True once one of the two has let the time pass; it stays true, whoever answers later."""
    return any(
        since + within <= now
        and not _any_between(told.closed, since, since + within)
        and not _any_between(told.acknowledged.get(seat, ()), since, since + within)
        for since in told.news
        for seat in BOTH
    )


def _any_between(moments: Sequence[datetime], since: datetime, until: datetime) -> bool:
    return any(since <= at < until for at in moments)


def letters(told: Told, within: timedelta, now: datetime) -> tuple[Letter, ...]:
    """Who is to be written to now, each letter with its round.

    Both are told at once. When the time has passed and one is silent, the other is told again and
    the ethics committee is told; then all who are silent are told each time it passes again. What
    the reporter adds meanwhile puts nothing off.
    """
    if told.is_closed:
        return ()
    waiting = {seat: at for seat in BOTH if (at := told.waits_since(seat)) is not None}
    if not waiting:
        return ()
    oldest = min(waiting.values())
    rounds = max(0, (now - oldest) // within)
    since = oldest + rounds * within
    found = [Letter(told.id, seat, max(since, told.newest)) for seat in waiting]
    if rounds == 1:
        found += [Letter(told.id, seat, since) for seat in BOTH if seat not in waiting]
    if rounds and told.waits_since(Seat.ETHICS) is not None:
        found.append(Letter(told.id, Seat.ETHICS, since))
    return tuple(found)


def due(
    wanted: Sequence[Letter], tries: Sequence[Try], again_after: timedelta, now: datetime
) -> tuple[Letter, ...]:
    """The letters that nobody took yet and whose last try is not too fresh."""
    return tuple(letter for letter in wanted if _is_due(letter, tries, again_after, now))


def _is_due(letter: Letter, tries: Sequence[Try], again_after: timedelta, now: datetime) -> bool:
    mine = [
        each
        for each in tries
        if (each.about, each.seat, each.since) == (letter.about, letter.seat, letter.since)
    ]
    return not any(each.is_received or each.at > now - again_after for each in mine)


def recipients_tested(
    tested: Mapping[Seat, datetime | None], time: ConcernTime, within: timedelta, now: datetime
) -> Finding:
    """Whether both outside recipients acknowledged a test lately enough for a site to dose.

    ``tested`` has a seat only where somebody holds it; None where they never acknowledged a test.
    A moment ahead of ``now`` is no test: unknown is never a yes.
    """

    def found(outcome: Outcome, reason: str, until: datetime | None = None) -> Finding:
        standing = time.standing or Standing.DERIVED
        values = {"days": str(within // timedelta(days=1))}
        if until is not None:
            values["until"] = until.isoformat()
        return Finding(
            "outside-recipients-tested", outcome, reason, time.reference, standing, values
        )

    if any(seat not in tested for seat in BOTH):
        return found(Outcome.FAILED, "recipients-missing")
    moments = [at for seat in BOTH if (at := tested[seat]) is not None]
    if len(moments) < len(BOTH):
        return found(Outcome.FAILED, "recipients-not-tested")
    if any(at > now for at in moments):
        return found(Outcome.UNKNOWN, "clock-does-not-fit")
    until = min(moments) + within
    if now >= until:
        return found(Outcome.FAILED, "test-expired", until)
    return found(Outcome.PASSED, "recipients-tested", until)


def next_test_is_due(
    last: datetime | None, begins_after: timedelta, spread: timedelta, now: datetime
) -> bool:
    """Whether the next test of a seat is to begin; ``spread`` makes its moment hard to foresee."""
    return last is None or now >= last + begins_after + spread


@dataclass(frozen=True)
class Pause:
    """A person's assignments at a site paused from a moment, until it is lifted."""

    since: datetime
    lifted: datetime | None


def is_paused(pauses: Sequence[Pause], now: datetime) -> bool:
    """True while any pause holds. Lifting one lifts no other."""
    return any(
        pause.since <= now and (pause.lifted is None or now < pause.lifted) for pause in pauses
    )
