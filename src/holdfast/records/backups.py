"""Backups: the whole record of one moment in one sealed file, the same for both databases.

A backup is made while others write: it is read from one snapshot. Data keys stay wrapped by the
site key, as they lie in the database. The site key itself is in the file only sealed to a
recovery recipient, never in clear. The file is written aside, read back whole, put on the disk
and only then given its name; a file that is there is never written over.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from holdfast.records import sealed_room
from holdfast.records.backups_file import BackupRefused, SealedReader, SealedWriter
from holdfast.records.backups_recipients import Recipient
from holdfast.records.backups_tables import kept_tables, read_rows
from holdfast.records.columns import instant_text
from holdfast.records.keys import SiteKey
from holdfast.records.verification_snapshot import NotText, Snapshot, snapshot
from holdfast.records.whole_files import let_go, name_once

SCHEMA = 1
END = b'{"end":true}'


class BackupFailed(RuntimeError):
    """A backup could not be made; there is no file."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself, inside the sealed part."""

    product: str
    made_at: str
    migrations: tuple[tuple[str, str], ...]  # app and name, as applied
    rows: dict[str, int]  # by table
    last_seal: int | None
    schema: int = SCHEMA

    def line(self) -> bytes:
        """As the first line of the stream."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, line: bytes) -> "Manifest":
        """From the first line of the stream."""
        told: dict[str, Any] = orjson.loads(line)
        if told["schema"] != SCHEMA:
            raise BackupRefused("This backup was made by a later version of Holdfast.")
        told["migrations"] = tuple((app, name) for app, name in told["migrations"])
        return cls(**told)


@dataclass(frozen=True)
class Keys:
    """Who will be able to open the backup."""

    site: SiteKey | None = field(default=None, repr=False)
    recipients: tuple[Recipient, ...] = ()


def back_up(target: Path, keys: Keys, *, now: datetime) -> Manifest:
    """Write the record of the settings' database to a new file.

    Raises
    ------
    FileExistsError
        If the file is there already: it is left as it is.
    BackupFailed
        If there is no key to seal it with, or the record cannot be read or the file written.
        Nothing is left behind.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already; it was left as it is.")
    if keys.site is None and not keys.recipients:
        raise BackupFailed(
            "There is no key to seal the backup with: neither site key nor recipient."
        )
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with snapshot(connections.settings["default"]) as moment:
            manifest = _manifest(moment, now)
            _write(aside, moment, manifest, keys)
        _read_back(aside, manifest, keys)
        name_once(aside, target)
    except NotText:
        raise BackupFailed(
            "The record holds text that nobody wrote; run holdfast verify."
        ) from None
    except OSError as error:
        if isinstance(error, FileExistsError):
            raise
        raise BackupFailed(f"The file could not be written: {error.strerror}.") from error
    finally:
        let_go(aside)
    return manifest


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


def _manifest(moment: Snapshot, now: datetime) -> Manifest:
    # Before an upgrade the record has not the tables that the new version adds.
    there = {str(row[0]) for row in moment.rows(_TABLES[moment.vendor])}
    counts = {
        plan.table: next(moment.rows(f'SELECT count(*) FROM "{plan.table}"'))[0]  # noqa: S608
        for plan in kept_tables()
        if plan.table in there
    }
    counts |= sealed_room.count_rows(moment)
    applied = moment.rows("SELECT app, name FROM django_migrations ORDER BY id")
    last = next(moment.rows("SELECT max(number) FROM records_seal"))[0]
    return Manifest(
        product=version("holdfast"),
        made_at=instant_text(now),
        migrations=tuple((str(app), str(name)) for app, name in applied),
        rows=counts,
        last_seal=last,
    )


def _write(aside: Path, moment: Snapshot, manifest: Manifest, keys: Keys) -> None:
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        sealed = SealedWriter(file, keys.site, list(keys.recipients))
        for line in stream(moment, manifest):
            sealed.write(line + b"\n")
        sealed.finish()
        file.flush()
        os.fsync(file.fileno())


def stream(moment: Snapshot, manifest: Manifest) -> Iterator[bytes]:
    """The lines of a backup: manifest, then for each table its columns and its rows, then the end."""
    yield manifest.line()
    for plan in (plan for plan in kept_tables() if plan.table in manifest.rows):
        yield orjson.dumps({"table": plan.table, "columns": plan.columns})
        yield from read_rows(moment, plan)
    for table in manifest.rows:
        if kind := sealed_room.kind_of(table):
            yield orjson.dumps({"table": table, "columns": ["place", "sealed"]})
            yield from map(orjson.dumps, sealed_room.ciphertext(moment, kind))
    yield END


def _read_back(aside: Path, manifest: Manifest, keys: Keys) -> None:
    """What was written can be opened again; only where the site key is at hand."""
    if keys.site is None:
        return
    with aside.open("rb") as file:
        lines = SealedReader(file, keys.site).lines()
        if next(lines) != manifest.line() or sum(1 for _ in lines) == 0:
            raise BackupFailed("The file that was written cannot be read back.")


def known_migrations() -> set[tuple[str, str]]:
    """Every migration that this version knows."""
    return set(MigrationLoader(None).disk_migrations)
