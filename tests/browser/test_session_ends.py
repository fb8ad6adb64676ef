"""A page left open when its session ends is readable to nobody, and loses nothing that was typed."""

import pytest

pytestmark = pytest.mark.browser

ASK = "document.dispatchEvent(new Event('visibilitychange'))"


def is_shown(page) -> bool:
    return page.locator("main").evaluate("each => getComputedStyle(each).visibility") == "visible"


def test_what_was_shown_is_covered_when_its_session_ends_and_back_after_logging_in(page_of):
    page = page_of("physician")
    page.goto("/NORTH/prescreening/")
    kept = page.context.cookies()
    assert is_shown(page)
    page.context.clear_cookies(name="session")
    page.evaluate(ASK)
    page.wait_for_selector("body.is-out")
    assert not is_shown(page)
    assert "you were logged out" in page.locator("[data-pulse]").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') === null")
    page.context.add_cookies(kept)
    page.evaluate(ASK)
    page.wait_for_selector("body:not(.is-out)")
    assert is_shown(page)


def test_what_was_typed_is_still_there(page_of):
    page = page_of("coordinator")
    page.goto("/NORTH/worklist/")
    page.fill("[data-search]", "what I typed")
    kept = page.context.cookies()
    page.context.clear_cookies(name="session")
    page.evaluate(ASK)
    page.wait_for_selector("body.is-out")
    page.context.add_cookies(kept)
    page.evaluate(ASK)
    page.wait_for_selector("body:not(.is-out)")
    assert page.input_value("[data-search]") == "what I typed"
