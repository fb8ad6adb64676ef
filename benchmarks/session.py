"""Dosing sessions under load: readings through HTTP with log-in and forgery token, heard on other screens.

``holdfast serve`` and ``holdfast watch`` run in processes of their own, as a clinic runs them; the load
comes from this one, on the same cores. Every session already holds thousands of readings and open
alarms. A minute each by default: ``BENCH_SECONDS=600`` for the record.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.session_load import (
    EVERY,
    Browser,
    Load,
    keep_listening,
    keep_writing,
    logged_in,
    write_one,
)
from benchmarks.session_record import Built, build

SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
READINGS = int(os.environ.get("BENCH_READINGS", "5000"))
ALARMS, SHORT = 3, 50
WARM_UP, TURNS = 5, 200
ONLY = os.environ.get("BENCH_ONLY", "PostgreSQL SQLite history chart").split()
POOL = 8  # connections of one process, as docs/deploy.md has it
MOST_SECONDS_TO_START = 600
ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")

Row = dict[str, Any]


@dataclass(frozen=True)
class Running:
    """The processes of the product: where it is served, and who does the work."""

    port: int
    server: int
    watch: int


def main() -> list[Row]:
    """A row for each database, one for a long history, one for the chart."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ["HOLDFAST_SECOND_FACTOR"] = "required"
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    rows: list[Row] = []
    # Not in /tmp: that may be memory, where waiting for the disk costs nothing.
    disk = ROOT / "var"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        if "PostgreSQL" in ONLY:
            rows += list(_on_postgres(Path(folder)))
        if "SQLite" in ONLY:
            rows.append(_loaded("SQLite", f"sqlite:///{folder}/session.sqlite3", 10, Path(folder)))
        if "history" in ONLY:
            rows.append(_history(f"sqlite:///{folder}/history.sqlite3", Path(folder)))
    if "chart" in ONLY:
        from benchmarks.session_chart import appended

        rows.append(appended())
    return rows


def _on_postgres(folder: Path) -> Iterator[Row]:
    from tests import databases

    if programs := databases.postgres_programs():
        with databases.cluster(programs, fsync="on") as running:
            running.create("session")
            yield _loaded("PostgreSQL", f"{running.url('session')}?pool={POOL}", 50, folder)


def _loaded(name: str, url: str, sessions: int, folder: Path) -> Row:
    """Build the record, run the product over it, and load it."""
    from tests import databases

    plain = url.split("?")[0]
    databases.migrate(plain)
    with databases.pointed_at(plain):
        _assert_durable()
        built = build([READINGS] * sessions, ALARMS, watchers=10)
        print(f"{name}: {sessions} sessions built in {built.seconds:.0f} s", flush=True)
        with _running(url, folder) as product:
            row = asyncio.run(_measured(name, product, built))
        row |= _lost(built, row.pop("load"))
    return row


def _assert_durable() -> None:
    """Nothing is acknowledged that is not on the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for setting in ("fsync", "synchronous_commit"):
                cursor.execute(f"SHOW {setting}")
                assert cursor.fetchone() == ("on",), setting
        else:
            for pragma, wanted in (("synchronous", 2), ("journal_mode", "wal")):
                cursor.execute(f"PRAGMA {pragma}")
                assert cursor.fetchone() == (wanted,), pragma


# --- The product -----------------------------------------------------------------------------------


@contextmanager
def _running(url: str, folder: Path) -> Iterator[Running]:
    """``holdfast serve`` and ``holdfast watch`` over a database, until the end."""
    from tests.databases import _free_port

    port = _free_port()
    told = os.environ | {"HOLDFAST_DATABASE_URL": url, "HOLDFAST_SEALS": f"{folder}/seals"}
    with (folder / "product.log").open("ab") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "holdfast", *words], env=told, stdout=log, stderr=log
            )
            for words in (["serve", "--port", str(port)], ["watch"])
        ]
        try:
            _wait_for_both(started, port)
            yield Running(port, started[0].pid, started[1].pid)
        finally:
            for each in started:
                each.send_signal(signal.SIGTERM)
            for each in started:
                try:
                    each.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    each.kill()
            shutil.copyfile(folder / "product.log", ROOT / "var" / "session-product.log")


def _wait_for_both(started: Sequence["subprocess.Popen[bytes]"], port: int) -> None:
    """Until it answers, and every loop of the watch has had a turn: the nightly one begins at once."""
    from holdfast.records import heartbeats

    until = time.monotonic() + MOST_SECONDS_TO_START
    while time.monotonic() < until:
        assert all(each.poll() is None for each in started), "the product ended"
        if _answers(port) and all(heartbeats.last_beat(loop) for loop in heartbeats.INTERVALS):
            return
        time.sleep(1)
    raise TimeoutError("The product did not start.")


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _worked(process: int) -> float:
    """Seconds of the processor that a process and those it started have taken."""
    total = 0.0
    waiting = [process]
    while waiting:
        id_ = waiting.pop()
        try:
            told = Path(f"/proc/{id_}/stat").read_text().rsplit(") ", 1)[1].split()
            children = Path(f"/proc/{id_}/task/{id_}/children").read_text().split()
        except FileNotFoundError:
            continue
        total += (int(told[11]) + int(told[12])) / TICKS
        waiting += map(int, children)
    return total


def _postmaster() -> int | None:
    """The database's own first process; None on SQLite, where the work is the server's."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    return int(Path(folder, "postmaster.pid").read_text().split("\n")[0])


# --- The load --------------------------------------------------------------------------------------


