"""A dosing session as its rules read it: its plan, and its entries as they were known at a position."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max, Q, QuerySet

from holdfast.definitions import session as entry_kinds
from holdfast.domain import room
from holdfast.domain.course_so_far import CourseSoFar
from holdfast.domain.dose_totals import MAY_BE_TAKEN
from holdfast.domain.session_entries import FieldType, FieldValue, SessionEntry
from holdfast.domain.session_log import Log, log_of
from holdfast.domain.session_plan import SessionPlan, from_json
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.columns import instant_of
from holdfast.records.forgotten import is_erased
from holdfast.records.journal import Stream
from holdfast.records.keys import Erased, opened
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared
from holdfast.records.rooms import RoomAttribution, RoomEntry
from holdfast.records.session import (
    AlarmRaised,
    DosingSession,
    SessionFact,
    SessionPlanned,
)
from holdfast.records.session_course import read_course

_COLUMNS = (
    "id",
    "kind",
    "at",
    "recorded_at",
    "position",
    "fields",
    "corrects",
    "written_by_id",
    "came",
    "room_entry__attribution__outcome",
    "room_entry__attribution__settled_by_id",
    "room_entry__attribution__recorded_at",
    "room_entry__attribution__position",
)
_KEPT_APART = frozenset(each.value for each in room.KEPT_APART)


def stored_fields(fields: Mapping[str, FieldValue]) -> str:
    """The fields of an entry as they are stored: canonical JSON, numbers with their digits as text."""
    return document(dict(fields)).decode()


def read_stored(kind: str, stored: str) -> dict[str, FieldValue]:
    """Fields as they were stored. What this release does not know any more stays the text it was."""
    known = entry_kinds.load().kinds.get(kind)
    told: dict[str, Any] = orjson.loads(stored)
    return {
        name: _value(value, known.fields[name].type if known and name in known.fields else None)
        for name, value in told.items()
    }


def _value(stored: Any, type_: FieldType | None) -> FieldValue:
    if isinstance(stored, bool):
        return stored
    if type_ is FieldType.NUMBER:
        return Decimal(str(stored))
    if type_ is FieldType.MOMENT:
        return instant_of(stored)
    return str(stored)


def entry_of(fact: SessionFact) -> SessionEntry:
    """An entry as it was written, whoever it was attributed to since."""
    return SessionEntry(
        id=str(fact.id),
        kind=fact.kind,
        at=fact.at,
        known_at=fact.recorded_at,
        by=str(fact.written_by_id) if fact.written_by_id else "",
        fields=read_stored(fact.kind, fact.fields),
        corrects=str(fact.corrects) if fact.corrects and not is_kept_apart(fact) else None,
    )


def is_kept_apart(fact: SessionFact) -> bool:
    """It came from a revoked device or without its signature, and nobody took it over."""
    return fact.came in _KEPT_APART and fact.written_by_id is None


def entries_of(
    session: DosingSession, position: int | None = None, after: int = 0
) -> tuple[SessionEntry, ...]:
    """The entries of a session as they were known at a position of its stream; by default, all.

    ``after``: only those written behind this position. What is kept apart is no entry until somebody
    took it over, and is known since then. But a dose that may have been taken is one from the first,
    nobody's, and takes nothing back. An entry is of whoever wrote it, or took it over.
    """
    if after and position is not None:
        told: Iterable[Sequence[Any]] = map(_row, _BEHIND.rows(session.id, after, position))
    else:
        rows = SessionFact.objects.filter(session_id=session.id, position__gt=after)
        if position is not None:
            rows = rows.filter(position__lte=position)
        told = rows.order_by("position", "id").values_list(*_COLUMNS)
    found = (_as_known(row, position) for row in told)
    return tuple(entry for entry in found if entry is not None)


# What was written last is asked all the time: by every screen, and by the watch.
_BEHIND = Prepared(
    lambda session, after, position: (
        SessionFact.objects.filter(session=session, position__gt=after, position__lte=position)
        .select_related("room_entry__attribution")
        .order_by("position", "id")
    )
)


def _row(fact: SessionFact) -> tuple[Any, ...]:
    """The same columns of a fact, in their order."""
    return tuple(_reached(fact, name.split("__")) for name in _COLUMNS)


def _reached(row: Any, names: Sequence[str]) -> Any:
    for name in names:
        row = None if row is None else getattr(row, name, None)
    return row


def _as_known(row: Sequence[Any], position: int | None) -> SessionEntry | None:
    id_, kind, at, recorded_at, _, fields, corrects, by, came, outcome, settler, settled, place = (
        row
    )
    is_settled = place is not None and (position is None or place <= position)
    is_mine = is_settled and outcome == "mine"
    is_apart = came in _KEPT_APART
    if is_apart and not is_mine and kind not in MAY_BE_TAKEN:
        return None
    is_known_late = is_apart and kind not in MAY_BE_TAKEN
    writer = by or (settler if is_mine else None)
    return SessionEntry(
        id=str(id_),
        kind=kind,
        at=at,
        known_at=settled if is_known_late else recorded_at,
        by=str(writer) if writer else "",
        fields=read_stored(kind, fields),
        corrects=str(corrects) if corrects and (is_mine or not is_apart) else None,
    )


def is_settled_since(session: DosingSession, position: int) -> bool:
    """Whether somebody said whose an entry of a session is, behind a position of its stream."""
    return _SETTLED_SINCE.first(session.enrollment_id, position, session.id) is not None


_SETTLED_SINCE = Prepared(
    lambda enrollment, position, session: RoomAttribution.objects.filter(
        stream_id=enrollment,
        position__gt=position,
        entry__session_fact__session_id=session,
    ).order_by("id")[:1]
)


def news_since(session: DosingSession, position: int) -> frozenset[str]:
    """The ids of the entries that were written, or became somebody's, behind a position of the stream.

    What somebody took over stays where it was written; whoever knew of it knows it anew.
    """
    rows = SessionFact.objects.filter(session_id=session.id)
    taken = {
        "room_entry__attribution__stream_id": session.enrollment_id,
        "room_entry__attribution__position__gt": position,
    }
    found = (rows.filter(position__gt=position), rows.filter(**taken))
    return frozenset(str(id_) for each in found for id_ in each.values_list("id", flat=True))


def planned_at(session: DosingSession, position: int | None = None) -> SessionPlanned:
    """The plan that stands for a session at a position; by default, now."""
    rows = SessionPlanned.objects.filter(session_id=session.id)
    if position is not None:
        rows = rows.filter(position__lte=position)
    return rows.latest("position")


def plan_of(session: DosingSession, position: int | None = None) -> SessionPlan:
    """The same as the rules read it."""
    return from_json(orjson.loads(planned_at(session, position).plan))


def course_around(session: DosingSession, position: int | None = None) -> CourseSoFar:
    """What the course was when the plan of a session was compiled."""
    return read_course(orjson.loads(planned_at(session, position).course))


def stream_of(session: DosingSession) -> Stream:
    """Where the stream of a session stands now."""
    return _STREAM.rows(session.enrollment_id)[0]


_STREAM = Prepared(lambda enrollment: Stream.objects.filter(id=enrollment))


def open_sessions(site: Site) -> list[DosingSession]:
    """The sessions of a site that nobody closed, the first opened first."""
    rows = DosingSession.objects.filter(site=site, closing=None)
    return list(rows.select_related("enrollment__site", "room").order_by("opened_at", "id"))


def sessions_of(enrollment: Enrollment) -> list[DosingSession]:
    """Every session of an enrollment, in the order in which they were opened."""
    rows = DosingSession.objects.filter(enrollment=enrollment).select_related("closing")
    return list(rows.order_by("opened_at", "id"))


def session_of(session_id: UUID, enrollment: Enrollment) -> DosingSession | None:
    """One session of an enrollment, with what its acts read of it."""
    return _SESSION_OF.first(session_id, enrollment.id)


_SESSION_OF = Prepared(
    lambda session, enrollment: DosingSession.objects.filter(
        id=session, enrollment=enrollment
    ).select_related("enrollment__site", "site", "closing")
)


def open_session_of(enrollment: Enrollment) -> DosingSession | None:
    """The session of an enrollment that goes on; None where none does."""
    rows = DosingSession.objects.filter(enrollment=enrollment, closing=None)
    return rows.order_by("-opened_at", "-id").first()


def alarms_raised(session: DosingSession) -> list[AlarmRaised]:
    """Every condition that was raised in a session, the newest first."""
    rows = AlarmRaised.objects.filter(session=session).select_related("paged__page")
    return list(rows.order_by("-position", "condition"))


def raised_with(entry_id: UUID, enrollment_id: UUID) -> list[AlarmRaised]:
    """The conditions that were judged true with one entry of an enrollment: they belong in its answer."""
    return _RAISED_WITH.rows(entry_id, enrollment_id)


_RAISED_WITH = Prepared(
    lambda entry, enrollment: AlarmRaised.objects.filter(
        judged_with=entry, session__enrollment=enrollment
    ).order_by("condition")
)


def alarms_between(session: DosingSession, after: int, position: int) -> list[AlarmRaised]:
    """The conditions raised in a session behind one position of its stream and up to another."""
    return _RAISED_BETWEEN.rows(session.id, after, position)


_RAISED_BETWEEN = Prepared(
    lambda session, after, position: AlarmRaised.objects.filter(
        session=session, position__gt=after, position__lte=position
    )
)


def last_heard(session: DosingSession) -> dict[str, datetime]:
    """When each device was last heard from about a session, by its label."""
    rows = RoomEntry.objects.filter(
        Q(session_fact__session=session)
        | Q(opening__subjects__enrollment_id=session.enrollment_id),
        recorded_at__gte=session.opened_at,
        device__isnull=False,
    )
    told = rows.values_list("device__label").annotate(last=Max("recorded_at"))
    return dict(told.order_by("device__label"))


def facts_of(session: DosingSession) -> "QuerySet[SessionFact]":
    """The entries of a session as they stand in the record, with who wrote them."""
    rows = SessionFact.objects.filter(session=session).select_related(
        "written_by", "room_entry__attribution__settled_by", "room_entry__device"
    )
    return rows.order_by("position", "id")


def moved_away(enrollment: Enrollment) -> frozenset[UUID]:
    """The entries of a person's sessions that were moved to somebody else's: their words are theirs."""
    rows = SessionFact.objects.filter(session__enrollment=enrollment, kind="correction")
    gone = rows.exclude(counterpart=None).values_list("corrects", flat=True)
    return frozenset(each for each in gone if each is not None)


def worded(session: DosingSession) -> dict[str, str | None]:
    """The words of the entries of a session, by their ids; None where they were erased.

    What was moved to the person that it was about has its words there, and none here any more.
    """
    gone = moved_away(session.enrollment)
    rows = facts_of(session).exclude(words=None).exclude(id__in=gone)
    return {str(row.id): words_of(row, session.enrollment) for row in rows}


def words_of(fact: SessionFact, enrollment: Enrollment) -> str | None:
    """The words of an entry, empty where it has none; None where they were erased."""
    if fact.words is None:
        return ""
    if is_erased(enrollment.person_id):
        return None
    try:
        return opened(fact, "words") or ""
    except Erased:
        return None


def raised_ids(session: DosingSession, position: int, after: int = 0) -> Iterable[str]:
    """The ids of the conditions raised in a session behind one position and up to another."""
    rows = AlarmRaised.objects.filter(
        session_id=session.id, position__gt=after, position__lte=position
    )
    return rows.values_list("condition", flat=True)


def session_log(session: DosingSession, now: datetime) -> Log:
    """What is known of a session by a moment, as its rules read it."""
    return log_of(entries_of(session), now)


def waiting_in(session: DosingSession) -> int:
    """How many entries of a session are nobody's yet."""
    rows = SessionFact.objects.filter(session=session, written_by=None)
    return rows.filter(room_entry__attribution=None).count()


PAGED = "physician-page"  # whom a tier tells, where it pages duty
PAGING = ("notify", "urgent", "emergency")  # the tiers that may; "observe" never does


def to_page(site: Site) -> dict[UUID, list[AlarmRaised]]:
    """The alarms of a site's sessions that reach beyond the room and were not paged, by session.

    One that somebody acknowledged before it was paged is paged all the same.
    """
    rows = AlarmRaised.objects.filter(
        session__site=site, tier__in=PAGING, paged=None, told__contains=PAGED
    )
    found: dict[UUID, list[AlarmRaised]] = {}
    for row in rows.order_by("recorded_at", "condition"):
        found.setdefault(row.session_id, []).append(row)
    return found
