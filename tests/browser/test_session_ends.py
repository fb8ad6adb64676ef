"""A page left open when its session ends is readable to nobody, and loses nothing that was typed."""

import pytest
from playwright.sync_api import TimeoutError

pytestmark = pytest.mark.browser

ASK = "document.dispatchEvent(new Event('visibilitychange'))"


def log_out_elsewhere(page) -> None:
    """The session is gone; once more where an answer that was on its way brought its cookie back."""
    for _ in range(5):
        page.context.clear_cookies(name="session")
        page.evaluate(ASK)
        try:
            page.wait_for_selector("body.is-out", timeout=4000)
        except TimeoutError:
            continue
        return
    raise AssertionError("the page does not say that it is logged out")


def is_shown(page) -> bool:
    return page.locator("main").evaluate("each => getComputedStyle(each).visibility") == "visible"


def test_what_was_shown_is_covered_when_its_session_ends_and_back_after_logging_in(page_of):
    page = page_of("physician")
    page.goto("/NORTH/prescreening/")
    kept = page.context.cookies()
    assert is_shown(page)
    log_out_elsewhere(page)
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
    log_out_elsewhere(page)
    page.context.add_cookies(kept)
    page.evaluate(ASK)
    page.wait_for_selector("body:not(.is-out)")
    assert page.input_value("[data-search]") == "what I typed"
