"""The pages of break-glass: found exactly, opened at once, on every page, ended, reviewed."""

import re
import sqlite3
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from holdfast.actions import glass as actions
from holdfast.records.glass import GlassEnd, GlassMiss, GlassOpening, GlassReview
from holdfast.records.models import DutyPage, Enrollment, Look, User
from tests.web.clinic import NOBODY, PASSWORD, emergency_opening

BREAK, SITE = "/emergency/", "/NORTH/emergency/"
WORDS = "Carried in by Canarybird's neighbour"


def told(**given: object) -> dict:
    return {
        "entry_id": str(uuid4()),
        "number": "",
        "site": "NORTH",
        "given": "Zebediah",
        "family": "Canarybird",
        "born_on": "1984-06-03",
        "reason": "danger-to-life",
        "words": WORDS,
        "password": PASSWORD,
    } | given


def person() -> str:
    return f"/NORTH/people/{Enrollment.objects.get().id}/"


def test_by_name_and_birth_date_the_record_opens_at_once_and_nothing_else(as_role):
    doctor = as_role("stranger")
    assert doctor.get(person()).status_code == 404
    answer = doctor.post(BREAK, told())
    assert answer.status_code == 302
    assert answer["Location"] == person()
    page = doctor.get(person()).content.decode()
    assert "Zebediah Canarybird" in page
    assert "The site lead is told now." in page
    assert "Open in an emergency:" in page
    assert "NORTH-0001" in page
    for closed in (f"{person()}erasure/", f"{person()}disclosures/", f"{person()}journal/"):
        assert doctor.get(closed).status_code == 404, closed
    assert doctor.get("/NORTH/worklist/").status_code == 404
    assert "/NORTH/worklist/" not in page
    row = GlassOpening.objects.get()
    assert (row.user.login, row.way, row.signature.role) == ("stranger", "name", "physician")
    assert Look.objects.filter(viewer__login="stranger").exists()


def test_by_number_too(as_role):
    answer = as_role("stranger").post(
        BREAK, told(number=" north-0001 ", site="", given="", family="", born_on="")
    )
    assert answer["Location"] == person()
    assert GlassOpening.objects.get().way == "number"


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"family": ""}, "Needed, unless you write the record number."),
        ({"born_on": "yesterday"}, "valid date"),
        ({"words": " "}, "This field is required"),
        ({"words": "x" * 2001}, "at most 2000"),
        ({"reason": ""}, "This field is required"),
        ({"reason": "curious"}, "valid choice"),
        ({"site": "NOWHERE"}, "valid choice"),
        ({"password": "wrong"}, "This is not your password."),
    ],
)
def test_a_slip_is_said_where_it_is_and_nothing_opens_or_is_lost(as_role, slip, words):
    doctor = as_role("stranger")
    answer = doctor.post(BREAK, told(**slip))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    if "words" not in slip:
        assert "Carried in by" in page
    assert not GlassOpening.objects.exists()
    assert not GlassMiss.objects.exists()
    assert doctor.get(person()).status_code == 404


@pytest.mark.parametrize(
    "sought",
    [
        {"given": "Zebedia"},
        {"born_on": "1984-06-04"},
        {"site": "SOUTH"},
        {"number": "NORTH-0002"},
    ],
)
def test_who_is_not_found_exactly_is_not_found_and_the_search_is_on_record(as_role, sought):
    doctor = as_role("stranger")
    answer = doctor.post(BREAK, told(**sought))
    assert answer.status_code == 422
    assert "Nobody is found by exactly this." in answer.content.decode()
    row = GlassMiss.objects.get()
    assert row.sought_by.login == "stranger"
    assert not GlassOpening.objects.exists()
    if row.site.code == "NORTH":
        assert "nobody was found" in as_role("site-lead").get(SITE).content.decode()


def test_a_number_of_no_site_is_a_slip_and_no_search(as_role):
    answer = as_role("stranger").post(BREAK, told(number="somebody"))
    assert answer.status_code == 422
    assert not GlassMiss.objects.exists()


