"""Every test of the actions has a database of its own, a site key and a small clinic."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.records.models import Enrollment
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


@pytest.fixture
def clean_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own to export seals to."""
    folder = tmp_path / "seals"
    monkeypatch.setenv("HOLDFAST_SEALS", str(folder))
    return folder
