"""Killed at any moment: what was acknowledged is there, nothing is there by half, and the record verifies."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from holdfast.records.backups import Keys, back_up
from holdfast.records.backups_restore import restore
from holdfast.records.database import database
from holdfast.records.journal import JournalEntry, OutboxEntry
from holdfast.records.keys import site_key
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.records.full_record import full_record

ROOT = Path(__file__).resolve().parent.parent.parent
FEW = 5


@contextmanager
def child(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours; killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def acknowledged_until_killed(stream: UUID, seconds: float) -> set[str]:
    """Ids whose receipt was given before the writer was killed, some moment after its first."""
    with child("-m", "tests.faults.appender", str(stream)) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first:
            _, words = process.communicate()
            pytest.fail(words.decode())
        time.sleep(seconds)
        process.kill()
        rest, _ = process.communicate()
    lines = (first + rest).split(b"\n")
    return {line.decode() for line in lines if len(line) == 32}


def kill_and_look(stream: UUID, before: int, chance: random.Random) -> None:
    given = acknowledged_until_killed(stream, chance.uniform(0.0, 0.4))
    there = set(JournalEntry.objects.filter(stream=stream).values_list("entry_id", flat=True))
    lost = given - {entry.hex for entry in there}
    assert not lost, f"{len(lost)} acknowledged entries are lost"
    report = verify_here()
    assert report.fits, list(report.lines())
    with databases.one_moment():
        entries = JournalEntry.objects.filter(stream=stream).count() - before
        facts = OutboxEntry.objects.filter(stream=stream, body__contains='"number"').count()
    assert facts == 3 * entries, "an entry is there by half"


def kill_often(times: int) -> None:
    stream = full_record().enrollments[1]
    before = JournalEntry.objects.filter(stream=stream).count()
    chance = random.Random(20260302)
    for _ in range(times):
        kill_and_look(stream, before, chance)


def test_a_killed_writer_loses_nothing_that_it_acknowledged(any_database, clean_seals):
    """Five kills in the fast profile."""
    kill_often(FEW)


@pytest.mark.faults
def test_a_writer_killed_fifty_times_on_sqlite(own_database, clean_seals):
    kill_often(50)


@pytest.mark.faults
@pytest.mark.postgres
def test_a_writer_killed_fifty_times_on_postgresql(durable_postgres, clean_seals):
    """With fsync on, as a site runs it."""
    kill_often(50)


RESTORE = """
import os, sys
import django
django.setup()
from pathlib import Path
from holdfast.records.backups_restore import restore
from holdfast.records.keys import site_key
print("ready", flush=True)
restore(Path(sys.argv[1]), site=site_key(), recovery=None)
print("restored", flush=True)
"""


def kill_a_restore(file: Path, url: str, seconds: float) -> bool:
    """Kill a restore after so long; True if it had answered before."""
    os.environ["HOLDFAST_DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "holdfast.settings"
    with child("-c", RESTORE, str(file)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        process.kill()
        said, _ = process.communicate()
    return b"restored" in said


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.faults
def test_a_killed_restore_leaves_an_empty_or_absent_database(
    own_database, clean_seals, tmp_path, kind, request, monkeypatch
):
    """Whenever it is killed: nothing, or the whole verified record; and it can be done again."""
    full_record()
    file = tmp_path / "record.backup"
    back_up(file, Keys(site_key()), now=datetime(2026, 3, 3, tzinfo=UTC))
    monkeypatch.delenv("HOLDFAST_SEALS")
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", own_database)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    for seconds in (0.05, 0.4, 1.0, 1.8):
        url = empty_url(kind, tmp_path, request, seconds)
        answered = kill_a_restore(file, url, seconds)
        with databases.pointed_at(url):
            if answered or holds_anything(url):
                assert verify_here().fits
    assert kill_a_restore(file, url, 0.0) is False
    with databases.pointed_at(empty_url(kind, tmp_path, request, 99)):
        assert restore(file, site=site_key(), recovery=None).report.fits
    assert list(tmp_path.glob(".restored-99*")) == []


def empty_url(kind: str, folder: Path, request: pytest.FixtureRequest, seconds: float) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / f'restored-{seconds}.sqlite3'}"
    cluster = request.getfixturevalue("postgres_cluster")
    return cluster.url(cluster.create_empty())


def holds_anything(url: str) -> bool:
    """True if there is any table of ours."""
    if url.startswith("sqlite") and not Path(database(url)["NAME"]).exists():
        return False
    return "records_stream" in connection.introspection.table_names()


@pytest.mark.faults
@pytest.mark.postgres
def test_a_crashed_server_loses_nothing_that_was_acknowledged(
    durable_cluster, durable_postgres, clean_seals
):
    """The server itself is ended in the middle, and comes back by its own log."""
    stream = full_record().enrollments[1]
    for seconds in (0.2, 0.5, 0.9):
        with child("-m", "tests.faults.appender", str(stream)) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(seconds)
            connection.close()
            durable_cluster.crash()
            process.kill()
            rest, _ = process.communicate()
        given = {line.decode() for line in (first + rest).split(b"\n") if len(line) == 32}
        there = JournalEntry.objects.filter(stream=stream).values_list("entry_id", flat=True)
        assert given <= {entry.hex for entry in there}
        assert verify_here().fits
