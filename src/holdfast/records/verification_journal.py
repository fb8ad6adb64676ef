"""The chains: every journal row against its own bytes, the row before it and the head of its stream.

What the events say of facts is summed up as the walk goes (``verification_facts``), so that
memory does not grow with the record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from holdfast.records.journal import BEFORE_THE_FIRST, ORGANISATION
from holdfast.records.verification_facts import FactSums
from holdfast.records.verification_heads import SealedHeads
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_snapshot import Snapshot

JOURNAL = "records_journalentry"
STREAM = "records_stream"
# What a column repeats of its event.
_REPEATED = {
    "entry_id": "entry",
    "stream_id": "stream",
    "position": "position",
    "recorded_at": "recorded_at",
    "recorded_by_id": "by",
}
_NOTHING = bytes(32)
# Kinds of entries whose values say something of streams and keys.
_TELLING = frozenset({"stream-opened", "keys-destroyed"})


def hexadecimal(snapshot: Snapshot, column: str) -> str:
    """How a column that holds an identifier is asked for as 32 hexadecimal digits."""
    if snapshot.vendor == "postgresql":
        return f"replace(\"{column}\"::text,'-','')"
    return f'"{column}"'


def _select_entries(snapshot: Snapshot) -> str:
    ids = {c: hexadecimal(snapshot, c) for c in ("entry_id", "stream_id", "recorded_by_id")}
    return (
        f"SELECT {ids['entry_id']}, {ids['stream_id']}, position, recorded_at, "  # noqa: S608
        f"{ids['recorded_by_id']}, event, entry_hash FROM {JOURNAL} "
        f"ORDER BY {JOURNAL}.stream_id, {JOURNAL}.position"
    )


@dataclass
class StreamRow:
    """A row of the table of streams."""

    kind: str
    position: int
    head: str
    recorded_at: str | None
    recorded_by: str | None
    was_walked: bool = False


@dataclass
class Walked:
    """What the walk learned beside what does not fit."""

    streams: dict[str, StreamRow] = field(default_factory=dict)
    opened: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # kind, by which entry
    keys_made: dict[str, tuple[str, int]] = field(default_factory=dict)
    keys_destroyed: dict[str, tuple[str, int]] = field(default_factory=dict)
    why_destroyed: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # values, by key
    doers: set[str] = field(default_factory=set)
    logins: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # sums, by account


@dataclass(frozen=True)
class EntryRow:
    """One row of the journal that does not fit, with what was expected in its place."""

    row: tuple[Any, ...]
    expected: int
    digest: str

    @property
    def told(self) -> dict[str, Any]:
        """What its event says, where it says anything."""
        return told_by(self.row[5]) or {}

    @property
    def follows_a_gap(self) -> bool:
        """True if rows before it are gone, so that nothing says what it was chained to."""
        position = self.row[2]
        says_so = self.told.get("position") == position and self.told.get("stream") == self.row[1]
        return says_so and isinstance(position, int) and position > self.expected


def read_streams(snapshot: Snapshot) -> dict[str, StreamRow]:
    """Every stream's row, by id."""
    ids = {c: hexadecimal(snapshot, c) for c in ("id", "recorded_by_id")}
    found = snapshot.rows(
        f"SELECT {ids['id']}, kind, position, head, recorded_at, "  # noqa: S608 - our own names
        f"{ids['recorded_by_id']} FROM {STREAM}"
    )
    return {row[0]: StreamRow(*row[1:]) for row in found}


def told_by(event: Any) -> dict[str, Any] | None:
    """What an event says; None where its bytes are not an event."""
    if type(event) is not bytes:
        return None
    try:
        told = orjson.loads(event)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


