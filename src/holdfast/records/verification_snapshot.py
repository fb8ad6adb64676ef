"""One moment of a database, read as it is stored, without the ORM and without writing.

SQLite is opened read-only and read inside one transaction; PostgreSQL inside one REPEATABLE READ,
READ ONLY transaction. Writers go on; what they commit afterwards is not seen. Rows are fetched in
chunks, so that memory does not grow with the record.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg

CHUNK = 500  # rows fetched at a time: so few stay in the processor's cache

_POSTGRES_FORMS = (
    # Forms that a server or a role may have been told to write differently.
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL row_security = off",
)


class DatabaseAbsent(RuntimeError):
    """There is no database, or none that can be opened for reading."""


class NotText(ValueError):
    """A text of the database is not UTF-8: nobody wrote it through Holdfast."""


class Snapshot(Protocol):
    """One moment of a database."""

    vendor: str

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, fetched in chunks. A value is marked ``%s``."""

    def cursor(self) -> Any:
        """A plain cursor in a ``with`` block, as Django's connections give it."""


class SqliteSnapshot:
    """One moment of an SQLite file."""

    vendor = "sqlite"

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None) -> None:
        self._connection = connection
        self.path = path  # None: a connection that somebody else writes through

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT; ``NotText`` where a text is not UTF-8."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql.replace("%s", "?"), values)
            while chunk := cursor.fetchmany(CHUNK):
                yield from chunk
        except sqlite3.OperationalError as error:
            if "decode" in str(error):
                raise NotText(str(error)) from None
            raise

    def cursor(self) -> Any:
        """A plain cursor in a ``with`` block."""
        return closing(self._connection.cursor())

    def accept_any_bytes(self) -> None:
        """From now on a text that is not UTF-8 is read with stand-ins, so that it can be named."""
        self._connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


class PostgresSnapshot:
    """One moment of a PostgreSQL database."""

    vendor = "postgresql"

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._numbers = count(1)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, through a cursor on the server's side."""
        name = f"holdfast_snapshot_{next(self._numbers)}"
        with psycopg.ServerCursor(self._connection, name) as cursor:
            cursor.execute(sql, values or None, binary=True)
            while chunk := cursor.fetchmany(CHUNK):
                yield from chunk

    def cursor(self) -> Any:
        """A plain cursor in a ``with`` block."""
        return psycopg.Cursor(self._connection)


def sqlite_path(settings: Mapping[str, Any]) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite3") else None


@contextmanager
def snapshot(settings: Mapping[str, Any]) -> Iterator[SqliteSnapshot | PostgresSnapshot]:
    """One moment of the database of Django's ``settings``, until the end of the block.

    Raises
    ------
    DatabaseAbsent
        If there is none, or it cannot be opened. The address is not repeated: it may hold a
        password.
    """
    path = sqlite_path(settings)
    opened = _postgres(settings) if path is None else _sqlite(path)
    with opened as found:
        yield found


def damage(path: Path) -> list[str]:
    """What SQLite finds wrong with the file itself; an index that does not fit, for example."""
    connection = _open_sqlite(path)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)").fetchall()]
    finally:
        connection.close()
    return [] if found == ["ok"] else found


@contextmanager
def _sqlite(path: Path) -> Iterator[SqliteSnapshot]:
    if not path.is_file():
        raise DatabaseAbsent(f"There is no database at {path}.")
    connection = _open_sqlite(path)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cache_size = -65536")  # 64 MiB
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master")  # the moment begins here
        yield SqliteSnapshot(connection, path)
    finally:
        connection.close()


def _open_sqlite(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    quiet = not path.with_name(path.name + "-wal").exists()
    for mode in ("mode=ro", "mode=ro&immutable=1") if quiet else ("mode=ro",):
        opened = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None, timeout=20)
        try:
            opened.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError as error:
            opened.close()
            reason = str(error)
        else:
            return opened
    raise DatabaseAbsent(f"The database at {path} cannot be opened: {reason}.")


@contextmanager
def _postgres(settings: Mapping[str, Any]) -> Iterator[PostgresSnapshot]:
    options = {k: v for k, v in settings.get("OPTIONS", {}).items() if k != "pool"}
    try:
        connection = psycopg.connect(
            dbname=settings["NAME"],
            user=settings["USER"] or None,
            password=settings["PASSWORD"] or None,
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
            **options,
        )
    except psycopg.OperationalError as error:
        raise DatabaseAbsent(
            f"The PostgreSQL database cannot be reached ({type(error).__name__})."
        ) from None
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        _set_forms(connection)
        yield PostgresSnapshot(connection)
    finally:
        connection.close()


def _set_forms(connection: "psycopg.Connection[Any]") -> None:
    with psycopg.Cursor(connection) as cursor:
        for form in _POSTGRES_FORMS:
            cursor.execute(form.encode())


def snapshot_of(connection: Any) -> SqliteSnapshot | PostgresSnapshot:
    """What one of Django's open connections sees, uncommitted rows of its transaction included."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        _set_forms(connection.connection)
        return PostgresSnapshot(connection.connection)
    return SqliteSnapshot(connection.connection)
