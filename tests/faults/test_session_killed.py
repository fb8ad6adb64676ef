"""Two who write in one session are killed at any moment: every acknowledged entry is there, and judged.

Twenty times in each run, two hundred in the long one, a thousand at night, on each database.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from holdfast.records.journal import JournalEntry
from holdfast.records.models import AlarmRaised, DosingSession, SessionFact
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import Clinic
from tests.actions.sessions import nothing_kept, sat_down

__all__ = ["nothing_kept"]

ROOT = Path(__file__).resolve().parent.parent.parent
WRITERS = 2
LOOKED_AT_EVERY = 10  # kills between two verifications of the whole record


class Writers:
    """The process from which writers are forked, and what they were given receipts for."""

    def __init__(self, process: "subprocess.Popen[bytes]", file: Path) -> None:
        self.process, self.file = process, file

    def fork(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"another\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def acknowledged(self) -> set[UUID]:
        if not self.file.exists():
            return set()
        lines = self.file.read_bytes().split(b"\n")
        return {UUID(hex=line.decode()) for line in lines if len(line) == 32}

    def killed_after(self, seconds: float) -> None:
        """Two writers at once, killed so long after the first receipt of this round."""
        before, until = len(self.acknowledged()), time.monotonic() + 60
        running = [self.fork() for _ in range(WRITERS)]
        while len(self.acknowledged()) == before:
            assert time.monotonic() < until, "nothing was acknowledged for a minute"
            time.sleep(0.005)
        time.sleep(seconds)
        for each in running:
            os.kill(each, signal.SIGKILL)


@contextmanager
def writers(session: DosingSession, file: Path) -> Iterator[Writers]:
    """Ready to be forked from; ended at the end."""
    words = [sys.executable, "-m", "tests.faults.session_appender", str(session.id), str(file)]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Writers(process, file)
    finally:
        process.kill()
        process.communicate()


def whole(session: DosingSession, given: set[UUID], *, verified: bool) -> None:
    """Every acknowledged entry is there, none by half: each with its journal entry and its alarm."""
    facts = SessionFact.objects.filter(session=session, kind="reading")
    journal = JournalEntry.objects.filter(stream=session.enrollment_id)
    alarms = AlarmRaised.objects.filter(session=session, code="systolic-observed")
    with databases.one_moment():
        there = set(facts.values_list("id", flat=True))
        entered = set(journal.values_list("entry_id", flat=True))
        judged = set(alarms.values_list("judged_with", flat=True))
    assert given <= there, f"{len(given - there)} acknowledged entries are lost"
    assert there <= entered
    assert judged == there
    if verified:
        report = verify_here()
        assert report.fits, list(report.lines())


def kill_often(clinic: Clinic, folder: Path, times: int) -> None:
    session = sat_down(clinic).session
    chance = random.Random(20260302)
    with writers(session, folder / "receipts") as several:
        for number in range(1, times + 1):
            several.killed_after(chance.uniform(0.0, 0.08))
            last = number == times
            given = several.acknowledged()
            whole(session, given, verified=last or number % LOOKED_AT_EVERY == 0)
    assert len(given) >= times


TIMES = [
    20,
    pytest.param(200, marks=pytest.mark.faults),
    pytest.param(1000, marks=pytest.mark.nightly),
]


@pytest.mark.parametrize("times", TIMES)
def test_who_writes_in_a_session_is_killed_and_nothing_is_lost(
    any_database, clean_seals, tmp_path, times
):
    from tests.actions.clinic import found

    kill_often(found(), tmp_path, times)
