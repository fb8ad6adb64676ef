"""In a real Chromium: a cut network, a crashed tab, an ended log-in, several people; nothing is lost or doubled."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone
from playwright.sync_api import Error as Crashed
from playwright.sync_api import Page

from holdfast.actions.pins import set_pin
from holdfast.actions.session_opening import open_session
from holdfast.records.models import DosingSession, Enrollment, SessionFact, Site, User
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import IDENTITY, Clinic, enrolled, written
from tests.browser.room import (
    PINS,
    RoomServer,
    a_tablet,
    enroll,
    kept,
    log_in,
    open_room,
    received,
    switch,
)

pytestmark = pytest.mark.browser
GROUP = uuid4()


@pytest.fixture(scope="module")
def server(clinic_template, tmp_path_factory, django_db_blocker) -> Iterator[RoomServer]:
    """A clinic of this module's own, with a group of three in session."""
    path = tmp_path_factory.mktemp("nothing-lost") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    running = RoomServer(path, clinic_template.key)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        databases.pointed_at(f"sqlite:///{path}"),
    ):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", clinic_template.key)
        three_in_session()
        running.start()
        yield running
        running.stop()


def three_in_session() -> None:
    """Two more people are enrolled, and the session of each of the three is open, in one room."""
    accounts = {user.login: user for user in User.objects.all()}
    clinic = Clinic(Site.objects.get(code="NORTH"), accounts["admin"], accounts, timezone.now())
    for login, pin in PINS.items():
        user = accounts[login]
        written(set_pin(user, pin, entry_id=uuid4(), by=user, now=timezone.now()))
    for number in ("cd", "ef"):
        whose = replace(IDENTITY, identifiers=(("urn:hospital", number),), family=number)
        enrolled(clinic, bundle_sha256=number * 32, identity=whose)
    for enrollment in Enrollment.objects.all():
        by, now = accounts["therapist"], timezone.now()
        told = {"enrollment": enrollment, "visit": "v5", "entry_id": uuid4(), "group_key": GROUP}
        written(open_session(by=by, now=now, began_at=now - timedelta(minutes=1), **told))


def readings() -> list[tuple[str, int, str]]:
    """What the record holds: of whom, systolic, and by whom."""
    logins = {user.id: user.login for user in User.objects.all()}
    rows = SessionFact.objects.filter(kind="reading").select_related("session__enrollment")
    return sorted(
        (
            row.session.enrollment.label,
            int(orjson.loads(row.fields)["systolic_mmhg"]),
            logins[row.written_by_id],
        )
        for row in rows
    )


def read(page: Page, line: str) -> None:
    """Type one line of vital signs; it is on the disk when the panel shows it."""
    page.fill("#s-line", line)
    page.press("#s-line", "Enter")
    page.wait_for_selector(f"[data-s-log] li:has-text('{line.split()[0]}')")


def at_the_session(page: Page, enrollment: Enrollment) -> None:
    page.goto(f"/NORTH/people/{enrollment.id}/session/")
    page.wait_for_selector("[data-s-gate] li")


def crash(page: Page) -> None:
    """The tab's process is gone, with all that was in its memory."""
    with pytest.raises(Crashed):
        page.goto("chrome://crash", timeout=5000)
    page.close()


def all_received(page: Page) -> None:
    """Wait until nothing is kept in this browser, on whatever page."""
    for _ in range(100):
        if page.evaluate("HoldfastQueue.peek().then((kept) => kept.length)") == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("something is still kept")


def log_out(page: Page) -> None:
    page.click("details.menu > summary")
    page.click("form[action='/log-out/'] button")
    page.wait_for_url("**/log-in/**")


def test_what_was_written_survives_a_cut_network_a_crash_and_an_ended_log_in(browser, server):
    """Each entry is there exactly once, by who wrote it, whoever logs in on that browser in between."""
    tablet = a_tablet(browser, server)
    one = Enrollment.objects.earliest("recorded_at")
    page = tablet.page()
    log_in(page, "therapist")
    at_the_session(page, one)
    read(page, "121/71")
    received(page)
    page.context.set_offline(True)
    read(page, "122/72")
    read(page, "123/73")
    kept(page, 2)
    crash(page)
    tablet.context.clear_cookies(name="session")
    tablet.context.set_offline(False)

    page = tablet.page()
    page.goto("/NORTH/sessions/")
    page.wait_for_url("**/log-in/**")
    page.wait_for_selector("[data-kept-line]:has-text('therapist (2)')")
    log_in(page, "physician")
    page.wait_for_selector("[data-kept-line]:has-text('therapist (2)')")
    at_the_session(page, one)
    read(page, "131/81")
    page.wait_for_selector("[data-net]:has-text('(2)')")  # their own went through
    log_out(page)
    page.wait_for_selector("[data-kept-line]:has-text('therapist (2)')")
    log_in(page, "therapist")
    page.goto("/NORTH/worklist/")  # on any page of theirs
    all_received(page)

    mine = {"therapist": (121, 122, 123), "physician": (131,)}
    expected = [(one.label, value, who) for who, values in mine.items() for value in values]
    assert readings() == sorted(expected)
    assert verify_here().fits
    tablet.context.close()
    assert tablet.complaints == []


