"""The permission matrix, generated from the code: every page and API route, every role, nobody."""

import pytest
from django.urls import reverse

from holdfast.definitions.roles import roles
from holdfast.web.permissions import ROUTES, Anywhere, Open
from tests.web.clinic import NOBODY, OTHER_SITE, Places
from tests.web.routes import Route, every_route

EVERYBODY = (*sorted(roles().granted), "stranger", NOBODY)
# Only POST means anything at these addresses; the body is empty, so that what is allowed is a 4xx of its own.
POSTED = {
    "log-in-passkey",
    "passkey-options",
    "recovery-codes",
    "factor-remove",
    "pin-remove",
    "sessions-end",
    "session-end",
    "program-key-make",
    "program-key-end",
    "log-out",
    "glass-end",
    "staff:access-review-sign",
    "staff:custody-notice",
    "staff:custody-settle",
    "staff:dispense",
    "staff:order-cancel",
    "staff:order-sign",
    "staff:randomize",
    "look",
    "me-calendar-make",
    "me-calendar-end",
    "me-words-make",
    "me-words-open",
    "me-words-close",
    "me-words-write",
    "me-words-take-back",
    "me-language",
    "me-therapist-back",
    "staff:on-call-number",
    "staff:referral-import",
    "staff:medication",
    "staff:condition",
    "staff:confirm",
    "events:settle",
    "staff:override",
    "staff:erasure-sign",
    "staff:people-open",
    "staff:people-give",
    "staff:own-copy",
    "staff:prescreening-record",
    "pharmacy:store-open",
    "pharmacy:place-add",
    "pharmacy:report",
    "pharmacy:settle",
    "pharmacy:confirm",
    "pharmacy:passkey",
    "pharmacy:shown",
    "session:open",
    "session:entry",
    "session:night-entry",
    "session:pack-make",
    "session:paper-typed",
    "session:paper-sign",
    "session:pack-settle",
    "session:draw",
    "session:ask",
    "staff:course-enroll",
    "staff:course-step",
    "staff:course-visit",
    "staff:course-book",
    "staff:course-pair",
    "staff:course-ask",
    "staff:course-pass",
    "staff:course-state",
    "staff:course-aside",
    "staff:clinical-record",
    "staff:clinical-order",
    "staff:clinical-cancel",
    "staff:clinical-collect",
    "staff:clinical-report",
    "staff:clinical-review",
    "staff:psychotherapy-write",
    "staff:duty-page",
    "staff:duty-answer",
    "staff:duty-test",
    "staff:duty-contact",
    "staff:duty-roster",
    "staff:duty-off",
    "staff:duty-time",
    "staff:call-answer",
    "room:add",
    "room:enroll",
    "room:revoke",
    "room:settle",
    "room:paper",
    "staff:scan-attach",
    "staff:consent-act",
    "api-1:import-referral",
    "api-1:observation",
}

# To write through the API, name and password come with the request itself.
BY_HEADER = {"api-1:import-referral", "api-1:observation"}
# After these somebody has to log in again, or is somebody else.
ENDING = {"log-in", "log-out", "log-in-passkey", "sessions-end", "session-end", "join", "recover"}


def test_every_route_has_an_entry_and_every_entry_a_route():
    assert {route.name for route in every_route()} == set(ROUTES)


def test_every_permission_of_the_table_is_one_that_roles_can_hold():
    assert {needs for needs in ROUTES.values() if isinstance(needs, str)} <= set(
        roles().permissions
    )


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_exactly_what_their_roles_allow(who, as_role, clinic):
    places, client = Places.now(), as_role(who)
    for route in every_route():
        answer = _ask(client, route, places)
        if route.name in ENDING:
            client = as_role(who)
        assert _as_expected(answer, route, who), (route.name, who, answer.status_code)


@pytest.mark.parametrize("who", sorted(roles().granted))
def test_another_site_is_not_found(who, as_role, clinic):
    places, client = Places.now(), as_role(who)
    for route in (r for r in every_route() if "site" in r.arguments):
        if ROUTES[route.name] is Open.ANYONE:
            continue  # says the same to everybody, whatever the site
        answer = _ask(client, route, places, OTHER_SITE)
        assert answer.status_code == (401 if route.name in BY_HEADER else 404)


def test_a_record_of_another_site_is_not_found(as_role, clinic):
    places = Places.now()
    for route in (r for r in every_route() if "enrollment_id" in r.arguments):
        answer = _ask(as_role("stranger"), route, places, OTHER_SITE)
        assert answer.status_code == (401 if route.name in BY_HEADER else 404), route.name


def test_a_route_without_an_entry_is_loud(as_role, clinic, monkeypatch):
    monkeypatch.delitem(ROUTES, "about")
    assert as_role("physician").get("/about/").status_code == 500


def _ask(client, route: Route, places: Places, site: str = "NORTH"):
    address = reverse(route.name, kwargs=places.arguments(set(route.arguments), site))
    return client.post(address) if route.name in POSTED else client.get(address)


def _as_expected(answer, route: Route, who: str) -> bool:
    needs, status = ROUTES[route.name], answer.status_code
    if needs is Open.ANYONE:
        refused = {"api-1:api-root": 404, "log-in-passkey": 422, "passkey-options": 409}
        refused["me-calendar"] = 404  # its token is nobody's
        return status == refused[route.name] if route.name in refused else status in (200, 302)
    if route.name in ("session-end", "program-key-end") and who != NOBODY:
        return bool(status == 404)  # nobody else's is found
    if needs is Open.DEVICE:
        return bool(status == 404)  # only a device gets further, whoever is logged in beside it
    if route.name in BY_HEADER:
        return bool(status == 401)  # a cookie may read, not write
    if who == NOBODY:
        return status == (401 if route.name.startswith("api-") else 302)
    if needs is Open.SIGNED_IN:
        return status in (200, 302)
    if isinstance(needs, Anywhere):  # the stranger is a physician, of another site
        granted = roles().granted["physician" if who == "stranger" else who]
        return status in (200, 302) if needs.permission in granted else bool(status == 404)
    held = set() if who == "stranger" else roles().granted[who]
    return status in (200, 302, 422) if needs in held else bool(status == 404)