async def _measured(name: str, product: Running, built: Built) -> Row:
    load, warming = Load(), Load()
    writers = await logged_in(product.port, [each.writer for each in built.sittings])
    watchers = await logged_in(product.port, [each for _, each in built.watchers])
    tasks = [
        asyncio.create_task(keep_listening(each, sitting.site, load, reads=False))
        for each, sitting in zip(writers, built.sittings, strict=True)
    ]
    tasks += [
        asyncio.create_task(keep_listening(each, site, load, reads=True))
        for each, (site, _) in zip(watchers, built.watchers, strict=True)
    ]
    pairs = list(zip(writers, built.sittings, strict=True))
    began = time.perf_counter()
    for _ in range(2):
        for each, sitting in pairs:  # each session is read once by each process
            await write_one(each, sitting, 124, warming)
    await asyncio.sleep(10)
    print(f"{name}: warm after {time.perf_counter() - began:.0f} s", flush=True)
    assert not warming.refused, warming.refused[0]
    row = await _window(product, pairs, load)
    streams = load.streams
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {"what": f"{name}, {len(pairs)} sessions", **row, "streams": streams, "load": load}


async def _window(product: Running, pairs: Sequence[tuple[Browser, Any]], load: Load) -> Row:
    """The measured time itself."""
    found = await asyncio.to_thread(_postmaster)
    who = {"server": product.server, "watch": product.watch, "load": os.getpid()}
    who |= {"database": found} if found else {}
    peak = asyncio.create_task(_peak_connections())
    before = {name: _worked(pid) for name, pid in who.items()}
    own = time.process_time()
    first = time.perf_counter() + 0.5
    gap = EVERY / len(pairs)
    await asyncio.gather(
        *(
            keep_writing(each, sitting, turn, load, first + turn * gap, first + SECONDS)
            for turn, (each, sitting) in enumerate(pairs)
        )
    )
    passed = time.perf_counter() - first
    worked = {name: _worked(pid) - before[name] for name, pid in who.items()}
    worked["load"] = time.process_time() - own
    await asyncio.sleep(2)
    peak.cancel()
    took = sorted(load.acknowledged.values())
    alarms = _alarm_seconds(load)
    return {
        "seconds": passed,
        "readings": len(load.sent),
        "acknowledged p50 ms": 1000 * median(took),
        "p99 ms": 1000 * _p99(took),
        "aim ms": "100",
        "most ms": 1000 * took[-1],
        "alarms": len(alarms),
        "alarm elsewhere p50 ms": 1000 * median(alarms),
        "alarm p99 ms": 1000 * _p99(alarms),
        "alarm aim ms": "1,000",
        "connections": _PEAK["most"],
        "sent late by, ms": 1000 * load.late,
        **{f"{name}, cores": used / passed for name, used in worked.items()},
    }


_PEAK = {"most": 0}


async def _peak_connections() -> None:
    """Connections of the product to the database, four times a second; ours is not counted."""
    _PEAK["most"] = 0
    while True:
        _PEAK["most"] = max(_PEAK["most"], await asyncio.to_thread(_connections))
        await asyncio.sleep(0.25)


def _connections() -> int:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND client_port IS NOT NULL AND application_name <> 'benchmark'"
        )
        return int(cursor.fetchone()[0]) - 1


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[-1] if len(values) > 1 else max(values, default=0.0)


def _alarm_seconds(load: Load) -> list[float]:
    """From sending a reading to its alarm, on each stream that is somebody else's."""
    return sorted(
        at - load.sent[id_] for id_, ats in load.heard.items() if id_ in load.sent for at in ats
    )


def _lost(built: Built, load: Load) -> Row:
    """Acknowledged readings that are not in the record exactly once, with one journal entry each."""
    from holdfast.records.models import JournalEntry, SessionFact

    sessions = [each.session for each in built.sittings]
    rows = SessionFact.objects.filter(session__in=sessions).values_list("id", flat=True)
    there = Counter(str(id_) for id_ in rows.iterator())
    entries = JournalEntry.objects.filter(entry_id__in=list(load.acknowledged))
    journal = Counter(str(id_) for id_ in entries.values_list("entry_id", flat=True))
    lost = [id_ for id_ in load.acknowledged if there[id_] != 1 or journal[id_] != 1]
    return {"lost": len(lost), "not acknowledged": len(load.sent) - len(load.acknowledged)}


# --- A long history --------------------------------------------------------------------------------


def _history(url: str, folder: Path) -> Row:
    """One reading with a long history behind it against one with a short, in turns, one at a time."""
    from tests import databases

    databases.migrate(url)
    with databases.pointed_at(url):
        built = build([READINGS, SHORT], ALARMS, watchers=0)
        with _running(url, folder) as product:
            long, short = asyncio.run(_in_turns(product.port, built))
    return {
        "what": f"a reading after {READINGS:,} against one after {SHORT}, SQLite",
        "readings": len(long) + len(short),
        "long p50 ms": 1000 * median(long),
        "short p50 ms": 1000 * median(short),
        "ratio": median(long) / median(short),
        "ratio aim": "1.5",
    }


async def _in_turns(port: int, built: Built) -> tuple[list[float], list[float]]:
    """Seconds of each reading of the two sessions; the first ones read the record and do not count."""
    load = Load()
    browsers = await logged_in(port, [each.writer for each in built.sittings])
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARM_UP + TURNS):
        for which in (0, 1) if turn % 2 else (1, 0):
            sitting = built.sittings[which]
            took = await write_one(browsers[which], sitting, 124, load)
            if turn >= WARM_UP:
                taken[which].append(took)
    assert not load.refused, load.refused[0]
    return taken


if __name__ == "__main__":
    for row in main():
        print(row)