def test_three_sessions_on_one_tablet_each_entry_under_its_own_person(browser, server):
    """One goes on without the network; what was written of the wrong person is moved, and both say so."""
    first, second, third = labels = sorted(one.label for one in Enrollment.objects.all())
    tablet = a_tablet(browser, server, width=1280, height=900)
    enroll(tablet)
    page = open_room(tablet, ", ".join(labels))
    switch(page)
    page.wait_for_selector("[data-s-tabs] button >> nth=2")
    for number, label in enumerate(labels):
        choose(page, label)
        read(page, f"14{number}/9{number}")
    received(page)
    page.context.set_offline(True)
    choose(page, second)
    read(page, "151/91")
    choose(page, third)
    read(page, "161/95")
    kept(page, 2)
    page.wait_for_selector("[data-s-away]:not([hidden])", timeout=15000)
    page.wait_for_selector("[data-s-alarms] .s-alarm:has-text('161')")
    choose(page, second)
    assert page.locator("[data-s-alarms] .s-alarm:has-text('161')").count() == 0
    page.context.set_offline(False)
    received(page)
    page.wait_for_selector("[data-s-away]", state="hidden", timeout=15000)
    move(page, "151/91", first)
    given = [(label, 140 + number) for number, label in enumerate(labels)]
    standing = [(of, value) for of, value, who in readings() if who == "therapist" and value >= 140]
    assert standing == sorted([*given, (second, 151), (first, 151), (third, 161)])
    gone = SessionFact.objects.get(kind="correction")
    assert gone.session.enrollment.label == second
    moved = SessionFact.objects.get(id=gone.counterpart)
    assert (moved.session.enrollment.label, moved.counterpart) == (first, gone.corrects)
    assert verify_here().fits
    tablet.context.close()
    assert tablet.complaints == []


def choose(page: Page, label: str) -> None:
    page.click(f"[data-s-tabs] button:has-text('{label}')")
    page.wait_for_selector(f"[data-s-title]:has-text('{label}')")


def move(page: Page, line: str, to: str) -> None:
    """Take a reading back that was written of the wrong person, by moving it."""
    page.click(f"[data-s-log] li:has-text('{line}') .s-back")
    page.click(f"dialog button:has-text('{to}')")
    page.wait_for_selector("[data-s-sheet]", state="hidden")
    page.wait_for_selector(f"[data-s-log] li:has-text('{line}') .s-back", state="detached")


@pytest.mark.faults
def test_a_group_of_three_has_gates_alarms_and_staffing_for_each_person(browser, server):
    """They share a room and a team; what is wrong with one is on nobody else's page."""
    first, second, third = labels = sorted(one.label for one in Enrollment.objects.all())
    tablet = a_tablet(browser, server, width=1280, height=900)
    enroll(tablet)
    page = open_room(tablet, ", ".join(labels))
    switch(page)
    page.wait_for_selector("[data-s-tabs] button >> nth=2")
    choose(page, second)
    come_in(page, "Therapist")
    read(page, "171/99 88 37.2")
    page.wait_for_selector("[data-s-alarms] .s-alarm:has-text('Systolic 171')")
    gates = {}
    for other in (first, third):
        gates[other] = gate_of(page, other)
        assert page.locator("[data-s-alarms] .s-alarm:has-text('171')").count() == 0
        assert "Therapist" not in page.inner_text("[data-s-present]")
    assert (
        len({*gates.values(), gate_of(page, second)}) == 3
    )  # consent of one, the reading of another
    page.wait_for_selector("[data-s-alarms] .s-alarm:has-text('Systolic 171')")
    assert "Therapist" in page.inner_text("[data-s-present]")
    page.click("[data-s-taps] button:has-text('Nausea')")
    page.click("[data-s-toast] button:has-text('Perhaps serious')")
    page.wait_for_selector("[data-s-alarms] .s-alarm:has-text('may be serious')")
    received(page)
    tabs = {tab: page.inner_text(f"[data-s-tabs] button:has-text('{tab}')") for tab in labels}
    assert "Urgent" in tabs[second]
    assert "Urgent" not in tabs[first] + tabs[third]
    assert len({session.group_key for session in DosingSession.objects.all()}) == 1
    tablet.context.close()
    assert tablet.complaints == []


def gate_of(page: Page, label: str) -> str:
    """What the gate of the initial dose says of one of the persons."""
    choose(page, label)
    page.wait_for_selector("[data-s-gate] li")
    return page.inner_text("[data-s-gate]")


def come_in(page: Page, who: str) -> None:
    """Say that somebody is in the room, in the session that is shown."""
    page.click("[data-s-act=room]")
    page.click("dialog button:has-text('Came into the room')")
    page.click(f"dialog label:has-text('{who}') >> nth=0")
    page.click("dialog [data-s-sheet-go]")
    page.wait_for_selector(f"[data-s-present]:has-text('{who}')")
