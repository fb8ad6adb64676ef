"""The second step of a log-in: required, not to be gone round, and no way out of counting tries."""

import time
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from holdfast.actions import second_factors as factors
from holdfast.actions.tries import PER_NAME
from holdfast.records.events import read_event
from holdfast.records.journal import ORGANISATION
from holdfast.records.models import JournalEntry, OpenSession, User
from holdfast.web.account.standing import SHOWN_AT
from tests.actions.test_second_factors import code_of
from tests.web.clinic import PASSWORD
from tests.web.test_sign_in import basic, client, journalled, log_in

WORKLIST = "/NORTH/worklist/"
API = "/api/v1/sites/NORTH/worklist"


@pytest.fixture
def required(clinic, monkeypatch):
    """The product as a site runs it."""
    monkeypatch.setattr(settings, "SECOND_FACTOR", "required")
    return clinic


def with_app(login: str = "physician") -> str:
    """An app for codes; what it shows."""
    from django.utils import timezone

    who, secret = User.objects.get(login=login), factors.new_secret()
    told = {"secret": secret, "code": code_of(secret, -1), "entry_id": uuid4()}
    factors.add_totp(by=who, now=timezone.now(), **told)
    return secret


def second(browser: Client, **told: str):
    return browser.post("/log-in/second/", told)


def newest() -> dict[str, str]:
    row = JournalEntry.objects.filter(stream_id=ORGANISATION).order_by("-position").first()
    return dict(read_event(bytes(row.event)).values)


def test_the_product_requires_it_unless_a_site_says_otherwise():
    """What a fresh process reads, without any setting and in the demonstration."""
    import os
    import subprocess
    import sys

    def read(**more: str) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
        code = "from holdfast import settings; print(settings.SECOND_FACTOR)"
        ran = subprocess.run(
            [sys.executable, "-c", code], env=clean | more, capture_output=True, text=True
        )
        return ran.stdout.strip() or ran.stderr.strip().splitlines()[-1]

    assert read() == "required"
    assert read(HOLDFAST_DEMONSTRATION="1") == "optional"
    assert "is required or optional" in read(HOLDFAST_SECOND_FACTOR="of")


def test_who_has_none_is_led_to_one_and_opens_nothing_else(required):
    browser = client()
    log_in(browser)
    for address in ("/", WORKLIST, "/my-access/", "/sign-in/", "/sign-in/pin/"):
        assert browser.get(address)["Location"] == "/sign-in/set-up/", address
    assert browser.get(API).status_code == 401
    assert browser.post("/NORTH/prescreening/record/", {})["Location"] == "/sign-in/set-up/"
    assert browser.get("/sign-in/set-up/").status_code == 200
    assert browser.get("/sign-in/codes-app/").status_code == 200
    assert browser.post("/log-out/")["Location"] == "/log-in/"


def test_a_patient_is_not_made_to_have_one(required):
    browser = client()
    log_in(browser, "patient")
    assert browser.get("/my-access/").status_code == 200


def test_an_app_is_set_up_by_its_first_code_and_then_asked_for(required):
    browser = client()
    log_in(browser)
    page = browser.get("/sign-in/codes-app/").content.decode()
    assert "<svg" in page
    secret = page.split('<code class="secret">')[1].split("<")[0].replace(" ", "")
    assert secret not in repr(dict(browser.session))  # kept sealed, even for these minutes
    assert browser.post("/sign-in/codes-app/", {"code": "000000"}).status_code == 422
    made = browser.post("/sign-in/codes-app/", {"code": code_of(secret, -1)}).content.decode()
    codes = [part.split("<")[0] for part in made.split("<li><code>")[1:]]
    assert len(codes) == 10
    assert browser.get(WORKLIST).status_code == 200
    again = client()
    assert log_in(again)["Location"] == "/log-in/second/"
    assert again.get(WORKLIST).status_code == 302  # the password alone opened nothing
    assert again.get(API).status_code == 401
    assert second(again, code=code_of(secret)).status_code == 302
    assert again.get(WORKLIST).status_code == 200
    assert newest()["method"] == "password+totp"
    lost = client()
    log_in(lost)
    assert second(lost, recovery_code=codes[0]).status_code == 302
    assert newest()["method"] == "password+recovery-code"
    lost = client()
    log_in(lost)
    assert second(lost, recovery_code=codes[0]).status_code == 422


def test_who_has_one_is_asked_for_it_even_where_it_is_optional(clinic):
    with_app()
    assert log_in(client())["Location"] == "/log-in/second/"


