"""Somebody with the database in hand: raw connections, triggers taken off and put back, no keys."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from holdfast.records.database import database


class Attacker:
    """Changes rows beside the product, on either database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")

    @contextmanager
    def hands_on(self) -> Iterator[Any]:
        """A raw connection with no trigger and no foreign key in the way; committed at the end."""
        with self._sqlite() if self.is_sqlite else self._postgres() as connection:
            yield connection

    @contextmanager
    def _sqlite(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(database(self.url)["NAME"], timeout=20)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f'DROP TRIGGER "{name}"')
            yield connection
            for _, sql in triggers:
                connection.execute(sql)
            connection.commit()

    @contextmanager
    def _postgres(self) -> Iterator[Any]:
        with psycopg.connect(self.url) as connection:
            connection.execute("SET session_replication_role = replica")
            ours = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            triggers = connection.execute(ours).fetchall()
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
        with self.hands_on() as connection:
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
