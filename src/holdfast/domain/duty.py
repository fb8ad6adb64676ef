"""What is to be sent next, and to whom: pages, how they climb, and what is wrong with duty.

Pure: the caller brings the clock, so any minute of any past page can be replayed. Nothing here
waits for a number that nobody signed: without one, everybody is paged at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from holdfast.domain.rota import Post, Turn

RETRY = timedelta(seconds=30)  # a channel that failed is tried again; how often is technical
TESTED_EVERY = timedelta(days=1)  # each channel is tested daily


@dataclass(frozen=True)
class Page:
    """Somebody is called. ``only`` is one person and channel: a test, which never climbs."""

    id: UUID
    asked_at: datetime
    post: Post | None = None
    only: tuple[UUID, str] | None = None


@dataclass(frozen=True)
class Attempt:
    """One try to send a page to a person by a channel, after it was made."""

    page: UUID
    person: UUID
    channel: str
    is_received: bool
    at: datetime


@dataclass(frozen=True)
class PageAnswer:
    """A person answered a page: they take it, or they cannot."""

    page: UUID
    person: UUID
    takes: bool
    at: datetime


@dataclass(frozen=True)
class Send:
    """One message to send now. ``since`` names the round: sent twice, it is the same message."""

    page: UUID
    person: UUID
    channel: str
    since: datetime


@dataclass(frozen=True)
class Condition:
    """Something wrong with duty: known by its code and by what it is about."""

    code: str  # roster-empty | times-unsigned | no-channel | channel-untested | nobody-answered
    person: UUID | None = None
    channel: str = ""
    page: UUID | None = None


@dataclass(frozen=True)
class Duty:
    """Everything that decides, at one moment: who is on, how they are reached, what was signed."""

    turns: Sequence[Turn]
    contacts: Mapping[UUID, Sequence[str]]  # channels by person
    attempts: Sequence[Attempt]
    answers: Sequence[PageAnswer]
    answer_within: timedelta | None  # None: nobody signed it
    holds_for: timedelta | None
    now: datetime


def ladder(page: Page, duty: Duty) -> tuple[UUID, ...]:
    """Whom a page climbs through: the post that was asked for, then the others in their order.

    With nobody on duty it goes to everybody who can be reached at all.
    """
    asked_first = sorted(duty.turns, key=lambda turn: turn.post != page.post)
    people = dict.fromkeys(turn.person for turn in asked_first)
    return tuple(people) or tuple(sorted(duty.contacts))


def _given_up(page: Page, person: UUID, due: datetime, duty: Duty) -> datetime | None:
    """When it became known that a person will not come; None while they still may."""
    channels = duty.contacts.get(person, ())
    if not channels:
        return due
    declined = [
        a.at for a in duty.answers if (a.page, a.person, a.takes) == (page.id, person, False)
    ]
    if declined:
        return max(due, min(declined))
    tries = [a for a in duty.attempts if (a.page, a.person) == (page.id, person)]
    if any(a.is_received for a in tries):
        return None
    failed = {
        channel: min((a.at for a in tries if a.channel == channel), default=None)
        for channel in channels
    }
    moments = [at for at in failed.values() if at is not None]
    return max(due, *moments) if len(moments) == len(failed) else None


def rungs(page: Page, duty: Duty) -> Iterator[tuple[UUID, datetime]]:
    """Each person of the ladder, and from when on they are paged."""
    due, is_manned = page.asked_at, bool(duty.turns)
    for person in ladder(page, duty):
        yield person, due
        if duty.answer_within is None or not is_manned:
            continue  # everybody at once
        gone = _given_up(page, person, due, duty)
        due = min(due + duty.answer_within, gone) if gone else due + duty.answer_within


def is_answered(page: Page, duty: Duty) -> bool:
    """True once somebody took the page."""
    return any(a.takes for a in duty.answers if a.page == page.id)


def top(page: Page, duty: Duty) -> datetime:
    """When the last person of the ladder has had their time: nobody answered."""
    last = max((due for _, due in rungs(page, duty)), default=page.asked_at)
    is_timed = duty.turns and duty.answer_within is not None
    return last + duty.answer_within if is_timed and duty.answer_within else last


def sends(page: Page, duty: Duty) -> tuple[Send, ...]:
    """What is to be sent now for one page; nothing once somebody took it.

    Every channel of a person is used at once. After the whole ladder everybody is paged again,
    each time the signed minutes have passed.
    """
    if is_answered(page, duty):
        return ()
    if page.only is not None:
        person, channel = page.only
        is_over = duty.now >= page.asked_at + TESTED_EVERY
        wanted = [] if is_over else [Send(page.id, person, channel, page.asked_at)]
    else:
        wanted = [
            Send(page.id, person, channel, _round(due, top(page, duty), duty))
            for person, due in rungs(page, duty)
            if due <= duty.now
            for channel in duty.contacts.get(person, ())
        ]
    return tuple(send for send in wanted if _is_open(send, duty))


def _round(due: datetime, end: datetime, duty: Duty) -> datetime:
    if duty.answer_within is None or duty.now < end:
        return due
    return end + (duty.now - end) // duty.answer_within * duty.answer_within


def _is_open(send: Send, duty: Duty) -> bool:
    """True where nobody received it in this round and no try is too fresh to be made again."""
    tries = [
        a
        for a in duty.attempts
        if (a.page, a.person, a.channel) == (send.page, send.person, send.channel)
    ]
    return not any(a.at >= send.since if a.is_received else a.at > duty.now - RETRY for a in tries)


def tested_at(person: UUID, channel: str, tests: Sequence[Page], duty: Duty) -> datetime | None:
    """When a person last acknowledged a test of a channel of theirs."""
    ids = {test.id for test in tests if test.only == (person, channel)}
    return max(
        (a.at for a in duty.answers if a.page in ids and a.person == person and a.takes),
        default=None,
    )


def conditions(pages: Sequence[Page], duty: Duty) -> tuple[Condition, ...]:
    """Everything that is wrong with duty now; one never hides another."""
    calls = [page for page in pages if page.only is None]
    tests = [page for page in pages if page.only is not None]
    found = [] if duty.turns else [Condition("roster-empty")]
    if duty.answer_within is None or duty.holds_for is None:
        found.append(Condition("times-unsigned"))
    for person in dict.fromkeys(turn.person for turn in duty.turns):
        channels = duty.contacts.get(person, ())
        if not channels:
            found.append(Condition("no-channel", person))
        for channel in channels:
            tested = tested_at(person, channel, tests, duty)
            if tested is None or duty.now > tested + TESTED_EVERY:
                found.append(Condition("channel-untested", person, channel))
    found += [
        Condition("nobody-answered", page=page.id)
        for page in calls
        if not is_answered(page, duty) and duty.now >= top(page, duty)
    ]
    return tuple(found)
