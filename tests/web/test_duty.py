"""The page of duty and the pulse of every page."""

from uuid import uuid4

import pytest

from holdfast.records.duty import DutyContact, DutyHours, DutyPage, PageAnswer, SignedTime
from holdfast.records.models import User
from holdfast.records.rota import code_of_test
from holdfast.web.sessions import SEEN
from tests.web.clinic import PASSWORD

DUTY = "/NORTH/duty/"


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), **told}


def put_on_the_roster(client, login: str = "physician", **told: object):
    whole_week = {
        "person": str(User.objects.get(login=login).id),
        "post": "first",
        "first_day": "2026-01-01",
        "weekdays": list("1234567"),
        "begins": "00:00",
        "ends": "00:00",
    }
    return client.post(f"{DUTY}roster/", entry(**(whole_week | told)))


def test_an_empty_roster_is_said(as_role):
    page = as_role("auditor").get(DUTY).content.decode()
    assert "Nobody is on duty." in page
    assert "The times of paging are not signed." in page


def test_who_is_on_duty_is_shown_and_can_be_taken_off(as_role):
    client = as_role("coordinator")
    assert put_on_the_roster(client).status_code == 302
    page = client.get(DUTY).content.decode()
    assert "Physician Zebediah Canarybird" in page
    assert "On duty without a channel" in page
    hours = DutyHours.objects.get()
    assert client.post(f"{DUTY}off/", entry(hours=str(hours.pk))).status_code == 302
    assert "The roster is empty." in client.get(DUTY).content.decode()


def test_hours_are_changed_in_one_step(as_role):
    client = as_role("coordinator")
    put_on_the_roster(client)
    before = DutyHours.objects.get()
    assert "In place of" in client.get(DUTY).content.decode()
    answer = put_on_the_roster(client, "therapist", replaces=str(before.pk))
    assert answer.status_code == 302
    assert DutyHours.objects.get(corrects=before).user.login == "therapist"
    slip = put_on_the_roster(client, "therapist", replaces=str(before.pk))
    assert slip.status_code == 422


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"person": "nobody"}, "valid choice"),
        ({"weekdays": []}, "This field is required"),
        ({"last_day": "2025-01-01"}, "These hours cannot be"),
    ],
)
def test_a_slip_in_the_roster_is_said(as_role, slip, words):
    answer = put_on_the_roster(as_role("coordinator"), **slip)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DutyHours.objects.exists()


def test_a_page_is_asked_and_answered_in_one_tap(as_role):
    therapist, physician = as_role("therapist"), as_role("physician")
    told = entry(post="physician-on-call", reason="come-now")
    assert therapist.post(f"{DUTY}page/", told).status_code == 302
    assert therapist.post(f"{DUTY}page/", told).status_code == 302  # sent twice, paged once
    page = DutyPage.objects.get()
    shown = physician.get(DUTY).content.decode()
    assert "I am coming" in shown
    assert physician.get("/pulse/").json()["pages"] == ["NORTH"]
    assert (
        physician.post(f"{DUTY}answer/", entry(page=str(page.pk), done="coming")).status_code == 302
    )
    assert PageAnswer.objects.get().answered_by.login == "physician"
    assert physician.get("/pulse/").json()["pages"] == []


def test_a_channel_is_kept_tested_and_acknowledged_by_its_code(as_role):
    client = as_role("physician")
    told = entry(channel="email", address="canarybird@example.org")
    assert client.post(f"{DUTY}contact/", told).status_code == 302
    row = DutyContact.objects.get()
    assert "never tested" in client.get(DUTY).content.decode()
    assert "canarybird@" not in as_role("coordinator").get(DUTY).content.decode()
    other = as_role("therapist").post(f"{DUTY}test/", entry(contact=str(row.pk)))
    assert other.status_code == 404
    assert client.post(f"{DUTY}test/", entry(contact=str(row.pk))).status_code == 302
    test = DutyPage.objects.get()
    assert code_of_test(test) not in client.get(DUTY).content.decode()
    told = entry(page=str(test.pk), done="test-received")
    wrong = client.post(f"{DUTY}answer/", told | {"code": "12"})
    assert wrong.status_code == 422
    assert "not the code" in wrong.content.decode()
    right = client.post(f"{DUTY}answer/", told | {"code": code_of_test(test)})
    assert right.status_code == 302
    assert "test acknowledged" in client.get(DUTY).content.decode()


def test_a_wrong_address_is_said_and_not_kept(as_role):
    told = entry(channel="sms", address="nobody")
    answer = as_role("physician").post(f"{DUTY}contact/", told)
    assert answer.status_code == 422
    assert not DutyContact.objects.exists()


def test_a_site_lead_signs_a_time_with_the_password(as_role):
    client = as_role("site-lead")
    told = entry(code="page-answered-within", value="5", password="wrong")
    assert client.post(f"{DUTY}time/", told).status_code == 422
    told = entry(code="page-answered-within", value="5", password=PASSWORD)
    assert client.post(f"{DUTY}time/", told).status_code == 302
    assert SignedTime.objects.get().signature.role == "site-lead"


def test_a_page_or_hours_of_another_site_are_not_found(as_role):
    told = entry(page=str(uuid4()), done="coming")
    assert as_role("physician").post(f"{DUTY}answer/", told).status_code == 404
    told = entry(hours=str(uuid4()))
    assert as_role("coordinator").post(f"{DUTY}off/", told).status_code == 404


def test_the_pulse_keeps_no_session_awake(as_role, settings):
    client = as_role("physician")
    client.get(DUTY)
    session = client.session
    session[SEEN] = session[SEEN] - 100
    session.save()
    client.get("/pulse/")
    assert client.session[SEEN] == session[SEEN]