def test_without_a_proof_nobody_learns_whether_somebody_is_known(as_role):
    answer = as_role("stranger").post(BREAK, told(family="Nobody", password="wrong"))
    assert "Nobody is found" not in answer.content.decode()
    assert not GlassMiss.objects.exists()


def test_who_may_open_it_anyway_is_told_so(as_role):
    answer = as_role("physician").post(BREAK, told())
    assert answer.status_code == 422
    assert "It needs no emergency." in answer.content.decode()


def test_every_page_says_what_is_open_and_for_how_long_and_ends_it(as_role):
    doctor = as_role("stranger")
    doctor.post(BREAK, told())
    for path in ("/my-access/", "/about/", "/SOUTH/worklist/", "/SOUTH/duty/", person()):
        page = doctor.get(path).content.decode()
        assert re.search(r"data-glass-left>(59:\d\d|60:00)<", page), path
        assert "End NORTH-0001" in page
    assert "data-glass-left" not in as_role("physician").get("/about/").content.decode()
    ended = {"entry_id": str(uuid4()), "opening": str(GlassOpening.objects.get().id)}
    as_role("physician").post("/emergency/end/", ended)
    assert not GlassEnd.objects.exists(), "only whoever opened it ends it"
    answer = doctor.post("/emergency/end/", ended)
    assert answer["Location"] == "/my-access/"
    assert GlassEnd.objects.get().ended_by.login == "stranger"
    assert doctor.get(person()).status_code == 404
    assert "data-glass-left" not in doctor.get("/about/").content.decode()


def test_after_its_time_every_page_of_it_is_gone(as_role, monkeypatch):
    doctor = as_role("stranger")
    doctor.post(BREAK, told())
    asked = [person(), f"{person()}ask/", f"{person()}verdict.pdf", f"{person()}papers/"]
    assert [doctor.get(path).status_code for path in asked] == [200] * 4
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert [doctor.get(path).status_code for path in asked] == [404] * 4


def test_it_stands_on_the_pages_of_who_answers_for_it_until_somebody_reviewed_it(as_role):
    opening = emergency_opening()
    waits = "1 emergency opening waits for a review."
    assert waits in as_role("site-lead").get("/NORTH/duty/").content.decode()
    assert waits in as_role("coordinator").get("/NORTH/worklist/").content.decode()
    for other in ("therapist", "physician", "auditor"):
        assert waits not in as_role(other).get("/NORTH/worklist/").content.decode()
    lead = as_role("site-lead")
    page = lead.get(SITE).content.decode()
    assert "Review NORTH-0001" in page
    assert "Found by Canarybird" in page
    assert DutyPage.objects.get().reason == "glass-broken"
    assert "A record was opened in an emergency" in lead.get("/NORTH/duty/").content.decode()
    review = f"{SITE}{opening.id}/"
    body = {
        "entry_id": str(uuid4()),
        "verdict": "not-justified",
        "words": "Canarybird was awake",
        "password": "wrong",
    }
    assert lead.post(review, body).status_code == 422
    assert lead.post(review, body | {"password": PASSWORD, "verdict": ""}).status_code == 422
    assert not GlassReview.objects.exists()
    assert lead.post(review, body | {"password": PASSWORD}).status_code == 302
    assert GlassReview.objects.get().signature.signed_by.login == "site-lead"
    page = lead.get(SITE).content.decode()
    assert "Not justified" in page
    assert "Canarybird was awake" in page
    assert waits not in page
    again = lead.post(review, body | {"password": PASSWORD, "entry_id": str(uuid4())})
    assert again.status_code == 422
    assert "It was reviewed already." in again.content.decode()


def test_free_words_are_for_who_reviews_and_for_who_reads_the_record(as_role):
    emergency_opening()
    assert "Found by Canarybird" in as_role("coordinator").get(SITE).content.decode()
    page = as_role("auditor").get(SITE).content.decode()
    assert "Danger to life" in page
    assert as_role("therapist").get(SITE).status_code == 404


