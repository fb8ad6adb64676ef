"""``holdfast populate`` fills an empty record, verifies it, and leaves every other as it is."""

import os
import subprocess
import sys
from pathlib import Path

KEY = "5a" * 32
WANTED = ("--sites", "1", "--enrollments", "2", "--seed", "1", "--until", "2026-06-01")


def populate(path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The command, at a file, with nothing of this process's settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    command = [sys.executable, "-m", "holdfast", "populate", *WANTED]
    command += ["--database", f"sqlite:///{path}"]
    return subprocess.run(command, env=ours | given, capture_output=True, text=True, check=False)


def test_an_empty_record_is_filled_and_verified_and_no_other_is_touched(tmp_path):
    path = tmp_path / "full.sqlite3"
    done = populate(path, HOLDFAST_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert "SITE-01: 2 people." in done.stdout
    assert "The record fits." in done.stdout
    assert "2 people at 1 sites" in done.stdout
    before = path.read_bytes()
    again = populate(path, HOLDFAST_KEY=KEY)
    assert again.returncode == 1
    assert "This record is not empty" in again.stderr
    assert path.read_bytes() == before


def test_without_a_site_key_nothing_is_begun(tmp_path):
    done = populate(tmp_path / "none.sqlite3")
    assert done.returncode == 2
    assert "no site key" in done.stderr
    assert not (tmp_path / "none.sqlite3").exists()
