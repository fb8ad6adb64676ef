"""The clinic with two studies and a second site, and accounts that hold a role for one study alone."""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from holdfast.actions import people
from holdfast.definitions.roles import roles
from holdfast.domain.identity import PersonIdentity
from holdfast.records.models import Enrollment, RoleAssignment, Site, User
from tests import databases
from tests.actions.clinic import Clinic, enrolled, written
from tests.web.clinic import OTHER_SITE, SITE, account
from tests.web.template import Template

STUDY, OTHER_STUDY = "mapp2", "oehen-2013"
HELD, ENDED = "-held", "-ended"


@dataclass(frozen=True)
class TwoStudies:
    """The template, and somebody in each study and at the other site."""

    template: Template
    here: UUID
    other_study: UUID
    other_site: UUID


@pytest.fixture(scope="session")
def two_studies(clinic_template: Template, django_db_blocker, tmp_path_factory) -> TwoStudies:
    """Built once through the actions, from a copy of the clinic."""
    path = tmp_path_factory.mktemp("studies") / "studies.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    before = {name: os.environ.pop(name, None) for name in ("HOLDFAST_KEY", "HOLDFAST_KEY_FILE")}
    os.environ["HOLDFAST_KEY"] = clinic_template.key
    try:
        with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
            ids = _built()
    finally:
        os.environ.pop("HOLDFAST_KEY")
        os.environ.update({name: value for name, value in before.items() if value is not None})
    return TwoStudies(replace(clinic_template, path=path), *ids)


def _built() -> tuple[UUID, UUID, UUID]:
    admin, now = User.objects.get(login="admin"), timezone.now()
    north, south = Site.objects.get(code=SITE), Site.objects.get(code=OTHER_SITE)
    here = Enrollment.objects.get()
    coordinator = User.objects.get(login="coordinator")
    other_study = _somebody(Clinic(north, admin, {"coordinator": coordinator}, now), OTHER_STUDY)
    southern = account("southern", "coordinator", south, admin)
    other_site = _somebody(Clinic(south, admin, {"coordinator": southern}, timezone.now()), STUDY)
    for role in sorted(roles().granted):
        _for_the_study(role, north, admin)
    return here.id, other_study, other_site


def _somebody(clinic: Clinic, protocol: str) -> UUID:
    who = PersonIdentity("Otherbird", f"Of {protocol}", None, (("urn:other", uuid4().hex),), ())
    return enrolled(clinic, identity=who, bundle_sha256=uuid4().hex * 2, protocol=protocol).id


def _for_the_study(role: str, site: Site, admin: User) -> None:
    """Somebody who holds a role for one study, and somebody whose role has ended."""
    for suffix in (HELD, ENDED):
        now = timezone.now()
        given = {"site": site, "by": admin, "now": now}
        opened = {"printed_name": f"{role}{suffix}", "password_hash": "!", "entry_id": uuid4()}
        written(people.create_user(login=role + suffix, **opened, by=admin, now=now))
        user = User.objects.get(login=role + suffix)
        written(
            people.assign_role(
                user=user, role=role, study=STUDY, valid_from=now, entry_id=uuid4(), **given
            )
        )
        if suffix == ENDED:
            row = RoleAssignment.objects.get(user=user)
            until = now + timedelta(microseconds=1)
            written(
                people.end_role(
                    assignment=row,
                    valid_until=until,
                    reason="left-the-site",
                    entry_id=uuid4(),
                    by=admin,
                    now=now,
                )
            )


@pytest.fixture
def studies(
    two_studies: TwoStudies, tmp_path: Path, django_db_blocker, monkeypatch: pytest.MonkeyPatch
):
    """This test's own copy."""
    path = tmp_path / "studies.sqlite3"
    shutil.copyfile(two_studies.template.path, path)
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", two_studies.template.key)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        yield two_studies
