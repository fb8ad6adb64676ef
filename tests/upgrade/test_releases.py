"""Every release's database and backup open in this version, and verify."""

import gzip
from pathlib import Path

import pytest
from django.db import connection

from holdfast.records.backups_restore import restore
from holdfast.records.journal import OutboxEntry
from holdfast.records.keys import SiteKey, opened
from holdfast.records.models import StaffRecord, User
from holdfast.records.upgrading import UpgradeFailed, upgrade
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import CANARY
from tests.records.attacker import Attacker
from tests.records.full_record import full_record
from tests.upgrade.make_release import RELEASES, SITE_KEY

ALL = sorted(path.name for path in RELEASES.iterdir())


@pytest.fixture(params=ALL)
def release(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOLDFAST_KEY", SITE_KEY)
    return RELEASES / request.param


def unpacked(release: Path, folder: Path) -> str:
    """The release's database, writable; its address."""
    path = folder / "old.sqlite3"
    path.write_bytes(gzip.decompress((release / "database.sqlite3.gz").read_bytes()))
    return f"sqlite:///{path}"


def test_there_is_a_release():
    assert "0.1.0" in ALL


def test_a_database_of_every_release_is_upgraded(release, tmp_path, django_db_blocker, monkeypatch):
    """Backed up, migrated, verified against the seals that it had exported, and readable."""
    monkeypatch.setenv("HOLDFAST_SEALS", str(release / "seals"))
    with django_db_blocker.unblock(), databases.pointed_at(unpacked(release, tmp_path)):
        lines = list(upgrade(tmp_path / "before", ()))
        assert lines[-1].startswith("Upgraded.")
        assert verify_here().fits
        assert verify_here().unsealed_entries == 0
        assert CANARY in (opened(StaffRecord.objects.earliest("recorded_at"), "printed_name") or "")
    assert (tmp_path / "before").stat().st_size > 1000


def test_a_backup_of_every_release_is_restored(release, tmp_path, django_db_blocker):
    url = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    with django_db_blocker.unblock(), databases.pointed_at(url):
        done = restore(
            release / "record.backup", site=SiteKey(bytes.fromhex(SITE_KEY)), recovery=None
        )
        assert done.report.fits
        assert User.objects.filter(login="admin").exists()


@pytest.mark.postgres
def test_a_backup_of_every_release_is_restored_into_postgresql(
    release, postgres_cluster, django_db_blocker
):
    url = postgres_cluster.url(postgres_cluster.create_empty())
    with django_db_blocker.unblock(), databases.pointed_at(url):
        done = restore(
            release / "record.backup", site=SiteKey(bytes.fromhex(SITE_KEY)), recovery=None
        )
        assert done.report.fits


def fails_half_way(*_: object, **__: object) -> None:
    """A migration that changes something and then fails."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE half_way (x integer)")
    raise RuntimeError("the migration failed")


def test_a_failed_upgrade_leaves_the_old_database_and_names_the_backup(
    any_database, clean_seals, tmp_path, monkeypatch
):
    full_record()
    monkeypatch.setattr("holdfast.records.upgrading.call_command", fails_half_way)
    with pytest.raises(UpgradeFailed) as caught:
        list(upgrade(tmp_path / "kept.backup", ()))
    assert str(tmp_path / "kept.backup") in str(caught.value)
    assert (tmp_path / "kept.backup").exists()
    assert "half_way" not in connection.introspection.table_names()
    assert verify_here().fits
    assert OutboxEntry.objects.exists()


def test_an_altered_record_is_not_upgraded(any_database, clean_seals, tmp_path):
    """What does not fit before the upgrade must not be covered up by it."""
    full_record()
    Attacker(any_database).run("UPDATE records_outboxentry SET kind = 'x'")
    with pytest.raises(UpgradeFailed, match="records_outboxentry"):
        list(upgrade(tmp_path / "kept.backup", ()))


def test_an_empty_database_is_set_up_without_a_backup(tmp_path, django_db_blocker):
    url = f"sqlite:///{tmp_path / 'first.sqlite3'}"
    with django_db_blocker.unblock(), databases.pointed_at(url):
        assert list(upgrade(None, ()))[-1] == "Upgraded. There was nothing to back up."