class JournalWalk:
    """Walks every stream from its first row to its last."""

    def __init__(
        self, snapshot: Snapshot, report: Report, sums: FactSums | None, sealed: SealedHeads
    ) -> None:
        self.snapshot = snapshot
        self.report = report
        self.sums = sums
        self.sealed = sealed
        self.walked = Walked(read_streams(snapshot))
        # Named after the rows that contradict themselves: these mostly follow from those.
        self.gaps: list[Problem] = []
        self.streams: list[Problem] = []

    def walk(self) -> Walked:
        """Check every row, then every stream that no row led to."""
        rows = self.snapshot.rows(_select_entries(self.snapshot))
        for stream, of_stream in groupby(rows, key=itemgetter(1)):
            self._walk_stream(stream, of_stream)
        for stream, row in self.walked.streams.items():
            if not row.was_walked:
                self._stream_without_rows(stream, row)
        self._compare_streams_with_what_opened_them()
        for problem in (*self.gaps, *self.streams):
            self.report.add(problem)
        self.report.streams = len(self.walked.streams)
        return self.walked

    def _walk_stream(self, stream: Any, rows: Iterable[tuple[Any, ...]]) -> None:
        seals = self.sealed.of(stream)
        sealed_to = self.sealed.sealed_to(stream)
        sums = self.sums
        previous, expected, walked = _NOTHING, 1, 0
        row: tuple[Any, ...] = ()
        # This loop is walked a million times: what is rare is in methods of its own.
        for row in rows:
            walked += 1
            entry_id, _, position, at, by, event, entry_hash = row
            told = told_by(event)
            raw = sha256(previous + event).digest() if told is not None else _NOTHING
            if (
                told is None
                or position != expected
                or raw.hex() != entry_hash
                or told.get("entry") != entry_id
                or told.get("stream") != stream
                or told.get("position") != position
                or told.get("recorded_at") != at
                or told.get("by") != by
            ):
                self._say(EntryRow(row, expected, raw.hex()))
                # The row that follows is judged by what stands here, so that one altered row
                # does not make every later one look altered.
                raw = _raw(entry_hash)
                position = position if isinstance(position, int) else expected
            if told is not None:
                if sums is not None:
                    sums.add_named(told.get("facts"), stream, position)
                if told.get("keys") or told.get("kind") in _TELLING:
                    self._learn(told, stream, position)
                self.walked.doers.add(str(by))
            if position in seals and seals[position][0] != entry_hash:
                self._against_seal(row, seals[position][1])
            if position > sealed_to:
                self.report.unsealed_entries += 1
                self.report.unsealed_facts += len((told or {}).get("facts") or ())
            previous, expected = raw, position + 1
        self.report.entries += walked
        self._finish(stream, row, expected - 1, seals)

    def _learn(self, told: dict[str, Any], stream: Any, position: Any) -> None:
        """Keep what an event says of keys and streams."""
        for key in told.get("keys") or ():
            self.walked.keys_made[str(key)] = (stream, position)
        said = told.get("values") or {}
        if "login_sha256" in said:
            account = str(said.get("account"))
            self.walked.logins[account] = (str(said["login_sha256"]), stream, position)
        if (kind := told.get("kind")) in _TELLING:
            values = told.get("values") or {}
            if kind == "stream-opened":
                opened = (str(values.get("kind")), stream, position)
                self.walked.opened[str(values.get("stream"))] = opened
            else:
                for key in values.get("keys", ()):
                    self.walked.keys_destroyed[str(key)] = (stream, position)
                    self.walked.why_destroyed[str(key)] = values

    def _say(self, entry: EntryRow) -> None:
        """Name a journal row and everything that is wrong with it."""
        entry_id, stream, position, *_ = entry.row
        if entry.follows_a_gap:
            to = f" to {position - 1}" if position - 1 > entry.expected else ""
            what = f"the rows from position {entry.expected}{to} are gone"
            self.gaps.append(Problem(JOURNAL, what, None, stream, entry.expected))
        if reasons := list(reasons_against(entry)):
            self.report.add(Problem(JOURNAL, "; ".join(reasons), entry_id, stream, position))

    def _against_seal(self, row: tuple[Any, ...], number: int) -> None:
        self.report.add(
            Problem(
                JOURNAL,
                f"it is not the row that seal {number} sealed at this place: it was altered, "
                "inserted or written anew after it was sealed",
                *row[:3],
            )
        )

    def _finish(
        self, stream: Any, last: tuple[Any, ...], position: int, seals: dict[int, tuple[str, int]]
    ) -> None:
        """Compare the end of a stream with its head and with what was sealed of it."""
        row = self.walked.streams.get(stream)
        if row is None:
            self.streams.append(
                Problem(STREAM, "the journal has rows of it, but its own row is missing", stream)
            )
        else:
            row.was_walked = True
            self._compare_head(stream, row, last)
        self._cut_off(stream, position, seals)

    def _compare_head(self, stream: Any, row: StreamRow, last: tuple[Any, ...]) -> None:
        _, _, position, at, by, _, entry_hash = last
        if isinstance(row.position, int) and isinstance(position, int) and row.position > position:
            what = (
                f"the stream's head stands at position {row.position}, but its rows end at "
                f"{position}: the rows after it are gone, or the head was altered"
            )
            self.streams.append(Problem(JOURNAL, what, None, stream, position + 1))
            return
        pairs = {
            "position": (row.position, position),
            "head": (row.head, entry_hash),
            "recorded_at": (row.recorded_at, at),
            "recorded_by_id": (row.recorded_by, by),
        }
        for column, (told, found) in pairs.items():
            if told != found:
                self.streams.append(
                    Problem(
                        STREAM,
                        f"its {column} is {told!r}, but the last row of its journal says "
                        f"{found!r}: rows were removed or added at the end, or it was altered",
                        stream,
                        stream,
                        position,
                    )
                )

    def _cut_off(self, stream: Any, position: int, seals: dict[int, tuple[str, int]]) -> None:
        beyond = {at: said for at, said in seals.items() if at > position}
        if beyond:
            at = max(beyond)
            self.streams.append(
                Problem(
                    JOURNAL,
                    f"seal {beyond[at][1]} sealed this stream to position {at}, but it ends at "
                    f"{position}: {at - position} rows are gone",
                    None,
                    stream,
                    position + 1,
                )
            )

    def _stream_without_rows(self, stream: Any, row: StreamRow) -> None:
        seals = self.sealed.of(stream)
        if row.position != 0 or row.head != BEFORE_THE_FIRST:
            self.streams.append(
                Problem(
                    JOURNAL,
                    f"the stream's head stands at position {row.position}, but none of its rows "
                    "is there",
                    None,
                    stream,
                    1,
                )
            )
        self._cut_off(stream, 0, seals)

    def _compare_streams_with_what_opened_them(self) -> None:
        """Each stream is named by the stream above it, and by every seal after it was opened."""
        for stream, (kind, above, position) in self.walked.opened.items():
            if (row := self.walked.streams.get(stream)) is None:
                what = f"the {kind} stream that position {position} of {above} opened is gone"
                self.streams.append(Problem(STREAM, what, stream, above, position))
            elif row.kind != kind:
                what = f"its kind is {row.kind!r}, but it was opened as {kind!r}"
                self.streams.append(Problem(STREAM, what, stream, above, position))
        for stream, row in self.walked.streams.items():
            if stream == ORGANISATION.hex:
                if row.kind != "organisation":
                    self.streams.append(Problem(STREAM, f"its kind is {row.kind!r}", stream))
            elif stream not in self.walked.opened:
                self.streams.append(
                    Problem(STREAM, "no journal row says that it was opened", stream)
                )
        for stream in self.sealed.streams() - self.walked.streams.keys():
            number = max(said for _, said in self.sealed.of(stream).values())
            what = f"seal {number} sealed this stream, but it is gone with all its rows"
            self.streams.append(Problem(STREAM, what, stream))


