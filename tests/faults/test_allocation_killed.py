"""Killed in the middle of randomize or dispense: done once or not at all, on both sides of the room's wall.

Ten times in each run of the faults, more by ``HOLDFAST_KILLS``.
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

from holdfast.records.models import GatePassed, JournalEntry, KitDispensed, SlotTaken
from holdfast.records.verification_run import verify_here
from holdfast.unblinded.doors import NotInTheRoom, arm_of
from tests import databases
from tests.actions.allocating import DESIGN, activated, delivered, sealed_list, somebody, trial
from tests.actions.clinic import written

ROOT = Path(__file__).resolve().parent.parent.parent
TIMES = int(os.environ.get("HOLDFAST_KILLS", "10"))
pytestmark = pytest.mark.faults


@contextmanager
def allocator(file: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.allocator", str(file)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def begun(process: "subprocess.Popen[bytes]", what: str, enrollment_id: UUID) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{what} {enrollment_id.hex}\n".encode())
    process.stdin.flush()
    return int(process.stdout.readline())


def is_over(child: int) -> bool:
    return not Path(f"/proc/{child}").exists()


def let_finish(child: int) -> None:
    until = time.monotonic() + 60
    while not is_over(child):
        assert time.monotonic() < until, "it never ended"
        time.sleep(0.002)


def has_arm(enrollment_id: UUID) -> bool:
    try:
        return bool(arm_of(enrollment_id))
    except NotInTheRoom:
        return False


def given_receipts(file: Path) -> set[str]:
    return set(file.read_text().splitlines()) if file.exists() else set()


def whole(file: Path, what: str, enrollment_id: UUID) -> bool:
    """Whether it was done; it fails unless it was done whole, and wherever its receipt was given."""
    with databases.one_moment():
        entries = JournalEntry.objects.filter(stream=enrollment_id)
        if what == "randomize":
            done = SlotTaken.objects.filter(enrollment=enrollment_id).exists()
            passed = GatePassed.objects.filter(enrollment=enrollment_id, act="randomize").exists()
            assert done == has_arm(enrollment_id) == passed
        else:
            done = KitDispensed.objects.filter(enrollment=enrollment_id).exists()
        kinds = [bytes(row.event).decode() for row in entries]
    kind = "participant-randomized" if what == "randomize" else "kit-dispensed"
    assert sum(f'"{kind}"' in each for each in kinds) == done
    assert done or f"{what} {enrollment_id.hex}" not in given_receipts(file)
    return done


def kill_often(folder: Path, times: int) -> None:
    clinic, chance, file = trial(), random.Random(20260302), folder / "receipts"
    design = DESIGN.replace("slots = 12", "slots = 200").replace("kits = 8", "kits = 300")
    sealed = sealed_list(folder, design)
    written(activated(clinic, sealed))
    written(delivered(clinic, sealed, 200))
    killed = 0
    with allocator(file) as process:
        for _ in range(times):
            enrollment = somebody(clinic)
            for what in ("randomize", "dispense"):
                child = begun(process, what, enrollment.id)
                time.sleep(chance.uniform(0.0, 0.12))
                os.kill(child, signal.SIGKILL)
                let_finish(child)
                done = whole(file, what, enrollment.id)
                killed += not done
                let_finish(begun(process, what, enrollment.id))  # the same entry, sent again
                assert whole(file, what, enrollment.id)
    assert killed, "every one of them was done before it was killed"
    assert SlotTaken.objects.count() == KitDispensed.objects.count() == times
    assert len(set(KitDispensed.objects.values_list("kit", flat=True))) == times
    report = verify_here()
    assert report.fits, list(report.lines())


@pytest.mark.parametrize(
    "database", ["own_database", pytest.param("durable_postgres", marks=pytest.mark.postgres)]
)
def test_killed_in_the_middle_it_is_done_once_or_not_at_all(
    database, clean_seals, tmp_path, request
):
    request.getfixturevalue(database)
    kill_often(tmp_path, TIMES)
