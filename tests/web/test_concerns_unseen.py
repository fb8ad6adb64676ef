"""Nothing at the site changes: not a page, not a log line, not a number, whatever happens to a concern.

Every address is asked as every role of the site, in a clinic where a concern was raised, told, read,
acknowledged, answered, added to, climbed and closed, and in one that is the same but for that. What
is answered is the same, byte for byte, but for what is made anew for each request.
"""

import io
import logging
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast.actions import concerns
from holdfast.definitions.roles import roles
from holdfast.domain.concerns import Seat
from holdfast.records.concern_keys import Box, ReporterKey, new_phrase
from holdfast.records.concern_reads import box_of
from holdfast.records.concerns import Concern, RecipientTry
from holdfast.records.models import Site, User
from holdfast.watch.concerns import tell_recipients
from holdfast.watch.runner import take_turn
from holdfast.web.logs import AllowedFields
from holdfast.web.permissions import ROUTES, Open
from tests import databases
from tests.actions.clinic import written
from tests.actions.outside import BOX_PHRASE, WORDS, boxed, has_tested, named
from tests.web.clinic import NOBODY, Places, account
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED

SITE_ROLES = (*sorted(set(roles().granted) - {"complaint-recipient"}), NOBODY)
# Routes that write, end the session, or show a moment: left out, each for its reason.
LEFT_OUT = {
    "log-out",  # ends the session
    "look",  # writes a cookie
    "staff:verdict-pdf",  # each copy carries its own moment
    "staff:own-copy",  # each copy carries its own moment
}
# Made anew for each request: forms' ids and tokens, phrases, passkey challenges, moments shown now.
_ANEW = re.compile(
    r'name="(csrfmiddlewaretoken|entry_id|phrase)" value="[^"]*"|value="[0-9a-f-]{36}"'
    r"|data-[a-z-]*(?:now|challenge|at)[a-z-]*=\"[^\"]*\"|\"(?:challenge|request_id)\": *\"[^\"]*\""
)


def _may_open(who: str, route: str) -> bool:
    """True for what a role can see; what it cannot is not found (tests/web/test_permissions.py)."""
    needs = ROUTES[route]
    if needs is Open.DEVICE:
        return False
    if who == NOBODY or isinstance(needs, Open):
        return True
    permission = needs if isinstance(needs, str) else needs.permission
    is_telling = permission == "concern.read"
    return is_telling or permission in roles().granted.get(who, frozenset())


def answers(as_role, who: str, places: Places) -> dict[str, tuple[int, str]]:
    """What every address answers somebody, without what is made anew each time."""
    found = {}
    client: Client = as_role(who)
    for route in every_route():
        if route.name in LEFT_OUT | POSTED or not _may_open(who, route.name):
            continue
        told = places.arguments(set(route.arguments))
        answer = client.get(reverse(route.name, kwargs=told))
        kind = answer.get("Content-Type", "")
        body = "" if "pdf" in kind else answer.content.decode()
        found[route.name] = (answer.status_code, _ANEW.sub("", body))
    return found


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


class Taken:
    """A mail channel that takes everything."""

    def deliver(self, letter) -> str:
        return "taken"


def the_second(clinic) -> None:
    """A second recipient, so that the path is whole."""
    site, admin = clinic.site, User.objects.get(login="admin")
    other, lead = account("outside-two", "complaint-recipient", site, admin), _lead()
    now = timezone.now()
    written(named(site, Seat.SECOND, other, lead, now))
    boxed(site, other, now, locked="never opened here")
    has_tested(site, Seat.SECOND, now)


def _lead() -> User:
    return User.objects.get(login="site-lead")


