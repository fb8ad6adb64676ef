"""Entries of a dosing session: written by whoever is logged in, by the room's tablet, or by a device.

What happened is never refused for what it means: after the close, without an authorisation, hours
late from paper. It is recorded first, judged then, and answered with the alarms that it raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.session_again import outlived
from holdfast.actions.session_consequences import consequences
from holdfast.actions.session_judging import (
    forget,
    judged_until,
    kept_apart,
    raised_by,
    raised_by_time,
)
from holdfast.actions.session_morning import of_the_days_after
from holdfast.actions.writing import (
    LockedStream,
    Sent,
    lock,
    one_transaction,
    refused_where_erased,
)
from holdfast.domain import night, room
from holdfast.domain.dose_totals import MAY_BE_TAKEN
from holdfast.domain.room_entry import RoomEntryTold
from holdfast.domain.session_entries import FieldValue
from holdfast.records.care import Enrollment
from holdfast.records.facts import Fact
from holdfast.records.keys import data_key_of, opened, sealed
from holdfast.records.people import PersonKey, User
from holdfast.records.rooms import RoomEntry
from holdfast.records.session import DosingSession, SessionFact
from holdfast.records.session_now import stored_fields

CAME = ("page", "interface", "paper")
# What only an act of its own writes: each stands for more than itself.
OF_ACTS = frozenset({"authorisation", "session-opened", "session-closed", "override"})


@dataclass(frozen=True)
class EntryTold:
    """An entry as somebody tells it. ``fields`` were read by their kind; the id is the client's."""

    id: UUID
    kind: str
    at: datetime
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    corrects: UUID | None = None
    words: str = field(default="", repr=False)

    @property
    def needs_its_own_act(self) -> bool:
        """It is written by signing, or by passing a gate, and not told."""
        is_order = self.kind == "order" and self.fields.get("is_spoken") is not True
        return self.kind in OF_ACTS or is_order


def session_fact(
    session: DosingSession, told: EntryTold, *, came: str, written_by: User | None
) -> SessionFact:
    """An entry as a fact, with its words sealed under the key of the person."""
    fact = SessionFact(
        id=told.id,
        session=session,
        kind=told.kind,
        at=told.at,
        fields=stored_fields(_same_ids(told.fields)),
        corrects=told.corrects,
        written_by=written_by,
        came=came,
    )
    if told.words:
        key = data_key_of(session.enrollment.person_id, PersonKey.WORDS)
        fact.words = sealed(key, fact, "words", told.words)
    return fact


