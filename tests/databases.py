"""Databases for tests: pointing Django at one, migrating it, and a PostgreSQL that is thrown away."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, connections, transaction

INITDB_OPTIONS = ["-A", "trust", "-U", "holdfast", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Django's default connection, in every thread, is the database at ``url`` until the end."""
    from holdfast.records.database import database

    before = connections.settings["default"]
    environment = os.environ.get("HOLDFAST_DATABASE_URL")
    connections["default"].close()
    del connections["default"]
    ours = {"default": {**database(url), "TEST": before.get("TEST", {})}}
    connections.settings["default"] = connections.configure_settings(ours)["default"]
    os.environ["HOLDFAST_DATABASE_URL"] = url
    try:
        yield
    finally:
        _close_all()
        connections.settings["default"] = before
        if environment is None:
            os.environ.pop("HOLDFAST_DATABASE_URL", None)
        else:
            os.environ["HOLDFAST_DATABASE_URL"] = environment


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of one moment: PostgreSQL may end a commit after its client was killed."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _close_all() -> None:
    connections["default"].close()
    if hasattr(connections["default"], "close_pool"):
        connections["default"].close_pool()
    del connections["default"]


def migrate(url: str) -> None:
    """Apply every migration to the database at ``url`` and let go of it."""
    with pointed_at(url):
        call_command("migrate", verbosity=0, interactive=False)


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest version first; None where there is none."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found and shutil.which("pg_ctl") else None


@dataclass
class Cluster:
    """A running PostgreSQL that holds nothing anybody needs."""

    port: int
    _control: Sequence[str]
    _start: Sequence[str]
    _folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://holdfast@127.0.0.1:{self.port}/{database}"

    def create(self, name: str) -> None:
        """An empty database."""
        self._execute(f'CREATE DATABASE "{name}"')

    def create_empty(self) -> str:
        """An empty database under a new name, which is returned."""
        name = f"holdfast_{next(self._numbers)}"
        self.create(name)
        return name

    def create_from(self, template: str) -> str:
        """A copy of ``template`` under a new name, which is returned."""
        name = f"holdfast_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, ending whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def crash(self) -> None:
        """End the server without letting it finish anything, and start it again."""
        _run([*self._control, "-m", "immediate", "-w", "stop"], self._folder)
        _run([*self._control, *self._start], self._folder)

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)


@contextmanager
def cluster(programs: Path, fsync: str = "off") -> Iterator[Cluster]:
    """Start a cluster in a folder of its own and stop it at the end. As root it runs as postgres."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-"))
    runner: Sequence[str] = ()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        runner = ("runuser", "-u", "postgres", "--")
    data, port = folder / "data", _free_port()
    _run(
        [*runner, f"{programs}/initdb", "-D", f"{data}", *INITDB_OPTIONS],
        folder,
    )
    # Not durable unless a benchmark asks: it is thrown away with the run.
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync={fsync}"
    control = [*runner, f"{programs}/pg_ctl", "-D", f"{data}"]
    start = ["-o", options, "-l", f"{folder}/log", "-w", "start"]
    _run([*control, *start], folder)
    try:
        yield Cluster(port, control, start, folder)
    finally:
        _run([*control, "-m", "immediate", "-w", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]} of a test PostgreSQL failed: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
