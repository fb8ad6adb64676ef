"""OWASP ASVS 5.0, chapter V3 and the forms of V4: what a page of somebody else's can make a browser do here."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from holdfast.definitions.roles import roles
from holdfast.records.events import read_event
from holdfast.records.models import JournalEntry, SignedLimit
from holdfast.web.permissions import ROUTES, Open
from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED

ELSEWHERE = "https://elsewhere.example"
LIMIT = "/NORTH/limits/mapp2/caps-5-total-at-least/"
# What a look may write: that somebody looked or was handed something, the session, and how often.
LOOKS = {"Look", "AccessLook", "Disclosure"}
WRITTEN_BY_LOOKING = LOOKS | {"Session", "JournalEntry", "TryCount"}

ACCOUNTED = {"record-looked-at", "access-looked-at", "record-handed-out"}


def addresses() -> list[tuple[str, str]]:
    places = Places.now()
    return [
        (route.name, reverse(route.name, kwargs=places.arguments(set(route.arguments))))
        for route in every_route()
    ]


def somebody_who_may(as_role, route: str) -> Client:
    """A client whose role holds what the route needs, with the check of forms switched on."""
    needs = ROUTES[route]
    holders = sorted(role for role, held in roles().granted.items() if needs in held)
    browser = as_role("physician" if isinstance(needs, Open) or not holders else holders[0])
    browser.handler.enforce_csrf_checks = True
    return browser


def test_no_address_takes_a_form_without_its_token(as_role, clinic):
    for name, address in addresses():
        answer = somebody_who_may(as_role, name).post(address, {"entry_id": str(uuid4())})
        assert answer.status_code in ({401, 403, 405} if name.startswith("api-") else {403}), name


def test_no_address_takes_a_form_with_its_token_from_elsewhere(as_role, clinic):
    for name, address in addresses():
        if name.startswith("api-"):
            continue
        browser = somebody_who_may(as_role, name)
        token = browser.get("/about/").cookies.get("csrf") or browser.cookies.get("csrf")
        told = {"csrfmiddlewaretoken": token.value if token else "x" * 32}
        answer = browser.post(address, told, headers={"origin": ELSEWHERE})
        assert answer.status_code == 403, name


def test_the_api_takes_nothing_from_a_cookie_however_it_is_dressed(as_role, clinic):
    address = "/api/v1/sites/NORTH/referrals?protocol=mapp2"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        answer = as_role("coordinator").post(address, b"{}", content_type=kind)
        assert answer.status_code == 401, kind


def test_looking_writes_nothing_but_that_somebody_looked(as_role, clinic):
    models = [m for m in apps.get_models() if m.__name__ not in WRITTEN_BY_LOOKING]

    def counted() -> dict[str, int]:
        return {model.__name__: model._default_manager.count() for model in models}

    every = addresses()  # asking for them may put in what an address needs
    before, position = counted(), JournalEntry.objects.count()
    for name, address in every:
        if name not in POSTED:
            browser = somebody_who_may(as_role, name)
            browser.get(address)
            browser.head(address)
        assert counted() == before, name
    entries = JournalEntry.objects.order_by("recorded_at", "position")[position:]
    kinds = {read_event(bytes(entry.event)).kind for entry in entries}
    assert kinds <= ACCOUNTED


def test_no_other_site_may_read_an_answer(as_role, clinic):
    for name, address in addresses():
        for method in ("get", "options"):
            asked = {"origin": ELSEWHERE, "access-control-request-method": "POST"}
            answer = getattr(as_role("physician"), method)(address, headers=asked)
            assert not any(h.lower().startswith("access-control") for h in answer.headers), name
            assert answer["Cross-Origin-Resource-Policy"] == "same-origin", name
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "WORKLIST"])
def test_a_method_that_nobody_needs_is_refused_and_nothing_is_sent_back(as_role, clinic, method):
    browser = as_role("physician")
    for name, address in addresses():
        answer = browser.generic(method, address, headers={"x-canary": "canary-4711"})
        assert answer.status_code == 405, name
        assert b"canary-4711" not in answer.content, name


@pytest.mark.parametrize(
    "onward",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example/",
        "/\t/elsewhere.example/",
        "http:elsewhere.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/ok\r\nSet-Cookie: planted=1",
        "\u2028//elsewhere.example",
    ],
)
def test_nobody_is_sent_elsewhere(clinic, onward):
    told = {"back": onward, "theme": "dark"}
    answer = Client(headers={"host": "localhost"}).post("/look/", told)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\", "/\t"))
    assert "\r" not in answer["Location"]
    assert "planted" not in answer.cookies


def test_every_text_says_its_character_set_and_fits_its_kind(as_role, clinic):
    for name, address in addresses():
        answer = as_role("coordinator").get(address)
        kind = answer.get("Content-Type", "")
        if not answer.content:
            continue
        assert kind, name
        if kind.startswith("text/"):
            assert "charset=utf-8" in kind, name
        begins = {"application/pdf": b"%PDF-", "application/json": b"{", "text/html": b"<!doctype"}
        found = begins.get(kind.split(";")[0])
        assert found is None or answer.content.lstrip().lower().startswith(found.lower()), name


def test_the_policy_of_a_page_names_what_it_must():
    told = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert told["object-src"] == ["'none'"]
    assert told["base-uri"] == ["'none'"]
    assert told["frame-ancestors"] == ["'none'"]
    assert told["form-action"] == ["'self'"]
    assert told["default-src"] == ["'self'"]


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "localhost.elsewhere.example", "localhost:80@elsewhere", ""]
)
def test_a_host_that_is_not_ours_gets_nothing_of_ours(clinic, host):
    answer = Client(headers={"host": host}, raise_request_exception=False).get("/log-in/")
    assert answer.status_code == 400
    assert b"elsewhere" not in answer.content


@pytest.mark.parametrize(
    "name", ["x-forwarded-host", "x-original-url", "x-rewrite-url", "forwarded"]
)
def test_a_header_of_a_proxy_that_is_not_there_changes_nothing(as_role, clinic, name):
    plain = as_role("physician").get("/my-access/")
    dressed = as_role("physician").get("/my-access/", headers={name: "elsewhere.example"})
    assert dressed.status_code == plain.status_code
    assert b"elsewhere" not in dressed.content


def test_a_header_cannot_say_who_somebody_is(clinic):
    claims = {"x-user-id": "physician", "remote-user": "physician", "x-remote-user": "physician"}
    answer = Client(headers={"host": "localhost", **claims}).get("/NORTH/worklist/")
    assert answer.status_code == 302


def test_what_is_said_twice_is_taken_from_the_form_alone(as_role, clinic):
    """A parameter of the address is none of the form, whatever its name."""
    told = {"entry_id": str(uuid4()), "value": "28"}
    answer = as_role("physician").post(f"{LIMIT}?password={PASSWORD}", told)
    assert answer.status_code == 422
    assert not SignedLimit.objects.exists()


def test_a_field_that_no_form_has_changes_nothing(as_role, clinic):
    """Who signs, at which site and with which standing is not for the form to say."""
    told = {"entry_id": str(uuid4()), "value": "28", "password": PASSWORD}
    more = {"site": "SOUTH", "recorded_by": str(uuid4()), "standing": "verified", "unit": "stone"}
    assert as_role("physician").post(LIMIT, told | more).status_code == 302
    signed = SignedLimit.objects.get()
    assert signed.site.code == "NORTH"
    assert signed.recorded_by.login == "physician"
    assert signed.unit != "stone"
