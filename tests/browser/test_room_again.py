"""In a real Chromium: a room's tablet that is loaded anew while the server is away, or dims, keeps what it must and no word."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone
from playwright.sync_api import Page

from holdfast.actions.agreements import agree, choose_stop_word
from holdfast.actions.pins import set_pin
from holdfast.actions.session_opening import open_session
from holdfast.records.models import Enrollment, SessionFact, User
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import written
from tests.browser.room import (
    PINS,
    RoomServer,
    Tablet,
    a_tablet,
    enroll,
    open_room,
    received,
    switch,
)
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
WORD = "harbour"
KEPT = """async () => {
  const store = await caches.open("holdfast-room"), texts = [];
  for (const each of await store.keys()) texts.push(each.url, await (await store.match(each)).text());
  const base = await new Promise((done) => { indexedDB.open("holdfast-queue").onsuccess = (told) => done(told.target.result); });
  const rows = await new Promise((done) => { base.transaction("drafts").objectStore("drafts").getAll().onsuccess = (told) => done(told.target.result); });
  return { texts, rows: rows.map((row) => [row.id, Object.keys(row), new TextDecoder().decode(row.box)]) };
}"""


@pytest.fixture(scope="module")
def server(clinic_template, tmp_path_factory, django_db_blocker) -> Iterator[RoomServer]:
    """A clinic of this module's own: a session is open, touch and a stop-word were agreed."""
    path = tmp_path_factory.mktemp("again") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    running = RoomServer(path, clinic_template.key)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        databases.pointed_at(f"sqlite:///{path}"),
    ):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", clinic_template.key)
        for login, pin in PINS.items():
            user = User.objects.get(login=login)
            written(set_pin(user, pin, entry_id=uuid4(), by=user, now=timezone.now()))
        by, now = User.objects.get(login="therapist"), timezone.now()
        whose = {"enrollment": Enrollment.objects.get(), "by": by, "now": now}
        written(agree(item="touch", allowed=["hand"], agreed_at=now, entry_id=uuid4(), **whose))
        written(choose_stop_word(words=WORD, entry_id=uuid4(), **whose))
        began = now - timedelta(minutes=1)
        written(open_session(visit="v5", entry_id=uuid4(), began_at=began, **whose))
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def tablet(browser, server) -> Iterator[Tablet]:
    made = a_tablet(browser, server, width=1280, height=900)
    enroll(made)
    yield made
    made.context.close()


def at_work(tablet: Tablet) -> Page:
    """The room open, the therapist writing, the session on the screen."""
    page = tablet.page()
    page.goto("/NORTH/room/")
    if page.is_visible("[name=numbers]"):
        open_room(tablet, page=page)
    page.wait_for_selector(".tile")
    switch(page)
    page.wait_for_selector("[data-session]:not([hidden])")
    return page


def touch(page: Page, over: str) -> None:
    """Open the sheet of touch and wait for what stands over it."""
    page.click("[data-s-more] button:has-text('Touch')")
    page.wait_for_selector(f"[data-s-sheet-body] .s-over:has-text('{over}')", timeout=20_000)


def test_a_screen_on_which_nobody_writes_shows_no_stop_word_with_or_without_the_server(tablet):
    page = at_work(tablet)
    touch(page, WORD)
    page.click("[data-s-sheet-close]")
    assert WORD not in page.content(), "nothing of a sheet lies in the page once it is closed"
    page.context.set_offline(True)
    page.click("[data-do=rest]")
    assert page.get_attribute("body", "data-dim") == "yes"
    touch(page, "hidden until somebody taps their name")
    assert WORD not in page.content()
    page.click("[data-s-sheet-close]")
    page.context.set_offline(False)
    switch(page)
    touch(page, WORD)
    page.close()


@pytest.mark.faults
def test_loaded_anew_without_the_server_it_shows_the_card_and_keeps_what_is_written(
    tablet, server, axe
):
    """Its process is gone for good. The page comes back, with the numbers to call and what was read."""
    page = at_work(tablet)
    page.fill("#s-line", "143/91 96 37.4")
    page.press("#s-line", "Enter")
    page.wait_for_selector("[data-s-log] li:has-text('143/91')")
    received(page)
    page.wait_for_timeout(7000)
    at_rest = page.evaluate(KEPT)
    label = Enrollment.objects.get().label
    for told in (label, "143", WORD, "Zebediah", "Therapist"):
        assert not any(told in words for _id, _names, words in at_rest["rows"]), told
    pages = [text for text in at_rest["texts"] if "data-room" in text and "<!doctype" in text]
    assert len(pages) == 1
    for told in (label, WORD, "Zebediah", "Canarybird"):
        assert told not in pages[0]
    assert 'csrfmiddlewaretoken" value=""' in pages[0]
    (row,) = [each for each in at_rest["rows"] if each[0].endswith("/again")]
    assert sorted(row[1]) == ["box", "id", "iv"]

    server.kill()
    page.reload()
    page.wait_for_selector("[data-s-away]:not([hidden])", timeout=20_000)
    assert page.get_attribute("body", "data-dim") == "yes"
    page.click("[data-s-act=card]")
    card = page.inner_text("[data-s-card-body]")
    for told in (label, "143", "Treat as active"):
        assert told in card
    numbers = json.loads(page.inner_text("#session-words") or page.text_content("#session-words"))
    for title, number in numbers["card"]["numbers"]:
        assert f"{title} {number}" in card
    assert violations(page, axe) == []
    page.click("[data-s-card-close]")
    page.fill("#s-line", "184/101 99")
    page.press("#s-line", "Enter")
    page.wait_for_selector("[data-s-alarms] .s-alarm:has-text('Systolic 184')", timeout=20_000)
    page.reload()
    page.wait_for_selector("[data-s-log] li:has-text('184/101')", timeout=20_000)

    server.start()
    page.wait_for_selector("[data-s-away]", state="hidden", timeout=30_000)
    received(page)
    (fact,) = [
        row
        for row in SessionFact.objects.filter(kind="reading")
        if int(orjson.loads(row.fields)["systolic_mmhg"]) == 184
    ]
    assert fact.written_by is None, "nobody had proved who they are"
    assert verify_here().fits
    page.close()


LOW = """(bars) => {
  const toast = document.querySelector("[data-s-toast]").getBoundingClientRect();
  const tops = bars.map((each) => document.querySelector(each)).filter((each) => each && getComputedStyle(each).position === "fixed").map((each) => each.getBoundingClientRect().top);
  return [toast.left, innerWidth - toast.right, tops.length, Math.min(...tops) - toast.bottom];
}"""


def test_on_a_phone_what_was_recorded_is_said_above_the_bar_at_the_foot(tablet, page_of, server):
    """Both where a room writes and where somebody is logged in: nothing is covered, nothing is cut off."""
    page = at_work(tablet)
    page.set_viewport_size({"width": 390, "height": 844})
    desk = page_of("therapist", width=390, at=server.address)
    desk.goto(f"/NORTH/people/{Enrollment.objects.get().id}/session/")
    desk.wait_for_selector("[data-s-taps] button")
    for each in (page, desk):
        each.click("[data-s-taps] button:has-text('Nausea')")
        each.wait_for_selector("[data-s-toast]:not([hidden])")
        left, right, bars, gap = each.evaluate(LOW, [".urgent", ".places"])
        assert bars == 1
        assert min(left, right) >= 0
        assert gap >= 8
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/toast-room.png")
        desk.screenshot(path=f"{folder}/toast-page.png")
    page.close()
