"""Zero violations of WCAG 2.2 AA on every page, light and dark, in a real Chromium."""

import pytest

from tests.browser.sizes import SCHEMES, every

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "worklist": "/NORTH/worklist/",
    "new referral": "/NORTH/referrals/new/",
    "what was read": "{person}read/",
    "screening": "{person}",
    "a verdict as it was shown": "{verdict}",
    "asking": "{person}ask/",
    "one answer": "{person}answers/able-to-swallow-pills/",
    "journal": "{person}journal/",
    "journal of the past": "{person}journal/?position=1",
    "limits": "/NORTH/limits/",
    "a limit to sign": "/NORTH/limits/mapp2/caps-5-total-at-least/",
    "pre-screening": "/NORTH/prescreening/",
    "my access": "/my-access/",
    "about": "/about/",
    "not found": "/nowhere/",
}
AT_THE_DOOR = {"log-in": "/log-in/", "not found": "/nowhere/", "about": "/about/"}


def violations(page, axe: str) -> list[str]:
    """What axe-core finds; it runs in the debugger's world, so that no policy is weakened."""
    page.evaluate(f"() => {{ {axe} }}")
    found = page.evaluate(
        "tags => axe.run(document, { runOnly: tags }).then(told => told.violations.map("
        "each => each.id + ': ' + each.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')))",
        TAGS,
    )
    return [text[:600] for text in found]


def person_of(page) -> str:
    page.goto("/NORTH/worklist/")
    return str(page.get_attribute("[data-row]", "href"))


def verdict_of(page, person: str) -> str:
    page.goto(person)
    return str(page.get_attribute("#shown a", "href"))


def walk(page, pages: dict[str, str], axe: str) -> dict[str, list[str]]:
    person = person_of(page) if "worklist" in pages else ""
    verdict = verdict_of(page, person) if person else ""
    wrong = {}
    for name, path in pages.items():
        page.goto(path.format(person=person, verdict=verdict))
        page.evaluate(
            "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
        )
        if found := violations(page, axe):
            wrong[name] = found
        if page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ):
            wrong.setdefault(name, []).append("the page is wider than the screen")
    return wrong


@pytest.mark.parametrize(("width", "scheme"), every())  # three of them with mark.nightly
def test_every_page_can_be_used_by_everybody(page_of, axe, width, scheme):
    assert walk(page_of("physician", width, scheme), PAGES, axe) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_before_the_door_too(page_of, axe, scheme):
    assert walk(page_of(None, 390, scheme), AT_THE_DOOR, axe) == {}


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", SCHEMES)
def test_high_contrast_too(page_of, axe, scheme):
    page = page_of("physician", 1280, scheme)
    page.goto("/NORTH/worklist/")
    page.click(".menu > summary")
    page.click("button[name=theme][value=contrast]")
    assert page.get_attribute("html", "data-theme") == "contrast"
    assert (
        walk(page, {name: PAGES[name] for name in ("worklist", "screening", "limits")}, axe) == {}
    )


def test_a_search_that_finds_nobody_too(page_of, axe):
    """And what was searched for is in no address: it comes by POST alone."""
    page = page_of("physician", 390)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/NORTH/worklist/")
    page.fill("#search", "Nobody Here")
    page.wait_for_selector("text=Nobody here")
    assert violations(page, axe) == []
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Nobody here")
    assert not any("Nobody" in url for url in [*asked, page.url])


def test_a_form_with_errors_too(page_of, axe):
    page = page_of("physician", 390)
    person = person_of(page)
    page.goto(f"{person}answers/able-to-swallow-pills/")
    page.evaluate("() => { document.querySelector('main form').noValidate = true }")
    page.click("main button.primary")
    page.wait_for_selector(".error")
    assert violations(page, axe) == []


def test_targets_are_large(page_of):
    """44 px at least, but for links in running text (WCAG 2.2, 2.5.8 lets those be)."""
    page = page_of("physician", 390)
    person = person_of(page)
    for path in ("/NORTH/worklist/", person, "/NORTH/limits/", "/NORTH/prescreening/"):
        page.goto(path)
        small = page.evaluate(
            "() => [...document.querySelectorAll('button, .button, summary, .people a, .places a, .tabs a, "
            ".option, select, input:not([type=hidden], [type=radio], [type=checkbox])')]"
            ".filter(each => each.offsetParent && each.getBoundingClientRect().height < 44)"
            ".map(each => each.outerHTML.slice(0, 120))"
        )
        assert small == [], path
