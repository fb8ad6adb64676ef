"""Somebody with the database in hand: raw connections, triggers taken off and put back, no keys."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from holdfast.records.database import database

# The tables that a statement names.
_TABLE = re.compile(r"(?:UPDATE|INTO|FROM)\s+\"?(\w+)", re.IGNORECASE)


class Attacker:
    """Changes rows beside the product, on either database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")

    @contextmanager
    def hands_on(self, tables: frozenset[str] | None = None) -> Iterator[Any]:
        """A raw connection with no trigger and no foreign key in the way; committed at the end.

        With ``tables`` only their triggers are taken off: taking off all of them takes half a second.
        """
        with self._sqlite(tables) if self.is_sqlite else self._postgres(tables) as connection:
            yield connection

    @contextmanager
    def _sqlite(self, tables: frozenset[str] | None) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(database(self.url)["NAME"], timeout=20)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            found = connection.execute(
                "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            triggers = [
                (name, sql) for name, sql, table in found if tables is None or table in tables
            ]
            for name, _ in triggers:
                connection.execute(f'DROP TRIGGER "{name}"')
            yield connection
            for _, sql in triggers:
                connection.execute(sql)
            connection.commit()

    @contextmanager
    def _postgres(self, tables: frozenset[str] | None) -> Iterator[Any]:
        with psycopg.connect(self.url) as connection:
            connection.execute("SET session_replication_role = replica")
            ours = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            found = connection.execute(ours).fetchall()
            triggers = [each for each in found if tables is None or each[1] in tables]
            for name, table in triggers:
                connection.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
            yield connection
            for name, table in triggers:
                connection.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """One statement, with its marks written as ``%s``."""
        self.run_all([(sql, values)])

    def run_all(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Several statements in one transaction."""
        named = frozenset(name for sql, _ in statements for name in _TABLE.findall(sql))
        with self.hands_on(named) as connection:
            for sql, values in statements:
                marked = sql.replace("%s", "?") if self.is_sqlite else sql
                connection.execute(marked, values)

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        if self.is_sqlite:
            with closing(sqlite3.connect(database(self.url)["NAME"])) as connection:
                return connection.execute(sql.replace("%s", "?"), values).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql, values).fetchall()
