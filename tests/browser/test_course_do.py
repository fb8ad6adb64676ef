"""In a real browser: the page on which a course is run, on a phone and at a desk, and by keyboard."""

import os

import pytest

from tests.browser.sizes import every
from tests.browser.test_board import courses_at
from tests.browser.test_by_keyboard import day, press, tab_to
from tests.browser.test_more_accessibility import wrong_at

__all__ = ["courses_at"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), every())
def test_the_page_to_record_and_book_can_be_used_by_everybody(
    page_of, courses_at, axe, width, scheme
):
    page = page_of("coordinator", width, scheme, at=courses_at)
    page.goto("/NORTH/board/")
    page.goto(page.locator("main a[href*='/course/']").first.get_attribute("href"))
    page.get_by_role("link", name="Record and book").click()
    for name in ("A visit took place", "Book pair, room and physician"):
        page.get_by_role("heading", name=name).focus()
        page.get_by_role("heading", name=name).click()
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/course-{width}-{scheme}.png", full_page=True)
    assert wrong_at(page, axe) == []


@pytest.mark.nightly
def test_a_visit_is_recorded_by_keyboard_alone(page_of, courses_at):
    page = page_of("therapist", at=courses_at)
    page.goto("/NORTH/today/")
    page.goto(page.locator("main a[href*='/course/']").first.get_attribute("href"))
    page.get_by_role("link", name="Record and book").press("Enter")
    page.locator("summary", has_text="An appointment was not kept").press("Enter")
    page.locator("#miss_visit").select_option(index=1)
    page.locator("#miss_on").fill("2026-11-20")
    page.locator("#miss_reason").select_option("ill")
    page.locator("#miss_reason").press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Recorded. The visit is still to come.")


@pytest.mark.nightly
def test_from_the_board_to_a_goal_of_the_person_by_keyboard_alone(page_of, courses_at):
    page = page_of("therapist", at=courses_at)
    page.goto("/NORTH/today/")
    tab_to(page, "main a[href*='/course/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/course/")
    press(page, "Clinical record")
    page.wait_for_url("**/clinical/")
    press(page, "Goals")
    page.wait_for_url("**/clinical/goals/**")
    press(page, "Set a goal")
    tab_to(page, "details[open] textarea, details[open] [name=words]")
    page.keyboard.type("Walk to the market alone.")
    day(page, "details[open] input[type=date], details[open] [type=datetime-local]", "11202026")
    press(page, "Record the goal")
    page.wait_for_selector("text=Walk to the market alone.")
