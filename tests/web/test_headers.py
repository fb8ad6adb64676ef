"""What every response says to the browser, asserted route by route."""

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client, override_settings
from django.urls import reverse

from holdfast.web.headers import CAMERA_AT
from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED


def _responses(as_role):
    places = Places.now()
    for route in every_route():
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        for who in ("physician", "rater", "nobody"):
            client = as_role(who)
            yield route.name, client.post(address) if route.name in POSTED else client.get(address)


def test_every_route_keeps_its_headers(as_role, clinic):
    for name, response in _responses(as_role):
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert response["Cache-Control"] == "no-store", name
        assert response["Referrer-Policy"] == "no-referrer", name
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response["X-Frame-Options"] == "DENY", name
        camera = "camera=(self)" if name in CAMERA_AT else "camera=()"
        assert camera in response["Permissions-Policy"], name
        assert response["X-Request-ID"], name


def test_no_page_has_an_inline_script_or_style(as_role, clinic):
    for name, response in _responses(as_role):
        if "html" not in response.get("Content-Type", ""):
            continue
        page = response.content.decode()
        assert " style=" not in page, name
        assert "<style" not in page, name
        assert " onclick" not in page, name
        assert all("src=" in tag.split(">")[0] for tag in page.split("<script")[1:]), name
        assert "https://" not in page.split("</head>")[0], name


def test_under_tls_the_browser_is_told_to_stay_there(clinic):
    with override_settings(SECURE_HSTS_SECONDS=63072000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
        response = Client(headers={"host": "localhost"}).get("/log-in/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(clinic):
    client = Client(headers={"host": "localhost"})
    client.get("/log-in/")
    client.post("/log-in/", {"login_name": "physician", "password": PASSWORD})
    session, csrf = client.cookies[settings.SESSION_COOKIE_NAME], client.cookies["csrf"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert csrf["httponly"]
    assert csrf["samesite"] == "Strict"


def test_static_files_may_be_kept_and_carry_their_hash(clinic):
    page = Client(headers={"host": "localhost"}).get("/log-in/").content.decode()
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    response = Client(headers={"host": "localhost"}).get(address)
    assert "?v=" in address
    assert response.status_code == 200
    assert "max-age" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["nowhere", "NORTH", "api/v1/nowhere"])
def test_an_unknown_address_has_the_same_headers(clinic, name):
    response = Client(headers={"host": "localhost"}).get(f"/{name}/")
    assert response.status_code == 404
    assert response["Cache-Control"] == "no-store"


def test_a_form_from_elsewhere_is_refused(clinic):
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    told = {"login_name": "physician", "password": PASSWORD}
    assert client.post("/log-in/", told).status_code == 403


def test_a_form_of_ours_without_a_referrer_is_taken(clinic):
    """With no-referrer a browser sends Origin: null; then Sec-Fetch-Site says where it came from."""
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    page = client.get("/log-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    told = {"login_name": "physician", "password": PASSWORD, "csrfmiddlewaretoken": token}
    from_us = {"origin": "null", "sec-fetch-site": "same-origin"}
    elsewhere = {"origin": "null", "sec-fetch-site": "cross-site"}
    assert client.post("/log-in/", told, headers=elsewhere).status_code == 403
    assert client.post("/log-in/", told, headers=from_us).status_code == 302


def test_passwords_are_hashed_with_argon2(clinic):
    user = authenticate(username="physician", password=PASSWORD)
    assert user is not None
    assert user.password.startswith("argon2$argon2id$")
