"""A backup is whole or nothing, opens for whom it was made, and restores into either database."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from holdfast.records import backups, backups_restore
from holdfast.records.backups import BackupFailed, Keys, back_up
from holdfast.records.backups_file import BackupRefused, SealedReader
from holdfast.records.backups_recipients import create_recovery_key, read_recovery_key
from holdfast.records.backups_restore import RestoreRefused, restore
from holdfast.records.backups_tables import kept_tables, read_rows
from holdfast.records.database import database
from holdfast.records.journal import OutboxEntry, Seal
from holdfast.records.keys import opened, site_key
from holdfast.records.models import JournalEntry, StaffRecord
from holdfast.records.verification_run import verify_here
from holdfast.records.verification_snapshot import snapshot
from tests import databases
from tests.actions.clinic import CANARY
from tests.records.attacker import Attacker
from tests.records.full_record import FullRecord, full_record

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def record(own_database: str, clean_seals: Path) -> FullRecord:
    return full_record()


@pytest.fixture
def file(record: FullRecord, tmp_path: Path) -> Path:
    """A backup of the record, openable with the site key."""
    path = tmp_path / "record.backup"
    back_up(path, Keys(site_key()), now=NOW)
    return path


@pytest.fixture(params=["into-sqlite", pytest.param("into-postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that is not there, or has no table."""
    if request.param == "into-sqlite":
        return f"sqlite:///{tmp_path / 'restored' / 'new.sqlite3'}"
    cluster = request.getfixturevalue("postgres_cluster")
    return cluster.url(cluster.create_empty())


def rows_of(url: str) -> dict[str, list[Any]]:
    """Every row of every kept table, in the form of a backup."""
    with snapshot(database(url)) as moment:
        return {plan.table: list(read_rows(moment, plan)) for plan in kept_tables()}


def test_what_was_backed_up_is_restored_into_either_database(
    any_database, clean_seals, empty_url, tmp_path, monkeypatch
):
    """From either into either: byte for byte the same stored values, verified, and written on."""
    record, file = full_record(), tmp_path / "record.backup"
    back_up(file, Keys(site_key()), now=NOW)
    before = rows_of(any_database)
    monkeypatch.delenv("HOLDFAST_SEALS")
    with databases.pointed_at(empty_url):
        done = restore(file, site=site_key(), recovery=None)
        assert done.report.fits
        assert verify_here().fits
        name = opened(StaffRecord.objects.earliest("recorded_at"), "printed_name")
        assert name is not None
        assert CANARY in name
        assert rows_of(empty_url) == before
        record.append(record.enrollments[0], [OutboxEntry(kind="on", about=record.enrollments[0])])
        assert record.seal().number == 3
        assert verify_here().fits


def test_no_name_and_no_key_is_in_the_file(file, record):
    data = file.read_bytes()
    assert CANARY.encode() not in data
    assert site_key().secret not in data
    assert site_key().secret.hex().encode() not in data
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_person_keys_stay_wrapped_inside_the_file(file):
    with file.open("rb") as opened_file:
        plain = b"\n".join(SealedReader(opened_file, site_key()).lines())
    assert CANARY.encode() not in plain
    assert site_key().secret.hex().encode() not in plain


def is_as_it_was(url: str) -> bool:
    """True if there is no database, or one without a table."""
    path = Path(database(url)["NAME"]) if url.startswith("sqlite") else None
    if path is not None:
        return not path.exists() and not list(path.parent.glob(f".{path.name}*"))
    return Attacker(url).ask("SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


def refused(file: Path, url: str, **keys: Any) -> str:
    """Why a restore was refused; the database must be as it was."""
    with databases.pointed_at(url), pytest.raises((BackupRefused, RestoreRefused)) as caught:
        restore(file, **({"site": site_key(), "recovery": None} | keys))
    assert is_as_it_was(url)
    return str(caught.value)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def places(data: bytes) -> list[int]:
    """Every byte of the head and the end, and a sample of those between."""
    sample = Random(7).sample(range(400, len(data) - 40), 60)
    return [*range(0, 400, 3), *sample, *range(len(data) - 40, len(data))]


def test_every_altered_byte_is_refused_before_anything_is_touched(file):
    data = file.read_bytes()
    other = file.with_name("altered")
    for place in places(data):
        other.write_bytes(flipped(data, place))
        with pytest.raises(BackupRefused):
            backups_restore.check(other, site_key(), None)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:10],
        lambda data: b"",
        lambda data: data + b"\0",
        lambda data: data + data,
        lambda data: flipped(data, len(data) // 2),
    ],
    ids=["half", "one-byte-less", "ten-bytes", "nothing", "one-byte-more", "twice", "flipped"],
)
def test_a_cut_or_altered_file_is_refused_with_nothing_changed(
    file, empty_url, change: Callable[[bytes], bytes]
):
    other = file.with_name("changed")
    other.write_bytes(change(file.read_bytes()))
    assert "backup" in refused(other, empty_url)


def test_pieces_in_another_order_are_refused(record, tmp_path, monkeypatch):
    """Each piece is whole; their order is what was changed."""
    monkeypatch.setattr("holdfast.records.backups_file.PIECE", 1024)
    path = tmp_path / "small-pieces"
    back_up(path, Keys(site_key()), now=NOW)
    data = path.read_bytes()
    head = len(b"HOLDFAST BACKUP 1\n") + 4 + int.from_bytes(data[18:22], "big")
    size = 4 + 1024 + 16
    one, two = data[head : head + size], data[head + size : head + 2 * size]
    path.write_bytes(data[:head] + two + one + data[head + 2 * size :])
    with pytest.raises(BackupRefused, match="piece 1"):
        backups_restore.check(path, site_key(), None)
    path.write_bytes(data[:head] + two + data[head + 2 * size :])
    with pytest.raises(BackupRefused, match="piece 1"):
        backups_restore.check(path, site_key(), None)


