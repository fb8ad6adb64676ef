"""OWASP ASVS 5.0, V2.4.1 and V15.2.2: what anybody may ask for without a log-in is counted, and bounded."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from holdfast.actions import tries
from holdfast.web.account import entry
from holdfast.web.concerns import places


def nobody() -> Client:
    return Client(headers={"host": "localhost"}, raise_request_exception=False)


def few(limit: tries.Limit) -> tries.Limit:
    """The same limit, reached sooner."""
    return tries.Limit(limit.kind, 3, limit.window)


@pytest.mark.parametrize("answer", ["[" * 100_000, '{"a":' * 50_000, "null", "1e9", '{"id": []}'])
def test_a_made_up_passkey_of_any_depth_is_no_error_of_ours(clinic, answer):
    browser = nobody()
    browser.post("/passkey/options/", {"purpose": "log-in"})
    assert browser.post("/log-in/passkey/", {"passkey": answer}).status_code == 422


def test_nobody_fills_the_database_with_sessions_of_nobody(clinic, monkeypatch):
    monkeypatch.setattr(entry, "CHALLENGES", few(entry.CHALLENGES))
    found = [nobody().post("/passkey/options/", {"purpose": "log-in"}) for _ in range(6)]
    assert [answer.status_code for answer in found] == [200, 200, 200, 429, 429, 429]
    assert Session.objects.count() == 3


def test_nobody_has_papers_set_in_type_without_end(clinic, monkeypatch):
    monkeypatch.setattr("holdfast.web.concerns.card.CARDS", few(places.CARDS))
    found = [nobody().get("/NORTH/concern-paper/").status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]


def test_looking_at_open_pages_writes_nothing(clinic):
    browser = nobody()
    for address in ("/log-in/", "/about/", "/NORTH/concern/", "/recover/", "/pulse/", "/nowhere/"):
        browser.get(address)
    assert Session.objects.count() == 0
