"""A course that runs, prepared once and copied by each test; and gates that are held open."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from holdfast.actions import bookings, pairs, people, rooms
from holdfast.actions.bookings import Reserved
from holdfast.actions.visits import Visit, hold_visit
from holdfast.domain.findings import Finding, Outcome, Reference, Standing
from holdfast.domain.gates import Condition, GateAnswer, Judged
from holdfast.records.models import Course, Enrollment, Room, User
from tests import databases
from tests.actions.clinic import NOW, Clinic, enrolled, found, written
from tests.actions.courses import course

WHERE = Reference("A test", "docs/course.md")
KEY = "5a" * 32


@dataclass
class Running:
    """A clinic, its room, a second therapist, and one course from the day it opened."""

    clinic: Clinic
    enrollment: Enrollment
    room: Room

    @property
    def lead(self) -> User:
        return self.clinic.accounts["therapist"]

    @property
    def second(self) -> User:
        return self.clinic.accounts["second"]

    def told(self, by: str = "coordinator", **given: Any) -> dict[str, Any]:
        """What every action is told."""
        by_user = self.clinic.accounts[by]
        return {"entry_id": uuid4(), "by": by_user, "now": self.clinic.now, **given}

    def hold(self, code: str, days: int = 0, **given: Any) -> Any:
        """A visit of ``days`` after the course opened, at 09:00 in Melbourne or so."""
        began = NOW + timedelta(days=days)
        self.clinic.now = max(self.clinic.now, began + timedelta(hours=9))
        visit = Visit(
            **(
                {
                    "code": code,
                    "kind": "preparation",
                    "began_at": began,
                    "ended_at": began + timedelta(hours=1),
                    "place": "site",
                    "attended": ((self.lead.id, "lead"), (self.second.id, "second")),
                }
                | given
            )
        )
        return hold_visit(enrollment=self.enrollment, visit=visit, **self.told())

    def pair(self, days: int = 0, **given: Any) -> Any:
        """The pair, assigned from a day on."""
        told = {"lead": self.lead, "second": self.second, "because": "first-pair"} | given
        from_on = (NOW + timedelta(days=days)).date()
        return pairs.assign_pair(enrollment=self.enrollment, from_on=from_on, **told, **self.told())

    def wanted(self, visit: str = "v1", starts: str = "2026-03-16T09:00", **given: Any) -> Reserved:
        """Everything of a reservation."""
        told: dict[str, Any] = {
            "visit": visit,
            "starts": datetime.fromisoformat(starts),
            "minutes": 90,
            "place": "site",
            "lead": self.lead,
            "second": self.second,
            "room": self.room,
            "physician": self.clinic.accounts["physician"],
        }
        return Reserved(**(told | given))

    def book(self, wanted: Reserved | None = None, **given: Any) -> Any:
        return bookings.book(
            enrollment=given.pop("enrollment", self.enrollment),
            wanted=wanted or self.wanted(),
            replaces=given.pop("replaces", None),
            **self.told(**given),
        )


def built() -> Running:
    """The clinic with everybody, and one course."""
    clinic = found()
    add_person(clinic, "second", "therapist")
    add_person(clinic, "lead", "site-lead")
    for code in ("r1", "r2"):
        told = {"entry_id": uuid4(), "by": clinic.accounts["lead"], "now": NOW}
        written(rooms.add_room(site=clinic.site, code=code, title=f"Room {code}", **told))
    enrollment = enrolled(clinic)
    course(clinic, enrollment, NOW.date())
    return Running(clinic, enrollment, Room.objects.get(code="r1"))


def add_person(clinic: Clinic, login: str, role: str) -> User:
    """Somebody more of the clinic."""
    told = {"by": clinic.administrator, "now": clinic.now}
    made = {"login": login, "printed_name": login, "password_hash": "!", "entry_id": uuid4()}
    written(people.create_user(**made, **told))
    user = User.objects.get(login=login)
    given = {"site": clinic.site, "role": role, "valid_from": clinic.now, "entry_id": uuid4()}
    written(people.assign_role(user=user, **given, **told))
    clinic.accounts[login] = user
    return user


def again() -> Running:
    """The same clinic, read from its database."""
    accounts = {user.login: user for user in User.objects.all()}
    enrollment = Course.objects.select_related("enrollment__site").get().enrollment
    clinic = Clinic(enrollment.site, accounts["admin"], accounts, NOW)
    return Running(clinic, enrollment, Room.objects.get(code="r1"))


@pytest.fixture(scope="session")
def running_template(migrated_file: Path, django_db_blocker, tmp_path_factory) -> Path:
    """The clinic with its course, built once."""
    path = tmp_path_factory.mktemp("running") / "running.sqlite3"
    shutil.copyfile(migrated_file, path)
    patch = pytest.MonkeyPatch()
    patch.delenv("HOLDFAST_KEY_FILE", raising=False)
    patch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        built()
    patch.undo()
    return path


@pytest.fixture
def running(
    running_template: Path, tmp_path: Path, django_db_blocker, site_key, monkeypatch
) -> Iterator[Running]:
    """This test's own copy of the clinic with its course."""
    path = tmp_path / "running.sqlite3"
    shutil.copyfile(running_template, path)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield again()


def answer_of(question: Any, outcome: Outcome = Outcome.PASSED) -> GateAnswer:
    """A gate that answers one thing."""
    known = Finding("verdict", outcome, "course-runs", WHERE, Standing.DERIVED)
    condition = Condition("verdict", "As the test says.", WHERE, Standing.DERIVED)
    return GateAnswer(question.act, (Judged(condition, known),))


@pytest.fixture
def open_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gate answers that it is open: what is tested is what comes after."""
    for module in ("course", "bookings", "gates"):
        monkeypatch.setattr(f"holdfast.actions.{module}.answer_to", answer_of)
