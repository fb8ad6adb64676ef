"""A person's own pages on a phone, by keyboard: the journal, an entry shared, the calendar; axe at zero."""

import pytest

from tests.browser.test_accessibility import violations, walk
from tests.browser.test_own_pages import PASSWORD, code_from, tab_to

pytestmark = pytest.mark.browser

PHRASE = "lantern under the stairs"
PAGES = {
    "where I am": "/me/",
    "how to prepare": "/me/prepare/",
    "how it is thought to work": "/me/learn/how-it-works/",
    "questions": "/me/learn/questions/",
    "appointments": "/me/appointments/",
    "my therapists": "/me/therapists/",
    "my words": "/me/words/",
}


def own_account(page_of, axe):
    """The person's phone, logged in with the code that the coordinator gave them."""
    code, address = code_from(page_of("coordinator", 1280), axe)
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
    phone.goto("/log-in/")
    phone.fill("[name=login_name]", login)
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    phone.wait_for_url("**/me/")
    return phone


def typed(phone, selector: str, words: str) -> None:
    tab_to(phone, selector)
    phone.keyboard.type(words)


def test_a_journal_is_made_written_shared_and_taken_back_on_a_phone_by_keyboard(page_of, axe):
    phone = own_account(page_of, axe)
    assert walk(phone, PAGES, axe) == {}
    typed(phone, "#make_phrase", PHRASE)
    typed(phone, "#make_again", PHRASE)
    tab_to(phone, "#make_knows")
    phone.keyboard.press("Space")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Your journal is ready")
    assert violations(phone, axe) == []
    typed(phone, "#write_words", "The sea was in the room.")
    tab_to(phone, "form[action$='/write/'] button")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Nobody else can read it")
    assert violations(phone, axe) == []
    tab_to(phone, "a[href*='/words/share/']")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Sign and share it")
    assert violations(phone, axe) == []
    tab_to(phone, "input[name=roles][value=therapist]")
    phone.keyboard.press("Space")
    typed(phone, "#id_password", PASSWORD)
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Shared with: Therapist")
    tab_to(phone, "form[action$='/take-back/'] button")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Taken back")
    phone.goto("/me/appointments/")
    tab_to(phone, "#id_title")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("code.secret")
    assert "/me/calendar/" in phone.inner_text("code.secret")
    assert violations(phone, axe) == []
    tab_to(phone, "form.languages button[value=de]")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Meine Termine")
    assert walk(phone, {name: PAGES[name] for name in ("where I am", "my words")}, axe) == {}
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390
