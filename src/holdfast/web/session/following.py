"""A session as this process last read it, brought up to the record by position for each look.

What a look costs does not grow with the session: the rules are kept as a fold, and the entries are
read once.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from holdfast.actions.session_judging import Followed
from holdfast.domain.conditions import Alarm, Condition, alarms_of, with_raised
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_plan import SessionPlan
from holdfast.records.journal import Stream
from holdfast.records.session import DosingSession
from holdfast.records.session_alarms import raised_conditions
from holdfast.records.session_now import (
    course_around,
    entries_of,
    is_settled_since,
    plan_of,
    planned_at,
)

MOST_KEPT = 100  # sessions a process remembers; technical


@dataclass
class Look:
    """A session at a position, as a page is told of it."""

    session: DosingSession
    position: int
    planned: UUID
    judged: Followed
    entries: list[SessionEntry] = field(default_factory=list)
    raised: list[Condition] = field(default_factory=list)  # on record, by a rule or without one
    bands: dict[tuple[str, ...], Any] = field(default_factory=dict)  # what is expected, by doses
    team: dict[str, str] = field(default_factory=dict)  # who may come in, by account
    person: dict[str, Any] | None = None  # what is told of the person in an emergency
    person_token: tuple[int, ...] = ()
    person_asked_at: datetime | None = None
    busy: Lock = field(default_factory=Lock)

    @property
    def plan(self) -> SessionPlan:
        """The plan that stands."""
        return self.judged.plan

    def take_in(self, entries: Sequence[SessionEntry], position: int) -> None:
        """Know of more entries."""
        self.judged.take_in(entries)
        self.entries += entries
        self.raised += raised_conditions(self.session, position, after=self.position)
        self.position = position

    def alarms(self, now: datetime) -> tuple[Alarm, ...]:
        """Every alarm by now, open ones first; those on record that no rule finds among them."""
        log = self.judged.log(now)
        return alarms_of(with_raised(self.judged.conditions(now), self.raised, log), log)


_KEPT: "OrderedDict[UUID, Look]" = OrderedDict()
_KEEPING = Lock()


def look_at(session: DosingSession) -> Look:
    """A session as the record has it now. Hold ``busy`` while asking what it judges."""
    position = _position(session)
    planned = planned_at(session).id
    with _KEEPING:
        kept = _KEPT.pop(session.id, None)
    if kept is not None:
        with kept.busy:
            if not _reaches(kept, session, position, planned):
                kept = None
    if kept is None:
        kept = _read(session, position, planned)
    kept.session = session
    with _KEEPING:
        _KEPT[session.id] = kept
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return kept


def _position(session: DosingSession) -> int:
    rows = Stream.objects.filter(id=session.enrollment_id)
    return int(rows.values_list("position", flat=True).get())


def _read(session: DosingSession, position: int, planned: UUID) -> Look:
    judged = Followed(session.id, plan_of(session), course_around(session), position, "")
    look = Look(session, 0, planned, judged)
    look.take_in(entries_of(session, position), position)
    return look


def _reaches(kept: Look, session: DosingSession, position: int, planned: UUID) -> bool:
    """Bring what is kept to the position; False where it must be read anew."""
    if kept.planned != planned or position < kept.position:
        return False
    if position > kept.position:
        if is_settled_since(session, kept.position):
            return False
        kept.take_in(entries_of(session, position, after=kept.position), position)
    return True
