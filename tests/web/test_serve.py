"""``holdfast serve`` refuses, in clear words, what would be unsafe."""

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from holdfast.cli.serve import _problem_with_record, serve
from holdfast.web.requests import BodyLimitAtTheDoor
from tests import databases


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "clinic.example"])
def test_no_address_but_loopback_without_tls(capsys, host):
    assert serve(host, 8000) == 2
    assert "there is no TLS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tls_cert": Path("/nowhere.pem")}, "needs its key"),
        ({"tls_cert": Path("/nowhere.pem"), "tls_key": Path("/nowhere.key")}, "There is no file"),
        ({"port": 0}, "Port 0"),
    ],
)
def test_what_does_not_fit_is_said(capsys, given, words):
    assert serve(**{"host": "127.0.0.1", "port": 8000} | given) == 2
    assert words in capsys.readouterr().err


def started(database: Path, key: str | None = "ab" * 32) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOLDFAST_DATABASE_URL": f"sqlite:///{database}"}
    if key:
        environment["HOLDFAST_KEY"] = key
    command = [sys.executable, "-m", "holdfast", "serve", "--port", "1"]
    return subprocess.run(
        command,
        env=environment,
        cwd=database.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_pending_migrations_are_said(tmp_path):
    ended = started(tmp_path / "empty.sqlite3")
    assert ended.returncode == 2
    assert "migrations are pending" in ended.stderr


def test_missing_triggers_are_said(clinic):
    path = Path(connection.settings_dict["NAME"])
    database = sqlite3.connect(path)
    database.execute("DROP TRIGGER records_enrollment_no_update")
    database.commit()
    database.close()
    ended = started(path)
    assert ended.returncode == 2
    assert "trigger" in ended.stderr.lower()


def test_a_missing_key_is_said(clinic):
    ended = started(Path(connection.settings_dict["NAME"]), key=None)
    assert ended.returncode == 2
    assert "There is no site key" in ended.stderr


def test_what_is_over_the_limit_is_let_go_as_it_comes(settings):
    """Chunked, without a stated length: nothing over the limit is kept, and the page can say so."""
    settings.FORM_LIMIT_BYTES = 100
    seen: dict[str, object] = {}

    async def application(scope, receive, send):
        seen["length"] = dict(scope["headers"])[b"content-length"]
        seen["body"] = (await receive())["body"]

    chunks = iter([b"x" * 60] * 5)

    async def receive():
        body = next(chunks, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def send(message):
        raise AssertionError

    scope = {"type": "http", "path": "/log-in/", "headers": [(b"transfer-encoding", b"chunked")]}
    with ThreadPoolExecutor(1) as beside:  # a browser test may have left a loop in this thread
        beside.submit(asyncio.run, BodyLimitAtTheDoor(application)(scope, receive, send)).result()
    assert int(seen["length"]) > 100  # type: ignore[call-overload]
    assert seen["body"] == b""


def test_what_was_opened_to_ask_is_shared_with_no_worker(
    postgres_cluster, migrated_template, django_db_blocker
):
    """A worker is forked: with the connection of its parent, and a pool that never grows, it would wait."""
    name = postgres_cluster.create_from(migrated_template)
    with (
        django_db_blocker.unblock(),
        databases.pointed_at(f"{postgres_cluster.url(name)}?pool=2"),
    ):
        _problem_with_record()
        assert connection.connection is None
        assert connection.alias not in connection._connection_pools
