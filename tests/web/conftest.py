"""Every test of the pages has a copy of one clinic, its key, and clients logged in by role."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from holdfast.records.models import Enrollment, User
from tests import databases
from tests.web.clinic import NOBODY
from tests.web.template import Template, clinic_template

__all__ = ["clinic_template"]


@pytest.fixture
def clinic(
    clinic_template: Template, tmp_path: Path, django_db_blocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Enrollment]:
    """This test's own copy of the clinic; gives the canary's enrollment."""
    path = tmp_path / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", clinic_template.key)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield Enrollment.objects.select_related("site").get()


@pytest.fixture
def as_role(clinic: Enrollment) -> Callable[[str], Client]:
    """A client logged in as somebody in a role; as nobody for ``nobody``."""

    def client(role: str) -> Client:
        made = Client(headers={"host": "localhost"}, raise_request_exception=False)
        if role != NOBODY:
            made.force_login(User.objects.get(login=role))
        return made

    return client
