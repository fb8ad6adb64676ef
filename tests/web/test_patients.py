"""A person's own pages: the way in, what is there, and the link to raise a concern on every one."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records.models import Enrollment, PatientAccount, User
from tests.actions.clinic import written
from tests.web.clinic import Places
from tests.web.routes import every_route

PASSWORD = "seven quiet herons over water"
CONCERN = 'href="/NORTH/concern/"'
# Pages of a person who is logged in that are no pages to look at, or the concern's own.
NOT_PAGES = {"pulse", "openapi-json", "concern-paper"}


def fresh() -> Client:
    return Client(headers={"host": "localhost"}, raise_request_exception=False)


@pytest.fixture
def code(clinic: Enrollment) -> str:
    """A code that staff gave the canary person."""
    made, by = new_code(), User.objects.get(login="coordinator")
    given = {"code_sha256": hash_of(made), "entry_id": uuid4(), "by": by, "now": timezone.now()}
    written(invite_patient(enrollment=clinic, **given))
    return made


@pytest.fixture
def patient(code: str) -> Client:
    """The canary person, in their own account."""
    told = {"code": code, "login": "maple-river-42", "password_hash": "!", "entry_id": uuid4()}
    written(accept_invitation(**told, now=timezone.now()))
    made = fresh()
    made.force_login(User.objects.get(login="maple-river-42"))
    return made


def test_from_the_coordinators_code_to_ones_own_pages(as_role, clinic):
    page = as_role("coordinator").post(
        f"/NORTH/people/{clinic.id}/own-account/", {"entry_id": uuid4()}
    )
    shown = re.search(r'<code class="secret">([0-9A-Z-]+)</code>', page.content.decode())
    assert shown
    code, browser = shown[1], fresh()
    second = browser.post("/NORTH/join/", {"code": code}).content.decode()
    login = re.search(r'name="login_name" value="([a-z]+-[a-z]+-\d\d)"', second)
    assert login
    told = {"code": code, "login_name": login[1], "new_password": PASSWORD, "again": PASSWORD}
    done = browser.post("/NORTH/join/", told)
    assert login[1] in done.content.decode()
    came_in = browser.post("/log-in/", {"login_name": login[1], "password": PASSWORD}, follow=True)
    assert came_in.redirect_chain[-1][0] == "/me/"
    assert clinic.label in came_in.content.decode()
    assert browser.post("/NORTH/join/", {"code": code}).status_code == 422, "good once"


def test_the_code_stands_in_no_address(as_role, clinic):
    page = (
        as_role("coordinator")
        .post(f"/NORTH/people/{clinic.id}/own-account/", {"entry_id": uuid4()})
        .content.decode()
    )
    assert "/NORTH/join/</strong>" in page
    assert not re.search(r'(href|action|src)="[^"]*[0-9A-Z]{5}-[0-9A-Z]{5}', page)


def test_wrong_codes_are_bounded_and_told_apart_by_nothing(code):
    browser = fresh()
    answers = [browser.post("/NORTH/join/", {"code": new_code()}) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {422}
    assert answers[30].status_code == 429
    assert browser.post("/NORTH/join/", {"code": code}).status_code == 429
    assert not PatientAccount.objects.exists()


def test_a_code_of_another_site_is_as_wrong_as_any(code):
    assert fresh().post("/SOUTH/join/", {"code": code}).status_code == 422


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"login_name": "zebediah"}, "your own name"),
        ({"again": "another"}, "not the same"),
        ({"new_password": "password1234", "again": "password1234"}, "easy to guess"),
        ({"login_name": "coordinator"}, "is taken"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_code_stays_good(code, changed, said):
    told = {
        "code": code,
        "login_name": "maple-river-42",
        "new_password": PASSWORD,
        "again": PASSWORD,
    }
    answer = fresh().post("/NORTH/join/", told | changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert fresh().post("/NORTH/join/", told).status_code == 200
    assert PatientAccount.objects.count() == 1


def test_every_page_of_a_patient_has_the_way_to_raise_a_concern(patient, clinic):
    """Walked, not listed: a new page that a patient can open and that has no link fails here."""
    places, seen = Places.of(clinic), []
    for route in every_route():
        if route.name.split(":")[-1] in NOT_PAGES or route.name == "log-out":
            continue
        answer = patient.get(reverse(route.name, kwargs=places.arguments(set(route.arguments))))
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            seen.append(route.name)
            is_the_concern = route.name.startswith("concern")
            assert is_the_concern or CONCERN in answer.content.decode(), route.name
    assert {"me", "me-copy", "me-looked", "me-account", "sign-in", "about", "join"} <= set(seen)


def test_a_patient_opens_nothing_of_the_site(patient, clinic):
    for path in ("worklist", "duty", "limits", f"people/{clinic.id}", "waiting"):
        assert patient.get(f"/NORTH/{path}/").status_code == 404


def test_staff_have_no_own_pages(as_role):
    for role in ("coordinator", "physician", "administrator", "auditor"):
        for path in ("/me/", "/me/copy/", "/me/account/"):
            assert as_role(role).get(path).status_code == 404


def test_asking_for_a_copy_reaches_the_clinic(patient, as_role, clinic):
    answer = patient.post("/me/copy/", {"entry_id": uuid4()}, follow=True)
    assert "You asked for it" in answer.content.decode()
    page = as_role("coordinator").get(f"/NORTH/people/{clinic.id}/disclosures/").content.decode()
    assert "They asked for a copy" in page


def test_a_person_sees_who_looked(patient, as_role, clinic):
    assert "Therapist" not in patient.get("/me/looked/").content.decode()
    as_role("therapist").get(f"/NORTH/people/{clinic.id}/")
    page = patient.get("/me/looked/").content.decode()
    assert "Therapist" in page


def test_an_account_linked_to_nobody_says_so(as_role):
    page = as_role("patient").get("/me/").content.decode()
    assert "not linked to a record yet" in page
    assert CONCERN in page
