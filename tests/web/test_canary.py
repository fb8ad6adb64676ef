"""A name planted in every field, while handlers raise, is in no log, journal, outbox or error page.

The canary's name is in the clinic's identity, medicines, conditions and staff names already; here
it is typed into every form too, and every action is made to fail with it in its message.
"""

import io
import logging
import sqlite3
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from holdfast.records.models import JournalEntry, OutboxEntry
from holdfast.web.logs import AllowedFields
from holdfast.web.staff import (
    asking,
    authority,
    authority_entry,
    call_answers,
    decisions,
    entries,
    limits,
    papers,
    prescreening,
    referral,
)
from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED
from tests.web.test_referral_page import told as bundle_told

CANARY = "Canarybird"
FULL = "Zebediah Canarybird"
ACTIONS = [
    (asking, "record_answers"),
    (entries.entering, "record_answer"),
    (entries.entering, "record_medication"),
    (entries.entering, "record_history"),
    (entries.entering, "correct_answer"),
    (decisions, "confirm_verdict"),
    (decisions, "override_finding"),
    (limits, "sign_limit"),
    (authority, "set_jurisdiction"),
    (authority_entry, "record_approval"),
    (authority_entry, "change_approval"),
    (prescreening, "record_prescreening"),
    (referral, "open_referral"),
    (call_answers, "record_answer"),
    (papers, "record_waiting_step"),
]


@pytest.fixture
def log_lines():
    """Everything that every logger writes, through the product's own formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedFields())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def everything_typed(route_name: str, verdict: object) -> dict:
    """A body that is right for its form as far as it can be, with the canary in every free field."""
    if route_name == "staff:referral-import":
        return bundle_told()
    return {
        "entry_id": str(uuid4()),
        "value": FULL if "limit" not in route_name else "28",
        "name": FULL,
        "words": FULL,
        "code": FULL,
        "rxcuis": FULL,
        "login_name": FULL,
        "password": PASSWORD,
        "reason": FULL,
        "source": "told" if "prescreening" not in route_name else "self",
        "kind": "condition",
        "is_current": "",
        "outcome": "no-contact",
        "verdict": str(verdict),
        "criterion": FULL,
        "given": FULL,
        "family": FULL,
        "reach": FULL,
        "when": FULL,
        "detail": FULL,
        "title": FULL,
        "step": "joined",
        "on_day": "2026-01-05",
        "observed_on": "2026-01-05",
        "able-to-swallow-pills": "true",
        "q": FULL,
        "next": f"/{FULL}",
        "back": f"/{FULL}",
    }


def right_for_its_form(route_name: str, verdict: object) -> dict:
    """A body that passes its form, so that the action itself is reached."""
    told = everything_typed(route_name, verdict) | {"code": "", "rxcuis": "", "value": "true"}
    if route_name == "staff:limit-sign":
        told["value"] = "28"
    if route_name == "staff:correct":
        told |= {"reason": "typing-error", "is_withdrawn": "on"}
    if route_name == "staff:override":
        told["reason"] = "specialist-opinion"
    if route_name == "staff:waiting-step":
        told["reason"] = "own-wish"
    return bundle_told() if route_name == "staff:referral-import" else told


def test_no_field_of_a_failing_handler_leaks(as_role, clinic, monkeypatch, log_lines):
    def fail(*_: object, **given: object) -> None:
        raise RuntimeError(f"{FULL} {given}")

    for module, name in ACTIONS:
        monkeypatch.setattr(module, name, fail)
    places = Places.now()
    reached = 0
    for route in every_route():
        client = as_role("physician")
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        for body in (everything_typed, right_for_its_form):
            answer = client.post(address, body(route.name, places.verdict_id))
            reached += answer.status_code == 500
            if answer.status_code >= 500:
                assert CANARY not in answer.content.decode(), route.name
                assert answer["X-Request-ID"] in answer.content.decode()
        client.get(f"{address}?q={FULL}&next={FULL}&position={FULL}")
    assert reached >= len(ACTIONS) - 1  # every action was reached, and failed with the name
    lines = log_lines.getvalue()
    assert '"status": 500' in lines
    assert "RuntimeError" in lines
    assert CANARY not in lines


def test_a_failing_template_leaks_nothing(as_role, clinic, monkeypatch, log_lines):
    def fail(*_: object, **__: object) -> None:
        raise KeyError(FULL)

    monkeypatch.setattr("holdfast.web.staff.worklist.next_words", fail)
    answer = as_role("physician").get("/NORTH/worklist/")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode() + log_lines.getvalue()


def test_a_wrong_login_name_is_not_logged_or_journalled(clinic, log_lines):
    client = Client(headers={"host": "localhost"})
    client.post("/log-in/", {"login_name": FULL, "password": FULL})
    assert CANARY not in log_lines.getvalue()


def test_the_whole_database_holds_no_readable_word_of_the_canary(as_role, clinic):
    """Every column of every table, the journal and the outbox among them, as bytes on the disk."""
    client = as_role("physician")
    places = Places.now()
    for route in every_route():
        if route.name in POSTED or route.name == "staff:answer":
            address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
            client.post(address, right_for_its_form(route.name, places.verdict_id))
            client = as_role("physician")
    assert JournalEntry.objects.exists()
    assert OutboxEntry.objects.exists()
    database = sqlite3.connect(connection.settings_dict["NAME"])
    for line in database.iterdump():
        # Values that are bytes are dumped as hexadecimal digits.
        assert CANARY not in line
        assert CANARY.encode().hex().upper() not in line
    database.close()


def test_the_canary_is_there_to_be_found(as_role, clinic):
    """The search would find it: who may see the name sees it on the page."""
    assert CANARY in as_role("coordinator").get("/NORTH/worklist/").content.decode()
