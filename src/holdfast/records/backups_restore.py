"""Restore: a backup into an empty database of either kind, verified before it is answered for.

The whole file is authenticated before anything is touched. On SQLite the record is built in a file
aside, which takes its place only when it was verified; on PostgreSQL everything, migrations
included, happens in one transaction. Whatever goes wrong, or is killed, leaves the database as empty
or absent as it was.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from holdfast.records import sealed_room
from holdfast.records.backups import END, Manifest, known_migrations
from holdfast.records.backups_file import BackupRefused, SealedReader
from holdfast.records.backups_recipients import RecoveryKey
from holdfast.records.backups_tables import TablePlan, kept_tables
from holdfast.records.keys import SiteKey
from holdfast.records.people import IdentityToken
from holdfast.records.verification import Wanted, verify
from holdfast.records.verification_report import Report
from holdfast.records.verification_snapshot import snapshot_of, sqlite_path

_BATCH = 1_000  # rows inserted at a time


class RestoreRefused(RuntimeError):
    """Nothing was restored and nothing was changed; the message says why."""


@dataclass(frozen=True)
class Restored:
    """What was restored, and the report of its verification."""

    manifest: Manifest
    report: Report
    site: SiteKey | None  # the site key, at hand or out of the backup


def restore(
    source: Path,
    *,
    site: SiteKey | None,
    recovery: RecoveryKey | None,
    then: Callable[[SiteKey | None], None] | None = None,
) -> Restored:
    """Restore a backup into the settings' database.

    ``then`` runs in the transaction of the restore, before it is verified and can be read: what
    was erased since is erased again there.

    Raises
    ------
    BackupRefused
        If the file was cut or altered, or the keys at hand do not open it.
    RestoreRefused
        If the database is not empty, or what was restored does not verify.
    """
    manifest, site_at_hand = check(source, site, recovery)
    path = sqlite_path(connection.settings_dict)
    _require_empty(path)
    try:
        with _aside(path) if path is not None else transaction.atomic():
            report = _fill(source, manifest, site, recovery, site_at_hand, then)
    except DatabaseError as error:
        raise RestoreRefused(f"The database did not take it ({type(error).__name__}).") from error
    return Restored(manifest, report, site_at_hand)


def check(
    source: Path, site: SiteKey | None, recovery: RecoveryKey | None
) -> tuple[Manifest, SiteKey | None]:
    """Read a backup from end to end; the manifest, and the site key where there is one."""
    with source.open("rb") as file:
        reader = SealedReader(file, site, recovery)
        lines = reader.lines()
        manifest = _manifest(next(lines, b""))
        found, table, line = dict.fromkeys(manifest.rows, 0), "", b""
        for line in lines:
            if line.startswith(b'{"table":'):
                table = orjson.loads(line)["table"]
            elif line != END:
                found[table] += 1
        if line != END or found != manifest.rows:
            raise BackupRefused("This backup does not hold what it says that it holds.")
    if unknown := set(manifest.migrations) - known_migrations():
        raise BackupRefused(
            f"This backup was made by Holdfast {manifest.product}, which is newer than this one: "
            f"it knows {sorted(unknown)[0]!r}."
        )
    return manifest, reader.site


def _manifest(line: bytes) -> Manifest:
    try:
        return Manifest.read(line)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BackupRefused("This backup has no manifest that can be read.") from None


def _require_empty(path: Path | None) -> None:
    """Refuse a database that holds anything, ours or not."""
    if path is not None and not path.exists():
        return
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    try:
        with connection.cursor() as cursor:
            there = set(connection.introspection.table_names(cursor))
            there -= sealed_room.sqlite_names()
            if foreign := sorted(there - ours - {"django_migrations"}):
                raise RestoreRefused(
                    f"The database is not empty: it holds the table {foreign[0]!a}, which is none "
                    "of Holdfast's. Nothing was changed."
                )
            for plan in kept_tables():
                if plan.table in there:
                    cursor.execute(f'SELECT 1 FROM "{plan.table}" LIMIT 1')  # noqa: S608
                    if cursor.fetchone():
                        raise RestoreRefused(
                            f"The database is not empty: {plan.table} has rows. Nothing was "
                            "changed. Restore into a new one."
                        )
    except DatabaseError:
        raise RestoreRefused("There is something in this place that is no database.") from None
    finally:
        if path is not None:
            connection.close()


@contextmanager
def _aside(path: Path) -> Iterator[None]:
    """Django's connection on a new file beside ``path``, which takes its place at the end."""
    _remove_what_was_killed(path)
    aside = path.with_name(f".{path.name}.restoring-{os.getpid()}-{secrets.token_hex(3)}")
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(aside)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _take_place(aside, path)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept
        for ending in ("", "-wal", "-shm"):
            aside.with_name(aside.name + ending).unlink(missing_ok=True)