def test_another_site_key_is_refused_and_named(file, empty_url, monkeypatch):
    monkeypatch.setenv("HOLDFAST_KEY", os.urandom(32).hex())
    assert "made under the site key" in refused(file, empty_url)


def test_a_recipient_opens_what_the_site_lost(
    any_database, record, tmp_path, empty_url, monkeypatch
):
    """The site burned down: a backup, the recovery key from the safe, and nothing else."""
    recovery_file = tmp_path / "safe" / "recovery.key"
    recovery_file.parent.mkdir()
    recipient = create_recovery_key(recovery_file)
    assert oct(recovery_file.stat().st_mode & 0o777) == "0o600"
    path = tmp_path / "for-recipient"
    back_up(path, Keys(site_key(), (recipient,)), now=NOW)
    lost = site_key()
    monkeypatch.delenv("HOLDFAST_KEY")
    monkeypatch.delenv("HOLDFAST_SEALS")
    with databases.pointed_at(f"sqlite:///{tmp_path / 'new.sqlite3'}"):
        done = restore(path, site=None, recovery=read_recovery_key(recovery_file))
    assert done.report.fits
    assert done.site == lost


def test_another_recipient_does_not_open_it(record, tmp_path):
    made_for = create_recovery_key(tmp_path / "one")
    create_recovery_key(tmp_path / "other")
    path = tmp_path / "backup"
    back_up(path, Keys(site_key(), (made_for,)), now=NOW)
    with pytest.raises(BackupRefused, match="does not open this backup"):
        backups_restore.check(path, None, read_recovery_key(tmp_path / "other"))


def test_a_database_that_is_not_empty_is_refused(own_database, record, file):
    before = rows_of(own_database)
    with pytest.raises(RestoreRefused, match="is not empty"):
        restore(file, site=site_key(), recovery=None)
    assert rows_of(own_database) == before


def test_a_migrated_database_without_rows_counts_as_empty(record, file, migrated_file, tmp_path):
    path = tmp_path / "migrated.sqlite3"
    shutil.copyfile(migrated_file, path)
    with databases.pointed_at(f"sqlite:///{path}"):
        assert restore(file, site=site_key(), recovery=None).report.fits


def test_a_file_that_is_no_database_is_left_as_it_is(own_database, clean_seals, tmp_path):
    full_record()
    path, target = tmp_path / "b", tmp_path / "letters.doc"
    back_up(path, Keys(site_key()), now=NOW)
    target.write_bytes(b"Dear Sir or Madam, " * 100)
    with databases.pointed_at(f"sqlite:///{target}"), pytest.raises(RestoreRefused):
        restore(path, site=site_key(), recovery=None)
    assert target.read_bytes() == b"Dear Sir or Madam, " * 100


def test_a_backup_of_an_altered_record_is_not_restored(own_database, record, tmp_path, empty_url):
    """The file is authentic; what it holds does not verify."""
    Attacker(own_database).run("UPDATE records_outboxentry SET kind = 'something-else'")
    path = tmp_path / "altered-record"
    back_up(path, Keys(site_key()), now=NOW)
    assert "records_outboxentry" in refused(path, empty_url)


def test_a_file_that_is_there_is_never_written_over(record, tmp_path):
    path = tmp_path / "precious"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        back_up(path, Keys(site_key()), now=NOW)
    assert path.read_text() == "precious"


def test_a_full_disk_leaves_no_file(record, tmp_path, monkeypatch):
    """The disk is full after the first pieces."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("holdfast.records.backups.os.fsync", full)
    with pytest.raises(BackupFailed, match="No space left on device"):
        back_up(tmp_path / "backup", Keys(site_key()), now=NOW)
    assert [p.name for p in tmp_path.iterdir() if "backup" in p.name] == []


def test_without_any_key_there_is_no_backup(record, tmp_path):
    with pytest.raises(BackupFailed, match="no key to seal"):
        back_up(tmp_path / "backup", Keys(), now=NOW)


def test_the_backup_is_of_one_moment(any_database, clean_seals, tmp_path, monkeypatch):
    """What is committed while the backup runs is in it whole or not at all."""
    record = full_record()
    real = backups.stream

    def with_a_writer(moment: Any, manifest: Any) -> Any:
        for number, line in enumerate(real(moment, manifest)):
            if number in (3, 30):
                about = record.enrollments[0]
                record.append(about, [OutboxEntry(kind="meanwhile", about=about, body="{}")])
                record.seal()
            yield line

    monkeypatch.setattr(backups, "stream", with_a_writer)
    path = tmp_path / "while-writing"
    manifest = back_up(path, Keys(site_key()), now=NOW)
    assert Seal.objects.count() == 4
    assert manifest.last_seal == 2
    monkeypatch.delenv("HOLDFAST_SEALS")
    with databases.pointed_at(f"sqlite:///{tmp_path / 'of-one-moment.sqlite3'}"):
        assert restore(path, site=site_key(), recovery=None).report.fits
        assert JournalEntry.objects.count() == manifest.rows["records_journalentry"]
        connection.close()
