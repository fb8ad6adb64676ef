"""The site key is rotated while people write: nobody is stopped, nothing is left under the old key."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from holdfast.records.keys import create_key_file, opened_all, read_key_file, site_key
from holdfast.records.models import Enrollment, Identity, IdentityToken, PersonKey, Seal
from holdfast.records.search import people_named, tokens_of
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import found
from tests.house.source import ROOT

ROTATIONS = 3
WRITERS = 2


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site key in a file, as a site has it."""
    path = tmp_path / "site.key"
    create_key_file(path)
    monkeypatch.delenv("HOLDFAST_KEY", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY_FILE", str(path))
    return path


def started(*words: str, says: Path) -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with says.open("wb") as lines:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": paths},
            stdout=lines,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def people_at_work(folder: Path) -> Iterator[list[tuple["subprocess.Popen[bytes]", Path]]]:
    """Processes that open one referral after another: each makes keys and marks of the index."""
    running = [
        (started("tests.faults.writer", says=path), path)
        for path in (folder / f"writer-{n}" for n in range(WRITERS))
    ]
    try:
        yield running
    finally:
        for process, _ in running:
            process.kill()
            process.wait()


def received(path: Path) -> int:
    return path.read_text().count("received")


def until_more(running: list, count: int = 2, seconds: float = 60) -> None:
    """Every writer gets so many more receipts."""
    before, until = [received(path) for _, path in running], time.monotonic() + seconds
    while time.monotonic() < until:
        assert all(process.poll() is None for process, _ in running), running[0][1].read_text()
        if all(received(p) >= n + count for (_, p), n in zip(running, before, strict=True)):
            return
        time.sleep(0.05)
    pytest.fail("a writer stands still")


@pytest.mark.faults
def test_everybody_goes_on_writing_while_the_key_is_rotated(any_database, key_file, tmp_path):
    clinic = found()
    first = site_key()
    connection.close()
    with people_at_work(tmp_path) as running:
        until_more(running)
        for n in range(ROTATIONS):
            rotation = started("holdfast", "key", "rotate", says=tmp_path / f"rotation-{n}")
            assert rotation.wait(timeout=120) == 0, (tmp_path / f"rotation-{n}").read_text()
            until_more(running)
    now = read_key_file(key_file)
    assert now != first
    assert set(PersonKey.objects.values_list("wrapped_with", flat=True)) == {now.fingerprint}
    people = Enrollment.objects.count()
    assert people >= 2 * WRITERS * ROTATIONS
    identities = list(Identity.objects.all())
    words = opened_all(identities, "words")
    assert len(words) == people
    assert_found_by_the_new_key(clinic, people)
    assert Seal.objects.count() == ROTATIONS
    report = verify_here()
    assert report.fits, list(report.lines())


def assert_found_by_the_new_key(clinic, people: int) -> None:
    """Every mark of the index is the new key's: everybody is found by their name."""
    from holdfast.records.histories import enrollment_as_of, identity_of

    marks = set(IdentityToken.objects.values_list("kind", "token"))
    wanted = set()
    for enrollment in Enrollment.objects.all():
        identity = identity_of(enrollment_as_of(enrollment))
        wanted |= {
            pair for pair in tokens_of(site_key(), identity, PersonOfNoAge) if pair[0] != "born-on"
        }
        assert people_named(clinic.site, identity.family) == [enrollment.person]
    assert wanted <= marks


class PersonOfNoAge:
    born_on = None
