"""OWASP ASVS 5.0, chapters V3.3 and V9: the one token that carries what it says, and the name of every cookie."""

import base64
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from holdfast.records.concern_keys import Box
from holdfast.records.models import Site, User
from holdfast.web.concerns import places

NAMES = """
import django
django.setup()
from django.conf import settings
from holdfast.web import look_choice
from holdfast.web.concerns import places
from holdfast.web.room import admission
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, look_choice.THEME_COOKIE,
      look_choice.KEYS_COOKIE, admission._name(admission.DEVICE), places.COOKIE)
"""


@pytest.fixture
def kept(clinic) -> SimpleNamespace:
    """A box as a browser keeps it, and whose it is."""
    user, site = User.objects.get(login="physician"), Site.objects.get(code="NORTH")
    box, answer = Box.new(), HttpResponse()
    places.keep_box(answer, box, user, site)
    return SimpleNamespace(user=user, site=site, box=box, token=answer.cookies[places.COOKIE].value)


def opened(token: str, user: User, site: Site) -> Box | None:
    request = RequestFactory().get("/")
    request.COOKIES[places.COOKIE] = token
    return places.kept_box(request, user, site)


def test_it_opens_for_whom_and_where_it_was_made_alone(kept):
    assert opened(kept.token, kept.user, kept.site) == kept.box
    assert opened(kept.token, User.objects.get(login="rater"), kept.site) is None
    assert opened(kept.token, kept.user, Site.objects.get(code="SOUTH")) is None


def test_one_altered_byte_anywhere_and_it_opens_nothing(kept):
    raw = base64.urlsafe_b64decode(kept.token)
    for at in range(0, len(raw), 7):
        other = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        made_up = base64.urlsafe_b64encode(other).decode()
        assert opened(made_up, kept.user, kept.site) is None
    for made_up in ("", "e30.e30.", "é", "a" * 5000, base64.b64encode(b"{}").decode()):
        assert opened(made_up, kept.user, kept.site) is None


def test_after_its_time_it_opens_nothing(kept, monkeypatch):
    later = time.time() + places.OPEN_SECONDS + 1
    monkeypatch.setattr(places.time, "time", lambda: later)
    assert opened(kept.token, kept.user, kept.site) is None


def test_under_another_site_key_it_opens_nothing(kept, monkeypatch):
    monkeypatch.setenv("HOLDFAST_KEY", "ab" * 32)
    assert opened(kept.token, kept.user, kept.site) is None


def test_nothing_of_it_can_be_read(kept):
    raw = base64.urlsafe_b64decode(kept.token)
    assert kept.box.secret not in raw
    assert kept.box.secret.hex().encode() not in raw
    assert b"until" not in raw


def test_under_tls_every_cookie_is_bound_to_this_host_by_its_name():
    """The box's alone is bound to one path instead, so that no other page is ever sent it."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}
    told = {"HOLDFAST_TLS": "1", "DJANGO_SETTINGS_MODULE": "holdfast.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", NAMES], env=clean | told, capture_output=True, text=True, check=True
    )
    *of_the_host, box = ran.stdout.split()
    assert len(of_the_host) == 5
    assert all(name.startswith("__Host-") for name in of_the_host)
    assert box.startswith("__Secure-")