def reasons_against(entry: EntryRow) -> Iterator[str]:
    """Everything that is wrong with a journal row, in plain words."""
    *columns, event, entry_hash = entry.row
    position = columns[2]
    if type(event) is not bytes:
        yield f"its event is stored as {type(event).__name__}, not as bytes"
        return
    if not entry.told:
        yield "its event was altered: it cannot be read"
        return
    hash_fits = entry.digest == entry_hash
    for (column, name), value in zip(_REPEATED.items(), columns, strict=True):
        if entry.told.get(name) != value:
            yield (
                f"its column {column} says {ascii(value)[:80]}, its event says "
                f"{ascii(entry.told.get(name))[:80]}: one of the two was altered"
            )
    if position != entry.expected and not entry.follows_a_gap:
        yield f"position {entry.expected} was expected here"
    if not hash_fits and not entry.follows_a_gap:
        yield (
            "its hash does not follow from its event and the row before it: the event, the hash "
            "or the row before it was altered, removed or put in another place"
        )


def _raw(entry_hash: Any) -> bytes:
    """The 32 bytes of a hash; zeros for what is no hash."""
    try:
        return bytes.fromhex(entry_hash)
    except (TypeError, ValueError):
        return _NOTHING


def read_named_facts(snapshot: Snapshot) -> Iterator[tuple[Any, ...]]:
    """Table, row, hash, stream and position of each fact that the journal names."""
    for _, stream, position, _, _, event, _ in snapshot.rows(_select_entries(snapshot)):
        named = (told_by(event) or {}).get("facts")
        for fact in named if isinstance(named, list) else ():
            if isinstance(fact, list) and len(fact) == 3 and all(type(x) is str for x in fact):
                yield (*fact, stream, position)