def _take_place(aside: Path, path: Path) -> None:
    aside.chmod(0o600)
    handle = os.open(aside, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    os.replace(aside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _remove_what_was_killed(path: Path) -> None:
    """Files of restores whose process is no more."""
    for left in path.parent.glob(f".{path.name}.restoring-*"):
        process = left.name.rpartition(".restoring-")[2].split("-")[0]
        if not Path(f"/proc/{process}").exists():
            left.unlink(missing_ok=True)


def _fill(
    source: Path,
    manifest: Manifest,
    site: SiteKey | None,
    recovery: RecoveryKey | None,
    site_at_hand: SiteKey | None,
    then: Callable[[SiteKey | None], None] | None,
) -> Report:
    """Migrate to where the backup was made, load it, migrate on, verify."""
    made_at = [name for app, name in manifest.migrations if app == "records"][-1]
    before = _applied()
    if not before:
        call_command("migrate", "records", made_at, verbosity=0, interactive=False)
        if _newest_of_records() == made_at:
            call_command("migrate", verbosity=0, interactive=False)
        else:
            _migrate_libraries(manifest)
    elif before != set(manifest.migrations):
        raise RestoreRefused(
            "The database is empty, but it was set up for another version than that of the "
            "backup. Give a database without any table."
        )
    with transaction.atomic():
        with source.open("rb") as file:
            _load(SealedReader(file, site, recovery).lines())
        connection.check_constraints()
        _reset_sequences()
        if _newest_of_records() == made_at:
            if then is not None:
                then(site_at_hand)
            return _verified(site_at_hand)
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        if then is not None:
            then(site_at_hand)
        return _verified(site_at_hand)


def _migrate_libraries(manifest: Manifest) -> None:
    """The tables of the log-in library as the backup knows them; none for one that is older."""
    if known := [name for app, name in manifest.migrations if app == "mfa"]:
        call_command("migrate", "mfa", known[-1], verbosity=0, interactive=False)


def _newest_of_records() -> str:
    return max(name for app, name in known_migrations() if app == "records")


def _applied() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def _verified(site: SiteKey | None) -> Report:
    report = verify(snapshot_of(connection), Wanted(key=site))
    if not report.fits:
        found = [str(problem) for problem in report.problems] + report.protection
        raise RestoreRefused(
            f"What the backup holds does not fit; nothing was changed. First: {found[0]}"
        )
    return report


def _load(lines: Iterator[bytes]) -> None:
    plans = {plan.table: plan for plan in kept_tables()}
    next(lines)  # the manifest
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Migrations of the same transaction left them immediate.
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    plan: TablePlan | str | None = None
    waiting: list[Sequence[Any]] = []
    for line in lines:
        if line.startswith(b'{"table":'):
            _insert(plan, waiting)
            told = orjson.loads(line)
            if plan := sealed_room.kind_of(told["table"]):
                continue
            known = plans[told["table"]]
            kinds = dict(zip(known.columns, known.kinds, strict=True))
            columns = tuple(told["columns"])
            plan = TablePlan(known.model, columns, tuple(kinds[name] for name in columns))
        elif line != END:
            waiting.append(orjson.loads(line))
            if len(waiting) >= _BATCH:
                _insert(plan, waiting)
    _insert(plan, waiting)


def _insert(plan: TablePlan | str | None, waiting: list[Sequence[Any]]) -> None:
    """Insert the waiting rows, of a table or of one kind of the sealed room, and wait for more."""
    if isinstance(plan, str):
        sealed_room.put_back(connection, plan, waiting)
    elif plan is not None and waiting:
        typed = plan.for_insert(connection.vendor)
        with connection.cursor() as cursor:
            cursor.executemany(plan.insert(), [typed(row) for row in waiting])
    waiting.clear()


def _reset_sequences() -> None:
    """PostgreSQL counts on by itself; it must begin after what was loaded, where there is a table."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        counted = [m for m in (IdentityToken, Authenticator) if m._meta.db_table in there]
        for statement in connection.ops.sequence_reset_sql(no_style(), counted):
            cursor.execute(statement)
