"""Who works for one study sees nothing of another: lists, search, flow, limits, duplicates, the API."""

import base64
from dataclasses import replace
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from holdfast.actions import people
from holdfast.actions.calls import offered
from holdfast.actions.waiting_list import record_waiting_step
from holdfast.definitions import protocols
from holdfast.domain.answers import Person as PersonForRules
from holdfast.domain.identity import PersonIdentity
from holdfast.records.models import Enrollment, PrescreeningEntry, User
from tests.actions.clinic import IDENTITY, written
from tests.web.two_studies import HELD, OTHER_STUDY, STUDY, TwoStudies, studies, two_studies

__all__ = ["studies", "two_studies"]

MINE, THEIRS = "NORTH-0001", "NORTH-0002"


def browser(login: str) -> Client:
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.force_login(User.objects.get(login=login))
    return made


@pytest.fixture
def held(studies: TwoStudies) -> Client:
    """A coordinator of the first study alone."""
    return browser(f"coordinator{HELD}")


@pytest.fixture
def whole(studies: TwoStudies) -> Client:
    """A coordinator of the whole site."""
    return browser("coordinator")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_worklist_and_its_counts(held, whole):
    both, mine = page(whole, "/NORTH/worklist/"), page(held, "/NORTH/worklist/")
    assert MINE in both
    assert THEIRS in both
    assert MINE in mine
    assert THEIRS not in mine
    assert "Otherbird" in both
    assert "Otherbird" not in mine


@pytest.mark.parametrize("words", ["Otherbird", THEIRS, "2", "0002"])
def test_a_search_finds_nobody_of_another_study(held, whole, words):
    theirs = str(Enrollment.objects.get(site__code="NORTH", number=2).id)
    assert theirs in whole.post("/NORTH/worklist/", {"q": words}).content.decode()
    assert theirs not in held.post("/NORTH/worklist/", {"q": words}).content.decode()


def test_the_waiting_list(held, whole, studies):
    by = User.objects.get(login="coordinator")
    for enrollment in Enrollment.objects.filter(site__code="NORTH").select_related("site"):
        now = timezone.now()
        step = {"step": "joined", "reason": "no-place-yet", "by": by, "now": now}
        today = now.date()
        days = {"on_day": today, "counts_from": today}
        written(record_waiting_step(enrollment=enrollment, entry_id=uuid4(), **step, **days))
    assert THEIRS in page(whole, "/NORTH/waiting/")
    mine = page(held, "/NORTH/waiting/")
    assert MINE in mine
    assert THEIRS not in mine


def entry(client: Client, **changed):
    told = {"entry_id": uuid4(), "source": "self", "outcome": "declined", "study": ""}
    return client.post("/NORTH/prescreening/record/", told | changed)


def test_the_flow_counts_who_was_considered_for_the_study(held, whole):
    for study in ("", STUDY, OTHER_STUDY):
        assert entry(whole, study=study).status_code == 302
    assert "5 people were considered" in page(whole, "/NORTH/prescreening/")
    assert "2 people were considered" in page(held, "/NORTH/prescreening/")
    assert {row.study for row in PrescreeningEntry.objects.filter(enrollment=None)} == {
        None,
        STUDY,
        OTHER_STUDY,
    }


def test_who_works_for_a_study_writes_for_that_study(held):
    assert entry(held, study=OTHER_STUDY).status_code == 422
    assert entry(held, study="").status_code == 422
    assert entry(held, study=STUDY).status_code == 302
    line = PrescreeningEntry.objects.get(enrollment=None)
    assert (line.study, line.schema) == (STUDY, 2)


def test_limits_and_the_choice_of_protocols(held, whole):
    other = protocols.load(OTHER_STUDY).title
    for path in ("/NORTH/limits/", "/NORTH/referrals/new/", "/NORTH/calls/new/"):
        assert other in page(whole, path), path
        assert other not in page(held, path), path


def test_approvals_and_what_is_asked_of_them(held, whole):
    check = "/NORTH/authority/check/"
    assert THEIRS in page(whole, check)
    assert THEIRS not in page(held, check)
    assert OTHER_STUDY in page(whole, check)
    assert OTHER_STUDY not in page(held, check)


def test_nobody_of_another_study_is_offered_as_a_duplicate(studies):
    """That somebody is known would be told by the question alone."""
    site = Enrollment.objects.get(id=studies.here).site
    told = PersonForRules(None, None, None)
    other = PersonIdentity("Otherbird", f"Of {OTHER_STUDY}", None, (), ())
    canary = replace(IDENTITY, identifiers=())
    assert len(offered(site, other, told, None)) == 1
    assert offered(site, other, told, frozenset({STUDY})) == []
    assert len(offered(site, canary, told, frozenset({STUDY}))) == 1


def test_the_api_lists_and_takes_in_for_the_study_alone(studies):
    user = User.objects.get(login=f"coordinator{HELD}")
    listed = browser(user.login).get("/api/v1/sites/NORTH/worklist").json()
    assert [line["number"] for line in listed["lines"]] == [MINE]
    User.objects.filter(id=user.id).update(password=make_password("calm-sea-4711"))
    basic = base64.b64encode(f"{user.login}:calm-sea-4711".encode()).decode()
    headers = {"host": "localhost", "authorization": f"Basic {basic}"}
    answer = Client(headers=headers).post(
        f"/api/v1/sites/NORTH/referrals?protocol={OTHER_STUDY}",
        data=b"{}",
        content_type="application/fhir+json",
    )
    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["mend"]) == ("protocol-unknown", STUDY)


def test_names_follow_the_study_where_two_roles_meet(studies):
    """A monitor of the whole site who is a coordinator for one study: names there, numbers elsewhere."""
    user, admin = User.objects.get(login="monitor"), User.objects.get(login="admin")
    site, now = Enrollment.objects.get(id=studies.here).site, timezone.now()
    given = {"user": user, "site": site, "role": "coordinator", "valid_from": now, "now": now}
    written(people.assign_role(**given, study=STUDY, entry_id=uuid4(), by=admin))
    listed = page(browser("monitor"), "/NORTH/worklist/")
    assert "Canarybird" in listed
    assert THEIRS in listed
    assert "Otherbird" not in listed
