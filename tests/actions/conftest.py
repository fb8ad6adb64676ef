"""Every test of the actions has a database of its own, a site key and a small clinic."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.records.models import Enrollment
from tests import databases
from tests.actions import custody
from tests.actions.clinic import Clinic, enrolled, found


@pytest.fixture(autouse=True)
def site_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site key of this test's own."""
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", os.urandom(32).hex())
    monkeypatch.setattr("holdfast.records.concern_keys._COST", 2**10)  # guessing is not tested


@pytest.fixture
def clinic(any_database: str) -> Iterator[Clinic]:
    """A small clinic, on SQLite and on PostgreSQL."""
    return found()


@pytest.fixture
def one_clinic(own_database: str) -> Clinic:
    """A small clinic on SQLite, for what does not depend on the database."""
    return found()


@pytest.fixture
def enrollment(clinic: Clinic) -> Enrollment:
    """The enrollment of the canary person."""
    return enrolled(clinic)


@pytest.fixture(scope="session")
def built_pharmacy(migrated_file: Path, tmp_path_factory, django_db_blocker) -> tuple[Path, str]:
    """One clinic with a drug store, built once: its file, and the site key of its words."""
    path, key = tmp_path_factory.mktemp("pharmacy") / "pharmacy.sqlite3", os.urandom(32).hex()
    shutil.copyfile(migrated_file, path)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", key)
        with databases.pointed_at(f"sqlite:///{path}"):
            custody.pharmacy()
    return path, key


@pytest.fixture
def pharmacy(
    built_pharmacy: tuple[Path, str], tmp_path: Path, monkeypatch, django_db_blocker
) -> Iterator[custody.Pharmacy]:
    """A copy of the clinic with a drug store, on SQLite."""
    path, key = built_pharmacy
    own = tmp_path / "pharmacy.sqlite3"
    shutil.copyfile(path, own)
    monkeypatch.setenv("HOLDFAST_KEY", key)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{own}"):
        yield custody.as_built()
