"""A consent on a phone, by keyboard: read, go dark, come back, answer, sign; axe at zero on every page."""

import re

import pytest

from tests.actions.consents import LOCAL
from tests.browser.test_accessibility import person_of, violations
from tests.browser.test_own_pages import PASSWORD, code_from, tab_to

pytestmark = pytest.mark.browser

TALK = "#talk_talked"


def act(page, name: str) -> None:
    """Unfold the form of an act."""
    page.locator(f"form[action$='/consent/{name}/']").locator("xpath=..").locator("summary").click()


def talked_over(page) -> None:
    """The therapist records the conversation, by keyboard once the form is open."""
    page.goto(f"{person_of(page)}consent/")
    act(page, "talk")
    page.check("[name=place][value=site]")
    page.check("[name=identity_check][value=photo-document]")
    page.fill(TALK, "They asked how long it lasts.")
    tab_to(page, "form[action$='/consent/talk/'] button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=They asked how long it lasts.")


def joined(page_of, axe):
    """The person's phone, logged in with the code that the coordinator gave them."""
    code, address = code_from(page_of("coordinator"), axe)
    phone = page_of(None, 390)
    phone.goto(f"{address}#{code}")
    phone.focus("#id_code")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#id_new_password")
    login = phone.input_value("#id_login_name")
    phone.fill("#id_new_password", PASSWORD)
    phone.fill("#id_again", PASSWORD)
    phone.press("#id_again", "Enter")
    phone.wait_for_selector("text=Your account is open")
    log_in(phone, login)
    return phone, login


def log_in(phone, login: str) -> None:
    phone.goto("/log-in/")
    phone.fill("[name=login_name]", login)
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    phone.wait_for_url("**/me/")


def go_on(phone) -> None:
    """On to the next page, by keyboard."""
    tab_to(phone, "main .button.primary")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")


def fits(phone) -> bool:
    """Nothing is wider than the phone."""
    return phone.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_a_consent_on_a_phone_by_keyboard(page_of, axe):
    therapist = page_of("therapist")
    talked_over(therapist)
    assert violations(therapist, axe) == []
    therapist.goto("/NORTH/consents/mapp2/")
    assert LOCAL["injury"] in therapist.inner_text("main")
    assert violations(therapist, axe) == []
    phone, login = joined(page_of, axe)
    phone.goto("/me/consent/")
    assert violations(phone, axe) == []
    assert "28 of the 42" not in phone.inner_text("main")
    go_on(phone)
    assert phone.url.endswith("/me/consent/read/1/")
    assert violations(phone, axe) == []
    for _ in range(4):
        go_on(phone)
    assert phone.url.endswith("/read/5/")
    phone.context.clear_cookies(name=re.compile("session"))  # the phone was dark for long
    log_in(phone, login)
    phone.goto("/me/consent/")
    go_on(phone)
    assert phone.url.endswith("/read/5/"), "where they were"
    while "/read/" in phone.url:
        if phone.url.endswith("/read/9/"):  # the longest, with its tables
            assert violations(phone, axe) == []
        assert fits(phone), phone.url
        go_on(phone)
    assert "/question/" in phone.url
    assert violations(phone, axe) == []
    answered_all(phone, axe)
    assert phone.url.endswith("/me/consent/")
    assert violations(phone, axe) == []
    go_on(phone)
    assert phone.url.endswith("/sign/")
    tab_to(phone, "[name=password]")
    phone.keyboard.type("not mine")
    phone.keyboard.press("Enter")
    phone.wait_for_selector(".error")
    assert violations(phone, axe) == []
    tab_to(phone, "[name=password]")
    phone.keyboard.type(PASSWORD)
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=You signed on")
    agreed(phone, axe)


def answered_all(phone, axe) -> None:
    """Every question by keyboard; the first wrongly first."""
    tab_to(phone, "[name=answer]")
    phone.keyboard.press("ArrowDown")  # "Yes. Any doctor can give it."
    phone.keyboard.press("Enter")
    phone.wait_for_selector("[role=alert]")
    assert violations(phone, axe) == []
    right = {
        "approved": "no",
        "stop": "any-time",
        "sure": "some",
        "those-who-left": "not-known",
        "group": "by-chance",
        "yes-under-the-drug": "only-less",
        "risk": "body-works-harder",
        "going-home": "with-somebody",
        "medicines": "ask-first",
        "withdraw": "two-things",
        "complain": "outside",
    }
    while "/question/" in phone.url:
        code = phone.url.rstrip("/").rsplit("/", 1)[-1]
        phone.check(f"[name=answer][value={right[code]}]")
        go_on_from_form(phone)


def go_on_from_form(phone) -> None:
    tab_to(phone, "main form button.primary")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")


def agreed(phone, axe) -> None:
    """What may happen on the day, one by one, and the stop-word."""
    tab_to(phone, "a[href$='/day/supplement/']")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/day/supplement/")
    for item in ("supplement", "touch", "recording", "observers", "contacting"):
        assert phone.url.endswith(f"/day/{item}/")
        assert item != "touch" or violations(phone, axe) == []
        assert fits(phone)
        tab_to(phone, "[name=allowed]")
        phone.keyboard.press("Space")
        go_on_from_form(phone)
    assert phone.url.endswith("/day/stop-word/")
    tab_to(phone, "#stop-word")
    phone.keyboard.type("red light")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    assert "Not decided yet" not in phone.inner_text("main")
    assert violations(phone, axe) == []
