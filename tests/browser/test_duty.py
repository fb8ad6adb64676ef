"""In a real browser: what the pulse says on every page, and the page of duty for everybody."""

import pytest

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


@pytest.mark.nightly
def test_a_dead_watch_and_a_silent_server_are_said_on_the_page(page_of):
    """Nobody runs a watch over the served clinic; then the network goes too."""
    page = page_of("therapist", 390)
    page.goto("/NORTH/worklist/")
    page.wait_for_selector("[data-pulse-stale]:not([hidden])", timeout=45_000)
    page.context.set_offline(True)
    page.wait_for_selector("[data-pulse-lost]:not([hidden])", timeout=45_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_duty_can_be_used_by_everybody(page_of, axe, scheme):
    page = page_of("physician", 390, scheme)
    page.goto("/NORTH/duty/")
    page.wait_for_selector("[data-pulse-stale]:not([hidden])", timeout=45_000)
    assert violations(page, axe) == []
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wider)
