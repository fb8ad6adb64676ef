"""OWASP ASVS 5.0, chapter V16: what is written down of a request, and what an error says."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client

from holdfast.records.events import read_event
from holdfast.records.journal import ORGANISATION
from holdfast.records.models import JournalEntry, User
from holdfast.web.logs import AllowedFields
from tests.web.test_sign_in import client, log_in

Lines = Callable[[], list[dict]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the product's own formatter writes, parsed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedFields())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def newest() -> dict:
    row = JournalEntry.objects.filter(stream_id=ORGANISATION).order_by("-position").first()
    event = read_event(bytes(row.event))
    return {"kind": event.kind, "by": event.values.get("account"), **event.values}


def test_a_line_says_when_where_who_and_what(as_role, clinic, lines):
    answer = as_role("physician").get("/NORTH/worklist/")
    line = next(line for line in lines() if line["event"] == "request")
    assert datetime.fromisoformat(line["at"]).utcoffset().total_seconds() == 0
    assert line["route"] == "staff:worklist"
    assert line["method"] == "GET"
    assert line["status"] == 200
    assert line["user_id"] == str(User.objects.get(login="physician").pk)
    assert line["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("who", "method", "address", "status"),
    [
        ("rater", "get", "/NORTH/worklist/", 404),
        ("stranger", "get", "/NORTH/journal/", 404),
        ("physician", "put", "/NORTH/worklist/", 405),
        ("auditor", "post", "/NORTH/prescreening/record/", 404),
        ("coordinator", "post", "/NORTH/referrals/import/", 422),
        ("nobody", "get", "/NORTH/worklist/", 302),
    ],
)
def test_what_was_refused_is_a_line_with_who_asked(
    as_role, clinic, lines, who, method, address, status
):
    answer = getattr(as_role(who), method)(address)
    line = next(line for line in lines() if line["event"] == "request")
    assert line["status"] == answer.status_code == status
    if method != "put" and who != "nobody":
        assert line["user_id"] == str(User.objects.get(login=who).pk)


def test_a_form_from_elsewhere_is_a_line_too(as_role, clinic, lines):
    browser = as_role("physician")
    browser.handler.enforce_csrf_checks = True
    browser.post("/look/", {"theme": "dark"})
    assert any(line["event"] == "request" and line["status"] == 403 for line in lines())
    assert any(line["event"] == "django.security.csrf" for line in lines())


def test_every_log_in_is_on_record_with_how(clinic):
    log_in(client())
    told = newest()
    assert told["kind"] == "signed-in"
    assert told["method"] == "password"
    assert told["account"] == User.objects.get(login="physician").id.hex
    log_in(client(), password="wrong")
    told = newest()
    assert told["kind"] == "sign-in-refused"
    assert told["method"] == "password"


def test_nobody_writes_a_line_of_their_own(clinic, lines):
    """Whatever is in an address, a header or a name, a line stays one line of ours."""
    forged = 'x"}\n{"at": "2026-01-01", "event": "forged", "user_id": "1"}'
    browser = Client(headers={"host": "localhost", "user-agent": forged, "x-request-id": forged})
    browser.get("/nowhere/", {"q": forged})
    browser.post("/log-in/", {"login_name": forged, "password": forged, "next": forged})
    browser.get("/" + forged.replace("\n", "%0A"))
    found = lines()
    assert found
    assert "forged" not in json.dumps(found)


def test_every_logger_writes_through_the_one_list():
    told = settings.LOGGING
    assert set(told["handlers"]) == {"stderr"}
    assert told["handlers"]["stderr"]["class"] == "logging.StreamHandler"
    assert told["formatters"] == {"allowed": {"()": "holdfast.web.logs.AllowedFields"}}
    assert told["root"]["handlers"] == ["stderr"]
    assert all(logger.get("handlers", []) == [] for logger in told["loggers"].values())


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("SELECT secret FROM /srv/holdfast where key='4711'")


@pytest.mark.parametrize("address", ["/NORTH/worklist/", "/api/v1/sites/NORTH/worklist"])
def test_an_error_page_says_nothing_of_the_inside(as_role, clinic, monkeypatch, address):
    monkeypatch.setattr("holdfast.web.staff.worklist.worklist", fail)
    monkeypatch.setattr("holdfast.web.api.routes.lines_of", fail)
    answer = as_role("physician").get(address)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in text
    for inside in ("Traceback", "RuntimeError", "SELECT", "/srv/", "4711", ".py", "settings"):
        assert inside not in text, inside


def test_where_permissions_fail_nothing_opens(as_role, clinic, monkeypatch):
    monkeypatch.setattr("holdfast.records.access.assignments_of", fail)
    for address in ("/NORTH/worklist/", "/", "/my-access/", f"/NORTH/people/{clinic.pk}/"):
        answer = as_role("physician").get(address)
        assert answer.status_code == 500, address
        assert b"Canarybird" not in answer.content, address