def test_a_review_past_its_time_is_said_on_every_page(as_role, monkeypatch):
    emergency_opening()
    lead = as_role("site-lead")
    assert "It is overdue." not in lead.get("/NORTH/duty/").content.decode()
    later = timezone.now() + timedelta(hours=73)
    monkeypatch.setattr(timezone, "now", lambda: later)
    lead = as_role("site-lead")  # the session of three days ago has ended
    page = lead.get("/NORTH/duty/").content.decode()
    assert "It is overdue." in page
    assert "the review is overdue" in lead.get(SITE).content.decode()


def test_the_page_is_for_clinicians_of_the_organisation_alone(as_role):
    for who in ("coordinator", "site-lead", "monitor", "rater", "auditor", "administrator"):
        assert as_role(who).get(BREAK).status_code == 404, who
        assert BREAK not in as_role(who).get("/my-access/").content.decode()
    assert as_role(NOBODY).get(BREAK).status_code == 302
    page = as_role("therapist").get(BREAK)
    assert page.status_code == 200
    assert "Canarybird" not in page.content.decode(), "there is no list"


def test_an_opening_of_another_site_is_not_found(as_role):
    opening = emergency_opening()
    assert as_role("site-lead").get(f"/SOUTH/emergency/{opening.id}/").status_code == 404
    assert as_role("site-lead").get(f"{SITE}{uuid4()}/").status_code == 404


def test_the_page_to_a_site_lead_is_answered_as_seen(as_role):
    emergency_opening()
    row, lead = DutyPage.objects.get(), as_role("site-lead")
    body = {"entry_id": str(uuid4()), "page": str(row.id)}
    wrong = lead.post("/NORTH/duty/answer/", body | {"done": "coming"})
    assert wrong.status_code == 422
    assert lead.post("/NORTH/duty/answer/", body | {"done": "seen"}).status_code == 302
    assert "I have seen it" not in lead.get("/NORTH/duty/").content.decode()


def test_nobody_opens_for_a_session_that_is_not_theirs(as_role):
    """The action asks again: a page that was left open after a role ended opens nothing."""
    doctor = User.objects.get(login="stranger")
    doctor.is_active = False
    answer = actions.break_glass(
        enrollment=Enrollment.objects.get(),
        way="number",
        reason_code="danger-to-life",
        words="x",
        proof=None,
        entry_id=uuid4(),
        by=doctor,
        now=timezone.now(),
    )
    assert answer.reason == "not-permitted"


def test_a_record_that_was_opened_twice_shows_the_longer_time_and_is_closed_whole(as_role):
    doctor = as_role("stranger")
    for _ in range(2):
        assert doctor.post(BREAK, told()).status_code == 302
    _first, second = GlassOpening.objects.order_by("opened_at")
    page = doctor.get("/about/").content.decode()
    assert page.count("data-glass-left") == 1
    assert str(second.id) in page
    doctor.post("/emergency/end/", {"entry_id": str(uuid4()), "opening": str(second.id)})
    assert GlassEnd.objects.count() == 2
    assert doctor.get(person()).status_code == 404


def test_the_words_of_an_emergency_are_in_no_column_and_no_line_of_the_log(as_role, capfd):
    secret = "Quetzalcanary"
    doctor, lead = as_role("stranger"), as_role("site-lead")
    doctor.post(BREAK, told(family=secret, words=secret))
    doctor.post(BREAK, told(words=f"They said {secret}"))
    opening = GlassOpening.objects.get()
    entry = str(uuid4())
    body = {"verdict": "justified", "words": f"Asked {secret}", "password": PASSWORD}
    review = f"{SITE}{opening.id}/"
    assert lead.post(review, body | {"entry_id": entry}).status_code == 302
    lead.post(review, body | {"entry_id": entry, "words": f"Other {secret}"})
    assert secret in lead.get(SITE).content.decode(), "the search would find it"
    database = sqlite3.connect(connection.settings_dict["NAME"])
    for line in database.iterdump():
        assert secret not in line
        assert secret.encode().hex().upper() not in line
    database.close()
    assert secret not in "".join(capfd.readouterr())