def test_a_session_from_before_the_factor_does_not_live_on_without_it(required):
    browser = client()
    browser.force_login(User.objects.get(login="physician"))
    with_app()
    assert browser.get(WORKLIST)["Location"].startswith("/log-in/")
    assert not browser.session.get("_auth_user_id")


def test_a_loop_of_wrong_codes_ends_in_a_lock_that_the_right_password_does_not_lift(clinic):
    """Somebody knows the password and tries codes: five a quarter of an hour, whatever they do."""
    secret, checked = with_app(), 0
    for _round in range(4):
        browser = client()
        if log_in(browser).status_code != 302:
            continue
        for _try in range(4):
            checked += second(browser, code="000000").status_code == 422
    assert checked == PER_NAME.tries
    browser = client()
    assert log_in(browser).status_code == 429
    assert journalled().count("sign-in-locked") == 1
    assert second(browser, code=code_of(secret)).status_code == 302  # to the beginning
    assert browser.get(WORKLIST).status_code == 302


def test_a_bounded_loop_of_wrong_passwords_is_stopped_for_all_processes(clinic, monkeypatch):
    """200 passwords from many addresses: five are looked at; another name is free all the while."""
    looked_at = []
    from django.contrib.auth.hashers import Argon2PasswordHasher

    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, *told: looked_at.append(1) or verify(self, *told),
    )
    for number in range(200):
        told = {"login_name": "physician", "password": f"wrong-{number}"}
        client().post("/log-in/", told, REMOTE_ADDR=f"192.0.2.{number}")
    assert len(looked_at) == PER_NAME.tries
    assert log_in(client(), "coordinator").status_code == 302


def test_an_unknown_name_locks_like_a_known_one(clinic):
    """Else a lock would tell which names are accounts."""
    answers = {}
    for name in ("physician", "nobody-here"):
        answers[name] = [log_in(client(), name, "wrong") for _ in range(7)]
    for known, unknown in zip(*answers.values(), strict=True):
        assert known.status_code == unknown.status_code
        strip = [
            a.content.replace(n.encode(), b"")
            for a, n in ((known, "physician"), (unknown, "nobody-here"))
        ]
        assert _without_token(strip[0]) == _without_token(strip[1])


def _without_token(page: bytes) -> bytes:
    import re

    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|[0-9a-f-]{36}', b"", page)


def test_a_wrong_try_takes_as_long_for_any_name(clinic, monkeypatch):
    monkeypatch.setattr(settings, "SIGN_IN_FLOOR_SECONDS", 1.0)
    for name in ("physician", "nobody-here", "holdfast"):
        began = time.monotonic()
        log_in(client(), name, "wrong")
        assert 1.0 <= time.monotonic() - began < 3.0, name


