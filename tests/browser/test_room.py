"""In a real Chromium: the shared device of a room, and that no entry is lost there, nor doubled."""

import os
import shutil
from collections.abc import Iterator
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route

from holdfast.actions.pins import set_pin
from holdfast.records.keys import opened
from holdfast.records.models import Conflict, RoomClosing, RoomEntry, RoomOpening, User
from holdfast.records.room_state import writer_of
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import written
from tests.browser.room import (
    PINS,
    RoomServer,
    Tablet,
    a_tablet,
    enroll,
    kept,
    log_in,
    open_room,
    received,
    switch,
    write,
)
from tests.browser.sizes import every
from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser
ENTRIES = "**/room/*/entries/"


@pytest.fixture(scope="module")
def server(clinic_template, tmp_path_factory, django_db_blocker) -> Iterator[RoomServer]:
    """A clinic of this module's own, whose two have a PIN."""
    path = tmp_path_factory.mktemp("room") / "clinic.sqlite3"
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
        running.start()
        yield running
        running.stop()


@pytest.fixture
def tablet(browser, server) -> Iterator[Tablet]:
    """A tablet that is enrolled for a room."""
    made = a_tablet(browser, server)
    enroll(made)
    yield made
    made.context.close()
    assert made.complaints == []


def entries() -> list[tuple[str, str, str]]:
    """What the record holds of the newest opening: kind, words and whose, oldest first."""
    opening = RoomOpening.objects.latest("recorded_at")
    rows = RoomEntry.objects.filter(opening=opening).order_by("written_at", "id")
    logins = dict(User.objects.values_list("id", "login"))
    return [(row.kind, _words(row), logins.get(writer_of(row), "")) for row in rows]


def _words(row: RoomEntry) -> str:
    return str(orjson.loads(opened(row, "written") or "{}").get("words", ""))


