"""Judges the entries of a session where they are written, and raises what follows from them.

Each process keeps the sessions that it judged last, by the position and the head of their stream, and
catches up from there: what a reading costs does not grow with the session. Judging is apart from the
record: what it cannot judge is written all the same, and that it was not judged is an alarm.
"""

import gc
import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from uuid import UUID, uuid5

from django.db import Error as DatabaseError

from holdfast.actions.apart import apart
from holdfast.actions.outcomes import Receipt
from holdfast.actions.writing import LockedStream
from holdfast.definitions.session import gates as session_gates
from holdfast.domain.conditions import Condition
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_meaning import dose_conditions
from holdfast.domain.monitoring_fold import Fold
from holdfast.domain.night import night_conditions
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log, log_of
from holdfast.domain.session_plan import SessionPlan, Tier
from holdfast.records.canonical import document
from holdfast.records.journal import JournalEntry
from holdfast.records.prepared import Prepared
from holdfast.records.session import AlarmRaised, DosingSession, SessionFact, SessionPlanned
from holdfast.records.session_now import (
    course_around,
    entries_of,
    entry_of,
    is_settled_since,
    plan_of,
    raised_ids,
    stream_of,
)

log = logging.getLogger("holdfast.actions")

MOST_KEPT = 100  # sessions a process remembers; technical
LONG = 500  # entries from which a session is set apart from what is searched for rubbish; technical
READING, CLOSED = "reading", "session-closed"
NOT_JUDGED, KEPT_APART = "not-judged", "entry-kept-apart"
# Whom it reaches where no plan can be asked: everybody that the tier can name.
EVERYBODY = ("therapists", "physician-board", "physician-page", "second-physician")


@dataclass
class Followed:
    """A session as far as this process has read it."""

    session: UUID
    plan: SessionPlan
    course: CourseSoFar
    position: int
    head: str
    pending: LockedStream | None = (
        None  # in whose transaction it was brought further than the record
    )
    raised: set[str] = field(default_factory=set)
    acts: list[SessionEntry] = field(default_factory=list)  # all entries but readings
    closing: str = ""  # the entry that closed it
    loose: int = 0  # entries taken in since what is kept was last set apart
    fold: Fold = field(init=False)

    def __post_init__(self) -> None:
        self.fold = Fold(self.plan)

    def take_in(self, entries: Iterable[SessionEntry]) -> None:
        """Know of more entries."""
        told = list(entries)
        self.loose += len(told)
        self.fold.extend(told)
        self.acts += [one for one in told if one.kind != READING or one.corrects]
        closing = [one.id for one in told if one.kind == CLOSED]
        self.closing = self.closing or next(iter(closing), "")

    def log(self, now: datetime) -> Log:
        """What is known of it by a moment, readings left out: doses, acts and what corrects them."""
        return log_of(self.acts, now)

    def conditions(self, now: datetime) -> tuple[Condition, ...]:
        """Every condition up to ``now``: of the monitoring, of doses and the end, of the night."""
        gates, log = session_gates.load(), self.log(now)
        of_doses = dose_conditions(gates, self.plan, self.course, log)
        of_night = night_conditions(self.plan, self.course, log, now)
        found = (*self.fold.conditions(now), *of_doses, *of_night)
        if self.loose >= LONG:
            self.loose = 0
            _set_apart()
        return found


def _set_apart() -> None:
    """Keep what this process remembers out of the search for rubbish.

    Fifty sessions of thousands of readings are millions of objects, and each full search of them held
    up everybody for 0.4 s. They have no cycles and go with their session. What is rubbish now is
    taken away first, but for the oldest.
    """
    gc.collect(1)
    gc.freeze()


_KEPT: "OrderedDict[UUID, Followed]" = OrderedDict()
_KEEPING = Lock()


def forget(session: UUID) -> None:
    """Read a session anew the next time."""
    with _KEEPING:
        _KEPT.pop(session, None)


def judged_in(stream: LockedStream, session: DosingSession) -> Followed | None:
    """A session that was judged under this lock, with what is about to be written; None before that."""
    with _KEEPING:
        kept = _KEPT.get(session.id)
    return kept if kept is not None and kept.pending is stream else None


def followed(session: DosingSession, stream: LockedStream) -> Followed:
    """A session as it stands in its stream, with what the action that holds the lock brought to it."""
    return _caught_up(session, stream.position, stream.head, stream)


def _caught_up(
    session: DosingSession, position: int, head: str, stream: LockedStream | None = None
) -> Followed:
    with _KEEPING:
        kept = _KEPT.pop(session.id, None)
    if kept is not None and kept.pending is not None and kept.pending is not stream:
        kept = None  # what was brought to it there was never written
    if kept is None or not _reaches(kept, session, position, head):
        kept = _read(session, position)
    kept.position, kept.head = position, head
    with _KEEPING:
        _KEPT[session.id] = kept
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return kept


def _read(session: DosingSession, position: int) -> Followed:
    kept = Followed(
        session.id,
        plan_of(session, position),
        course_around(session, position),
        position,
        "",
        raised=set(raised_ids(session, position)),
    )
    kept.take_in(entries_of(session, position))
    return kept


def _reaches(kept: Followed, session: DosingSession, position: int, head: str) -> bool:
    """Bring what is kept to the position; False where it is of another past and must be read anew."""
    if (kept.position, kept.head) == (position, head):
        return True
    if not 0 < kept.position < position:
        return False
    was = _ENTRY_AT.first(session.enrollment_id, kept.position)
    if was is None or was.entry_hash != kept.head:
        return False  # what was judged last was never committed
    is_planned_anew = _PLANS_AFTER.first(session.id, kept.position) is not None
    if is_planned_anew or is_settled_since(session, kept.position):
        return False
    kept.take_in(entries_of(session, position, after=kept.position))
    kept.raised |= set(raised_ids(session, position, after=kept.position))
    return True


