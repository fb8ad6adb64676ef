"""``upgrade``: back up, migrate, verify, report; where anything fails, the old record as it was.

On SQLite the file is copied aside first and put back where a step fails. On PostgreSQL all
migrations and the verification are one transaction, which is rolled back.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from holdfast.records import worklist
from holdfast.records.backups import BackupFailed, Keys, back_up
from holdfast.records.backups_recipients import Recipient
from holdfast.records.people import User
from holdfast.records.verification import Wanted, verify
from holdfast.records.verification_report import Report
from holdfast.records.verification_run import key_if_there_is_one
from holdfast.records.verification_snapshot import (
    DatabaseAbsent,
    snapshot_of,
    sqlite_path,
)


class UpgradeFailed(RuntimeError):
    """The database is as it was; the message says why, and where the backup is."""


def upgrade(backup: Path | None, recipients: Sequence[Recipient]) -> Iterator[str]:
    """Bring the settings' database to this version; the report, line by line.

    Raises
    ------
    UpgradeFailed
        If any step failed. The database is as it was before.
    """
    pending = pending_migrations()
    target = None
    if _is_founded():
        target = backup or _place_beside()
        yield _backed_up(target, recipients)
    where = f" The backup is {target.resolve()}." if target else " There was nothing to back up."
    try:
        with _as_it_was_on_failure():
            call_command("migrate", verbosity=0, interactive=False)
            report = _verified() if target else None
    except (DatabaseError, NotVerified, OSError, RuntimeError, ValueError) as error:
        raise UpgradeFailed(
            f"The upgrade failed ({type(error).__name__}: {_plain(error)}). The database is as it "
            f"was.{where}"
        ) from error
    done = ", ".join(pending) or "none was pending"
    yield f"Migrated to Holdfast {version('holdfast')}: {done}."
    if report is not None:
        yield f"{worklist.rebuild()} moments made anew from the facts."
        yield from report.lines()
    yield f"Upgraded.{where}"


class NotVerified(RuntimeError):
    """After the migrations the record does not fit."""


def _plain(error: Exception) -> str:
    """Words of our own errors; of the database's only their first line."""
    return (str(error).splitlines() or [""])[0][:300]


def pending_migrations() -> list[str]:
    """Names of the migrations that this version brings."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _is_founded() -> bool:
    """True if there is a record to lose."""
    with connection.cursor() as cursor:
        if User._meta.db_table not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT 1 FROM records_stream LIMIT 1")
        return cursor.fetchone() is not None


def _place_beside() -> Path:
    """A file beside the database, or in the current folder, named by the moment."""
    path = sqlite_path(connection.settings_dict)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = Path.cwd() if path is None else path.resolve().parent
    return folder / f"before-upgrade-{stamp}.holdfast-backup"


def _backed_up(target: Path, recipients: Sequence[Recipient]) -> str:
    keys = Keys(key_if_there_is_one(), tuple(recipients))
    try:
        manifest = back_up(target, keys, now=datetime.now(UTC))
    except (BackupFailed, DatabaseAbsent, FileExistsError) as error:
        raise UpgradeFailed(f"Nothing was changed: no backup could be made. {error}") from error
    return f"Backed up {sum(manifest.rows.values())} rows to {target.resolve()}."


def _verified() -> Report:
    report = verify(snapshot_of(connection), Wanted(key=key_if_there_is_one()))
    if not report.fits:
        first = [str(problem) for problem in report.problems] + report.protection
        raise NotVerified(f"the record does not fit: {first[0]}")
    return report


@contextmanager
def _as_it_was_on_failure() -> Iterator[None]:
    """Undo everything where the block fails."""
    path = sqlite_path(connection.settings_dict)
    if path is None:
        with transaction.atomic():
            yield
        return
    copy = path.with_name(f".{path.name}.before-upgrade")
    copy.unlink(missing_ok=True)
    _copy(path, copy)
    try:
        yield
    except BaseException:
        connection.close()
        _put_back(copy, path)
        raise
    copy.unlink()


def _copy(path: Path, copy: Path) -> None:
    """A whole copy, what lies in the write-ahead log included."""
    connection.ensure_connection()
    with closing(sqlite3.connect(copy)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode = WAL")
    copy.chmod(path.stat().st_mode & 0o777)


def _put_back(copy: Path, path: Path) -> None:
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    os.replace(copy, path)
