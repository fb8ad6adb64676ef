"""One prepared statement to the database, with as little between as can be.

An act writes a handful of statements and reads twenty. On SQLite Django's own cursor turns the
marks of each anew and takes longer than the insert; so the driver is asked here, and its errors
become Django's all the same. On PostgreSQL the round trip is what takes time, and Django's
cursor is used; as it is wherever queries are counted or kept.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any


@cache
def _marked(statement: str) -> str:
    """The statement with SQLite's marks. Ours hold no other percent sign."""
    return statement.replace("%s", "?")


def run(database: Any, statement: str, values: Sequence[Any]) -> Any:
    """Run one statement; the cursor, to fetch from."""
    if database.vendor != "sqlite" or database.execute_wrappers or database.queries_logged:
        cursor = database.cursor()
        cursor.execute(statement, values)
        return cursor
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return database.connection.execute(_marked(statement), values)
