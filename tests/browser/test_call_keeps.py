"""An answer of a first call is kept as it is given, and is lost neither by haste nor by trouble."""

import re

import pytest

from tests.browser.calls import begin, keep
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

LIVING = "#asked-is-living [name=value]"
KEPT = "#kept-is-living >> text=Kept:"


def kept_at(page, person: str, code: str = "is-living") -> str:
    """What the page says of one answer; what was sent as a page went may come a moment later."""
    for _moment in range(20):
        page.goto(f"{person}call/")
        if "Kept:" in (said := str(page.inner_text(f"#asked-{code}"))):
            break
        page.wait_for_timeout(250)
    return said


def test_an_answer_is_kept_though_the_page_is_left_at_once(page_of):
    desk = page_of("coordinator", 390)
    person = begin(desk, "Hasty")
    desk.check(f"{LIVING}[value=true]")
    assert "Kept: yes" in kept_at(desk, person)


def test_a_number_and_a_day_are_kept_though_the_page_is_left_while_typing(page_of):
    desk = page_of("coordinator")
    person = begin(desk, "Typing")
    desk.fill("#asked-pcl-5-total [name=value]", "41")
    desk.fill("#asked-ptsd-onset [name=value]", "2019-06-01")
    desk.goto("/NORTH/worklist/")
    assert "Kept: 41" in kept_at(desk, person, "pcl-5-total")
    assert "Kept: 1 June 2019" in kept_at(desk, person, "ptsd-onset")


def test_the_last_of_two_answers_stands_and_the_first_stays_on_record(page_of):
    desk = page_of("coordinator")
    person = begin(desk, "Slip")
    keep(desk, "is-living", "false")
    desk.check(f"{LIVING}[value=true]")
    desk.wait_for_selector("#kept-is-living >> text=Kept: yes")
    desk.goto(f"{person}journal/")
    assert "An answer was corrected" in desk.inner_text("main")


@pytest.mark.parametrize("status", [0, 500, 502])
def test_while_the_server_is_away_the_page_stays_and_the_answer_is_sent_again(page_of, status):
    desk = page_of("coordinator")
    person = begin(desk, f"Away{status}")
    desk.route(
        "**/call/answers/**",
        lambda route: route.abort() if not status else route.fulfill(status=status, body="no"),
    )
    desk.check(f"{LIVING}[value=true]")
    desk.wait_for_selector("#kept-is-living >> text=Not kept yet")
    assert desk.url.endswith("/call/")
    assert desk.is_checked(f"{LIVING}[value=true]"), "what was typed stays"
    desk.unroute("**/call/answers/**")
    desk.evaluate("dispatchEvent(new Event('online'))")
    desk.wait_for_selector(KEPT)
    assert "Kept: yes" in kept_at(desk, person)


def test_an_expired_log_in_loses_nothing(page_of):
    """Somebody logs in again in another window; the page that stayed open sends what it holds."""
    desk = page_of("coordinator")
    person = begin(desk, "Expired")
    other = desk.context.new_page()
    other.goto("/NORTH/worklist/")
    other.click("text=You")
    other.click("text=Log out")
    desk.check(f"{LIVING}[value=true]")
    desk.wait_for_selector("#kept-is-living >> text=Not kept yet: you are logged out")
    assert desk.is_checked(f"{LIVING}[value=true]")
    other.goto("/log-in/")
    other.fill("[name=login_name]", "coordinator")
    other.fill("[name=password]", PASSWORD)
    other.press("[name=password]", "Enter")
    other.wait_for_url(lambda url: "/log-in/" not in url)
    desk.evaluate("dispatchEvent(new Event('focus'))")
    desk.wait_for_selector(KEPT)
    assert "Kept: yes" in kept_at(desk, person)


def test_without_the_script_each_answer_has_its_button(page_of):
    desk = page_of("coordinator")
    desk.route(re.compile("holdfast/keep"), lambda route: route.abort())
    begin(desk, "Plain")
    desk.check(f"{LIVING}[value=true]")
    desk.click("#asked-is-living button")
    desk.wait_for_selector("#asked-is-living >> text=Kept: yes")
