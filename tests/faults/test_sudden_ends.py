"""A writer is killed, a server crashes, a disk fills: what had a receipt is there, nothing is there by half.

A receipt is a promise that the entry is on the disk. These tests break the machine in the middle of
writing and hold the record to it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from holdfast.records.models import Enrollment, JournalEntry, Referral
from tests.actions.clinic import found
from tests.faults.writer import send
from tests.house.source import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("site_key")]


@pytest.fixture
def site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", os.urandom(32).hex())


@contextmanager
def writers(count: int, *arguments: str) -> Iterator[list[subprocess.Popen[str]]]:
    """That many processes writing to the database in the environment; ended at the end."""
    command = [sys.executable, "-m", "tests.faults.writer", *arguments]
    running = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def until_received(process: subprocess.Popen[str], count: int) -> list[str]:
    """The lines a writer says until it has that many receipts."""
    lines = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        count -= line.startswith("received")
        if count == 0:
            break
    assert count == 0, "the writer ended before it was told to"
    return lines


def the_rest(process: subprocess.Popen[str]) -> list[str]:
    """What a writer that has ended still had said; a line cut in two is left out."""
    process.wait(timeout=60)
    assert process.stdout
    return [line for line in process.stdout if line.endswith("\n")]


def hold_to_the_receipts(lines: list[str]) -> None:
    """Every receipt is kept, nothing is there by half, and sending again is safe."""
    words = [line.split() for line in lines]
    received = {UUID(w[1]): w[2] for w in words if w[0] == "received"}
    sent = {UUID(w[1]) for w in words if w[0] == "sent"}
    kept = dict(
        JournalEntry.objects.filter(entry_id__in=sent).values_list("entry_id", "entry_hash")
    )
    assert received
    assert {entry: kept.get(entry) for entry in received} == received
    for entry in sent - set(received):
        again = send(entry)
        assert send(entry) == again
        assert entry not in kept or kept[entry] == again.entry_hash
    assert Enrollment.objects.count() == Referral.objects.count() == len(sent)
    connection.close()
    assert_whole()


def assert_whole() -> None:
    """``holdfast verify`` finds nothing wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "verify"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("milliseconds", [0, 3, 7, 15, 40])
def test_a_writer_killed_in_the_middle_loses_no_receipt(any_database, milliseconds):
    found()
    connection.close()
    with writers(1) as (process,):
        lines = until_received(process, 5)
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
        lines += the_rest(process)
    hold_to_the_receipts(lines)


def test_three_writers_killed_at_once_lose_no_receipt(any_database):
    found()
    connection.close()
    with writers(3) as running:
        lines = [line for process in running for line in until_received(process, 3)]
        for process in running:
            process.send_signal(signal.SIGKILL)
        lines += [line for process in running for line in the_rest(process)]
    hold_to_the_receipts(lines)


@pytest.mark.postgres
def test_a_database_server_that_crashes_loses_no_receipt(postgres_database, postgres_cluster):
    found()
    connection.close()
    with writers(2) as running:
        lines = [line for process in running for line in until_received(process, 4)]
        postgres_cluster.crash()
        lines += [line for process in running for line in the_rest(process)]
    hold_to_the_receipts(lines)


def test_a_full_disk_stops_the_writer_and_harms_nothing(own_database):
    found()
    connection.close()
    database = Path(connection.settings_dict["NAME"])
    largest = database.stat().st_size + 400_000
    with writers(1, str(largest)) as (process,):
        lines = the_rest(process)
        assert process.returncode == 1, "the writer is told that its entry was not stored"
    hold_to_the_receipts(lines)


def test_a_row_that_never_was_is_found_out(own_database):
    """The tests above can fail: a receipt for what is not there is noticed."""
    found()
    entry = UUID(int=1)
    send(entry)
    with pytest.raises(AssertionError):
        hold_to_the_receipts([f"sent {entry}\n", f"received {entry} {'0' * 64}\n"])
