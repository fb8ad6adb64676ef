"""Zero violations on the pages of approvals, duty, erasure, disclosures and of what follows a call."""

from zipfile import ZipFile

import pytest

from tests.browser.calls import begin, keep
from tests.browser.sizes import every
from tests.browser.test_accessibility import person_of, violations
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser

OF_THE_SITE = {
    "approvals": "/NORTH/authority/",
    "an approval to record": "/NORTH/authority/record/ethics-approval/",
    "an act to check": "/NORTH/authority/check/",
    "an act checked": "/NORTH/authority/check/?act=dosing&on=2026-06-01",
    "another jurisdiction": "/NORTH/authority/jurisdiction/",
    "duty": "/NORTH/duty/",
    "the waiting list": "/NORTH/waiting/",
    "a first call": "/NORTH/calls/new/",
    "years to sign": "/NORTH/retention/victoria/health-record/",
}
OF_SOMEBODY = (
    "call/",
    "contact/",
    "papers/",
    "letters/write/",
    "waiting/",
    "erasure/",
    "disclosures/",
    "ask/",
)
SIZES = every()  # three of them with mark.nightly


def wrong_at(page, axe: str) -> list[str]:
    """What is wrong with a page as it is shown, everything folded unfolded."""
    page.evaluate(
        "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
    )
    found = violations(page, axe)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the screen")
    return found


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_pages_of_a_site_and_of_somebody(page_of, axe, width, scheme):
    page = page_of("physician", width, scheme)
    person = person_of(page)
    places = OF_SOMEBODY and {more: f"{person}{more}" for more in OF_SOMEBODY}
    wrong = {}
    for name, path in (OF_THE_SITE | places).items():
        page.goto(path)
        if found := wrong_at(page, axe):
            wrong[name] = found
    assert wrong == {}


@pytest.mark.nightly
@pytest.mark.parametrize(("width", "scheme"), SIZES[:2])
def test_an_approval_to_change_and_to_correct(page_of, axe, width, scheme):
    page = page_of("physician", width, scheme)
    page.goto("/NORTH/authority/")
    links = page.eval_on_selector_all(
        "a[href*='/change/'], a[href*='/correct/']", "all => all.map(each => each.href)"
    )
    assert links
    for link in links[:2]:
        page.goto(link)
        assert wrong_at(page, axe) == [], link


@pytest.mark.nightly
@pytest.mark.parametrize(("width", "scheme"), SIZES[1:3])
def test_the_crisis_lines_and_an_answer_refused_without_the_script(page_of, axe, width, scheme):
    admin = page_of("admin", width, scheme)
    admin.goto("/NORTH/calls/numbers/")
    assert wrong_at(admin, axe) == []
    desk = page_of("coordinator", width, scheme)
    person = begin(desk, f"Axed{width}{scheme}")
    token = desk.get_attribute("[name=csrfmiddlewaretoken] >> nth=0", "value")
    desk.evaluate(
        """([action, token]) => {
          const form = document.createElement('form');
          form.method = 'post'; form.action = action;
          for (const [name, value] of [['csrfmiddlewaretoken', token], ['value', 'perhaps'], ['source', 'told']]) {
            const field = document.createElement('input');
            field.name = name; field.value = value; form.append(field);
          }
          document.body.append(form); form.submit();
        }""",
        [f"{person}call/answers/is-living/", token],
    )
    desk.wait_for_selector("text=Not kept yet.")
    assert wrong_at(desk, axe) == []


@pytest.mark.nightly
@pytest.mark.parametrize(("width", "scheme"), SIZES[1:3])
def test_an_erasure_from_request_to_second_signature_by_keyboard(page_of, axe, width, scheme):
    """Asked, signed by two where the rules permit it; here they do not, and the page says why."""
    desk = page_of("coordinator", width, scheme)
    person = begin(desk, f"Erase{width}{scheme}")
    keep(desk, "is-living", "true")
    desk.goto(f"{person}erasure/")
    assert "It may not be erased now." in desk.inner_text("main")
    desk.focus("[name=classes][value=words]")
    desk.keyboard.press("Space")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Recorded. Two people must sign.")
    assert wrong_at(desk, axe) == []
    desk.fill("main [name=password]", PASSWORD)
    desk.press("main [name=password]", "Enter")
    desk.wait_for_selector("text=The rules of keeping do not permit it on this day.")
    assert wrong_at(desk, axe) == []


@pytest.mark.nightly
@pytest.mark.parametrize(("width", "scheme"), SIZES[1:3])
def test_a_persons_own_copy_as_it_is_handed_out(page_of, axe, width, scheme):
    """It is read at home, without us: it needs nothing from the server and can be used by everybody."""
    desk = page_of("coordinator", width, scheme)
    person = person_of(desk)
    desk.goto(f"{person}disclosures/")
    with desk.expect_download() as told:
        desk.click("text=Make the person's own copy")
    copy = desk.context.new_page()
    with ZipFile(told.value.path()) as handed_out:
        copy.set_content(handed_out.read("record.html").decode())
    assert wrong_at(copy, axe) == []
