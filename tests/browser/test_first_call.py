"""The pages of a first call: usable by everybody, papers, letters and the waiting list."""

from datetime import UTC, datetime

import pytest

from tests.browser.calls import begin
from tests.browser.sizes import every
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), every())  # three of them with mark.nightly
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