def everything_happens(site: Site) -> None:
    """A concern is raised, told, read, acknowledged, answered, added to, climbs and is closed."""
    reader, now = User.objects.get(login="complaint-recipient"), timezone.now()
    phrase = ReporterKey.of(new_phrase(), site.id)
    told = {"site": site, "words": WORDS, "reporter": phrase, "entry_id": uuid4(), "now": now}
    receipt = written(concerns.raise_concern(**told))
    concern = Concern.objects.get(id=receipt.stream_id)
    ways = {"email": Taken(), "sms": Taken()}
    take_turn("concerns", now, lambda at: tell_recipients(at, ways))
    take_turn("concerns", now, lambda at: tell_recipients(at + timedelta(hours=30), ways))
    box = Box.unlock(box_of(reader, site).locked, BOX_PHRASE)
    key = box.open(concern.id, concern.shares.get(user=reader).sealed_key)
    acts = {"concern": concern, "now": now + timedelta(hours=31)}
    written(concerns.acknowledge_concern(entry_id=uuid4(), by=reader, **acts))
    acts["key"] = key
    written(concerns.answer_concern(text="a", entry_id=uuid4(), by=reader, **acts))
    written(concerns.add_to_concern(text="b", entry_id=uuid4(), **acts))
    closing = {"outcome": "advice-given", "text": "c", "by": reader}
    written(concerns.close_concern(entry_id=uuid4(), **closing, **acts))
    assert RecipientTry.objects.filter(concern=concern, outcome="received").count() >= 3


def read_by_page(as_role) -> None:
    """The recipient logs in, opens the box and reads every concern."""
    reader = as_role("complaint-recipient")
    box = "/NORTH/concerns/"
    assert reader.post(box, {"do": "open", "phrase": BOX_PHRASE}).status_code == 302
    for concern in Concern.objects.all():
        assert reader.get(f"{box}{concern.id}/").status_code == 200


def walk(as_role) -> dict[str, dict[str, tuple[int, str]]]:
    """Every address, as every role of the site."""
    places = Places.now()
    return {who: answers(as_role, who, places) for who in SITE_ROLES}


def copied(tmp_path: Path) -> str:
    """A copy of the clinic as it is now; its address."""
    path = tmp_path / "control.sqlite3"
    connection.close()
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as here,
        closing(sqlite3.connect(path)) as there,
    ):
        here.backup(there)
    return f"sqlite:///{path}"


def test_nothing_at_the_site_changes(clinic, as_role, tmp_path, monkeypatch):
    """Two clinics that are the same to the byte: in one a concern goes its whole way, in one none."""
    now = timezone.now()
    the_second(clinic)
    take_turn("concerns", now, lambda at: tell_recipients(at, {"email": Taken()}))
    places = Places.now()
    for route in every_route():
        places.arguments(set(route.arguments))  # some are made when they are first asked for
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(minutes=1))
    with databases.pointed_at(copied(tmp_path)):
        without = walk(as_role)
    everything_happens(clinic.site)
    read_by_page(as_role)
    with_one = walk(as_role)
    differing = {
        (who, name)
        for who in SITE_ROLES
        for name in without[who]
        if with_one[who][name] != without[who][name]
    }
    assert differing == set(), _first(differing, without, with_one)
    assert sum(map(len, without.values())) > 25 * len(SITE_ROLES)


def _first(differing, without, with_one) -> str:
    """The lines by which one page differs, for whoever mends it."""
    return "\n".join(
        line
        for who, name in sorted(differing)[:4]
        for line in unified_diff(
            without[who][name][1].splitlines(), with_one[who][name][1].splitlines(), name, who, n=0
        )
    )


def test_no_request_to_it_leaves_a_line_whatever_becomes_of_it(
    clinic, as_role, log_lines, monkeypatch
):
    nobody, reader = as_role(NOBODY), as_role("complaint-recipient")
    before = log_lines.getvalue()
    nobody.get("/NORTH/concern/")
    nobody.post("/NORTH/concern/", {"what": ""})  # 422
    nobody.post("/NORTH/concern-back/", {"phrase": "no"})  # 422
    nobody.get("/NOWHERE/concern/")  # 404
    nobody.get("/NORTH/concerns/")  # to the log-in
    as_role("physician").get("/NORTH/concerns/")  # 404
    reader.get("/NORTH/concerns/")
    reader.get(f"/NORTH/concerns/{uuid4()}/")  # 404
    as_role("site-lead").get("/NORTH/pauses/")
    nobody.put("/NORTH/concern/")  # 405
    forged = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    assert forged.post("/NORTH/concern/", {"what": "x"}).status_code == 403

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("holdfast.web.concerns.public.reachable", fail)
    assert nobody.get("/NORTH/concern/").status_code == 500
    assert log_lines.getvalue() == before
    nobody.get("/about/")  # the log is alive
    assert '"route": "about"' in log_lines.getvalue()
