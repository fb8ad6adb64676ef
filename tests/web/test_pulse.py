"""A dead watch is on every screen: every page carries the pulse, and web side and browser both judge."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast import web
from holdfast.definitions.roles import roles
from holdfast.records import heartbeats
from holdfast.records.journal import Heartbeat
from tests.web.clinic import NOBODY, Places
from tests.web.routes import every_route
from tests.web.test_permissions import POSTED

TEMPLATES = Path(web.__file__).parent / "templates"
# Whole documents that are handed out or printed: no screen of ours.
PAPERS = {"own_copy.html"}
BANNER = re.compile(r'<div class="pulse" data-pulse="/pulse/"[^>]*?( hidden)?>')


def all_well(now=None) -> None:
    for loop in heartbeats.INTERVALS:
        heartbeats.beat(loop, now=now or timezone.now())


# The path of concerns has no script at all: asking again and again would tell that somebody is
# there. Such a page says what the server knows as it answers.
STILL = re.compile(r'<div class="pulse" role="alert"><p>')


def carries_the_pulse(page: str) -> bool:
    """Nobody runs a watch over the clinic of these tests: it is dead."""
    if "<script" not in page:
        return bool(STILL.search(page))
    return bool(BANNER.search(page)) and "holdfast/pulse.js" in page


def pages_of(client: Client, places: Places):
    """Every page that somebody gets by following a link, by its route."""
    for route in every_route():
        if route.name in POSTED or route.name.startswith("api-"):
            continue
        answer = client.get(reverse(route.name, kwargs=places.arguments(set(route.arguments))))
        is_page = answer.get("Content-Type", "").startswith("text/html")
        if is_page and answer.status_code not in (301, 302):
            yield route.name, answer


# Who between them see every kind of page; the others are tried every night.
FEW = {"physician", "coordinator", "patient", NOBODY}


@pytest.mark.parametrize(
    "who",
    [
        who if who in FEW else pytest.param(who, marks=pytest.mark.nightly)
        for who in [*sorted(roles().granted), NOBODY]
    ],
)
def test_every_page_of_everybody_carries_the_pulse(who, as_role, clinic):
    """Found pages and those that are not found; the door too."""
    shown = dict(pages_of(as_role(who), Places.now()))
    assert "log-in" in shown or who != NOBODY
    for name, answer in shown.items():
        assert carries_the_pulse(answer.content.decode()), (name, answer.status_code)


def test_every_template_that_is_a_whole_page_has_it_by_construction():
    """Whoever writes a body of their own writes the pulse into it."""
    for path in TEMPLATES.rglob("*.html"):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(TEMPLATES).as_posix()
        if "<html" in text and name not in PAPERS:
            assert "holdfast/pulse.js" in text, name
        if "<body" in text and name not in PAPERS:
            ways = (
                "parts/pulse.html",
                "parts/pulse_still.html",
                "data-pulse=\"{% url 'pulse' %}\"",
            )
            assert any(way in text for way in ways), name


def test_a_page_that_is_opened_while_the_watch_is_dead_says_so_without_any_script(as_role):
    all_well()
    page = as_role("therapist").get("/NORTH/worklist/").content.decode()
    assert BANNER.search(page)[1] == " hidden"
    heartbeats.beat("paging", now=timezone.now() - timedelta(seconds=31))
    for who, address in (("therapist", "/NORTH/worklist/"), (NOBODY, "/log-in/")):
        page = as_role(who).get(address).content.decode()
        assert BANNER.search(page)[1] is None
        assert "The watch does not run as it should" in page


def test_a_watch_that_never_ran_is_told_as_a_dead_one(as_role):
    Heartbeat.objects.all().delete()
    told = as_role("therapist").get("/pulse/").json()
    assert set(told["stale"]) == set(heartbeats.INTERVALS)
    assert told["age_ms"] is None


def test_the_pulse_tells_everybody_that_the_watch_is_dead(as_role):
    all_well()
    told = as_role("rater").get("/pulse/").json()
    assert (told["stale"], told["pages"], told["known"]) == ([], [], True)
    heartbeats.beat("paging", now=timezone.now() - timedelta(seconds=31))
    assert as_role("rater").get("/pulse/").json()["stale"] == ["paging"]
    nobody = as_role(NOBODY).get("/pulse/").json()
    assert (nobody["stale"], nobody["pages"], nobody["known"]) == (["paging"], [], False)


def test_a_sign_of_life_from_the_future_is_of_a_wrong_clock_and_no_good_news(as_role):
    """A watch whose clock runs ahead would look alive for as long after it died."""
    all_well()
    heartbeats.beat("paging", now=timezone.now() + timedelta(seconds=20))
    assert as_role("rater").get("/pulse/").json()["stale"] == ["paging"]


def test_a_turn_that_failed_is_on_every_screen_too(as_role):
    all_well()
    heartbeats.beat("paging", now=timezone.now(), outcome="failed", detail="SitesFailed")
    assert as_role("rater").get("/pulse/").json()["stale"] == ["paging"]


def test_the_times_of_the_pulse_add_up_to_less_than_45_seconds(as_role):
    """Where the browser is answered, and where it is not and judges by itself."""
    script = Path(web.__file__).parent.joinpath("static/holdfast/pulse.js").read_text()
    every, patience, judge = (
        timedelta(milliseconds=int(re.search(rf"{name} = (\d+)", script)[1]))
        for name in ("EVERY", "PATIENCE", "JUDGE")
    )
    silent = heartbeats.silent_after("paging")
    told = as_role("rater").get("/pulse/").json()
    assert timedelta(milliseconds=told["silent_after_ms"]) == silent
    assert silent + heartbeats.AHEAD + judge < timedelta(seconds=45)
    assert silent + every + patience < timedelta(seconds=45)
    assert every + patience < timedelta(seconds=45)
