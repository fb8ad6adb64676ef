"""In a real browser: a concern raised on a phone without a name, read outside, answered, found again."""

import os
from pathlib import Path

import pytest

from tests.actions.outside import BOX_PHRASE
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1280
SAID = "He closed the door and sat too near. I said no."
READER = "complaint-recipient"


def pictured(page, name: str) -> None:
    """A picture of the page for whoever wants to look at it."""
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=Path(folder) / f"concerns-{name}.png", full_page=True)


def sound(page, axe: str, name: str) -> None:
    """No violation, and no wider than the screen."""
    pictured(page, name)
    assert violations(page, axe) == [], name
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wider), name


def opened(page) -> None:
    """The recipient opens their box."""
    page.goto("/NORTH/concerns/")
    page.fill("[name=phrase]", BOX_PHRASE)
    page.press("[name=phrase]", "Enter")
    page.wait_for_selector("h1:has-text('To read')")


def test_from_a_phone_to_two_outside_and_back_by_keyboard(page_of, axe):
    page = page_of(None, PHONE)
    page.goto("/NORTH/concern/")
    assert page.title() == "Holdfast"
    sound(page, axe, "new-phone-light")
    page.focus("[name=what]")
    page.keyboard.type(SAID)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # about whom: the next choice
    page.focus("form.card button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".phrase")
    words = page.locator(".phrase li").all_inner_texts()
    assert len(words) == 7
    sound(page, axe, "raised-phone-light")

    reader = page_of(READER, DESK)
    reader.wait_for_url("**/NORTH/concerns/")  # what a recipient comes to
    sound(reader, axe, "box-desk-light")
    opened(reader)
    sound(reader, axe, "list-desk-light")
    reader.locator(".people a").first.click()
    reader.wait_for_selector(f"text={SAID}")
    sound(reader, axe, "one-desk-light")
    reader.focus("button[value=acknowledge]")
    reader.keyboard.press("Enter")
    reader.wait_for_selector("button[value=acknowledge]", state="detached")
    reader.fill("#reply_text", "We believe you. Are you safe?")
    reader.click("button[value=answer]")
    reader.wait_for_selector("text=We believe you.")
    reader.click("summary:has-text('Pause')")
    reader.select_option("#pause_person", label="Therapist Zebediah Canarybird")
    reader.fill("#pause_text", "Named in this concern.")
    reader.click("button[value=pause]")
    reader.wait_for_selector("text=Named in this concern.")
    sound(reader, axe, "paused-desk-light")

    stopped = page_of("therapist", PHONE)
    stopped.goto("/NORTH/worklist/")
    assert "Not found" in stopped.title()
    stopped.goto("/my-access/")
    stopped.wait_for_selector("text=Your assignments at this site are paused.")
    reader.click("button[value=lift]")
    reader.wait_for_selector("button[value=lift]", state="detached")

    page.goto("/NORTH/concern-back/")
    sound(page, axe, "back-phone-light")
    page.fill("[name=phrase]", " ".join(words))
    page.press("[name=phrase]", "Enter")
    page.wait_for_selector("text=We believe you. Are you safe?")
    page.fill("[name=text]", "Yes, I am at home.")
    page.click("form.card button.primary")
    page.wait_for_selector("text=Yes, I am at home.")
    sound(page, axe, "thread-phone-light")


@pytest.mark.parametrize(
    ("width", "scheme"), [(PHONE, "dark"), pytest.param(DESK, "light", marks=pytest.mark.nightly)]
)
def test_the_public_pages_can_be_used_by_everybody(page_of, axe, width, scheme):
    page = page_of(None, width, scheme)
    for name in ("concern", "concern-back", "concern-card"):
        page.goto(f"/NORTH/{name}/")
        sound(page, axe, f"{name}-{width}-{scheme}")
    page.goto("/SOUTH/concern/")
    sound(page, axe, f"nobody-{width}-{scheme}")


@pytest.mark.parametrize(
    ("width", "scheme"), [(PHONE, "dark"), pytest.param(DESK, "light", marks=pytest.mark.nightly)]
)
def test_the_pages_of_recipients_and_of_the_site_lead(page_of, axe, width, scheme):
    reader = page_of(READER, width, scheme)
    opened(reader)
    sound(reader, axe, f"list-{width}-{scheme}")
    reader.locator(".people a").first.click()
    reader.wait_for_selector("#reply_text")
    reader.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
    sound(reader, axe, f"one-{width}-{scheme}")
    lead = page_of("site-lead", width, scheme)
    for name in ("concern-set-up", "pauses"):
        lead.goto(f"/NORTH/{name}/")
        sound(lead, axe, f"{name}-{width}-{scheme}")


def test_every_page_of_a_patient_leads_to_it(page_of):
    page = page_of("patient", PHONE)
    for address in ("/my-access/", "/about/", "/sign-in/"):
        page.goto(address)
        page.click("footer a:has-text('Did something feel wrong?')")
        page.wait_for_url("**/NORTH/concern/")
