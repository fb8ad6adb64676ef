"""A dosing session that is open, prepared once and copied by each test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from holdfast.actions import session_judging
from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.actions.session_opening import open_session
from holdfast.records.models import (
    AlarmRaised,
    DosingSession,
    Enrollment,
    GatePassed,
    SessionFact,
    User,
)
from tests import databases
from tests.actions.clinic import NOW, Clinic, enrolled, found, written
from tests.actions.courses import wrote
from tests.actions.running import KEY, add_person

VISIT = "v5"


@dataclass
class Sitting:
    """A clinic with two therapists, and one open session."""

    clinic: Clinic
    session: DosingSession

    @property
    def enrollment(self) -> Enrollment:
        return self.session.enrollment

    def told(self, kind: str, after: float | None = None, **fields: Any) -> EntryTold:
        """An entry of so many minutes after half past nine; by default of now."""
        at = self.clinic.now if after is None else NOW + timedelta(minutes=after)
        given = {name: fields.pop(name) for name in ("id", "corrects", "words") if name in fields}
        told = {name: Decimal(str(v)) if _is_number(v) else v for name, v in fields.items()}
        return EntryTold(given.pop("id", uuid4()), kind, at, told, **given)

    def write(self, kind: str, after: float | None = None, **fields: Any) -> Any:
        """Write an entry as the therapist; what is answered."""
        by = fields.pop("by", self.clinic.accounts["therapist"])
        came = fields.pop("came", "page")
        told = self.told(kind, after, **fields)
        session = anew(self.session)
        return record_entry(session=session, told=told, came=came, by=by, now=self.clinic.now)

    def reading(self, systolic: int = 124, diastolic: int = 78, **given: Any) -> Any:
        """A blood pressure, now."""
        return self.write("reading", systolic_mmhg=systolic, diastolic_mmhg=diastolic, **given)

    def codes(self) -> list[str]:
        """The codes of every alarm raised, but for those of unsigned numbers."""
        rows = AlarmRaised.objects.filter(session=self.session).exclude(code="limit-not-signed")
        return sorted(rows.values_list("code", flat=True))

    def fact(self, kind: str) -> SessionFact:
        return SessionFact.objects.filter(session=self.session, kind=kind).latest("position")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def anew(session: DosingSession) -> DosingSession:
    """The session as a page reads it."""
    rows = DosingSession.objects.select_related("enrollment__site", "site", "closing", "passed")
    return rows.get(id=session.id)


def pass_gate(
    clinic: Clinic, enrollment: Enrollment, visit: str = VISIT, until: datetime | None = None
) -> GatePassed:
    """The gate before the session, as it stands in the record."""
    row = GatePassed(
        enrollment=enrollment,
        protocol_name=enrollment.protocol_name,
        protocol_version=enrollment.protocol_version,
        protocol_sha256=enrollment.protocol_sha256,
        act="begin-dosing",
        visit=visit,
        outcomes="[]",
        gates_sha256="ab" * 32,
        expires_at=until or clinic.now + timedelta(hours=14),
        judged_at_position=1,
    )
    row.shown = _sealed(enrollment, row)
    wrote(enrollment.id, row, by=clinic.physician, now=clinic.now)
    return row


def _sealed(enrollment: Enrollment, row: GatePassed) -> Any:
    from holdfast.records.keys import data_key_of, sealed

    return sealed(data_key_of(enrollment.person_id, "words"), row, "shown", "{}")


def opened(
    clinic: Clinic, enrollment: Enrollment, by: User | None = None, **given: Any
) -> DosingSession:
    """The session of an enrollment, opened."""
    told = {"visit": VISIT, "entry_id": uuid4(), "now": clinic.now} | given
    receipt = written(open_session(enrollment=enrollment, by=by or clinic.therapist, **told))
    return anew(DosingSession(id=receipt.fact_id("records_dosingsession")))


def sat_down(clinic: Clinic) -> Sitting:
    """A clinic with a second therapist, and a session that was just opened."""
    add_person(clinic, "second", "therapist")
    enrollment = enrolled(clinic)
    pass_gate(clinic, enrollment)
    return Sitting(clinic, opened(clinic, enrollment))


def same() -> Sitting:
    """The clinic as it is in its database."""
    accounts = {user.login: user for user in User.objects.all()}
    session = anew(DosingSession.objects.get())
    return Sitting(Clinic(session.site, accounts["admin"], accounts, NOW), session)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """No session of another test's database is remembered."""
    session_judging._KEPT.clear()
    yield
    session_judging._KEPT.clear()


@pytest.fixture(scope="session")
def sitting_template(migrated_file: Path, django_db_blocker, tmp_path_factory) -> Path:
    """The clinic with its open session, built once."""
    path = tmp_path_factory.mktemp("sitting") / "sitting.sqlite3"
    shutil.copyfile(migrated_file, path)
    patch = pytest.MonkeyPatch()
    patch.delenv("HOLDFAST_KEY_FILE", raising=False)
    patch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        sat_down(found())
    patch.undo()
    return path


@pytest.fixture
def sitting(
    sitting_template: Path, tmp_path: Path, django_db_blocker, site_key, monkeypatch
) -> Iterator[Sitting]:
    """This test's own copy."""
    path = tmp_path / "sitting.sqlite3"
    shutil.copyfile(sitting_template, path)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield same()


def raised_ids(session: DosingSession) -> set[str]:
    return set(AlarmRaised.objects.filter(session=session).values_list("condition", flat=True))


def ids(rows: Any) -> list[UUID]:
    return [row.id for row in rows]
