"""The demonstration knows its own database and leaves every other one alone."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.cli.demonstration.folder import (
    Folder,
    ForeignDatabaseError,
    content_sha256,
    mark,
    put_in_place,
    read_mark,
)


def a_database(path: Path, *statements: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as opened:
        for statement in statements or ("CREATE TABLE somebody_elses (id INTEGER)",):
            opened.execute(statement)
        opened.commit()
    return path


def demo(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "holdfast", "demo", "--folder", folder, *words],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=60,
    )


def test_a_marked_database_is_known_by_its_content(tmp_path):
    database = a_database(tmp_path / "some.sqlite3")
    mark(database, 1, "2026-03-02")
    assert read_mark(database) == content_sha256()


@pytest.mark.parametrize(
    "statements",
    [
        (),
        ("CREATE TABLE demonstration (what TEXT, content_sha256 TEXT)",),
        (
            "CREATE TABLE demonstration (what TEXT, content_sha256 TEXT)",
            "INSERT INTO demonstration VALUES ('something else', 'x')",
        ),
    ],
    ids=["no mark", "an empty mark", "another mark"],
)
def test_a_database_without_the_mark_is_refused_and_left_as_it_is(tmp_path, statements):
    folder = Folder(tmp_path / "demo")
    before = a_database(folder.database, *statements).read_bytes()
    with pytest.raises(ForeignDatabaseError):
        folder.is_ready()
    done = demo(folder.path, "--only-set-up", "--again")
    assert done.returncode == 2
    assert "not the demonstration's database" in done.stderr
    assert folder.database.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path):
    folder = Folder(tmp_path / "demo")
    folder.path.mkdir()
    folder.database.write_text("a letter to my mother, by chance of that name")
    done = demo(folder.path, "--only-set-up")
    assert done.returncode == 2
    assert folder.database.read_text().startswith("a letter")


def test_other_content_means_another_database(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    a_database(folder.database)
    mark(folder.database, 1, "2026-03-02")
    folder.key.write_text("a key")
    assert folder.is_ready()
    monkeypatch.setattr("holdfast.cli.demonstration.folder.content_sha256", lambda: "changed")
    assert not folder.is_ready()


def test_a_database_without_its_key_is_built_again(tmp_path):
    folder = Folder(tmp_path)
    a_database(folder.database)
    mark(folder.database, 1, "2026-03-02")
    assert not folder.is_ready()


def test_a_new_one_takes_the_place_of_the_old_one_whole(tmp_path):
    folder = Folder(tmp_path)
    a_database(folder.database, "CREATE TABLE old (id INTEGER)")
    left_over = tmp_path / "holdfast-demo.sqlite3-wal"
    left_over.write_bytes(b"left over")
    folder.seals.mkdir()
    (folder.seals / "old").touch()
    new = a_database(tmp_path / "new" / "demo.sqlite3", "CREATE TABLE new (id INTEGER)")
    (tmp_path / "new" / "seals").mkdir()
    put_in_place(new, folder)
    with closing(sqlite3.connect(folder.database)) as opened:
        assert opened.execute("SELECT name FROM sqlite_master").fetchall() == [("new",)]
    assert list(folder.seals.iterdir()) == []
    assert not new.exists()
    assert not left_over.exists()


def test_the_settings_name_the_demonstration_whatever_the_site_has_set(tmp_path, monkeypatch):
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "postgresql://clinic/record")
    chosen = Folder(tmp_path).environment()
    assert chosen["HOLDFAST_DATABASE_URL"] == f"sqlite:///{tmp_path}/holdfast-demo.sqlite3"
    assert chosen["HOLDFAST_DEMONSTRATION"] == "1"


@pytest.mark.parametrize("words", ["eighty", "0", "65536", "-1", "८०००"])
def test_a_port_that_is_none_is_refused_by_name(tmp_path, words):
    done = demo(tmp_path / "demo", HOLDFAST_PORT=words)
    assert done.returncode == 2
    assert "HOLDFAST_PORT" in done.stderr


def test_a_taken_port_is_said_before_anything_is_set_up(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = demo(tmp_path / "demo", HOLDFAST_PORT=port)
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr
    assert "HOLDFAST_PORT" in done.stderr
    assert not (tmp_path / "demo" / "holdfast-demo.sqlite3").exists()
