"""What was erased stays erased: in new backups, in older ones restored, and in every file."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.cli import main
from holdfast.records.backups import Keys, back_up
from holdfast.records.keys import Erased, opened, site_key
from holdfast.records.models import Enrollment, Identity, PersonKey
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import enrolled, found
from tests.actions.test_erasure import erased

NAMES = (b"Zebediah", b"Canarybird", b"CANARYBIRD", b"canarybird", b"sertraline")


@pytest.fixture
def seals(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HOLDFAST_SEALS", str(tmp_path / "seals"))
    return tmp_path / "seals"


def backed_up(path: Path, clinic) -> Path:
    back_up(path, Keys(site_key(), ()), now=clinic.now)
    return path


def restored_into(tmp_path: Path, backup: Path) -> str:
    url = f"sqlite:///{tmp_path / f'{uuid4().hex}.sqlite3'}"
    with databases.pointed_at(url):
        assert main(["restore", str(backup)]) == 0
    return url


def test_an_older_backup_does_not_bring_the_words_back(own_database, seals, tmp_path, capsys):
    clinic = found()
    enrollment = enrolled(clinic)
    older = backed_up(tmp_path / "older.backup", clinic)
    erased(clinic, enrollment)
    assert len(list(seals.glob("erasure-*.json"))) == 1
    with databases.pointed_at(restored_into(tmp_path, older)):
        assert not PersonKey.objects.filter(owner=enrollment.person_id).exclude(wrapped=None)
        with pytest.raises(Erased):
            opened(Identity.objects.get(), "words")
        (line, _) = verify_here_without_seals()
        assert "done again after a restore" in line
        assert "coordinator and physician" in line
    assert "Erased again: the words of 1 people" in capsys.readouterr().out


def verify_here_without_seals() -> list[str]:
    import os

    os.environ.pop("HOLDFAST_SEALS")  # those of the lost record, as the command says
    report = verify_here()
    assert report.fits, list(report.lines())
    return report.erased


def test_without_the_list_nothing_is_restored_unless_somebody_says_so(
    own_database, seals, tmp_path, capsys, monkeypatch
):
    """A missing list looks like one in which nobody was erased."""
    clinic = found()
    enrollment = enrolled(clinic)
    older = backed_up(tmp_path / "older.backup", clinic)
    erased(clinic, enrollment)
    target = tmp_path / "new.sqlite3"
    empty = tmp_path / "some-folder"
    empty.mkdir()
    with databases.pointed_at(f"sqlite:///{target}"):
        assert main(["restore", str(older), "--erasures", str(empty)]) == 1
        assert "is no list of erasures" in capsys.readouterr().err
        monkeypatch.delenv("HOLDFAST_SEALS")
        assert main(["restore", str(older)]) == 1
        assert "is not known" in capsys.readouterr().err
        assert not target.exists()
        assert main(["restore", str(older), "--no-erasure-list"]) == 0
        assert "what was erased after the backup is back" in capsys.readouterr().out
        assert PersonKey.objects.filter(owner=enrollment.person_id).exclude(wrapped=None).exists()


def test_an_altered_list_restores_nothing(own_database, seals, tmp_path, capsys):
    clinic = found()
    enrollment = enrolled(clinic)
    older = backed_up(tmp_path / "older.backup", clinic)
    erased(clinic, enrollment)
    (listed,) = seals.glob("erasure-*.json")
    listed.chmod(0o600)
    listed.write_bytes(listed.read_bytes().replace(b"person-asked", b"court-order0"))
    target = tmp_path / "new.sqlite3"
    with databases.pointed_at(f"sqlite:///{target}"):
        assert main(["restore", str(older)]) == 1
    assert not target.exists()
    assert "is not what the site wrote" in capsys.readouterr().err


def test_the_command_writes_an_own_copy_and_none_of_who_was_erased(own_database, tmp_path, capsys):
    clinic = found()
    enrollment = enrolled(clinic)
    out = tmp_path / "copy.zip"
    assert main(["own-copy", enrollment.label, "--out", str(out)]) == 0
    assert enrollment.disclosures.get().kind == "own-copy"
    assert out.stat().st_mode & 0o777 == 0o600
    assert main(["own-copy", enrollment.label, "--out", str(out)]) == 1
    assert main(["own-copy", "NORTH-0099", "--out", str(tmp_path / "x.zip")]) == 1
    erased(clinic, enrollment)
    assert main(["own-copy", enrollment.label, "--out", str(tmp_path / "y.zip")]) == 1
    assert "were erased" in capsys.readouterr().err


def test_no_name_is_left_anywhere_and_the_record_verifies(own_database, seals, tmp_path, caplog):
    clinic = found()
    enrollment = enrolled(clinic)
    erased(clinic, enrollment)
    backup = backed_up(tmp_path / "after.backup", clinic)
    path = Path(connection.settings_dict["NAME"])
    files = [*path.parent.glob(f"{path.name}*"), *seals.iterdir(), backup]
    assert len(files) > 3
    for file in files:
        data = file.read_bytes()
        assert not any(name in data for name in NAMES), file.name
    assert not any(name.decode() in caplog.text for name in NAMES)
    assert verify_here().fits
    with databases.pointed_at(restored_into(tmp_path, backup)):
        assert Enrollment.objects.count() == 1
        assert not PersonKey.objects.filter(owner=enrollment.person_id).exclude(wrapped=None)
