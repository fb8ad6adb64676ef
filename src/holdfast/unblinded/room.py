"""The sealed room: rows written once and read by the place that they are sealed for.

A ``Room`` is made by the actions alone: they hold the site's key and the connection whose transaction
everything belongs to. The rows are under a random key of the room; that key lies in the room too,
wrapped under ``site_key().subkey("sealed-room")``, and is wrapped anew when the site's key is rotated.
On PostgreSQL every statement here calls a function of the schema ``unblinded``; a door reads only the
kinds that are its own.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.unblinded.rows import KEY_BYTES, ROOM_FOR, RoomKey, RowBroken

_CHUNK = ROOM_FOR


class RoomClosed(RuntimeError):
    """The room has no key yet, or nobody handed the site's key over."""


class NotInTheRoom(LookupError):
    """There is no row at this place."""


Unwrapping = Callable[[str], bytes]  # the fingerprint of a site key to what wraps the room's key


@dataclass(frozen=True)
class Room:
    """Every row that is read or written passes here, in the transaction of ``database``."""

    database: Any = field(repr=False)
    key: RoomKey = field(repr=False)

    def put(self, kind: str, place: str, words: Mapping[str, Any]) -> None:
        """Write one row. A place that is taken is refused by the database."""
        self.put_all(kind, [(place, words)])

    def put_all(self, kind: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write rows, in the order that they come in."""
        sealed = [(place, self.key.seal(kind, place, _bytes(words))) for place, words in rows]
        _write(self.database, kind, sealed)

    def read(self, door: str, kind: str, places: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What rows say, by place; those that are not there are left out."""
        found = _read(self.database, door, kind, places)
        return {p: json.loads(self.key.open(kind, p, sealed)) for p, sealed in found.items()}

    def one(self, door: str, kind: str, place: str) -> dict[str, Any]:
        """What one row says; ``NotInTheRoom`` where there is none."""
        try:
            return self.read(door, kind, [place])[place]
        except KeyError:
            raise NotInTheRoom("There is no such row in the sealed room.") from None

    def put_document(self, place: str, document: bytes) -> None:
        """A document of any length, as rows of one length, behind one that says how many."""
        pieces = [document[at : at + _CHUNK] for at in range(0, len(document), _CHUNK)]
        head = {"rows": len(pieces), "bytes": len(document)}
        rows = [(place, _bytes(head)), *((f"{place}/{n}", p) for n, p in enumerate(pieces, 1))]
        sealed = [(where, self.key.seal("part", where, words)) for where, words in rows]
        _write(self.database, "part", sealed)

    def document(self, door: str, place: str) -> bytes:
        """The document at a place, whole; ``RowBroken`` where a piece of it is gone."""
        count = int(self.one(door, "part", place)["rows"])
        places = [f"{place}/{n}" for n in range(1, count + 1)]
        found = _read(self.database, door, "part", places)
        if len(found) != count:
            raise RowBroken("A document of the sealed room is not whole.")
        return b"".join(self.key.open("part", each, found[each]) for each in places)


def opened(database: Any, subkey: Unwrapping) -> Room:
    """The room with its key; ``RoomClosed`` where it has none yet."""
    rows = _read(database, "open", "key", [])
    if not rows:
        raise RoomClosed("The sealed room has no key yet: no list was activated.")
    place = max(rows, key=lambda each: int(each.partition("/")[0]))
    wrapping = RoomKey(subkey(place.partition("/")[2]))
    return Room(database, RoomKey(wrapping.open("key", place, rows[place])))


def opened_or_made(database: Any, fingerprint: str, subkey: Unwrapping) -> Room:
    """The room; its key is made where this is the first that is brought in."""
    try:
        return opened(database, subkey)
    except RoomClosed:
        room = Room(database, RoomKey.new())
        _wrap(room, 1, fingerprint, subkey(fingerprint))
        return room


def wrapped_anew(room: Room, fingerprint: str, subkey: bytes) -> None:
    """The room's key under another site key, beside the former: no row is sealed again."""
    rows = _read(room.database, "open", "key", [])
    last = max((int(place.partition("/")[0]) for place in rows), default=0)
    _wrap(room, last + 1, fingerprint, subkey)


def _wrap(room: Room, number: int, fingerprint: str, subkey: bytes) -> None:
    assert len(subkey) == KEY_BYTES
    place = f"{number}/{fingerprint}"
    sealed = RoomKey(subkey).seal("key", place, room.key.secret)
    _write(room.database, "key", [(place, sealed)])


def _bytes(words: Mapping[str, Any]) -> bytes:
    return json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _write(database: Any, kind: str, rows: Sequence[tuple[str, bytes]]) -> None:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.executemany(f"SELECT unblinded.put_{kind}(%s, %s)", rows)
        else:
            cursor.executemany(
                f'INSERT INTO "unblinded_{kind}" (place, sealed) VALUES (%s, %s)',  # noqa: S608
                rows,
            )


def _read(database: Any, door: str, kind: str, places: Sequence[str]) -> dict[str, bytes]:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            statement = f"SELECT place, sealed FROM unblinded.{door}_{kind}(%s)"  # noqa: S608
            cursor.execute(statement, [list(places)])
        else:
            marks = ", ".join(["%s"] * len(places)) or "NULL"
            where = "" if kind == "key" else f"WHERE place IN ({marks})"
            statement = f'SELECT place, sealed FROM "unblinded_{kind}" {where}'  # noqa: S608
            cursor.execute(statement, list(places))
        return {str(place): bytes(sealed) for place, sealed in cursor.fetchall()}


_HOLDERS: list[Callable[[], Room]] = []


def hand_over(opening: Callable[[], Room]) -> None:
    """The actions say how the room is opened: the site's key is theirs to hold."""
    _HOLDERS[:] = [opening]


def standing() -> Room:
    """The room, opened with the site's key that the record names now."""
    if not _HOLDERS:
        raise RoomClosed("Nobody handed the site's key over: the room is opened by actions alone.")
    return _HOLDERS[0]()