def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for pictures."""
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def answer_dialog(page: Page, who: str) -> None:
    """Choose a person in the dialog, type their PIN, go."""
    page.click(f"[data-people] label:has-text('{who.title()}')")
    page.fill("[name=secret]", PINS[who])
    page.click("[data-pad] [data-go]")


def do(page: Page, act: str) -> None:
    page.click(".room-top .menu > summary")
    page.click(f".menu-sheet [data-do={act}]")


def test_two_open_each_writes_by_a_switch_and_the_record_fits(tablet, server):
    page = open_room(tablet)
    switch(page, "therapist")
    write(page, "Eyes closed, hands open")
    received(page)
    shot(page, "room-writing")
    switch(page, "physician")
    page.click("text=Observation")
    write(page, "Warm hands")
    received(page)
    assert entries() == [
        ("note", "Eyes closed, hands open", "therapist"),
        ("observation", "Warm hands", "physician"),
    ]
    assert verify_here().fits


def test_an_idle_screen_dims_keeps_what_matters_and_still_takes_an_urgent_entry(tablet):
    page = tablet.page()
    page.clock.install()
    page = open_room(tablet, page=page)
    switch(page, "therapist")
    write(page, "She speaks of her brother")
    received(page)
    page.fill("#words", "half a sentence")
    page.clock.fast_forward(130_000)
    page.wait_for_selector("body[data-dim=yes]")
    shown = page.inner_text("body")
    assert "brother" not in page.content()
    assert "half a sentence" not in page.evaluate("document.querySelector('#words').value")
    for seen in ("Therapist", "Physician", "0:0", "All entries received"):
        assert seen in shown
    page.click("[data-urgent=help-called]")
    page.wait_for_selector("[data-waiting]:not([hidden])")
    received(page)
    shot(page, "room-dim-urgent")
    assert ("help-called", "", "") in entries()

    do(page, "close")
    answer_dialog(page, "physician")
    page.wait_for_selector("[data-missing] li")
    assert "Help was called" in page.inner_text("[data-missing]")
    shot(page, "room-close-refused")
    page.click("[data-cancel]")
    page.click("[data-waiting] [data-do=attribute]")
    answer_dialog(page, "physician")
    page.wait_for_selector("[data-waiting]", state="hidden")
    assert ("help-called", "", "physician") in entries()
    switch(page, "therapist")
    assert page.input_value("#words") == "half a sentence"  # kept for whoever typed it
    do(page, "close")
    answer_dialog(page, "therapist")
    page.wait_for_selector("[data-over=closed]:not([hidden])")
    assert RoomClosing.objects.latest("recorded_at").closed_by.login == "therapist"


@pytest.mark.nightly
def test_whatever_answers_instead_of_the_server_every_entry_is_kept_and_none_doubled(tablet):
    """Cut off, 500, 403, a page of log-in, a redirect, an answer lost on its way back."""
    page = open_room(tablet)
    switch(page)

    def lost_on_its_way(route: Route) -> None:
        route.fetch()  # the server records it; nobody hears so
        route.abort()

    page_of_log_in = {"status": 200, "content_type": "text/html", "body": "<h1>Log in</h1>"}
    instead = {
        "cut off": lambda route: route.abort(),
        "500": lambda route: route.fulfill(status=500, body="{}", content_type="application/json"),
        "403": lambda route: route.fulfill(status=403, body="no", content_type="text/html"),
        "401": lambda route: route.fulfill(status=401, body="{}", content_type="application/json"),
        "log-in page": lambda route: route.fulfill(**page_of_log_in),
        "redirect": lambda route: route.fulfill(status=302, headers={"Location": "/log-in/"}),
        "another receipt": lambda route: route.fulfill(
            json={"id": str(uuid4()), "journal": "ab" * 32, "position": 1}
        ),
        "lost": lost_on_its_way,
    }
    for number, (name, handler) in enumerate(instead.items(), start=1):
        page.route(ENTRIES, handler)
        write(page, f"number {number}: {name}")
        kept(page, 1)
        page.unroute_all(behavior="wait")
        received(page)
    wanted = [("note", f"number {n}: {name}", "therapist") for n, name in enumerate(instead, 1)]
    assert entries() == wanted


def test_the_queue_outlives_reload_tab_and_a_server_whose_power_went(tablet, server):
    page = open_room(tablet)
    switch(page)
    write(page, "before")
    received(page)
    server.kill()
    for words in ("one", "two", "three"):
        write(page, words)
    kept(page, 3)
    page.wait_for_selector("[data-lost]:not([hidden])", timeout=20_000)
    shot(page, "room-lost")
    page.close()  # as if the tab had crashed
    server.start()
    again = tablet.page()
    again.goto("/NORTH/room/")
    again.wait_for_selector(".tile")
    received(again)
    again.reload()
    again.wait_for_selector(".tile")
    received(again)
    assert entries() == [("note", w, "therapist") for w in ("before", "one", "two", "three")]


@pytest.mark.nightly
def test_when_the_opening_has_ended_what_is_written_is_kept_and_waits_for_a_person(tablet):
    page = open_room(tablet)
    switch(page)
    page.route(ENTRIES, lambda route: route.abort())
    write(page, "written while it was open")
    kept(page, 1)
    tablet.context.clear_cookies(name="room-opening")
    page.unroute(ENTRIES)
    page.wait_for_selector("[data-over=expired]:not([hidden])", timeout=20_000)
    received(page)
    page.click("[data-urgent=urgent]")
    page.wait_for_function(
        "() => document.querySelector('[data-waiting-count]').textContent === '2'"
    )
    assert entries() == [("note", "written while it was open", ""), ("urgent", "", "")]
    shot(page, "room-expired")
    page.click("[data-waiting] [data-do=attribute]")
    answer_dialog(page, "therapist")
    page.wait_for_selector("[data-waiting]", state="hidden")
    do(page, "close")
    answer_dialog(page, "therapist")
    page.wait_for_selector("[data-over=closed]:not([hidden])")
    assert {whose for _, _, whose in entries()} == {"therapist"}


@pytest.mark.nightly
def test_two_tabs_share_one_queue_and_nothing_is_sent_twice(tablet):
    first = open_room(tablet)
    second = tablet.page()
    second.goto(first.url)
    second.wait_for_selector(".tile")
    tablet.context.route(ENTRIES, lambda route: route.abort())
    switch(first, "therapist")
    write(first, "from the first")
    switch(second, "physician")
    first.wait_for_selector("body[data-dim=yes]", timeout=20_000)  # somebody else switched
    write(second, "from the second")
    kept(first, 2)
    kept(second, 2)
    tablet.context.unroute(ENTRIES)
    received(first)
    received(second)
    assert entries() == [
        ("note", "from the first", "therapist"),
        ("note", "from the second", "physician"),
    ]


def test_the_same_id_with_other_content_is_kept_and_said_until_somebody_has_seen_it(tablet):
    """A copy of the queue from elsewhere could do that: here the second id is made the first's."""
    page = open_room(tablet)
    switch(page)
    page.evaluate("() => { const id = crypto.randomUUID(); crypto.randomUUID = () => id; }")
    write(page, "the first words")
    received(page)
    page.fill("#words", "the second words")
    page.click("[data-write] button.primary")
    page.wait_for_selector("[data-conflicts]:not([hidden])")
    kept(page, 1)
    page.click("[data-do=seen]")
    page.wait_for_selector("[data-conflicts]", state="hidden")
    assert [words for _, words, _ in entries()] == ["the first words"]
    assert Conflict.objects.count() == 1


