"""Appointments as an iCalendar document (RFC 5545): wall-clock times with their zone's own rules.

An event says when, for how long and what the person chose to call it. Nothing else of it leaves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

PRODUCT = "-//Holdfast//Appointments//EN"
_LONGEST_LINE = 75  # octets, RFC 5545 section 3.1
_AROUND = timedelta(days=370)  # of zone rules before the first and after the last event
_STEP = timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """One event: ``starts`` is wall-clock time, without a zone of its own, in ``zone``."""

    id: UUID
    starts: datetime
    zone: str
    minutes: int
    title: str
    changed_at: datetime


def calendar(events: Sequence[Event], *, title: str) -> bytes:
    """A whole calendar. The same events give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for zone in sorted({event.zone for event in events}):
        lines += _zone(zone, [event.starts for event in events if event.zone == zone])
    for event in sorted(events, key=lambda each: (each.starts, each.id)):
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(event: Event) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.id}@holdfast",
        f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID={event.zone}:{event.starts:%Y%m%dT%H%M%S}",
        f"DURATION:PT{event.minutes}M",
        f"SUMMARY:{_escaped(event.title)}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def _zone(name: str, starts: Iterable[datetime]) -> list[str]:
    """The rules of a zone around these times, each change of its clock as one observance."""
    zone, days = ZoneInfo(name), sorted(starts)
    first, last = days[0] - _AROUND, days[-1] + _AROUND
    began = first.replace(tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    lines += _observance(zone, began, began)
    for change in _changes(zone, began, last.replace(tzinfo=UTC)):
        lines += _observance(zone, change - timedelta(seconds=1), change)
    return [*lines, "END:VTIMEZONE"]


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which the clocks of a zone are changed, to the second."""
    at = first
    while at < last:
        then = at + _STEP
        if at.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset():
            yield _exactly(zone, at, then)
        at = then


def _exactly(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _observance(zone: ZoneInfo, before: datetime, change: datetime) -> list[str]:
    old, new = before.astimezone(zone), change.astimezone(zone)
    came = old.utcoffset() or timedelta(0)
    kind = "DAYLIGHT" if new.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{(change + came).replace(tzinfo=None):%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(came)}",
        f"TZOFFSETTO:{_offset(new.utcoffset() or timedelta(0))}",
        f"TZNAME:{_escaped(new.tzname() or '')}",
        f"END:{kind}",
    ]


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{rest // 60:02d}"


def _escaped(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, none of which splits a character."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > _LONGEST_LINE:
            yield piece
            piece = " "
        piece += letter
    yield piece