def _same_ids(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """An id written in another form of the same is the same."""
    return {
        name: _same_id(value) if isinstance(value, str) and len(value) in (32, 36) else value
        for name, value in fields.items()
    }


def _same_id(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        return value


def write_entries(
    stream: LockedStream,
    sent: Sent,
    session: DosingSession,
    entries: Sequence[SessionFact],
    *,
    by: User,
    values: Mapping[str, object],
    beside: Sequence[Fact] = (),
) -> Receipt:
    """Write entries of a session in one journal entry, with all that follows from them."""
    follows = with_what_follows(stream, session, entries, by)
    receipt = stream.write(sent, [*beside, *entries, *follows], by=by, values=values)
    judged_until(session, stream, receipt)
    return receipt


def with_what_follows(
    stream: LockedStream, session: DosingSession, entries: Sequence[SessionFact], by: User
) -> list[Fact]:
    """The alarms that entries raise, and what else they write."""
    for fact in entries:
        stream.place(fact, by=by)
    return [
        *raised_by(stream, session, entries),
        *consequences(stream, session, entries, by),
        *outlived(stream, session, entries),
        *of_the_days_after(stream, session, entries),
    ]


@refused_where_erased
@one_transaction
def record_entry(
    *, session: DosingSession, told: EntryTold, came: str, by: User, now: datetime
) -> Answered:
    """Write one entry of a session, from a page, from paper or by the interface.

    The same entry again gets its first receipt; other content under its id is a conflict. What
    belongs to a night is for whoever attends as well.
    """
    needed = "session.night" if told.kind in night.KINDS else "session.run"
    if refusal := refused(by, session.enrollment, needed, now):
        return refusal
    if came not in CAME:
        return Refusal("came-unknown")
    if told.needs_its_own_act:
        return Refusal("needs-its-own-act", {"kind": told.kind})
    stream = lock(session.enrollment_id, now)
    sent = stream.sent("session-entry-recorded", told.id, _content(session, told))
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = session_fact(session, told, came=came, written_by=by)
    values = {"kind": told.kind, "came": came, "session": session.id.hex}
    return write_entries(stream, sent, session, [fact], by=by, values=values)


def _content(session: DosingSession, told: EntryTold) -> Mapping[str, object]:
    return {
        "session": session.id,
        "kind": told.kind,
        "at": told.at,
        "fields": dict(told.fields),
        "corrects": told.corrects,
        "words": told.words,
    }


# --- From the room -------------------------------------------------------------------------------


def session_meant(told: RoomEntryTold, subjects: Sequence[Enrollment]) -> DosingSession | None:
    """The session that an entry of a room is of: one of a person that the room was opened for."""
    if told.session is None:
        return None
    rows = DosingSession.objects.select_related("enrollment__site", "site", "closing")
    return rows.filter(id=told.session, enrollment__in=[each.id for each in subjects]).first()


def of_an_act(told: RoomEntryTold) -> bool:
    """Whether what a room tells is written only by an act of its own."""
    return EntryTold(told.id, told.kind.code, told.at, told.fields).needs_its_own_act


def of_the_room(
    stream: LockedStream, session: DosingSession, entry: RoomEntry, told: RoomEntryTold, by: User
) -> list[Fact]:
    """The entry of a session that was written in a room, with what follows, beside the room's own.

    What came from a revoked device or without its signature is there, and judged once somebody took
    it over; until then it is an alarm. A dose that may have been taken counts from the first.
    """
    fact = session_fact(
        session,
        EntryTold(told.id, entry.kind, told.at, told.fields, told.corrects, told.words),
        came=entry.came,
        written_by=entry.written_by,
    )
    fact.room_entry = entry
    if entry.came in room.KEPT_APART and fact.kind not in MAY_BE_TAKEN:
        stream.place(fact, by=by)
        return [fact, *kept_apart(stream, session, fact)]
    if entry.came in room.KEPT_APART:
        follows = with_what_follows(stream, session, [fact], by)
        return [fact, *follows, *kept_apart(stream, session, fact)]
    return [fact, *with_what_follows(stream, session, [fact], by)]


# --- Corrections ---------------------------------------------------------------------------------


@refused_where_erased
@one_transaction
def move_entry(
    *, fact: SessionFact, to: DosingSession, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Move an entry that was made against the wrong person; both records say so, each naming the other.

    What it raised where it did not belong stays raised there; where it belongs it is judged anew.
    What is nobody's yet is taken over before it is moved: moving it says whom it is about, and
    puts nobody's name to it.
    """
    wrong = DosingSession.objects.select_related("enrollment__site", "site", "closing").get(
        id=fact.session_id
    )
    for session in (wrong, to):
        if refusal := refused(by, session.enrollment, "session.run", now):
            return refusal
    if wrong.id == to.id or fact.kind in OF_ACTS:
        return Refusal("cannot-be-moved")
    streams = {id_: lock(id_, now) for id_ in sorted((wrong.enrollment_id, to.enrollment_id))}
    here, there = streams[wrong.enrollment_id], streams[to.enrollment_id]
    content = {"entry": fact.id, "to": to.id}
    sent = there.sent("session-entry-moved", entry_id, content)
    if earlier := there.earlier(sent, by=by):
        return earlier
    if SessionFact.objects.filter(session=wrong, corrects=fact.id).exists():
        return Refusal("already-corrected")
    if (writer := _writer(fact)) is None:
        return Refusal("nobodys-yet")
    moved, gone = _moved(fact, writer, wrong, to, entry_id, by, here.now)
    values = {"kind": fact.kind, "from": wrong.id.hex, "to": to.id.hex}
    out = here.sent("session-entry-moved-away", uuid5(entry_id, "away"), content)
    write_entries(here, out, wrong, [gone], by=by, values=values)
    return write_entries(there, sent, to, [moved], by=by, values=values)


def _moved(
    fact: SessionFact,
    writer: User,
    wrong: DosingSession,
    to: DosingSession,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> tuple[SessionFact, SessionFact]:
    """The entry as it stands with the right person, and what takes it back with the wrong one.

    What was kept apart came to the right person by whoever moved it: it is judged there at once.
    """
    came = "page" if fact.came in room.KEPT_APART else fact.came
    words = (opened(fact, "words") or "") if fact.words else ""
    told = EntryTold(uuid5(entry_id, "moved"), fact.kind, fact.at, words=words)
    moved = session_fact(to, told, came=came, written_by=writer)
    moved.fields, moved.counterpart = fact.fields, fact.id
    back = EntryTold(
        uuid5(entry_id, "gone"), "correction", now, {"reason": "wrong-person"}, fact.id
    )
    gone = session_fact(wrong, back, came="page", written_by=by)
    gone.counterpart = moved.id
    return moved, gone


def _writer(fact: SessionFact) -> User | None:
    """Whose an entry is today."""
    if fact.written_by is not None or fact.room_entry is None:
        return fact.written_by
    attribution = getattr(fact.room_entry, "attribution", None)
    if attribution is None or attribution.outcome != "mine":
        return None
    taken: User = attribution.settled_by
    return taken


def taken_over(stream: LockedStream, entry: RoomEntry, by: User) -> None:
    """Judge a session again once somebody put their name to an entry of it; what follows is written.

    The caller wrote the attribution in the same transaction.
    """
    fact = (
        SessionFact.objects.filter(room_entry=entry)
        .select_related("session__enrollment__site", "session__site", "session__closing")
        .first()
    )
    if fact is None:
        return
    fact.written_by = by  # as the rules read it from now on
    session = fact.session
    forget(session.id)
    follows = [
        *raised_by_time(stream, session),
        *consequences(stream, session, [fact], by),
        *of_the_days_after(stream, session, [fact]),
    ]
    if follows:
        sent = stream.sent("session-judged", uuid5(entry.id, "judged"), {"entry": fact.id})
        receipt = stream.write(sent, follows, by=by, values={"session": session.id.hex})
        judged_until(session, stream, receipt)
    else:
        forget(session.id)
