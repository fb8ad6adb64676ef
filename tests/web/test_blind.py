"""The same course twice, with another arm: who only looks on is told the same, to the byte."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.utils import timezone

from holdfast.actions.board import rebuild
from holdfast.definitions.roles import roles
from holdfast.domain.course import BLIND_OPENED
from holdfast.records.models import CourseStep, Enrollment, Site, User
from holdfast.records.protocols import protocol_of
from tests.actions.clinic import Clinic, enrolled
from tests.actions.courses import booked, course, deviated, held, wrote
from tests.web.clinic import SITE

ONLOOKERS = ("monitor", "auditor", "safety-unit")
# What differs in any two answers: the token of the session's forms, and the moment of the look.
CHANGES = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|<time .*?</time>', re.DOTALL)


@pytest.fixture
def crossover(clinic) -> Enrollment:
    """Somebody in the blinded stage of a trial whose arms go on differently."""
    staff = _staff()
    found = enrolled(staff, protocol="life-threatening-illness-2020")
    began = staff.now.date() - timedelta(days=120)
    course(staff, found, began)
    blinded = [v for v in protocol_of(found).schedule.visits if v.stage != "open-label"]
    for day, visit in enumerate(blinded):
        held(staff, found, visit.code, staff.now - timedelta(days=120 - 7 * day))
    return found


def _staff() -> Clinic:
    accounts = {user.login: user for user in User.objects.all()}
    return Clinic(Site.objects.get(code=SITE), accounts["admin"], accounts, timezone.now())


def _opened(enrollment: Enrollment, arm: str) -> None:
    """The blind of this person was opened, and they go on as their arm does."""
    staff, schedule = _staff(), protocol_of(enrollment).schedule
    mine = [v.code for v in schedule.visits if v.stage == "open-label" and arm in v.arms]
    step = CourseStep(
        enrollment=enrollment,
        kind="stage-entered",
        on=staff.now.date(),
        reason=BLIND_OPENED,
        stage="open-label",
        visits=orjson.dumps(mine).decode(),
    )
    wrote(enrollment.id, step, by=staff.physician, now=staff.now)
    held(staff, enrollment, mine[0], staff.now - timedelta(hours=2))
    deviated(staff, enrollment, "without-booking", mine[0], staff.now.date())
    starts = datetime.fromisoformat("2030-01-07T09:00")
    booked(staff, enrollment, mine[1], f"{starts:%Y-%m-%dT%H:%M}", lead=staff.therapist)


def _told(as_role, role: str, paths: list[str]) -> list[bytes]:
    client = as_role(role)
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [CHANGES.sub(b"", answer.content) for answer in answers]


def _paths(enrollment: Enrollment, role: str) -> list[str]:
    person = f"/{SITE}/people/{enrollment.id}/"
    lists = [f"/{SITE}/board/", f"/{SITE}/board/?show=due", f"/{SITE}/board/?sort=next"]
    may_see_lists = "board.see" in roles().granted[role]
    pages = [f"{person}course/", f"{person}course/gate/", f"{person}course/do/"]
    return [*pages, *(lists if may_see_lists else [])]


@pytest.mark.parametrize("role", ONLOOKERS)
def test_who_looks_on_is_told_the_same_of_every_arm(as_role, crossover, role):
    told, file = {}, Path(connection.settings_dict["NAME"])
    connection.close()  # everything is in the file then
    shutil.copyfile(file, file.with_suffix(".before"))
    for arm in ("", "mdma", "placebo"):
        shutil.copyfile(file.with_suffix(".before"), file)
        if arm:
            _opened(crossover, arm)
        rebuild(timezone.now())
        told[arm] = _told(as_role, role, _paths(crossover, role))
        connection.close()
    for before, mdma, placebo in zip(told[""], told["mdma"], told["placebo"], strict=True):
        assert mdma == placebo
        assert mdma == before, "nor whether anything was opened at all"


def test_who_treats_is_told_what_comes_once_it_was_opened(as_role, crossover):
    path = f"/{SITE}/people/{crossover.id}/course/"
    titles = [v.title for v in protocol_of(crossover).schedule.visits if v.arms]
    for page in (path, f"{path}do/", f"{path}gate/", f"/{SITE}/today/"):
        text = as_role("therapist").get(page).content.decode()
        assert not [title for title in titles if title in text], "no arm's visit before that"
    _opened(crossover, "placebo")
    assert "Open" in as_role("therapist").get(path).content.decode()


def test_visits_of_one_arm_are_named_once_the_blind_was_opened_and_not_before(as_role, crossover):
    doctor = as_role("physician")
    path = f"/{SITE}/people/{crossover.id}/course/do/step/"
    mine = [v.code for v in protocol_of(crossover).schedule.visits if "placebo" in v.arms]
    told = {"sheet": "turn", "kind": "stage-entered", "stage": "open-label", "visits": mine}
    told["on"] = str(_staff().now.date() - timedelta(days=1))
    refused = doctor.post(path, told | {"entry_id": str(uuid4()), "reason": "protocol"})
    assert refused.status_code == 422
    assert "These visits belong to one arm." in refused.content.decode()
    assert not CourseStep.objects.filter(enrollment=crossover).exists()
    done = doctor.post(path, told | {"entry_id": str(uuid4()), "reason": BLIND_OPENED})
    assert done.status_code == 302
    named = orjson.loads(CourseStep.objects.get(enrollment=crossover).visits)
    assert sorted(named) == sorted(mine)
