"""Whoever administers is killed at any moment: it is done once or not at all, and done once when sent again.

Ten times in the fault tests of each run, a hundred in the long ones, on each database.
"""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from holdfast.domain.movements import Kind
from holdfast.records.models import Container, CustodyAct, DrugMovement
from holdfast.records.supply_reads import ledger_at
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.actions.custody import BOTTLE, a_session, pharmacy
from tests.faults.custody_mover import administer

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE = 2_000  # capsules: more than could be swallowed before the last kill


def said(file: Path, what: str) -> dict[UUID, int]:
    """The entries that were asked for, or whose receipt was given, with their capsule."""
    if not file.exists():
        return {}
    lines = (line.split() for line in file.read_text().splitlines())
    return {UUID(hex=line[1]): int(line[2]) for line in lines if line[0] == what and len(line) == 3}


def killed(process: "subprocess.Popen[bytes]", file: Path, first: int, seconds: float) -> None:
    """One writer, killed so long after its first receipt of this round."""
    assert process.stdin is not None
    assert process.stdout is not None
    before, until = len(said(file, "given")), time.monotonic() + 60
    process.stdin.write(f"{first}\n".encode())
    process.stdin.flush()
    child = int(process.stdout.readline())
    while len(said(file, "given")) == before:
        assert time.monotonic() < until, "nothing was acknowledged for a minute"
        time.sleep(0.002)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)


@pytest.mark.faults
@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.nightly)])
def test_what_was_administered_when_the_server_was_killed_is_there_once_or_not_at_all(
    any_database, tmp_path, times
):
    built = pharmacy()
    session, file = a_session(built.clinic), tmp_path / "receipts"
    label = replace(BOTTLE, size=SIZE)
    written(built.move(Kind.RECEIVE, label, f"1-{SIZE}", to_place=built.place("safe")))
    bottle = Container.objects.get().id
    ids = [str(each) for each in (built.store.id, bottle, session.id)]
    words = [sys.executable, "-m", "tests.faults.custody_mover", *ids, str(file)]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(words, cwd=ROOT, env=environment, **streams)
    chance = random.Random(20260302)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for number in range(times):
            killed(process, file, 1 + number * (SIZE // times), chance.uniform(0, 0.03))
            _there_once(file)
    finally:
        process.kill()
        process.communicate()
    asked, given = said(file, "asked"), said(file, "given")
    for entry_id in set(asked) - set(given):  # the tablet sends again what it got no receipt for
        administer(built.store.id, bottle, session.id, entry_id, asked[entry_id])
    swallowed = DrugMovement.objects.filter(kind="swallowed")
    assert sorted(int(each) for each in swallowed.values_list("capsules", flat=True)) == sorted(
        asked.values()
    )
    assert ledger_at(built.clinic.site).broken() == []
    assert verify_here().fits


def _there_once(file: Path) -> None:
    """Every acknowledged movement is there, with who did it; nothing is there by half."""
    given = said(file, "given")
    rows = DrugMovement.objects.filter(kind="swallowed")
    there = [int(each) for each in rows.values_list("capsules", flat=True)]
    assert set(given.values()) <= set(there)
    assert len(there) == len(set(there))
    acts = CustodyAct.objects.filter(kind="swallowed")
    assert acts.count() == rows.values("act").distinct().count() == len(there)