def test_the_session_id_changes_at_log_in_and_a_planted_one_opens_nothing(clinic):
    browser = client()
    browser.post("/passkey/options/", {"purpose": "log-in"})
    planted = browser.cookies[settings.SESSION_COOKIE_NAME].value
    log_in(browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get(WORKLIST).status_code == 302
    secret = with_app()
    stepping = client()
    log_in(stepping)
    between = stepping.cookies[settings.SESSION_COOKIE_NAME].value
    second(stepping, code=code_of(secret))
    assert stepping.cookies[settings.SESSION_COOKIE_NAME].value != between


def test_a_second_step_waits_five_minutes_and_no_more(clinic):
    secret, browser = with_app(), client()
    log_in(browser)
    session = browser.session
    session["pending"] = session["pending"] | {"at": int(time.time()) - 301}
    session.save()
    assert second(browser, code=code_of(secret))["Location"] == "/log-in/"


def test_a_passkey_answer_made_up_by_a_stranger_opens_nothing_and_counts_by_address(clinic):
    made_up = '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'
    for told in (made_up, "{}", "[]", "x", '{"response": {"userHandle": 7}}', ""):
        browser = client()
        browser.post("/passkey/options/", {"purpose": "log-in"})
        assert browser.post("/log-in/passkey/", {"passkey": told}).status_code == 422
    statuses = {client().post("/log-in/passkey/", {}).status_code for _ in range(30)}
    assert statuses == {422, 429}


def test_a_password_does_not_go_round_the_second_factor_by_the_door_of_programs(required):
    assert Client(headers=basic("physician", PASSWORD)).get(API).status_code == 401
    assert Client(headers=basic("patient", PASSWORD)).get(API).status_code == 404
    settings.SECOND_FACTOR = "optional"
    assert Client(headers=basic("coordinator", PASSWORD)).get(API).status_code == 200
    with_app("coordinator")
    assert Client(headers=basic("coordinator", PASSWORD)).get(API).status_code == 401


def test_a_key_of_a_program_acts_for_its_owner_until_it_ends(clinic):
    browser = client()
    log_in(browser)
    page = browser.post("/sign-in/keys/make/").content.decode()
    key = page.split('<code class="secret">')[1].split("<")[0]
    settings.SECOND_FACTOR = "required"
    try:
        assert Client(headers=basic("physician", key)).get(API).status_code == 200
        assert Client(headers=basic("coordinator", key)).get(API).status_code == 401
        assert Client(headers=basic("physician", key + "0")).get(API).status_code == 401
    finally:
        settings.SECOND_FACTOR = "optional"
    row = browser.get("/sign-in/").content.decode().split("/sign-in/keys/")[2].split("/")[0]
    browser.post(f"/sign-in/keys/{row}/end/")
    assert Client(headers=basic("physician", key)).get(API).status_code == 401


def test_what_changes_how_one_logs_in_asks_who_one_is_again(clinic):
    browser = client()
    log_in(browser)
    session = browser.session
    session[SHOWN_AT] = int(time.time()) - 601
    session.save()
    for address in (
        "/sign-in/passkey/",
        "/sign-in/codes-app/",
        "/sign-in/pin/",
    ):
        assert browser.get(address)["Location"].startswith("/sign-in/confirm/"), address
    for address in ("/sign-in/recovery-codes/", "/sign-in/remove/totp/", "/sign-in/keys/make/"):
        assert browser.post(address)["Location"].startswith("/sign-in/confirm/"), address
    assert browser.post("/passkey/options/", {"purpose": "create"}).status_code == 409
    told = {"password": "wrong", "next": "/sign-in/pin/"}
    assert browser.post("/sign-in/confirm/", told).status_code == 422
    assert browser.post("/sign-in/confirm/", told | {"password": PASSWORD}).status_code == 302
    assert browser.get("/sign-in/pin/").status_code == 200


def test_the_last_factor_stays_where_one_is_required(required):
    secret, browser = with_app(), client()
    log_in(browser)
    second(browser, code=code_of(secret))
    page = browser.post("/sign-in/remove/totp/", follow=True).content.decode()
    assert "your only one" in page
    assert Authenticator.objects.filter(user__login="physician", type="totp").exists()


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(clinic):
    here, there, other = client(), client(), client()
    for browser in (here, there):
        log_in(browser)
    log_in(other, "coordinator")
    page = here.get("/sign-in/").content.decode()
    assert page.count("/sign-in/sessions/") == 2  # end all others, and end that one
    assert "127.0.0.1" not in page
    theirs = OpenSession.objects.get(user__login="coordinator").id
    assert here.post(f"/sign-in/sessions/{theirs}/end/").status_code == 404
    mine = OpenSession.objects.get(session_key=there.session.session_key).id
    here.post(f"/sign-in/sessions/{mine}/end/")
    assert there.get(WORKLIST).status_code == 302
    assert here.get(WORKLIST).status_code == 200
    log_in(there)
    here.post("/sign-in/sessions/end/")
    assert there.get(WORKLIST).status_code == 302
    assert other.get(WORKLIST).status_code == 200
    assert journalled()[-1] == "sessions-ended"


def test_a_new_password_ends_every_other_session_and_the_old_one_opens_nothing(clinic):
    here, there, new = client(), client(), "gravel tulip ferry outline"
    log_in(here)
    log_in(there)
    told = {"new_password": new, "again": new, "password": PASSWORD}
    for slip in ({"again": "x"}, {"new_password": "short", "again": "short"}, {"password": "x"}):
        assert here.post("/sign-in/password/", told | slip).status_code == 422
    without = {"new_password": new, "again": new}
    assert here.post("/sign-in/password/", without).status_code == 422
    assert here.post("/sign-in/password/", without | {"pin": "739104"}).status_code == 422
    assert there.get(WORKLIST).status_code == 200
    assert here.post("/sign-in/password/", told).status_code == 302
    assert here.get(WORKLIST).status_code == 200
    assert there.get(WORKLIST).status_code == 302
    assert log_in(client()).status_code == 422
    assert log_in(client(), password=new).status_code == 302
    assert OpenSession.objects.filter(session_key=here.session.session_key).exists()


def test_the_demonstration_says_at_its_door_that_a_password_alone_is_enough_here(
    clinic, monkeypatch
):
    said = b"a password alone is enough here"
    assert said not in client().get("/log-in/").content
    monkeypatch.setattr(settings, "DEMONSTRATION", True)
    assert said in client().get("/log-in/").content
    monkeypatch.setattr(settings, "SECOND_FACTOR", "required")
    assert said not in client().get("/log-in/").content