def lying_in_the_browser(page: Page) -> str:
    """Every value that the queue's database holds, as text."""
    return str(
        page.evaluate(
            """async () => {
              const done = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = no; });
              const base = await done(indexedDB.open("holdfast-queue"));
              let text = "";
              for (const name of base.objectStoreNames) for (const row of await done(base.transaction(name).objectStore(name).getAll())) {
                if (row instanceof CryptoKey) { text += ` key extractable ${row.extractable}`; continue; }
                text += JSON.stringify(row) + new TextDecoder("latin1").decode(row.box);
              }
              const device = await done(indexedDB.open("holdfast-device"));
              const key = await done(device.transaction("keys").objectStore("keys").get("private"));
              return `${text} device extractable ${key.extractable}`;
            }"""
        )
    )


def test_what_lies_on_the_tablet_cannot_be_read_there(tablet):
    page = open_room(tablet)
    switch(page)
    page.route(ENTRIES, lambda route: route.abort())
    write(page, "Canarybird wept")
    kept(page, 1)
    page.fill("#words", "Canarybird slept")
    lying = lying_in_the_browser(page)
    assert "Canarybird" not in lying
    assert "key extractable false" in lying
    assert "device extractable false" in lying
    page.unroute(ENTRIES)
    received(page)


@pytest.mark.parametrize(("width", "scheme"), every(desk=1024))  # three with mark.nightly
def test_the_room_can_be_used_by_everybody(browser, server, axe, width, scheme):
    tablet = a_tablet(browser, server, scheme, width=width)
    enroll(tablet)
    door = tablet.page()
    door.context.add_cookies([{"name": "theme", "value": scheme, "url": server.address}])
    door.goto("/NORTH/room/")
    assert violations(door, axe) == []
    shot(door, f"door-{scheme}-{width}")
    page = open_room(tablet)
    for name, go in {
        "dim": lambda: None,
        "asked": lambda: page.click(".tile >> nth=0"),
        "writing": lambda: (page.click("[data-cancel]"), switch(page)),
        "urgent": lambda: (page.click("[data-urgent=urgent]"), page.click("[data-do=rest]")),
        "comes in": lambda: do(page, "in"),
    }.items():
        go()
        page.wait_for_timeout(300)
        shot(page, f"room-{name}-{scheme}-{width}".replace(" ", "-"))
        assert violations(page, axe) == [], name
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wider), name
    tablet.context.close()
    assert tablet.complaints == []


def test_on_a_tablet_everything_that_matters_is_on_one_screen(tablet):
    page = open_room(tablet)
    switch(page)
    page.click("[data-urgent=urgent]")
    received(page)
    below = page.evaluate(
        """() => [...document.querySelectorAll('[data-clock], [data-net], [data-tiles] button, [data-urgent], [data-write] button.primary, #words')]
          .filter((each) => { const box = each.getBoundingClientRect(); return box.bottom > innerHeight || box.top < 0; }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert below == []
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .option, summary')].filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_every_act_by_keyboard(tablet):
    """Open, switch, write, mark what is urgent and say whose: no pointer."""
    page = tablet.page()
    page.goto("/NORTH/room/")
    page.focus("[name=numbers]")
    for text in ("1", "therapist", PASSWORD, "physician", PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tile")
    page.focus(".tile:has-text('Therapist')")
    page.keyboard.press("Enter")
    page.keyboard.type(PINS["therapist"])
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-writing]:has-text('Therapist')")
    page.keyboard.type("By keyboard alone")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-entries] li:has-text('By keyboard alone')")
    received(page)
    page.focus("[data-urgent=help-called]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-entries] li:has-text('Help was called')")
    received(page)
    assert entries() == [
        ("note", "By keyboard alone", "therapist"),
        ("help-called", "", "therapist"),
    ]


def test_a_passkey_switches_as_well(browser, server):
    """Made beside the room by its person; used on the tablet by a touch of the sensor."""
    context = browser.new_context(base_url=server.by_name, locale="en")
    tablet = Tablet(context)
    page = tablet.page()
    tool = context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, "therapist")
    page.goto("/sign-in/passkey/")
    page.select_option("[name=kind]", "computer")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_selector(".codes")  # it is made; the codes for a lost one are shown
    page.context.clear_cookies()
    enroll(tablet)
    open_room(tablet, page=page)
    page.click(".tile:has-text('Therapist')")
    page.click("[data-by-passkey]")
    page.wait_for_selector("[data-writing]:has-text('Therapist')")
    write(page, "by a touch")
    received(page)
    assert entries() == [("note", "by a touch", "therapist")]
    page.click(".tile:has-text('Physician')")
    page.click("[data-by-passkey]")
    page.wait_for_selector("[data-problem]:has-text('no passkey')")
    context.close()
    assert tablet.complaints == []
