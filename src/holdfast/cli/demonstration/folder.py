"""The demonstration's own folder: its database, its key, and the mark by which it is known.

The demonstration never opens a database that it did not make. It knows its own by a table that
names the demonstration and the content it was built from; a file without that table is somebody
else's and is left alone.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]

# What the demonstration's database follows from: another shape of the tables or other content of
# the library, and it is built again.
_CONTENT = (
    "cli/demonstration/*.py",
    "cli/demonstration/*.toml",
    "cli/courses/*.py",
    "cli/courses/*.toml",
    "records/migrations/*.py",
    "records/*.py",
    "unblinded/migrations/*.py",
    "definitions/**/*.toml",
)

BUILDING = ".building-"

_MARK = """
CREATE TABLE demonstration (
    what TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    seed INTEGER NOT NULL,
    as_of TEXT NOT NULL
)
"""
_WHAT = "This is the demonstration clinic of Holdfast. Nobody in it exists."


class ForeignDatabaseError(Exception):
    """A file stands where the demonstration's database should be, and it is not ours."""


@dataclass(frozen=True)
class Folder:
    """Where the demonstration lives; everything in it is the demonstration's."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "holdfast-demo.sqlite3"

    @property
    def key(self) -> Path:
        """The demonstration's site key, readable by its owner alone."""
        return self.path / "demonstration.key"

    @property
    def seals(self) -> Path:
        """Where its seals are exported to."""
        return self.path / "seals"

    @property
    def log(self) -> Path:
        """Where the demonstration's log lines go, so that the terminal stays readable."""
        return self.path / "demonstration.log"

    def environment(self, database: Path | None = None) -> Mapping[str, str]:
        """The settings of a process that works on the demonstration, and on nothing else.

        ``database`` is one that is being built; its seals then lie beside it.
        """
        return {
            "DJANGO_SETTINGS_MODULE": "holdfast.settings",
            "HOLDFAST_DATABASE_URL": f"sqlite:///{(database or self.database).resolve()}",
            "HOLDFAST_KEY_FILE": str(self.key.resolve()),
            "HOLDFAST_SEALS": str(
                (database.with_name("seals") if database else self.seals).resolve()
            ),
            "HOLDFAST_DEMONSTRATION": "1",
        }

    def take_over(self, database: Path | None = None) -> None:
        """Make this process, and those it starts, work on the demonstration alone.

        Whatever a site has set for its own record is forgotten here.
        """
        for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
            del os.environ[name]
        os.environ.update(self.environment(database))

    def is_ready(self) -> bool:
        """True if the database is there, whole, and built from the content of today's code.

        Raises
        ------
        ForeignDatabaseError
            If there is a file that does not carry the demonstration's mark.
        """
        if not self.database.exists():
            return False
        return read_mark(self.database) == content_sha256() and self.key.exists()

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Keep the folder for this process; gives False where another one has it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            for unfinished in self.path.glob(f"{BUILDING}*"):
                shutil.rmtree(unfinished)
            yield True


def content_sha256() -> str:
    """One hash over everything that the demonstration's database follows from."""
    digest = hashlib.sha256()
    for pattern in _CONTENT:
        for file in sorted(PACKAGE.glob(pattern)):
            digest.update(f"{file.relative_to(PACKAGE)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def read_mark(database: Path) -> str:
    """The content that a demonstration's database was built from.

    Raises
    ------
    ForeignDatabaseError
        If the file is no SQLite database or does not carry the mark. It is only read.
    """
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            row = opened.execute("SELECT what, content_sha256 FROM demonstration").fetchone()
    except sqlite3.DatabaseError as error:
        raise ForeignDatabaseError(str(database)) from error
    if row is None or row[0] != _WHAT:
        raise ForeignDatabaseError(str(database))
    return str(row[1])


def mark(database: Path, seed: int, as_of: str) -> None:
    """Say inside the database that it is the demonstration's, and close it whole.

    The write-ahead log is folded in and the file put on the disk, so that it can be renamed.
    """
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(_MARK)
        opened.execute(
            "INSERT INTO demonstration VALUES (?, ?, ?, ?)",
            (_WHAT, content_sha256(), seed, as_of),
        )
        opened.commit()
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    descriptor = os.open(database, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def put_in_place(built: Path, folder: Folder) -> None:
    """Let a database that was built whole, and its seals, take the place of the former ones."""
    for suffix in ("-wal", "-shm"):
        folder.database.with_name(folder.database.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(folder.seals, ignore_errors=True)
    if (seals := built.with_name("seals")).is_dir():
        seals.rename(folder.seals)
    built.replace(folder.database)
