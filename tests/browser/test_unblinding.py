"""In a real browser, on a telephone: the blind is broken in no more than five acts, by keyboard and by touch."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Error as PlaywrightError

from holdfast.records.models import Enrollment
from tests import databases
from tests.actions.blinded import allocated
from tests.browser.conftest import serving
from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD
from tests.web.template import Template

pytestmark = pytest.mark.browser

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
ARM = "MDMA with therapy"
MOST = 5


@pytest.fixture(scope="module")
def trial(clinic_template: Template, tmp_path_factory, django_db_blocker):
    """The clinic with the canary person randomized; the address it is served at, and their pages."""
    path = tmp_path_factory.mktemp("trial") / "clinic.sqlite3"
    path.write_bytes(Path(clinic_template.path).read_bytes())
    os.environ["HOLDFAST_KEY"] = clinic_template.key
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{path}"):
        person = Enrollment.objects.get()
        allocated(person)
        connections.close_all()
    os.environ.pop("HOLDFAST_KEY")
    with serving(path, clinic_template.key) as address:
        yield address, f"/NORTH/people/{person.id}/"


class Acts:
    """Counts what a person does: each tap, each key press of a word or a step of the focus's goal."""

    def __init__(self) -> None:
        self.count = 0

    def does(self, act: Callable[[], object]) -> None:
        self.count += 1
        act()


def phone(browser, address: str, touch: bool):
    """A telephone's page of the physician on duty, who is logged in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        has_touch=touch,
        is_mobile=touch,
        color_scheme="dark" if touch else "light",
    )
    page = context.new_page()
    page.goto("/log-in/")
    page.fill("[name=login_name]", "physician")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/log-in/" not in url)
    return page


def shown(page, axe) -> None:
    """The arm stands there once, in reach of everybody, and is gone when one comes back."""
    page.wait_for_selector("#arm-title")
    assert ARM in page.inner_text(".arm-once")
    assert "no-store" in page.evaluate(
        "fetch(location.href).then(r => r.headers.get('cache-control'))"
    )
    assert not page.evaluate(WIDER)
    assert violations(page, axe) == []
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/shown.png", full_page=True)
    page.goto("/NORTH/duty/")
    with pytest.raises(PlaywrightError, match="CACHE_MISS"):
        page.go_back()  # the browser kept nothing that it could show


@pytest.mark.parametrize("begins", ["course/", pytest.param("", marks=pytest.mark.nightly)])
def test_by_touch_from_the_page_of_a_person(browser, axe, trial, begins):
    address, person = trial
    page, acts = phone(browser, address, touch=True), Acts()
    page.goto(f"{person}{begins}")
    acts.does(lambda: page.tap("a.tab-emergency"))
    page.wait_for_url("**/unblind/")
    assert violations(page, axe) == []
    assert not page.evaluate(WIDER)
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/form.png", full_page=True)
    acts.does(lambda: page.tap("label:has([value=life-threatening])"))
    acts.does(lambda: page.fill("[name=password]", PASSWORD))
    acts.does(lambda: page.tap("main button.primary"))
    shown(page, axe)
    assert acts.count <= MOST
    page.context.close()


def test_by_keyboard_alone_and_a_reload_shows_nothing_again(browser, axe, trial):
    address, person = trial
    page, acts = phone(browser, address, touch=False), Acts()
    page.goto(f"{person}course/")
    acts.does(lambda: _to(page, "a.tab-emergency", "Enter"))
    page.wait_for_url("**/unblind/")
    acts.does(lambda: _to(page, "[name=reason]", "Space"))
    acts.does(lambda: (_to(page, "[name=password]"), page.keyboard.type(PASSWORD)))
    acts.does(lambda: page.keyboard.press("Enter"))
    page.wait_for_selector("#arm-title")
    assert acts.count <= MOST
    page.reload()
    page.wait_for_selector("text=It was shown already")
    assert ARM not in page.content()
    assert urlsplit(page.url).query == ""
    page.context.close()


PAGES = (
    ("site-lead", ("blind/", "blind/seats/", "locks/", "blind/report/")),
    ("sponsor", ("blind/", "locks/", "closed-exports/")),
    ("safety-unit", ("blind/safety/",)),
    ("rater", ("blind/guess/", "blind/report/")),
)


@pytest.mark.nightly
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_other_page_of_the_blind_is_read_by_everybody(page_of, axe, width, scheme):
    for who, places in PAGES:
        page = page_of(who, width, scheme)
        for place in places:
            page.goto(f"/NORTH/{place}")
            assert violations(page, axe) == [], place
            assert not page.evaluate(WIDER), place
            if folder := os.environ.get("HOLDFAST_SHOTS"):
                name = place.strip("/").replace("/", "-")
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def _to(page, selector: str, key: str = "") -> None:
    """Move the focus there by Tab alone, then press."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            if key:
                page.keyboard.press(key)
            return
    raise AssertionError(f"Tab never reached {selector}")
