"""Log-in: calm words, a lock-out, an idle time-out, and a line in the journal for each."""

import base64

import pytest
from django.conf import settings
from django.test import Client

from holdfast.actions.tries import PER_NAME
from holdfast.records.events import read_event
from holdfast.records.journal import ORGANISATION
from holdfast.records.models import JournalEntry, User
from holdfast.web.sessions import SEEN
from tests.web.clinic import PASSWORD


def client() -> Client:
    return Client(headers={"host": "localhost"})


def log_in(browser: Client, name: str = "physician", password: str = PASSWORD, onward: str = ""):
    told = {"login_name": name, "password": password, "next": onward}
    return browser.post("/log-in/", told)


def journalled() -> list[str]:
    rows = JournalEntry.objects.filter(stream_id=ORGANISATION).order_by("position")
    return [read_event(bytes(row.event)).kind for row in rows]


def test_the_right_password_opens_the_worklist(clinic):
    browser = client()
    assert log_in(browser).status_code == 302
    assert browser.get("/", follow=True).redirect_chain[-1][0] == "/NORTH/worklist/"
    assert journalled()[-1] == "signed-in"


def test_a_wrong_name_and_a_wrong_password_get_the_same_words(clinic):
    words = [log_in(client(), name, "wrong").content for name in ("physician", "no-such-name")]
    assert all(b"do not belong together" in page for page in words)
    assert journalled()[-1] == "sign-in-refused"  # the name that is no account leaves nothing


def test_too_many_wrong_passwords_lock_the_name_even_for_the_right_one(clinic):
    for _attempt in range(PER_NAME.tries):
        assert log_in(client(), password="wrong").status_code == 422
    assert log_in(client()).status_code == 429
    assert journalled()[-1] == "sign-in-locked"
    assert log_in(client(), "coordinator").status_code == 302  # nobody else is locked


def test_the_journal_grows_no_more_once_a_name_is_locked(clinic):
    for _attempt in range(PER_NAME.tries):
        log_in(client(), password="wrong")
    before = JournalEntry.objects.count()
    for _attempt in range(5):
        log_in(client(), password="wrong")
    assert JournalEntry.objects.count() == before


def test_an_idle_session_ends(clinic):
    browser = client()
    log_in(browser)
    assert browser.get("/NORTH/worklist/").status_code == 200
    session = browser.session
    session[SEEN] = session[SEEN] - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert browser.get("/NORTH/worklist/").status_code == 302


def test_logging_out_ends_the_session_on_the_server(clinic):
    browser = client()
    log_in(browser)
    stolen = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/log-out/")
    thief = client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/NORTH/worklist/").status_code == 302
    assert journalled()[-1] == "signed-out"


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example/", "x"])
def test_nobody_is_sent_elsewhere_after_logging_in(clinic, onward):
    assert log_in(client(), onward=onward)["Location"] == "/"


def test_a_closed_account_cannot_log_in(clinic):
    User.objects.filter(login="physician").update(is_active=False)
    assert log_in(client()).status_code == 422


def test_the_house_itself_cannot_log_in(clinic):
    assert log_in(client(), "holdfast", "").status_code == 422
    assert log_in(client(), "holdfast", "!").status_code == 422


def basic(name: str, password: str) -> dict[str, str]:
    told = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"host": "localhost", "authorization": f"Basic {told}"}


def test_a_program_logs_in_with_each_request(clinic):
    address = "/api/v1/sites/NORTH/worklist"
    assert Client(headers=basic("physician", PASSWORD)).get(address).json()["total"] == 1
    assert Client(headers=basic("physician", "wrong")).get(address).status_code == 401
    assert Client(headers=basic("rater", PASSWORD)).get(address).status_code == 404
    assert (
        Client(headers={"host": "localhost", "authorization": "Basic x"}).get(address).status_code
        == 401
    )


def test_a_wrong_header_does_not_fall_back_to_the_cookie(clinic):
    browser = client()
    log_in(browser)
    answer = browser.get("/api/v1/sites/NORTH/worklist", headers=basic("physician", "wrong"))
    assert answer.status_code == 401
