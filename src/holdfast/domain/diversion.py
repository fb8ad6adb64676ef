"""Patterns in the movements of a drug that somebody should look at, each with its numbers.

A pattern accuses nobody. Where one person or pair is compared with all others, the number beside it is how
often chance alone would give as much or more, exactly, times how many were compared: looking at many makes
it likely that one stands out. Where chance has no part, there is no number.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, fsum, lgamma, log
from typing import NamedTuple
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class WatchNumbers:
    """What the watch looks at and from when on it tells; the house's own numbers, from a definition."""

    chance: float  # told where chance alone gives as much at most this often
    fewest: int  # and where there are at least so many
    day_begins: int  # hour of the site's clock
    day_ends: int
    vital_minutes: int  # a reading so near a dose stands beside it
    days: int  # how far back the watch looks


class Issued(NamedTuple):
    """A supplement that was issued for a session, and whether it was taken."""

    id: str
    people: frozenset[str]  # who had it in hand in the room
    at: datetime
    was_taken: bool


class Handled(NamedTuple):
    """One movement or count by somebody: when, and whether it was made alone, or as a loss."""

    id: str
    person: str
    at: datetime
    is_alone: bool = False
    is_loss: bool = False
    is_in_session: bool = False


class Differed(NamedTuple):
    """A count that differed, and who had handled the container since the count before."""

    id: str
    people: frozenset[str]


class Seal(NamedTuple):
    """The seal of a box as it was issued, and as it was found when it was opened or came back."""

    id: str
    people: frozenset[str]
    issued: str
    found: str


class Swallowed(NamedTuple):
    """A capsule that was seen swallowed, and when the readings of its session were."""

    id: str
    people: frozenset[str]
    at: datetime
    readings: tuple[datetime, ...]


@dataclass(frozen=True)
class Watched:
    """What the watch reads of one site."""

    zone: str
    issued: Sequence[Issued] = ()
    handled: Sequence[Handled] = ()
    differed: Sequence[Differed] = ()
    seals: Sequence[Seal] = ()
    swallowed: Sequence[Swallowed] = ()


@dataclass(frozen=True)
class Pattern:
    """Something to look at. ``because`` are the ids of what it was seen in."""

    code: str
    people: frozenset[str]
    because: tuple[str, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)
    chance: float | None = None


def binomial_tail(count: int, of: int, rate: float) -> float:
    """How often chance gives at least so many of so many, where each happens at this rate.

    Examples
    --------
    >>> round(binomial_tail(3, 3, 0.5), 4)
    0.125
    """
    if not 0 <= rate <= 1 or not 0 <= count <= of:
        raise ValueError(f"{count} of {of} at a rate of {rate} cannot be.")
    if count == 0 or rate == 1:
        return 1.0
    if rate == 0:
        return 0.0
    whole = lgamma(of + 1)
    terms = (
        whole - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate) + (of - k) * log(1 - rate)
        for k in range(count, of + 1)
    )
    return min(1.0, fsum(map(exp, terms)))


def poisson_tail(count: int, expected: float) -> float:
    """How often chance gives at least so many, where so many are expected.

    Examples
    --------
    >>> round(poisson_tail(1, 0.5), 4)
    0.3935
    """
    if count < 0 or expected < 0:
        raise ValueError(f"{count} where {expected} are expected cannot be.")
    if count == 0:
        return 1.0
    if expected == 0:
        return 0.0
    below = fsum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)


def patterns(watched: Watched, numbers: WatchNumbers) -> tuple[Pattern, ...]:
    """Every pattern, in a fixed order."""
    zone = ZoneInfo(watched.zone)
    unused = [(one, not one.was_taken) for one in watched.issued]
    found = [
        *_stands_out(
            "supplements-unused-by-pair",
            [(one.people, one.people, one.id, is_so) for one, is_so in unused],
            numbers,
        ),
        *_stands_out(
            "supplements-unused-by-shift",
            [(_shift(one.at, zone, numbers), one.people, one.id, is_so) for one, is_so in unused],
            numbers,
        ),
        *_by_person("access-out-of-hours", watched, numbers, zone),
        *_by_person("moved-alone", watched, numbers, zone),
        *_by_person("losses-by-person", watched, numbers, zone),
        *_differences(watched, numbers),
        *_seals(watched.seals),
        *_without_vital_signs(watched.swallowed, numbers),
    ]
    return tuple(sorted(found, key=lambda one: (one.code, one.because)))


