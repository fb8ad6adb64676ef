"""What was felt or seen in a session, one course in time for each term: onset, peak, offset.

Repeats of one term are one course. Valence and severity are attributes of it and never a filter.
"""

from dataclasses import dataclass
from datetime import datetime

from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, at_latest

_SEVERITIES = ("", "mild", "moderate", "severe")
_SERIOUS = ("", "no", "unknown", "yes")


@dataclass(frozen=True)
class EventCourse:
    """One term as it stands. ``peak`` None: nobody said how strong; ``offset`` None: not known to be over."""

    term: str
    onset: datetime
    peak: datetime | None
    offset: datetime | None
    severity: str
    serious: str
    valences: tuple[str, ...]
    entries: tuple[str, ...]


def event_courses(log: Log) -> tuple[EventCourse, ...]:
    """The course of each term of a session, by its onset. What was taken back is in none."""
    by_term: dict[str, list[SessionEntry]] = {}
    for entry in log.standing("event"):
        by_term.setdefault(entry.code("term"), []).append(entry)
    return tuple(
        sorted((_course(*one) for one in by_term.items()), key=lambda c: (c.onset, c.term))
    )


def _course(term: str, entries: list[SessionEntry]) -> EventCourse:
    severity = max((entry.code("severity") for entry in entries), key=_SEVERITIES.index)
    serious = max((entry.code("serious") for entry in entries), key=_SERIOUS.index)
    last = entries[-1]
    valences = dict.fromkeys(entry.code("valence") for entry in entries if entry.code("valence"))
    return EventCourse(
        term=term,
        onset=at_latest(entries[0]),
        peak=_peak(entries, severity),
        offset=at_latest(last) if last.code("course") == "offset" else None,
        severity=severity,
        serious=serious,
        valences=tuple(valences),
        entries=tuple(entry.id for entry in entries),
    )


def _peak(entries: list[SessionEntry], severity: str) -> datetime | None:
    """When somebody said that it was at its strongest; else when the most severe was first seen."""
    said = [entry for entry in entries if entry.code("course") == "peak"]
    worst = [entry for entry in entries if severity and entry.code("severity") == severity]
    found = said[-1:] or worst[:1]
    return at_latest(found[0]) if found else None


def is_graver(one: str, other: str) -> bool:
    """Whether a thing is more serious than was said before: yes, then nobody can say, then no, then not asked."""
    return _SERIOUS.index(one) > _SERIOUS.index(other)
