"""Three people go from a first call to a signed verdict, all by hand: no document is read."""

import pytest

from tests.browser.calls import PROTOCOL, begin, keep, sign
from tests.spec.person import FAVOURABLE, SIGNED_EXAMPLES
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

ANSWERS = {
    code.strip(): given.strip()
    for code, given in (line.split("|") for line in FAVOURABLE.strip().splitlines())
}
# What this protocol leaves to the approved protocol of a site: worked examples, signed on a page.
TO_SIGN = (
    "pcl-5-total-at-least",
    "ptsd-duration-at-least-months",
    "pregnancy-test-valid-days",
    "suicide-risk-valid-days",
    "severity-score-valid-days",
)


def test_somebody_who_may_enter(page_of):
    """The coordinator on the telephone, then the physician; each sends a whole screen at once."""
    doctor = page_of("physician")
    sign_the_limits(doctor)
    desk = page_of("coordinator", 390)
    person = begin(desk, "Mayenter")
    keep(desk, "is-living", "true")
    add_a_medicine(desk, person, "levothyroxine")
    assert answer_what_is_open(desk, person, "person", "told") <= 2
    assert "Undetermined" in verdict_at(desk, person)
    assert answer_what_is_open(doctor, person, "all", "seen") <= 2
    assert "Everything this protocol asks is met." in verdict_at(doctor, person)
    assert sign(doctor, person).startswith("Eligible")
    assert "confirms this verdict" in doctor.inner_text("#confirm")
    assert worklist_line(desk, "Mayenter") == "Confirmed eligible"


def test_somebody_who_may_not_enter_by_keyboard_alone(page_of):
    desk = page_of("coordinator")
    person = begin(desk, "Notnow")
    desk.focus("#asked-psychotic-disorder-ever [name=value] >> nth=0")
    desk.keyboard.press("Space")
    desk.wait_for_selector("#kept-psychotic-disorder-ever >> text=Kept:")
    assert desk.evaluate("document.activeElement.name") == "value", "the focus stays"
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.tagName") in ("BUTTON", "A")
    doctor = page_of("physician")
    assert sign(doctor, person).startswith("Ineligible")
    assert worklist_line(desk, "Notnow") == "Confirmed ineligible"


def test_somebody_of_whom_too_little_is_known(page_of):
    """The signature says why it cannot be decided today; it is no yes, and nobody is forgotten."""
    desk = page_of("coordinator", 390)
    person = begin(desk, "Undecided")
    keep(desk, "is-living", "true")
    desk.reload()
    assert "Kept: yes" in desk.inner_text("#asked-is-living")
    doctor = page_of("physician", 390, "dark")
    doctor.goto(person)
    said = doctor.inner_text("#confirm")
    assert "It cannot be decided today, because this is open:" in said
    assert "Has a clinician confirmed" in said
    assert "It permits nothing" in said
    assert sign(doctor, person).startswith("Undetermined")
    signed = doctor.inner_text("#confirm")
    assert "states that it cannot be decided today" in signed
    assert "Has a clinician confirmed" in signed, "the next questions stay listed"
    assert "confirms" not in signed
    assert "open" in worklist_line(desk, "Undecided")
    desk.goto(f"{person}ask/")
    assert desk.locator("[data-question]").count() > 10


def sign_the_limits(doctor) -> None:
    """Each number by itself, on its page."""
    for code in TO_SIGN:
        doctor.goto(f"/NORTH/limits/{PROTOCOL}/{code}/")
        doctor.fill("[name=value]", SIGNED_EXAMPLES[code])
        doctor.fill("main [name=password]", PASSWORD)
        doctor.click("main form button.primary")
        doctor.wait_for_selector("text=Signed. The number holds")


def add_a_medicine(page, person: str, name: str) -> None:
    page.goto(person)
    page.click("text=Add a medication")
    form = page.locator("form[action$='/medications/']")
    form.locator("[name=name]").fill(name)
    form.locator("[name=is_current][value=true]").check()
    form.locator("[name=source][value=told]").check()
    form.locator("button.primary").click()
    page.wait_for_selector("text=The medication is recorded")


def answer_what_is_open(page, person: str, who: str, source: str) -> int:
    """Answer everything that is asked, favourably, a screen at a time; how many screens."""
    for screens in range(8):
        page.goto(f"{person}ask/?by={who}")
        asked = page.eval_on_selector_all(
            "[data-question] .says", "all => all.map(each => each.id.replace('asked-', ''))"
        )
        if not asked:
            return screens
        page.check(f"[name=source][value={source}]")
        for code in asked:
            give(page, code, ANSWERS[code])
        page.click("text=Record the answers")
        page.wait_for_selector("text=Recorded as one conversation")
    raise AssertionError("the questions never end")


def give(page, code: str, given: str) -> None:
    """One answer of the conversation."""
    if given in ("yes", "no"):
        page.check(f"[name='{code}'][value={'true' if given == 'yes' else 'false'}]")
    elif page.locator(f"[type=radio][name='{code}']").count():
        page.check(f"[name='{code}'][value='{given}']")
    else:
        number, _, unit = given.partition(" ")
        page.fill(f"[name='{code}']", number)
        if page.locator(f"[name='{code}.unit']").count():
            page.select_option(f"[name='{code}.unit']", unit)


def verdict_at(page, person: str) -> str:
    page.goto(person)
    return str(page.inner_text(".verdict"))


def worklist_line(page, family: str) -> str:
    """What the worklist says is next for somebody."""
    page.goto("/NORTH/worklist/")
    return str(page.inner_text(f"[data-row]:has-text('{family}') .next"))
