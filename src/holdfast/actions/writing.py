"""The one pen of the record: locks a stream, writes facts with their journal entry, moves the head.

Rows are written as the very values that are hashed, by plain SQL: one INSERT a fact, one for the
journal entry, one UPDATE of the stream's head. All of it is in the action's transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial, wraps
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID, uuid4, uuid5

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from holdfast.actions.apart import apart
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.records.canonical import document, row_plan, row_sha256
from holdfast.records.care import Enrollment, Signature
from holdfast.records.closing import ASKED, closed_meanwhile
from holdfast.records.columns import instant_of, instant_text
from holdfast.records.erasure import Disclosure, Look
from holdfast.records.events import Event, chained, event_bytes, read_event
from holdfast.records.facts import Fact
from holdfast.records.journal import BEFORE_THE_FIRST, ORGANISATION, Conflict, OutboxEntry
from holdfast.records.keyring import hold_key_of_record
from holdfast.records.keys import (
    DataKey,
    Erased,
    KeyMissing,
    SiteKey,
    data_key_of,
    sealed,
    site_key_named,
)
from holdfast.records.people import PersonKey, User
from holdfast.records.rooms import RoomEntry
from holdfast.records.seals import make_seal
from holdfast.records.session import AlarmPaged, AlarmRaised, SessionFact
from holdfast.records.statements import run

P = ParamSpec("P")
R = TypeVar("R")

# Who signed in the action that runs, and when: it ends with a seal.
_SIGNED: ContextVar[tuple[User, datetime] | None] = ContextVar("signed", default=None)
# The enrollments of which the action that runs wrote facts, until when, and whose account wrote.
_WRITTEN: ContextVar[dict[UUID, tuple[datetime, UUID]] | None] = ContextVar("written", default=None)
# What is made again at the end of a transaction that wrote facts of enrollments: projections.
Follower = Callable[[Iterable[UUID], datetime], Any]
FOLLOWERS: list[Follower] = []
NOT_FOLLOWED = "board-not-followed"  # told where a projection could not be made again
# What screens wait for: whoever listens on PostgreSQL hears of it when it is committed.
_HEARD = frozenset(
    f"records_{name}"
    for name in ("dosingsession", "sessionfact", "alarmraised", "sessionclosed", "roomattribution")
)
_NOTIFY = "SELECT pg_notify('holdfast_sessions', %s)"
# Facts about an enrollment that change nothing of it; what a session's entry does change is a fact of
# its own beside it.
_QUIET = (
    *(Conflict, Disclosure, Look, OutboxEntry),
    *(RoomEntry, SessionFact, AlarmRaised, AlarmPaged),
)

_LOCK = (
    "SELECT s.kind, s.position, s.head, s.recorded_at, k.id, k.wrapped, k.wrapped_with "
    "FROM records_stream s LEFT JOIN records_personkey k ON k.owner = %s AND k.word_class = 'receipts' WHERE s.id = %s"
)
_LOCK_ROW = _LOCK + " FOR UPDATE OF s"
_OPEN = (
    "INSERT INTO records_stream (id, kind, position, head, recorded_at, recorded_by_id) "
    "VALUES (%s, %s, 0, %s, NULL, NULL)"
)
_FIND = "SELECT event, entry_hash FROM records_journalentry WHERE entry_id = %s"
_APPEND = (
    "INSERT INTO records_journalentry "
    "(entry_id, stream_id, position, recorded_at, recorded_by_id, event, entry_hash) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_MOVE_HEAD = (
    "UPDATE records_stream SET position = %s, head = %s, recorded_at = %s, recorded_by_id = %s "
    "WHERE id = %s AND position = %s"
)


class StreamUnknown(LookupError):
    """There is no such stream to write to."""


class HeadMoved(RuntimeError):
    """Somebody else moved the stream's head inside our lock: the lock does not hold."""


