"""In a real browser: a record is opened in an emergency, seen on every page, ended and reviewed."""

import pytest

from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LEFT = "document.querySelector('[data-glass-left]').textContent"


def fill_by_name(page) -> None:
    page.goto("/emergency/")
    page.select_option("[name=site]", "NORTH")
    page.fill("[name=given]", "Zebediah")
    page.fill("[name=family]", "Canarybird")
    page.fill("[name=born_on]", "1984-06-03")
    page.check("[name=reason][value=danger-to-life]")
    page.fill("[name=words]", "Found unconscious, needs to know what they take")
    page.fill("[name=password]", PASSWORD)


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "dark"), pytest.param(1280, "light", marks=pytest.mark.nightly)]
)
def test_from_the_emergency_to_the_signed_review(page_of, axe, width, scheme):
    doctor = page_of("stranger", width, scheme)
    doctor.click(".menu > summary")
    doctor.click("text=Open a record in an emergency")
    assert violations(doctor, axe) == []
    fill_by_name(doctor)
    doctor.click("main button.primary >> text=Sign and open the record")
    doctor.wait_for_url("**/NORTH/people/**")
    assert "Zebediah Canarybird" in doctor.inner_text("h1")
    before = doctor.evaluate(LEFT)
    doctor.wait_for_timeout(1500)
    assert doctor.evaluate(LEFT) != before, "it counts down"
    assert violations(doctor, axe) == []
    assert not doctor.evaluate(WIDER)
    doctor.goto("/SOUTH/worklist/")
    assert "NORTH-0001" in doctor.inner_text("[data-glass]")
    assert not doctor.evaluate(WIDER)

    lead = page_of("site-lead", width, scheme)
    lead.goto("/NORTH/duty/")
    assert "for a review." in lead.inner_text("section.glass")
    lead.click("section.glass >> text=Open them")
    assert violations(lead, axe) == []
    lead.click("main a.button.primary >> nth=0")
    assert "Found unconscious" in lead.inner_text("main")
    assert violations(lead, axe) == []
    assert not lead.evaluate(WIDER)
    lead.check("[name=verdict][value=justified]")
    lead.fill("[name=words]", "Right: the hospital confirmed it")
    lead.fill("[name=password]", PASSWORD)
    lead.click("text=Sign the review")
    lead.wait_for_selector("text=Signed. The review is on record.")
    assert violations(lead, axe) == []

    doctor.click("[data-glass] button")
    doctor.wait_for_url("**/my-access/")
    assert "Nothing more of that record opens to you." in doctor.inner_text(".done")
    assert doctor.locator("[data-glass]").count() == 0
    assert "Justified" in doctor.inner_text("#openings")
    assert violations(doctor, axe) == []
    doctor.go_back()
    doctor.goto("/NORTH/worklist/")
    assert "Zebediah" not in doctor.inner_text("body")


def test_by_keyboard_alone_and_a_slip_loses_nothing(page_of):
    page = page_of("stranger")
    page.goto("/emergency/")
    page.focus("[name=number]")
    page.keyboard.type("NORTH-9999")
    for _step in range(12):
        if page.evaluate("document.activeElement.name") == "reason":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("They fell")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Nobody is found by exactly this.")
    assert page.input_value("[name=words]") == "They fell"
    assert page.evaluate("document.activeElement.className") == "problem"
    page.fill("[name=number]", "NORTH-0001")
    page.focus("[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/NORTH/people/**")
    page.focus("[data-glass] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-access/")


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), pytest.param(1280, "dark", marks=pytest.mark.nightly)]
)
def test_a_review_of_access_is_signed_by_keyboard_on_phone_and_desk(page_of, axe, width, scheme):
    page = page_of("administrator", width, scheme)
    page.goto("/NORTH/access-review/")
    assert violations(page, axe) == []
    assert not page.evaluate(WIDER)
    page.evaluate("() => { document.querySelector('main form').noValidate = true }")
    page.focus("[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Keep it or end it.")
    assert violations(page, axe) == []
    names = page.eval_on_selector_all(
        "[name^=decide-]", "all => [...new Set(all.map(each => each.name))]"
    )
    assert len(names) > 8
    for name in names:
        page.focus(f"[name={name}] >> nth=0")
        page.keyboard.press("Space")
    page.focus("[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Signed. What you ended is ended.")
    page.click("main section:last-child a >> nth=0")
    page.wait_for_selector("text=The list as it was shown")
    assert violations(page, axe) == []
    assert not page.evaluate(WIDER)


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "dark"), pytest.param(1280, "light", marks=pytest.mark.nightly)]
)
def test_operational_times_and_my_access_can_be_used_by_everybody(page_of, axe, width, scheme):
    page = page_of("site-lead", width, scheme)
    for path in ("/NORTH/times/", "/my-access/", "/NORTH/emergency/"):
        page.goto(path)
        page.evaluate(
            "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
        )
        assert violations(page, axe) == [], path
        assert not page.evaluate(WIDER), path
