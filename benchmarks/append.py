"""A journalled append against the same rows inserted by hand, each in one durable transaction.

Both write one fact, one message to send, one journal entry and the stream's new head. By hand
means: the driver itself, four ready statements with ready values, nothing looked up or hashed.
The two are interleaved, so that the machine's mood falls on both; the ratio is of medians.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "1500"))
WARM_UP = 100
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

_FACT = (
    "INSERT INTO records_prescreeningentry (id, stream_id, position, schema, recorded_at, "
    "recorded_by_id, site_id, enrollment_id, follows_id, referral_source, outcome, reason_codes, "
    "decided_at, decided_by_id) VALUES ({m}, {m}, {m}, 1, {m}, {m}, {m}, NULL, NULL, {m}, {m}, "
    "{m}, {m}, {m})"
)
_MESSAGE = (
    "INSERT INTO records_outboxentry (id, stream_id, position, schema, recorded_at, "
    "recorded_by_id, kind, about, body) VALUES ({m}, {m}, {m}, 1, {m}, {m}, {m}, {m}, {m})"
)
_ENTRY = (
    "INSERT INTO records_journalentry (entry_id, stream_id, position, recorded_at, "
    "recorded_by_id, event, entry_hash) VALUES ({m}, {m}, {m}, {m}, {m}, {m}, {m})"
)
_HEAD = "UPDATE records_stream SET position = {m}, head = {m}, recorded_at = {m} WHERE id = {m}"


def main() -> list[dict[str, Any]]:
    """One row for each database found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    return [_measured(name, url) for name, url in _databases()]


def _databases() -> Iterator[tuple[str, str]]:
    from tests import databases

    # Not in /tmp: that may be memory, where waiting for the disk costs nothing.
    disk = Path(__file__).resolve().parent.parent / "var"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        yield "SQLite", f"sqlite:///{folder}/append.sqlite3"
    if programs := databases.postgres_programs():
        with databases.cluster(programs, fsync="on") as running:
            running.create("append")
            yield "PostgreSQL", running.url("append")


def _measured(name: str, url: str) -> dict[str, Any]:
    from tests import databases

    databases.migrate(url)
    with databases.pointed_at(url):
        clinic = _clinic()
        _assert_durable()
        with _by_hand(clinic) as hand:
            ours, theirs = _interleaved(_journalled(clinic), hand)
    return {
        "database": name,
        "journalled, µs": median(ours) / 1000,
        "by hand, µs": median(theirs) / 1000,
        "ratio": median(ours) / median(theirs),
        "aim": "1.5",
        "appends": len(ours),
    }


def _interleaved(
    ours: Callable[[int], None], theirs: Callable[[int], None]
) -> tuple[list[int], list[int]]:
    """Nanoseconds of each, after a warm-up; which comes first changes every round."""
    taken: dict[Callable[[int], None], list[int]] = {ours: [], theirs: []}
    for number in range(WARM_UP + ROUNDS):
        for append in (ours, theirs) if number % 2 else (theirs, ours):
            begun = time.perf_counter_ns()
            append(number)
            passed = time.perf_counter_ns() - begun
            if number >= WARM_UP:
                taken[append].append(passed)
    return taken[ours], taken[theirs]


def _clinic() -> Any:
    """An organisation with two sites: ours writes to one, the hand to the other."""
    from holdfast.actions import people
    from tests.actions.clinic import found, written

    clinic = found(NOW)
    written(
        people.create_site(
            code="HAND", name="Hand", zone="UTC", entry_id=uuid4(), by=clinic.administrator, now=NOW
        )
    )
    return clinic


def _assert_durable() -> None:
    """Neither side may win by not waiting for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for setting in ("fsync", "synchronous_commit"):
                cursor.execute(f"SHOW {setting}")
                assert cursor.fetchone() == ("on",), setting
        else:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)


def _journalled(clinic: Any) -> Callable[[int], None]:
    from holdfast.actions.writing import lock, message, one_transaction
    from holdfast.records.models import PrescreeningEntry

    site, by = clinic.site, clinic.coordinator

    @one_transaction
    def append(number: int) -> None:
        stream = lock(site.id, NOW + timedelta(seconds=number))
        told = {"source": "self", "outcome": "declined", "reasons": ["distance"]}
        sent = stream.sent("prescreening-recorded", uuid4(), told)
        assert stream.earlier(sent, by=by) is None
        fact = PrescreeningEntry(
            site_id=site.id,
            referral_source="self",
            outcome="declined",
            reason_codes='["distance"]',
            decided_at=stream.now,
            decided_by_id=by.id,
        )
        about = message("prescreening-recorded", fact.id, site=site.id.hex)
        stream.write(sent, [fact, about], by=by, values={"outcome": "declined"})

    return append


@contextmanager
def _by_hand(clinic: Any) -> Iterator[Callable[[int], None]]:
    """The same rows by the driver alone; every value is made before the clock starts."""
    from django.db import connection

    from holdfast.records.models import JournalEntry, Site

    site = Site.objects.get(code="HAND").id.hex
    by = clinic.coordinator.id.hex
    event = bytes(JournalEntry.objects.order_by("-position").first().event)
    event += b" " * (700 - len(event))  # as long as ours
    rows = [_ready(number, site, by, event) for number in range(WARM_UP + ROUNDS)]
    if connection.vendor == "postgresql":
        yield from _postgres_hand(connection, rows)
    else:
        yield from _sqlite_hand(connection, rows)


def _ready(number: int, site: str, by: str, event: bytes) -> list[list[Any]]:
    fact, position = uuid4().hex, number + 2
    at = "2026-03-02T09:30:00.000000Z"
    body = f'{{"about":"{fact}","kind":"prescreening-recorded","schema":1,"site":"{site}"}}'
    reason = '["distance"]'
    return [
        [fact, site, position, at, by, site, "self", "declined", reason, at, by],
        [uuid4().hex, site, position, at, by, "prescreening-recorded", fact, body],
        [uuid4().hex, site, position, at, by, event, "0" * 64],
        [position, "0" * 64, at, site],
    ]


def _statements(mark: str) -> list[str]:
    return [text.format(m=mark) for text in (_FACT, _MESSAGE, _ENTRY, _HEAD)]


def _sqlite_hand(connection: Any, rows: list[list[list[Any]]]) -> Iterator[Callable[[int], None]]:
    driver = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        driver.execute(f"PRAGMA {pragma}")
    statements = _statements("?")

    def append(number: int) -> None:
        driver.execute("BEGIN IMMEDIATE")
        for statement, values in zip(statements, rows[number], strict=True):
            driver.execute(statement, values)
        driver.execute("COMMIT")

    yield append
    driver.close()


def _postgres_hand(connection: Any, rows: list[list[list[Any]]]) -> Iterator[Callable[[int], None]]:
    import psycopg

    settings = connection.settings_dict
    driver = psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=settings["NAME"],
        user=settings["USER"],
        cursor_factory=psycopg.ClientCursor,
    )
    statements = _statements("%s")

    def append(number: int) -> None:
        with driver.transaction():
            for statement, values in zip(statements, rows[number], strict=True):
                driver.execute(statement, values)

    yield append
    driver.close()


if __name__ == "__main__":
    for row in main():
        print(row)