def one_transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Run an action as one transaction of its own, on the disk when it returns.

    An action that wrote a signature ends with a seal.

    It refuses to run inside another transaction: a receipt must not be given for what may yet
    be rolled back.
    """

    @wraps(action)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(durable=True):
            before, written, asked = _SIGNED.set(None), _WRITTEN.set({}), ASKED.set(set())
            try:
                answer = action(*args, **kwargs)
                if closed_meanwhile(ASKED.get() or ()):
                    transaction.set_rollback(True)
                    return cast(R, Refusal("database-locked"))
                _follow(_WRITTEN.get() or {})
                # Last of all: whoever makes a seal waits for no stream.
                if signed := _SIGNED.get():
                    make_seal(by=signed[0], now=signed[1])
            finally:
                ASKED.reset(asked)
                _SIGNED.reset(before)
                _WRITTEN.reset(written)
            return answer

    return whole


def _follow(written: Mapping[UUID, tuple[datetime, UUID]]) -> None:
    """Make again what follows from the facts of the enrollments that were written to.

    What cannot be made again never undoes the facts: it is logged, and told of each of them.
    """
    for follower in FOLLOWERS if written else ():
        now = max(at for at, _ in written.values())
        again, unmade = partial(follower, sorted(written), now), partial(_unmade, written, now)
        apart("not-followed", again, unmade)


def _unmade(written: Mapping[UUID, tuple[datetime, UUID]], now: datetime) -> None:
    for enrollment, (_, by) in sorted(written.items()):
        lock(enrollment, now).tell(NOT_FOLLOWED, by=User(id=by))


def refused_where_erased(action: Callable[P, Answered]) -> Callable[P, Answered]:
    """An action that needs words which were erased is refused, with nothing written."""

    @wraps(action)
    def whole(*args: P.args, **kwargs: P.kwargs) -> Answered:
        try:
            return action(*args, **kwargs)
        except Erased:
            return Refusal("words-erased")

    return whole


@dataclass(frozen=True)
class Sent:
    """What a client sent: the kind of entry, its id, and the keyed hash of its content."""

    kind: str
    entry_id: UUID
    content: str
    plain: bytes = field(repr=False)


@dataclass(frozen=True)
class _Row:
    """One fact as it will be stored: its hash, and the statement that writes it."""

    table: str
    id: UUID
    sha256: str
    insert: str
    values: Sequence[Any]


@dataclass
class LockedStream:
    """A stream whose writers wait for us; ``now`` never runs behind what it holds."""

    id: UUID
    kind: str
    position: int
    head: str
    now: datetime
    receipts: DataKey = field(repr=False)
    database: Any = field(repr=False)  # the connection whose transaction holds the lock

    def sent(self, kind: str, entry_id: UUID, content: Mapping[str, Any]) -> Sent:
        """What was sent, with the hash by which it is known again."""
        plain = document({"kind": kind, "stream": self.id.hex, "sent": dict(content)})
        return Sent(kind, entry_id, self.receipts.token("content", plain), plain)

    def earlier(self, sent: Sent, *, by: User) -> Receipt | Conflict | Refusal | None:
        """The first receipt of the same entry; a conflict where its content differs.

        The conflict is kept once, with what came sealed under the key of the person it is about;
        nothing else is written. Where that key was destroyed, nothing that came is kept.
        """
        found = run(self.database, _FIND, [sent.entry_id.hex]).fetchone()
        if found is None:
            return None
        event = read_event(bytes(found[0]))
        if event.content == sent.content:
            return receipt_of(event, found[1])
        try:
            key = self._words_key(event.stream)
        except Erased:
            return Refusal("words-erased")
        return self._conflict(sent, by=by, key=key)

    def _words_key(self, stream_id: UUID) -> DataKey:
        """The key of the person whose stream it is; the organisation's where it is nobody's."""
        enrollment = Enrollment.objects.filter(id__in=[stream_id, self.id]).first()
        if enrollment is None:
            return self.receipts
        return data_key_of(enrollment.person_id, PersonKey.WORDS)

    def _conflict(self, sent: Sent, *, by: User, key: DataKey) -> Conflict:
        conflict = Conflict(
            id=uuid5(sent.entry_id, f"conflict/{sent.content}"),
            of_entry=sent.entry_id,
            content=sent.content,
        )
        if kept := Conflict.objects.filter(id=conflict.id).first():
            return kept
        conflict.sent = sealed(key, conflict, "sent", sent.plain.decode())
        entry = uuid5(conflict.id, "entry")
        self.write(Sent("conflict-kept", entry, sent.content, sent.plain), [conflict], by=by)
        return conflict

    def place(self, fact: Fact, *, by: User) -> Fact:
        """Give a fact its place in the stream, so that its hash can be known before it is written."""
        vars(fact).update(
            schema=max(type(fact).hashed),  # what is written now is written in the newest form
            stream_id=self.id,
            position=self.position + 1,
            recorded_at=self.now,
            recorded_by_id=by.id,
        )
        return fact

    def write(
        self,
        sent: Sent,
        facts: Sequence[Fact],
        *,
        by: User,
        keys: Sequence[UUID] = (),
        values: Mapping[str, Any] | None = None,
    ) -> Receipt:
        """Write facts and the one journal entry that covers them; move the head."""
        placed = [self._row(fact, by) for fact in facts]
        event = event_bytes(
            stream=self.id,
            position=self.position + 1,
            entry=sent.entry_id,
            kind=sent.kind,
            recorded_at=self.now,
            by=by.id,
            content=sent.content,
            facts=[(row.table, row.id.hex, row.sha256) for row in placed],
            keys=keys,
            values=values,
        )
        entry_hash = chained(self.head, event)
        self._insert(placed, event, entry_hash, sent.entry_id, by)
        if any(isinstance(fact, Signature) for fact in facts):
            _SIGNED.set((by, self.now))
        self._note(facts, by)
        self.position += 1
        self.head = entry_hash
        return Receipt(
            entry_id=sent.entry_id,
            stream_id=self.id,
            position=self.position,
            recorded_at=self.now,
            entry_hash=entry_hash,
            facts=tuple((row.table, row.id, row.sha256) for row in placed),
        )

    def _note(self, facts: Sequence[Fact], by: User) -> None:
        """Remember whose facts these are, for what is made again from them."""
        written = _WRITTEN.get()
        telling = [fact for fact in facts if not isinstance(fact, _QUIET)]
        if written is None or not telling:
            return
        if self.kind == "enrollment":
            written[self.id] = self.now, by.id
        for fact in telling:
            if about := getattr(fact, "enrollment_id", None):
                written[about] = self.now, by.id

    def tell(self, kind: str, *, by: User) -> Receipt:
        """Write a message about what this stream is of, as an entry of its own."""
        return self.write(self.sent(kind, uuid4(), {}), [message(kind, self.id)], by=by)

    def _row(self, fact: Fact, by: User) -> _Row:
        plan = row_plan(type(self.place(fact, by=by)))
        stored = plan.stored(fact)
        values = plan.for_insert(stored, self.database.vendor)
        return _Row(plan.table, fact.pk, row_sha256(stored), plan.insert, values)

    def _insert(
        self, rows: Sequence[_Row], event: bytes, entry_hash: str, entry_id: UUID, by: User
    ) -> None:
        at, position = instant_text(self.now), self.position + 1
        entry = [entry_id.hex, self.id.hex, position, at, by.id.hex, event, entry_hash]
        head = [position, entry_hash, at, by.id.hex, self.id.hex, self.position]
        statements: list[tuple[str, Sequence[Any]]] = [(row.insert, row.values) for row in rows]
        if self.database.vendor == "postgresql" and any(row.table in _HEARD for row in rows):
            statements.append((_NOTIFY, [self.id.hex]))
        if _write_all(self.database, [*statements, (_APPEND, entry), (_MOVE_HEAD, head)]) != 1:
            raise HeadMoved(f"Stream {self.id} moved while it was locked.")


def _write_all(database: Any, statements: Sequence[tuple[str, Sequence[Any]]]) -> int:
    """Run statements in order, on PostgreSQL in one message; how many rows the last one touched."""
    if database.vendor == "postgresql":
        text = "; ".join(statement for statement, _ in statements)
        cursor = run(database, text, [value for _, values in statements for value in values])
        while cursor.nextset():
            pass
    else:
        for statement, values in statements:
            cursor = run(database, statement, values)
    return int(cursor.rowcount)


def lock(stream_id: UUID, now: datetime) -> LockedStream:
    """Lock a stream until the transaction ends; its writers queue, those of others do not.

    Lock the site's stream before an enrollment's where both are written.
    """
    database = connections[DEFAULT_DB_ALIAS]
    # On SQLite the transaction itself is the lock: it began IMMEDIATE.
    statement = _LOCK_ROW if database.vendor == "postgresql" else _LOCK
    found = run(database, statement, [ORGANISATION.hex, stream_id.hex]).fetchone()
    if found is None:
        raise StreamUnknown(f"There is no stream {stream_id}.")
    kind, position, head, recorded_at, key_id, wrapped, wrapped_with = found
    if wrapped is None:
        raise KeyMissing("The organisation has no receipts key: it was never founded.")
    return LockedStream(
        id=stream_id,
        kind=kind,
        position=position,
        head=head,
        now=max(now, instant_of(recorded_at)) if recorded_at else now,
        receipts=_receipts_key(site_key_named(wrapped_with), key_id, wrapped),
        database=database,
    )


@lru_cache(maxsize=8)
def _receipts_key(site: SiteKey, stored_id: UUID | str, wrapped: str) -> DataKey:
    """The organisation's key: nobody's own, so it may stay opened. A person's key never does."""
    key_id = stored_id if isinstance(stored_id, UUID) else UUID(stored_id)
    return DataKey(key_id, site.unwrap(key_id, wrapped))


