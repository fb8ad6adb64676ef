"""The same course twice, with another arm: who only looks on is told the same, to the byte."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from holdfast.actions.board import rebuild
from holdfast.actions.session_opening import open_session
from holdfast.definitions.roles import roles
from holdfast.domain.course import BLIND_OPENED
from holdfast.records.models import CourseStep, DosingSession, Enrollment, Site, User
from holdfast.records.protocols import protocol_of
from holdfast.web.session.live import _of_person
from tests.actions.clinic import Clinic, enrolled, written
from tests.actions.courses import booked, course, deviated, held, wrote
from tests.web.clinic import SITE
from tests.web.room import enrolled_tablet

ONLOOKERS = ("monitor", "auditor", "safety-unit")
# What differs in any two answers: the token of the session's forms, and the moment of the look.
CHANGES = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"|<time .*?</time>|"(now|csrf)": "[^"]+"', re.DOTALL
)


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
    sat(staff, enrollment, next(code for code in mine if code.startswith("open-")))


def sat(staff: Clinic, enrollment: Enrollment, visit: str) -> DosingSession:
    """A dosing session of this visit, which goes on."""
    began = {"began_at": staff.now - timedelta(hours=2), "now": staff.now, "by": staff.therapist}
    written(open_session(enrollment=enrollment, visit=visit, entry_id=uuid4(), **began))
    return DosingSession.objects.get(visit=visit)


def _told(as_role, role: str, paths: list[str]) -> list[bytes]:
    client = as_role(role)
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [CHANGES.sub(b"", answer.content) for answer in answers]


def _paths(enrollment: Enrollment, role: str) -> list[str]:
    person = f"/{SITE}/people/{enrollment.id}/"
    lists = [f"/{SITE}/board/", f"/{SITE}/board/?show=due", f"/{SITE}/board/?sort=next"]
    sessions = [f"/{SITE}/sessions/", f"/{SITE}/sessions/now/", f"{person}session/"]
    sessions += [f"{person}session/now/", f"{person}room/"]
    granted = roles().granted[role]
    pages = [f"{person}course/", f"{person}course/gate/", f"{person}course/do/"]
    return [
        *pages,
        *(lists if "board.see" in granted else []),
        *(sessions if "session.see" in granted else []),
    ]


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


def test_a_session_that_tells_the_arm_is_there_for_who_treats_and_for_nobody_who_looks_on(
    as_role, clinic, crossover
):
    staff = _staff()
    plain = sat(staff, Enrollment.objects.get(id=clinic.id), "v5")
    _opened(crossover, "mdma")
    telling = DosingSession.objects.get(visit="open-mdma")
    room = enrolled_tablet(crossover, lambda: Client(headers={"host": "localhost"}))
    room.open(numbers=str(crossover.number))
    told = {"schema": 2, "corrects": None, "kind": "note", "words": "the third time it is clear"}
    told |= {"session": str(telling.id), "enrollment": str(crossover.id)}
    assert room.send(**told, step=room.switch("therapist")).status_code == 200
    person = f"/{SITE}/people/{crossover.id}/session/"
    for role, seen in (("auditor", {plain}), ("physician", {plain, telling})):
        client, mine = as_role(role), telling in seen
        board = client.get(f"/{SITE}/sessions/now/").json()["sessions"]
        assert {one["id"] for one in board} == {str(one.id) for one in seen}
        assert len(client.get(f"{person}now/").json()["sessions"]) == mine
        asked = client.get(f"{person}now/?session={telling.id}")
        assert asked.status_code == (200 if mine else 404)
        assert client.get(f"{person}gate/give-initial-dose/").status_code == (200 if mine else 422)
        written_down = client.get(f"/{SITE}/people/{crossover.id}/room/").content
        assert (b"the third time" in written_down) is mine
        user, key = User.objects.get(login=role), client.session.session_key
        covers = _of_person(staff.site, user.id, str(key))
        assert covers is not None
        assert {one for one in (plain, telling) if covers(one)} == seen
    assert as_role("auditor").get(f"{person}report.pdf").status_code == 302
    night = as_role("attendant").get(f"{person}now/").json()["sessions"]
    assert [one["visit"] for one in night] == ["open-mdma"], "who sits there at night sees it"
