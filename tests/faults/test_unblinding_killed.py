"""Killed in the middle of an emergency unblinding: it was done once, whole, or not at all."""

import os
import random
import time
from pathlib import Path

import pytest
from django.db import connection

from holdfast.records.models import CodeBreak, JournalEntry, OutboxEntry, Signature
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.blinded import randomized_truly
from tests.actions.clinic import enrolled, found
from tests.faults.test_killed import child

FEW = 10


@pytest.fixture(autouse=True)
def site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", os.urandom(32).hex())


def notes() -> int:
    table = "unblinded.note" if connection.vendor == "postgresql" else '"unblinded_note"'
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def kill_and_look(enrollment, chance: random.Random) -> None:
    with child("-m", "tests.faults.unblinder", str(enrollment.id)) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith(b"sent"), process.communicate()[1].decode()
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        rest, _ = process.communicate()
    lines = [line.split() for line in (first + rest).split(b"\n")]
    answered = {line[1].decode() for line in lines if line[:1] == [b"shown"] and len(line) == 2}
    with databases.one_moment():
        done = {row.hex for row in JournalEntry.objects.values_list("entry_id", flat=True)}
        assert answered <= done, "an arm was given of which nothing is on record"
        breaks = CodeBreak.objects.count()
        signed = Signature.objects.filter(meaning="breaks-the-blind").count()
        letters = OutboxEntry.objects.filter(kind="emergency-unblinding").count()
        assert (signed, letters, notes()) == (breaks, 3 * breaks, 2 * breaks), "done by half"
    assert verify_here().fits


def kill_often(times: int, folder: Path, monkeypatch) -> None:
    clinic = found()
    enrollment = enrolled(clinic)
    randomized_truly(clinic, enrollment, folder, monkeypatch)
    chance = random.Random(20260302)
    for _ in range(times):
        kill_and_look(enrollment, chance)
    assert CodeBreak.objects.exists()


@pytest.mark.faults
def test_a_physician_killed_ten_times_while_breaking_a_blind(own_database, tmp_path, monkeypatch):
    kill_often(FEW, tmp_path, monkeypatch)


@pytest.mark.faults
@pytest.mark.postgres
def test_a_hundred_times_on_postgresql(durable_postgres, tmp_path, monkeypatch):
    kill_often(10 * FEW, tmp_path, monkeypatch)
