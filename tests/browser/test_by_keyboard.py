"""Approvals, duty, contact, letters and the waiting list, with the keyboard alone: Tab, Space, Enter, words."""

import pytest

from tests.browser.calls import begin
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

FARTHEST = 150  # so many Tabs at most lead to anything on a page


def tab_to(page, selector: str) -> None:
    """Press Tab until the focus is on it, as somebody without a mouse does."""
    for _step in range(FARTHEST):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never comes to {selector}")


def choose(page, selector: str, words: str) -> None:
    """An option of a list, by typing its first letters."""
    tab_to(page, selector)
    page.keyboard.type(words)


def tick(page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Space")


def pick(page, name: str, value: str) -> None:
    """One of few choices: the focus comes to the group, the arrows go through it."""
    tab_to(page, f"[name={name}]")
    page.keyboard.press("Space")
    for _step in range(12):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows never come to {name} {value}")


def day(page, selector: str, typed: str) -> None:
    """A date as it is typed where months come first."""
    tab_to(page, selector)
    page.keyboard.type(typed)


def press(page, words: str) -> None:
    """The button that says so."""
    for _step in range(FARTHEST):
        if page.evaluate(
            "words => ['BUTTON', 'A', 'SUMMARY'].includes(document.activeElement.tagName)"
            " && document.activeElement.innerText.includes(words)",
            words,
        ):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never comes to a button that says {words}")


def test_an_approval_is_recorded_and_an_act_checked(page_of):
    page = page_of("physician")
    page.goto("/NORTH/authority/")
    press(page, "Record another")
    tab_to(page, ".ways a[href*='tga-authorised-prescriber']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/authority/record/**")
    tab_to(page, "[name=product]")
    page.keyboard.type("mdma-60-mg")
    choose(page, "[name=person]", "Physician")
    day(page, "[name=starts_on]", "01012026")
    tick(page, "[name=is_open_ended]")
    tab_to(page, "main [name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Signed. The approval is on record.")
    assert "mdma-60-mg" in page.inner_text("main")
    press(page, "Check an act")
    page.wait_for_url("**/authority/check/")
    press(page, "Check")
    page.wait_for_selector("main .findings")


def test_somebody_is_put_on_the_roster_and_paged(page_of):
    page = page_of("physician")
    page.goto("/NORTH/duty/")
    if not page.is_visible("[name=first_day]"):
        press(page, "Put somebody on the roster")
    choose(page, "[name=person]", "Therapist")
    choose(page, "form[action$='/roster/'] [name=post]", "Second")
    day(page, "[name=first_day]", "01012026")
    tick(page, "[name=weekdays][value='1']")
    day(page, "[name=begins]", "0900AM")
    day(page, "[name=ends]", "0500PM")
    press(page, "Put on the roster")
    page.wait_for_selector("text=The roster is changed.")
    assert "09:00–17:00" in page.inner_text("main")
    pick(page, "reason", "call-back")
    press(page, "Page now")
    page.wait_for_selector("text=Paged. It climbs until somebody answers.")


def test_contact_a_letter_and_a_place_on_the_list(page_of):
    page = page_of("coordinator")
    person = begin(page, "Keyed")
    page.goto(f"{person}contact/")
    pick(page, "may_contact", "false")
    tick(page, "[name=ways][value=telephone]")
    pick(page, "reason", "said-anew")
    press(page, "Record it")
    page.wait_for_selector("text=We may not get in touch")
    page.goto(f"{person}letters/write/")
    pick(page, "kind", "decline")
    pick(page, "addressee", "referrer")
    tab_to(page, "[name=name]")
    page.keyboard.type("Dr Example")
    pick(page, "language", "de")
    press(page, "Write the letter")
    page.wait_for_selector("text=The letter is kept")
    page.goto(f"{person}waiting/")
    pick(page, "step", "joined")
    choose(page, "[name=reason]", "No place")
    press(page, "Record the step")
    page.wait_for_selector("text=Ada Keyed")