def open_stream(kind: str, stream_id: UUID) -> None:
    """Begin a stream. The stream above it must name it: a stream that vanishes is then missed."""
    run(connections[DEFAULT_DB_ALIAS], _OPEN, [stream_id.hex, kind, BEFORE_THE_FIRST])


def make_key(*, owner: UUID, word_class: str, by: User, now: datetime) -> DataKey:
    """A new data key of an owner for one class of words, wrapped by the site key."""
    site = hold_key_of_record()
    made = DataKey.new()
    PersonKey.objects.create(
        id=made.id,
        owner=owner,
        word_class=word_class,
        wrapped=site.wrap(made.id, made.secret),
        wrapped_with=site.fingerprint,
        made_at=now,
        made_by=by,
    )
    return made


def message(kind: str, about: UUID, **body: str | int | None) -> OutboxEntry:
    """A message to send once this is committed: ids and codes, never a name."""
    told = document({"schema": 1, "kind": kind, "about": about.hex, **body}).decode()
    return OutboxEntry(kind=kind, about=about, body=told)


def receipt_of(event: Event, entry_hash: str) -> Receipt:
    """The receipt that an entry got when it was first written."""
    return Receipt(
        entry_id=event.entry,
        stream_id=event.stream,
        position=event.position,
        recorded_at=event.recorded_at,
        entry_hash=entry_hash,
        facts=event.facts,
    )
