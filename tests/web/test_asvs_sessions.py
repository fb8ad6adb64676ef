"""OWASP ASVS 5.0, chapter V7 and what of V14 hangs on it: a session begins anew, ends in time, and ends for good."""

import importlib
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from holdfast.records.models import User
from holdfast.web.sessions import BEGAN, SEEN
from tests.quick import PRODUCT_HASHERS
from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED
from tests.web.test_sign_in import client, journalled, log_in

PAGE = "/NORTH/worklist/"
# Whoever opens it, nothing on it says who that is.
THE_SAME_FOR_EVERYBODY = {"concern-new", "concern-back", "concern-card", "recover"}
SessionStore = importlib.import_module(settings.SESSION_ENGINE).SessionStore


def set_back(browser: Client, mark: str, seconds: int) -> None:
    """Let a moment of the session lie further back."""
    session = browser.session
    session[mark] = int(time.time()) - seconds
    session.save()


def is_in(browser: Client) -> bool:
    return browser.get(PAGE).status_code == 200


def test_a_session_ends_after_its_longest_time_though_somebody_is_at_it(as_role, clinic):
    browser = as_role("physician")
    assert is_in(browser)
    set_back(browser, BEGAN, settings.SESSION_COOKIE_AGE + 1)
    assert not is_in(browser)


def test_acting_does_not_move_when_a_session_began(as_role, clinic):
    browser = as_role("physician")
    assert is_in(browser)
    set_back(browser, BEGAN, 3600)
    set_back(browser, SEEN, 120)
    began = browser.session[BEGAN]
    assert is_in(browser)
    assert browser.session[BEGAN] == began
    assert browser.session[SEEN] > time.time() - 5


def test_a_page_that_asks_by_itself_keeps_no_session_awake(as_role, clinic):
    browser = as_role("physician")
    assert is_in(browser)
    set_back(browser, SEEN, 600)
    seen = browser.session[SEEN]
    browser.get("/pulse/")
    assert browser.session[SEEN] == seen


def test_the_times_are_the_ones_that_are_documented():
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    assert settings.SESSION_IDLE_SECONDS == 20 * 60
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE


def test_an_ended_session_is_gone_from_the_server(as_role, clinic):
    browser = as_role("physician")
    assert is_in(browser)
    key = browser.session.session_key
    set_back(browser, SEEN, settings.SESSION_IDLE_SECONDS + 1)
    browser.get(PAGE)
    assert not Session.objects.filter(session_key=key).exists()


def test_a_session_that_somebody_planted_is_never_the_one_logged_in(clinic):
    planted = SessionStore()
    planted["planted"] = True
    planted.create()
    browser = client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    log_in(browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    thief = client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    assert not is_in(thief)


def test_a_made_up_session_key_opens_nothing(clinic):
    browser = client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert not is_in(browser)


def test_session_keys_are_long_random_and_never_the_same(clinic):
    keys = {SessionStore()._get_new_session_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 32 and key.isalnum() for key in keys)  # 36 ** 32 is 165 bits


def test_a_closed_account_is_out_at_its_next_request(as_role, clinic):
    browser = as_role("physician")
    assert is_in(browser)
    User.objects.filter(login="physician").update(is_active=False)
    assert not is_in(browser)


def test_a_new_password_ends_every_session_that_began_with_the_old_one(as_role, clinic):
    browser, other = as_role("physician"), as_role("physician")
    assert is_in(browser)
    assert is_in(other)
    User.objects.filter(login="physician").update(password=make_password("another-sea-8812"))
    assert not is_in(browser)
    assert not is_in(other)


def test_logging_out_tells_the_browser_to_forget_all_but_what_was_not_received(as_role, clinic):
    """Its storage holds nothing but entries without a receipt, encrypted: those must not be lost."""
    answer = as_role("physician").post("/log-out/")
    assert answer["Clear-Site-Data"] == '"cache"'


def test_every_page_of_somebody_logged_in_has_a_way_out(as_role, clinic):
    places, seen, without = Places.now(), 0, set()
    for route in every_route():
        if route.name in POSTED:
            continue
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        answer = as_role("physician").get(address)
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        seen += 1
        if 'action="/log-out/"' not in answer.content.decode():
            without.add(route.name)
    assert without == THE_SAME_FOR_EVERYBODY
    assert seen > 15


@pytest.mark.parametrize("address", [PAGE, "/my-access/", "/about/"])
def test_the_session_key_is_in_no_page(as_role, clinic, address):
    browser = as_role("physician")
    answer = browser.get(address)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value not in answer.content.decode()


def ended(*words: str, typed: str) -> subprocess.CompletedProcess[str]:
    """``holdfast log-out`` on this test's own clinic."""
    told = {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "HOLDFAST_KEY": os.environ["HOLDFAST_KEY"],
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-m", "holdfast", "log-out", *words]
    return subprocess.run(
        command, env=told, input=f"{typed}\n", capture_output=True, text=True, check=False
    )


def test_an_administrator_ends_the_sessions_of_one_account_or_of_all(clinic, settings):
    settings.PASSWORD_HASHERS = PRODUCT_HASHERS  # the command must find them as the pages kept them
    User.objects.exclude(login="holdfast").update(password=make_password(PASSWORD))
    physician, coordinator = client(), client()
    log_in(physician)
    log_in(coordinator, "coordinator")
    assert is_in(physician)
    assert is_in(coordinator)
    assert ended("physician", "--by", "physician", typed=PASSWORD).returncode == 1
    assert ended("physician", "--by", "admin", typed="wrong").returncode == 1
    assert is_in(physician)
    assert ended("physician", "--by", "admin", typed=PASSWORD).returncode == 0
    assert not is_in(physician)
    assert is_in(coordinator)
    assert journalled()[-1] == "sessions-ended"
    assert ended("--everybody", "--by", "admin", typed=PASSWORD).returncode == 0
    assert not is_in(coordinator)
