"""In a real Chromium: the attendant's page of the night, on a phone, with the network gone for a part."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from holdfast.actions.session_entries import EntryTold, record_entry
from holdfast.actions.session_opening import open_session
from holdfast.records.models import CallPlanned, DosingSession, Enrollment, SessionFact, User
from tests import databases
from tests.actions.clinic import written
from tests.browser.room import RoomServer
from tests.browser.sizes import every
from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(clinic_template, tmp_path_factory, django_db_blocker) -> Iterator[RoomServer]:
    """A clinic with a session whose person was released to the night an hour ago."""
    path = tmp_path_factory.mktemp("night") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    running = RoomServer(path, clinic_template.key)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        databases.pointed_at(f"sqlite:///{path}"),
    ):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", clinic_template.key)
        by, now = User.objects.get(login="therapist"), timezone.now()
        told = {"enrollment": Enrollment.objects.get(), "visit": "v5", "entry_id": uuid4()}
        written(open_session(by=by, now=now, began_at=now - timedelta(hours=9), **told))
        released = EntryTold(uuid4(), "exit", now - timedelta(hours=1), {"exit": "overnight"})
        session = DosingSession.objects.get()
        written(record_entry(session=session, told=released, came="page", by=by, now=now))
        running.start()
        yield running
        running.stop()


def address() -> str:
    return f"/NORTH/people/{Enrollment.objects.get().id}/session/night/"


def test_a_night_is_written_by_one_tap_each_and_kept_while_the_network_is_gone(server, page_of):
    page = page_of("attendant", width=390, at=server.address)
    page.goto(address())
    page.wait_for_selector("[data-session]:not([hidden])")
    assert "not signed" in page.inner_text("[data-n-next]")
    assert "Nobody has looked yet" in page.inner_text("[data-n-last]")
    page.click(".n-look.asleep")
    page.wait_for_selector("[data-n-last]:has-text('Asleep')")
    page.context.set_offline(True)
    page.click("[data-n-felt] button:has-text('Headache')")
    page.click("[data-n-more] button:has-text('200 ml')")
    page.wait_for_selector("[data-net].watch")
    assert "200 ml drunk tonight" in page.inner_text("[data-n-fluids]")
    page.context.set_offline(False)
    page.wait_for_selector("[data-net]:not(.watch)", timeout=15_000)
    page.click("[data-n-act=morning]")
    page.click("dialog label:has-text('Therapist')")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-n-over]:has-text('Handed over')")
    page.wait_for_selector("[data-net]:not(.watch)", timeout=15_000)
    rows = SessionFact.objects.filter(written_by__login="attendant").order_by("position")
    assert [row.kind for row in rows] == [
        "night-check",
        "event",
        "fluid-taken",
        "morning-hand-over",
    ]
    assert orjson.loads(rows[0].fields) == {"state": "asleep"}


@pytest.mark.nightly
def test_the_way_home_names_an_adult_with_a_telephone_and_sets_the_first_call(server, page_of):
    page = page_of("therapist", at=server.address)
    page.goto(address())
    page.wait_for_selector("[data-session]:not([hidden])")
    page.click("[data-n-act=escort]")
    page.fill("#n-name", "Sam Rivers")
    page.click("dialog [data-s-sheet-go]")
    assert page.is_visible("dialog #n-telephone")  # a name without a telephone is not enough
    page.fill("#n-telephone", "+41 44 555 01 02")
    for name in ("is_identity_seen", "is_briefing_acknowledged", "is_not_driving_person"):
        page.check(f"dialog [name={name}][value=true]")
    page.click("dialog [data-s-sheet-go]")
    page.wait_for_selector("[data-n-home]:has-text('Sam Rivers, +41 44 555 01 02')")
    page.click("[data-n-act=call]")
    page.click("dialog [data-s-sheet-go]")
    page.wait_for_selector("[data-net]:has-text('received'):not(.watch)", timeout=15_000)
    escort = SessionFact.objects.filter(kind="escort").earliest("position")
    told = orjson.loads(escort.fields)
    assert told.pop("person")
    assert told == dict.fromkeys(
        ("has_telephone", "is_identity_seen", "is_briefing_acknowledged", "is_not_driving_person"),
        True,
    )
    assert "Rivers" not in escort.fields
    call = CallPlanned.objects.get()
    assert call.due_at.astimezone(timezone.get_default_timezone()) > timezone.now()


@pytest.mark.nightly
def test_on_the_panel_too_the_escort_is_nobody_of_the_team(server, page_of):
    page = page_of("therapist", at=server.address)
    page.goto(address().replace("night/", ""))
    page.wait_for_selector("[data-session]:not([hidden])")
    page.click("[data-s-more] button:has-text('The escort')")
    assert "Name and telephone" in page.inner_text("dialog[open]")
    page.fill("dialog #s-words", "Kim Lake, 044 555 01 03")
    for name in ("is_identity_seen", "has_telephone"):
        page.check(f"dialog [name={name}][value=true]")
    page.click("dialog [data-s-sheet-go]")
    page.wait_for_selector("[data-s-log] li:has-text('Kim Lake')")


@pytest.mark.parametrize(("width", "scheme"), every())
def test_the_pages_of_the_night_and_of_paper_are_for_everybody(server, page_of, axe, width, scheme):
    page = page_of("attendant", width=width, scheme=scheme, at=server.address)
    page.goto(address())
    page.wait_for_selector("[data-session]:not([hidden])")
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page = page_of("therapist", width=width, scheme=scheme, at=server.address)
    page.goto(address().replace("night", "paper"))
    page.fill("#id_lines", "no time here")
    page.fill("#id_password", PASSWORD)
    page.select_option("#id_wrote", label="Therapist Zebediah Canarybird")
    page.click("button:has-text('Record and sign')")
    page.wait_for_selector(".problem:has-text('Line 1: begin with the time')")
    assert page.input_value("#id_lines") == "no time here"
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