def _shift(at: datetime, zone: ZoneInfo, numbers: WatchNumbers) -> str:
    """The part of the site's day: within its hours, before noon or after, or outside of them."""
    hour = at.astimezone(zone).hour
    if not numbers.day_begins <= hour < numbers.day_ends:
        return "out-of-hours"
    return "before-noon" if hour < 12 else "after-noon"


Case = tuple[Hashable, frozenset[str], str, bool]  # group, people, id, whether it is so


def _stands_out(code: str, cases: Iterable[Case], numbers: WatchNumbers) -> Iterable[Pattern]:
    """Groups in which it is so more often than chance gives at the rate of all others."""
    groups: dict[Hashable, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case[0]].append(case)
    every = sum(len(own) for own in groups.values())
    so = sum(case[3] for own in groups.values() for case in own)
    for group, own in groups.items():
        here = [case for case in own if case[3]]
        others = every - len(own)
        if len(here) < numbers.fewest or not others:
            continue
        rate = (so - len(here)) / others
        chance = min(1.0, binomial_tail(len(here), len(own), rate) * len(groups))
        if chance <= numbers.chance:
            people = frozenset[str]().union(*(case[1] for case in here))
            told = {"count": str(len(here)), "of": str(len(own)), "others": f"{rate:.4f}"}
            told |= {"group": group} if isinstance(group, str) else {}
            told["compared"] = str(len(groups))
            yield Pattern(code, people, tuple(sorted(case[2] for case in here)), told, chance)


def _by_person(
    code: str, watched: Watched, numbers: WatchNumbers, zone: ZoneInfo
) -> Iterable[Pattern]:
    """Whoever does it more often than the others, of all that they handle."""

    def is_so(one: Handled) -> bool:
        if code == "moved-alone":
            return one.is_alone
        if code == "losses-by-person":
            return one.is_loss
        return not one.is_in_session and _shift(one.at, zone, numbers) == "out-of-hours"

    cases = [(one.person, frozenset({one.person}), one.id, is_so(one)) for one in watched.handled]
    for pattern in _stands_out(code, cases, numbers):
        told = {name: value for name, value in pattern.numbers.items() if name != "group"}
        yield Pattern(pattern.code, pattern.people, pattern.because, told, pattern.chance)


def _differences(watched: Watched, numbers: WatchNumbers) -> Iterable[Pattern]:
    """Whoever handled what differed more often than their share of handling gives."""
    share = Counter(one.person for one in watched.handled)
    every = sum(share.values())
    near: dict[str, list[str]] = defaultdict(list)
    for one in watched.differed:
        for person in one.people:
            near[person].append(one.id)
    for person, ids in near.items():
        if len(ids) < numbers.fewest or not every:
            continue
        expected = len(watched.differed) * share[person] / every
        chance = min(1.0, poisson_tail(len(ids), expected) * len(near))
        if chance <= numbers.chance:
            told = {"count": str(len(ids)), "of": str(len(watched.differed))}
            told |= {"expected": f"{expected:.2f}", "compared": str(len(near))}
            people = frozenset({person})
            yield Pattern("differences-by-person", people, tuple(sorted(ids)), told, chance)


def _seals(seals: Iterable[Seal]) -> Iterable[Pattern]:
    """Each box whose seal was not the one that it was issued with."""
    for one in seals:
        if one.issued and one.found and one.issued != one.found:
            yield Pattern("seal-broken", one.people, (one.id,))


def _without_vital_signs(
    swallowed: Iterable[Swallowed], numbers: WatchNumbers
) -> Iterable[Pattern]:
    """Each capsule that was swallowed with no reading of the person near it."""
    near = timedelta(minutes=numbers.vital_minutes)
    for one in swallowed:
        if not any(abs(at - one.at) <= near for at in one.readings):
            told = {"readings": str(len(one.readings)), "minutes": str(numbers.vital_minutes)}
            yield Pattern("given-without-vital-signs", one.people, (one.id,), told)


def receiver(pattern: Pattern, candidates: Sequence[str]) -> str | None:
    """Who is told of a pattern: the first who is not in it; None where nobody is left."""
    return next((one for one in candidates if one not in pattern.people), None)
