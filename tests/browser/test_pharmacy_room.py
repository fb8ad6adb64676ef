"""In a real Chromium: a session box on the room's tablet, by two PINs, with no server to ask."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page

from holdfast.records.models import CustodyAct, DrugMovement, RoomEntry, RoomWriterKey, User
from holdfast.records.verification_run import verify_here
from tests.browser.room import Tablet, a_tablet, enroll, kept, open_room, received, switch
from tests.browser.test_more_accessibility import wrong_at
from tests.browser.test_pharmacy import server, shot

__all__ = ["server"]
pytestmark = pytest.mark.browser
PINS = {"therapist": "493817", "physician": "620518"}


@pytest.fixture
def tablet(browser, server) -> Iterator[Tablet]:
    """A tablet that is enrolled for a room."""
    made = a_tablet(browser, server, width=1024, height=900)
    enroll(made)
    yield made
    made.context.close()
    assert made.complaints == []


def tell(page: Page, act: str, pins: tuple[str, str], **fields: str) -> None:
    """Tap the container, what happened, two names; type two PINs."""
    page.click("[data-m-containers] label:has-text('4711-I')")
    page.click(f"[data-m-form] label:has(span:text-is('{act}'))")
    for name, value in fields.items():
        page.fill(f"[data-m-form] [name={name}]", value)
    page.click("[data-m-first] label:has-text('Therapist')")
    page.fill("[name=first_pin]", pins[0])
    page.click("[data-m-second] label:has-text('Physician')")
    page.fill("[name=second_pin]", pins[1])
    page.click("[data-m-form] button.primary")


def test_two_people_open_a_box_without_the_server_and_it_comes_once(tablet, axe):
    page = open_room(tablet)
    page.wait_for_selector("[data-m-card]:not([hidden])")
    switch(page, "physician")
    switch(page, "therapist")
    page.wait_for_function(
        "async () => (await indexedDB.databases()).some((d) => d.name === 'holdfast-writer-keys')"
    )
    for _try in range(100):
        if RoomWriterKey.objects.count() == len(PINS):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)  # the last receipt is on its way to the tablet's disk
    page.click("[data-m-open]")
    page.wait_for_selector("[data-m-dialog][open]")
    assert wrong_at(page, axe) == []
    shot(page, "medicine-dialog")
    page.context.set_offline(True)
    tell(page, "Open", (PINS["therapist"], PINS["therapist"]), seal="S-4711-i")
    page.wait_for_selector("[data-m-problem]:has-text('Physician')")
    assert "This is not the PIN." in page.inner_text("[data-m-problem]")
    shot(page, "medicine-refused")
    tell(page, "Open", (PINS["therapist"], PINS["physician"]), seal="S-4711-i")
    page.wait_for_selector("[data-m-dialog]", state="hidden")
    kept(page, 1)
    assert not DrugMovement.objects.filter(kind="open").exists()
    page.context.set_offline(False)
    received(page)
    opened = DrugMovement.objects.get(kind="open", container__code="4711-I")
    assert (opened.came, opened.capsules, opened.seal) == ("tablet", "1-2", "S-4711-i")
    assert opened.at < opened.recorded_at
    act = CustodyAct.objects.get(movements=opened)
    told = (act.first.login, act.second.login, act.first_method, act.policy)
    assert told == ("therapist", "physician", "device-key", "two")
    assert not opened.discrepancies.exists()
    entry = RoomEntry.objects.get(kind="custody")
    assert entry.written_by == User.objects.get(login="therapist")
    assert isinstance(entry.enrollment_id, UUID)
    assert verify_here().fits
