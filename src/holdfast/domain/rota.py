"""Who is on duty at a moment: hours written in the site's own time, and the instants they mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

DAYS_AHEAD = 15


class Post(StrEnum):
    """The posts of a roster, in the order in which a page goes from one to the next."""

    FIRST = "first"
    SECOND = "second"
    PHYSICIAN = "physician-on-call"
    SITE_LEAD = "site-lead"
    MONITOR = "outside-monitor"


@dataclass(frozen=True)
class Turn:
    """One person in one post, from one instant until another (UTC; the end is not part of it)."""

    person: UUID
    post: Post
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Hours:
    """Hours that repeat: on these weekdays (1 Monday to 7 Sunday), by the site's clock.

    Hours that end at or before they begin end on the next day; the same time twice is a whole day.
    ``last_day`` is the last on which a turn begins; None is until further notice.
    """

    person: UUID
    post: Post
    first_day: date
    last_day: date | None
    weekdays: frozenset[int]
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError("Weekdays are 1 (Monday) to 7 (Sunday), at least one.")
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("The last day lies before the first.")

    def turn_of(self, day: date, zone: tzinfo) -> Turn | None:
        """The turn that begins on a day, where one does.

        Where clocks go forward or back, a turn is an hour shorter or longer; an hour that comes
        twice is its first coming. Turns that meet by the clock meet in fact: no gap, no overlap.
        """
        is_over = self.last_day is not None and day > self.last_day
        if day < self.first_day or is_over or day.isoweekday() not in self.weekdays:
            return None
        end = day if self.ends > self.begins else day + timedelta(days=1)
        return Turn(
            self.person, self.post, _instant(day, self.begins, zone), _instant(end, self.ends, zone)
        )


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _in_order(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    order = list(Post)
    return tuple(sorted(turns, key=lambda t: (order.index(t.post), t.begins, t.person)))


def on_duty(roster: Iterable[Hours], zone: tzinfo, at: datetime) -> tuple[Turn, ...]:
    """Who is on duty at a moment, in the order of the posts."""
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=1), today]
    turns = {turn for hours in roster for day in days if (turn := hours.turn_of(day, zone))}
    return _in_order(turn for turn in turns if turn.begins <= at < turn.ends)


def next_turns(roster: Iterable[Hours], zone: tzinfo, at: datetime) -> tuple[Turn, ...]:
    """For each post the turns that begin next, looking two weeks ahead."""
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(DAYS_AHEAD)]
    turns = {turn for hours in roster for day in days if (turn := hours.turn_of(day, zone))}
    later = [turn for turn in turns if turn.begins > at]
    first = {
        post: min(turn.begins for turn in later if turn.post == post)
        for post in {turn.post for turn in later}
    }
    return _in_order(turn for turn in later if turn.begins == first[turn.post])
