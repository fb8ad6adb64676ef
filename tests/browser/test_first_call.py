"""From a first call to a verdict with no document: somebody who may not enter, and somebody of whom too little is known."""

from datetime import UTC, datetime

import pytest

from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser


def begin(page, family: str) -> str:
    """Safety, permission, identity; the address of the person."""
    page.goto("/NORTH/calls/new/")
    page.check("[name=form][value=call]")
    page.check("[name=safety][value=safe]")
    page.check("[name=consent_to_hold][value=yes]")
    page.select_option("[name=source]", "self")
    page.fill("[name=given]", "Ada")
    page.fill("[name=family]", family)
    page.fill("[name=born_on]", "1985-04-02")
    page.check("[name=sex][value=female]")
    page.select_option("[name=protocol]", "tga-authorised-prescriber")
    page.check("[name=may_contact][value=true]")
    page.check("[name=ways][value=telephone]")
    page.click("text=Go on to the questions")
    page.wait_for_url("**/call/")
    return str(page.url).removesuffix("call/")


def keep(page, code: str, value: str) -> None:
    """One answer by the mouse; the page says that it is kept."""
    page.check(f"#asked-{code} [name=value][value={value}]")
    page.wait_for_selector(f"#kept-{code} >> text=Kept:")


def sign(page_of, person: str) -> str:
    """A physician signs whatever the verdict is; what it was."""
    doctor = page_of("physician")
    doctor.goto(person)
    decision = doctor.inner_text(".verdict")
    doctor.fill("#confirm [name=password]", PASSWORD)
    doctor.click("text=Sign and confirm")
    doctor.wait_for_selector("text=Signed. The verdict is confirmed.")
    return str(decision)


def test_somebody_of_whom_too_little_is_known(page_of):
    desk = page_of("coordinator", 390)
    person = begin(desk, "Undecided")
    keep(desk, "is-living", "true")
    desk.reload()
    assert "Kept: yes" in desk.inner_text("#asked-is-living")
    doctor = page_of("physician")
    doctor.goto(person)
    assert "Undetermined" in doctor.inner_text(".verdict")
    assert "once nothing is left to ask" in doctor.inner_text("main")


def test_somebody_who_may_not_enter_by_keyboard_alone(page_of):
    desk = page_of("coordinator")
    person = begin(desk, "Notnow")
    desk.focus("#asked-psychotic-disorder-ever [name=value] >> nth=0")
    desk.keyboard.press("Space")
    desk.wait_for_selector("#kept-psychotic-disorder-ever >> text=Kept:")
    assert desk.evaluate("document.activeElement.name") == "value", "the focus stays"
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.tagName") in ("BUTTON", "A")
    assert "Ineligible" in sign(page_of, person)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_a_call_can_be_used_by_everybody(page_of, axe, width, scheme):
    page = page_of("coordinator", width, scheme)
    person = begin(page, f"Axe{width}{scheme}")
    places = ["/NORTH/calls/new/", "/NORTH/waiting/", person]
    places += [f"{person}{more}" for more in ("call/", "papers/", "letters/write/", "waiting/")]
    wrong = {}
    for place in places:
        page.goto(place)
        if found := violations(page, axe):
            wrong[place] = found
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong[place] = ["the page is wider than the screen"]
    assert wrong == {}


def test_a_scan_a_letter_and_a_place_on_the_list(page_of, tmp_path):
    desk = page_of("coordinator")
    person = begin(desk, "Papers")
    desk.goto(f"{person}papers/")
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"MZ no paper")
    desk.set_input_files("[name=scan]", path)
    desk.click("text=Keep the scan")
    desk.wait_for_selector("text=By its content this is no whole PDF")
    path.write_bytes(b"%PDF-1.7\n%%EOF\n")
    desk.set_input_files("[name=scan]", path)
    desk.click("text=Keep the scan")
    desk.wait_for_selector("text=The scan is kept")
    desk.click("text=Write a letter")
    desk.check("[name=kind][value=not-now]")
    desk.check("[name=addressee][value=referrer]")
    desk.fill("[name=name]", "Dr Example")
    desk.fill("[name=detail]", "about their health")
    desk.click("text=Write the letter")
    desk.wait_for_selector("text=did not permit us to tell the referrer more")
    desk.fill("[name=detail]", "")
    desk.click("text=Write the letter")
    desk.wait_for_selector("text=The letter is kept")
    desk.goto(f"{person}waiting/")
    desk.check("[name=step][value=joined]")
    desk.select_option("[name=reason]", "no-place-yet")
    desk.click("text=Record the step")
    desk.wait_for_selector("text=Ada Papers")
    assert str(datetime.now(UTC).year) in desk.inner_text("main")
