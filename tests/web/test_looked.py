"""A person sees on their own pages who looked at their record, and when it was opened in an emergency."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records.models import Enrollment, User
from tests.actions.clinic import written
from tests.web.clinic import PASSWORD, emergency_opening

LOOKED = "/me/looked/"


@pytest.fixture
def patient(clinic: Enrollment) -> Client:
    """The canary person, in their own account."""
    code, by, now = new_code(), User.objects.get(login="coordinator"), timezone.now()
    told = {"code_sha256": hash_of(code), "entry_id": uuid4(), "by": by, "now": now}
    written(invite_patient(enrollment=clinic, **told))
    joined = {"code": code, "login": "maple-river-42", "password_hash": "!", "entry_id": uuid4()}
    written(accept_invitation(**joined, now=now))
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.force_login(User.objects.get(login="maple-river-42"))
    return made


def said(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_nobody_has_looked_yet(patient):
    page = said(patient.get(LOOKED))
    assert "Nobody has looked at it yet." in page
    assert "Nothing was handed out." in page
    assert "/NORTH/concern/" in page


def test_day_part_role_and_name_of_who_looked_and_what_was_handed_out(as_role, clinic, patient):
    as_role("physician").get(f"/NORTH/people/{clinic.id}/")
    as_role("coordinator").post(f"/NORTH/people/{clinic.id}/own-copy/")
    page = said(patient.get(LOOKED))
    assert "<strong>Physician Zebediah Canarybird</strong>, Physician" in page
    assert "A copy of your record, made for you" in page
    day = timezone.now().astimezone().strftime("%Y")
    assert day in page
    for code in ("verdict", "sha256", "own-copy", "morning-"):
        assert code not in page


def test_an_emergency_is_told_in_plain_words_and_so_is_its_review(as_role, clinic, patient):
    opening = emergency_opening()
    as_role("faraway").get(f"/NORTH/people/{clinic.id}/")
    page = said(patient.get(LOOKED))
    assert "They wrote that your life or health was in danger." in page
    assert "Not checked yet." in page
    assert "<strong>Faraway</strong>, Therapist" in page
    assert "in an emergency" in page
    assert "Found by" not in page, "the clinician's own words are for who reviews"
    body = {
        "entry_id": str(uuid4()),
        "verdict": "not-justified",
        "words": "No",
        "password": PASSWORD,
    }
    done = as_role("site-lead").post(f"/NORTH/emergency/{opening.id}/", body)
    assert done.status_code == 302
    assert "Checked: it was not right to open it." in said(patient.get(LOOKED))


def test_only_the_person_themselves_sees_it(as_role, patient):
    for who in ("physician", "coordinator", "site-lead", "administrator"):
        assert as_role(who).get(LOOKED).status_code == 404, who
    assert as_role("nobody").get(LOOKED).status_code == 302
