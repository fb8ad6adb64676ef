"""From a code on paper to one's own pages on a phone, by keyboard; a role given for a study at a desk; axe at zero."""

import pytest

from tests.browser.test_accessibility import person_of, violations, walk

pytestmark = pytest.mark.browser

PASSWORD = "seven quiet herons over water"
OWN = {
    "own pages": "/me/",
    "a copy": "/me/copy/",
    "who looked": "/me/looked/",
    "account": "/me/account/",
    "log-in and devices": "/sign-in/",
}


def tab_to(page, selector: str) -> None:
    """Press Tab until the control has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def code_from(page, axe) -> tuple[str, str]:
    """The coordinator makes a code for the person; gives it, and where it is entered."""
    page.goto(f"{person_of(page)}own-account/")
    assert violations(page, axe) == []
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_selector("code.secret")
    assert violations(page, axe) == []
    return page.inner_text("code.secret"), page.inner_text("main p strong:has-text('/join/')")


def test_from_a_code_to_ones_own_pages_on_a_phone(page_of, axe):
    code, address = code_from(page_of("coordinator", 1280, "light"), axe)
    phone = page_of(None, 390, "dark")
    phone.goto(f"{address}#{code}")
    assert phone.input_value("#id_code") == code
    assert "#" not in phone.url, "the code does not stay in the address"
    assert violations(phone, axe) == []
    phone.focus("#id_code")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#id_new_password")
    login = phone.input_value("#id_login_name")
    assert violations(phone, axe) == []
    tab_to(phone, "#id_new_password")
    phone.keyboard.type("short")
    tab_to(phone, "#id_again")
    phone.keyboard.type("other")
    phone.keyboard.press("Enter")
    phone.wait_for_selector(".error")
    assert violations(phone, axe) == []
    assert phone.input_value("#id_login_name") == login
    phone.fill("#id_new_password", PASSWORD)
    phone.fill("#id_again", PASSWORD)
    phone.press("#id_again", "Enter")
    phone.wait_for_selector("text=Your account is open")
    assert violations(phone, axe) == []
    phone.goto("/log-in/")
    phone.fill("[name=login_name]", login)
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    phone.wait_for_url("**/me/")
    assert walk(phone, OWN, axe) == {}
    phone.goto("/me/copy/")
    tab_to(phone, "main button.primary")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=You asked for it")
    assert violations(phone, axe) == []
    tab_to(phone, "footer a[href*=concern]")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/NORTH/concern/")


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.nightly)])
def test_a_role_is_given_for_a_study_and_ended_by_keyboard(page_of, axe, width):
    page = page_of("admin", width)
    page.goto("/NORTH/people/")
    assert walk(page, {"people": "/NORTH/people/"}, axe) == {}
    login = f"new.monitor.{width}"
    page.fill("#account_login", login)
    page.fill("#account_printed_name", f"Nia Monitor {width}")
    page.press("#account_printed_name", "Enter")
    page.wait_for_selector("text=The account is open")
    tab_to(page, "#give_person")
    page.keyboard.type("therapist")
    page.select_option("#give_role", "pharmacist-unblinded")
    page.press("#give_person", "Enter")
    page.wait_for_selector("text=other side of the blind")
    assert page.input_value("#give_person") == "therapist"
    assert violations(page, axe) == []
    page.fill("#give_person", login)
    page.select_option("#give_role", "monitor")
    page.select_option("#give_study", "mapp2")
    page.press("#give_person", "Enter")
    page.wait_for_selector("text=The role is given")
    tab_to(page, f"a[aria-label*='Nia Monitor {width}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/end/**")
    assert violations(page, axe) == []
    page.select_option("[name=reason]", "left-the-site")
    page.press("[name=reason]", "Enter")
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Recorded when the role ends")
    assert page.locator(f"text=Nia Monitor {width}").count() == 0