_ENTRY_AT = Prepared(
    lambda stream, position: JournalEntry.objects.filter(stream=stream, position=position)
)

_PLANS_AFTER = Prepared(
    lambda session, position: SessionPlanned.objects.filter(session=session, position__gt=position)
)


def raised_by(
    stream: LockedStream, session: DosingSession, facts: Sequence[SessionFact]
) -> list[AlarmRaised]:
    """What the entries that are about to be written raise, to be written with them.

    ``facts`` have their place in the stream. Where a rule breaks, that is raised instead.
    """
    with_ = facts[0].id
    return apart(
        "session-not-judged",
        lambda: _raised(stream, session, [entry_of(fact) for fact in facts], with_),
        lambda: _not_judged(stream, session, with_),
    )


def raised_by_time(stream: LockedStream, session: DosingSession) -> list[AlarmRaised]:
    """What the clock alone raised since the session was last judged."""
    return apart(
        "session-not-judged",
        lambda: _raised(stream, session, (), None),
        lambda: _not_judged(stream, session, session.id),
    )


def is_anything_new(session: DosingSession, now: datetime) -> bool:
    """Whether a session has conditions by now that were not raised; nothing is locked for it.

    Where a rule breaks there may be: whoever holds the lock then says so loudly.
    """
    stream = stream_of(session)
    try:
        kept = _caught_up(session, stream.position, stream.head)
        # Not before what is known already: whoever holds the lock judges no earlier either.
        moment = max(now, stream.recorded_at or now)
        return any(one.id not in kept.raised for one in kept.conditions(moment))
    except DatabaseError:
        raise
    except Exception as error:
        log.error("session-not-judged", exc_info=error)
        forget(session.id)
        return True


def _raised(
    stream: LockedStream,
    session: DosingSession,
    entries: Iterable[SessionEntry],
    judged_with: UUID | None,
) -> list[AlarmRaised]:
    kept = followed(session, stream)
    kept.pending = stream
    kept.take_in(entries)
    return new_alarms(kept, session, stream.now, judged_with)


def begin(
    session: DosingSession, plan: SessionPlan, course: CourseSoFar, stream: LockedStream
) -> None:
    """Follow a session that is about to be written from its first entry on."""
    kept = Followed(session.id, plan, course, stream.position, stream.head, stream)
    with _KEEPING:
        _KEPT[session.id] = kept


def new_alarms(
    kept: Followed, session: DosingSession, now: datetime, judged_with: UUID | None
) -> list[AlarmRaised]:
    """The conditions that hold by now and were not raised yet, as they are stored."""
    found = [one for one in kept.conditions(now) if one.id not in kept.raised]
    kept.raised |= {one.id for one in found}
    return [_alarm(session, one, judged_with) for one in found]


def judged_until(session: DosingSession, stream: LockedStream, receipt: Receipt) -> None:
    """Say that what was judged last is written: the next entry is judged from there.

    What was read anew since, because a rule broke, does not know of it and is read again.
    """
    with _KEEPING:
        kept = _KEPT.get(session.id)
        if kept is not None and kept.pending is stream:
            kept.position, kept.head, kept.pending = receipt.position, receipt.entry_hash, None
        else:
            _KEPT.pop(session.id, None)


def _alarm(session: DosingSession, one: Condition, judged_with: UUID | None) -> AlarmRaised:
    return AlarmRaised(
        id=uuid5(session.id, f"alarm/{one.id}"),
        session=session,
        condition=one.id,
        code=one.code,
        tier=one.tier.value,
        measure=one.measure,
        detail=one.detail,
        since=one.since,
        known_at=one.known_at,
        because=document(list(one.because)).decode(),
        do=one.do,
        told=document(list(one.told)).decode(),
        sounds_at=document(list(one.sounds_at)).decode(),
        number=one.number,
        value=one.value,
        judged_with=judged_with,
    )


def _not_judged(stream: LockedStream, session: DosingSession, about: UUID) -> list[AlarmRaised]:
    """That something could not be judged is as urgent as what it may have been."""
    forget(session.id)
    return plain_alarm(stream, session, NOT_JUDGED, about, Tier.URGENT, ("physician-station",))


def kept_apart(
    stream: LockedStream, session: DosingSession, fact: SessionFact
) -> list[AlarmRaised]:
    """An entry came from a device that was revoked, or without its signature: somebody must look."""
    return plain_alarm(stream, session, KEPT_APART, fact.id, Tier.NOTIFY, ())


def plain_alarm(
    stream: LockedStream,
    session: DosingSession,
    code: str,
    about: UUID,
    tier: Tier,
    sounds_at: tuple[str, ...],
) -> list[AlarmRaised]:
    """An alarm that follows from the record itself and not from a rule; none where it was raised."""
    id_ = uuid5(session.id, f"alarm/{code}:{about}")
    if AlarmRaised.objects.filter(id=id_).exists():
        return []
    return [
        AlarmRaised(
            id=id_,
            session=session,
            condition=f"{code}:{about}",
            code=code,
            tier=tier.value,
            detail=str(about),
            since=stream.now,
            known_at=stream.now,
            because=document([str(about)]).decode(),
            do="look",
            told=document(list(EVERYBODY)).decode(),
            sounds_at=document(list(sounds_at)).decode(),
            judged_with=about,
        )
    ]
