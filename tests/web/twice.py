"""Runs one course on two files that differ in the sealed room alone, and keeps all that was told."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from holdfast.actions import session_judging
from holdfast.records.models import DutyContact, User
from holdfast.watch import outbox, paging, seals
from holdfast.watch.channels import File
from holdfast.watch.pagers import Mail
from holdfast.web.session import heard
from tests import databases
from tests.web.blind_course import Course, gates_open, prepare, swap
from tests.web.clinic import NOBODY, Places
from tests.web.drawn import injected
from tests.web.routes import Route
from tests.web.sealed_map import said_by
from tests.web.template import Template
from tests.web.told import (
    Told,
    listening,
    read_files,
    read_mail,
    read_pages,
    read_tables,
)

Wanted = Callable[[Route, str], bool]
Looks = tuple[Wanted, Wanted]  # which pages are read before and after the blind was broken
Leak = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Files:
    """The file that both runs begin with, and the same with its sealed map permuted."""

    plain: Path
    swapped: Path
    began: datetime


@dataclass
class Run:
    """What one run told, and what its sealed room says at the end."""

    told: Told
    course: Course
    arms: dict[str, str]


@pytest.fixture(scope="session")
def blind_files(clinic_template: Template, django_db_blocker, tmp_path_factory) -> Files:
    """Both files, made once."""
    folder = tmp_path_factory.mktemp("blind")
    plain, swapped = folder / "plain.sqlite3", folder / "swapped.sqlite3"
    shutil.copyfile(clinic_template.path, plain)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
    ):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", clinic_template.key)
        with databases.pointed_at(f"sqlite:///{plain}"):
            prepare(folder)
        shutil.copyfile(plain, swapped)
        with databases.pointed_at(f"sqlite:///{swapped}"):
            assert swap() > 8
    return Files(plain, swapped, timezone.now())


@pytest.fixture
def run(
    blind_files: Files,
    clinic_template: Template,
    django_db_blocker,
    settings,
    tmp_path,
    monkeypatch,
) -> Callable[..., Run]:
    """Runs the course on one of both files."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", clinic_template.key)

    def once(is_swapped: bool, wanted: Looks, leak: Leak | None = None, until: str = "") -> Run:
        name = "swapped" if is_swapped else "plain"
        folder = tmp_path / "run"  # of one name in both runs, so that no file's name differs
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True)
        path = folder / "clinic.sqlite3"
        shutil.copyfile(getattr(blind_files, name), path)
        mail.outbox = []
        session_judging._KEPT.clear()
        heard._NOTED.clear()
        with (
            django_db_blocker.unblock(),
            databases.pointed_at(f"sqlite:///{path}"),
            pytest.MonkeyPatch.context() as patch,
            injected(blind_files.began) as source,
        ):
            patch.setenv("HOLDFAST_SEALS", str(folder / "out"))
            gates_open(patch)
            if leak:
                leak(patch)
            return _run(Course(source, is_swapped), folder / "out", wanted, until)

    return once


def _run(course: Course, out: Path, wanted: Looks, until: str) -> Run:
    told = Told()
    with listening() as lines:
        course.run(until)
        _look(told, course, out, "before", wanted[0])
        if not until:
            course.unblind()
            _look(told, course, out, "after", wanted[1])
    for number, line in enumerate(lines.getvalue().splitlines(), 1):
        told.note(f"log: {number}", line.encode())
    for what, refusal in course.refused.items():
        told.note(f"error: {what}", repr(refusal).encode())
    arms = {place: row["arm"] for place, row in said_by("given").items()}
    return Run(told, course, arms)


def _look(told: Told, course: Course, out: Path, when: str, wanted: Wanted) -> None:
    """Everything that leaves, is shown or lies there, at one moment of the course."""
    source = course.source
    now = source.at(f"{when} outbox", minutes=1)
    paging.send_pages(now, dict.fromkeys(DutyContact.CHANNELS, Mail("duty@clinic.example")))
    outbox.deliver(now, File(out / "messages.jsonl"))
    seals.seal(now)
    read_pages(told, source, _as_role, Places.of(course.people()[1]), when, wanted)
    read_mail(told, when)
    read_files(told, when, out)
    read_tables(told, when)


def _as_role(role: str) -> Client:
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    if role != NOBODY:
        made.force_login(User.objects.get(login=role))
    return made
