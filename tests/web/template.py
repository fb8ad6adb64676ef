"""One clinic, built once through the actions and copied by every test that looks at it."""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import databases
from tests.web.clinic import build


@dataclass(frozen=True)
class Template:
    """A clinic's database file, and the site key its words are sealed under."""

    path: Path
    key: str


@pytest.fixture(scope="session")
def clinic_template(migrated_file: Path, django_db_blocker, tmp_path_factory) -> Template:
    """One clinic, built once through the actions."""
    path = tmp_path_factory.mktemp("clinic") / "clinic.sqlite3"
    shutil.copyfile(migrated_file, path)
    key = secrets.token_hex(32)
    before = {name: os.environ.pop(name, None) for name in ("HOLDFAST_KEY", "HOLDFAST_KEY_FILE")}
    os.environ["HOLDFAST_KEY"] = key
    try:
        with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
            build()
    finally:
        os.environ.pop("HOLDFAST_KEY")
        os.environ.update({name: value for name, value in before.items() if value is not None})
    return Template(path, key)
