"""Whole ways through the product, as people go them."""

from datetime import UTC, datetime

import pytest

from holdfast.cli.demonstration.bundles import SEED, bundles
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def bundle_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "referral.json"
    path.write_bytes(bundles(datetime.now(UTC).date(), SEED)[3].data)
    return path


def test_from_upload_to_a_signed_verdict_by_two_people(page_of, bundle_file):
    desk = page_of("coordinator", 1280)
    desk.click("text=New referral >> nth=0")
    desk.set_input_files("[name=bundle]", bundle_file)
    desk.select_option("[name=protocol]", "mapp2")
    desk.select_option("[name=source]", "psychiatrist")
    desk.check("[name=consent_to_hold][value=yes]")
    desk.click("main button.primary")
    desk.wait_for_url("**/read/")
    assert "The referral is imported." in desk.inner_text("main")
    desk.click("text=Open the screening")
    person = desk.url
    desk.click("text=Ask the open questions")
    desk.check("[name=source][value=told]")
    desk.check("[name=agrees-to-recording][value=false]")
    desk.click("text=Record the answers")
    desk.wait_for_selector("text=Recorded as one conversation")
    assert "Ineligible" in desk.inner_text(".verdict")

    doctor = page_of("physician", 390, "dark")
    doctor.goto(person)
    doctor.fill("#confirm [name=password]", "not-the-password")
    doctor.click("text=Sign and confirm")
    doctor.wait_for_selector("text=This is not your password.")
    doctor.fill("#confirm [name=password]", PASSWORD)
    doctor.click("text=Sign and confirm")
    doctor.wait_for_selector("text=Signed. The verdict is confirmed.")
    assert "confirms this verdict" in doctor.inner_text("#confirm")

    desk.goto(f"{person}journal/")
    assert "A physician confirmed the verdict" in desk.inner_text("main")


def test_by_keyboard_alone_from_log_in_to_an_answer(page_of):
    page = page_of(None)
    page.goto("/log-in/")
    page.keyboard.press("Tab")
    page.keyboard.type("therapist")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/worklist/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/**")
    page.focus("#asks > summary")
    page.keyboard.press(
        "Enter"
    )  # something stops: the questions are folded until one asks for them
    page.focus(".finding .act a[hx-get] >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".slot form")
    page.keyboard.press("Space")  # the first answer has the focus
    for _step in range(8):
        if page.evaluate("document.activeElement.name") == "source":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    assert page.evaluate("document.activeElement.className") == "done"
    assert page.evaluate("document.querySelector('#asks').open"), "what was unfolded stays so"


def test_questions_are_folded_by_topic_and_open_to_whoever_is_led_there(page_of):
    page = page_of("physician", 390)
    page.goto("/NORTH/worklist/")
    page.click("[data-row] >> nth=0")
    assert page.evaluate("document.documentElement.scrollHeight") < 4000
    assert not page.evaluate("document.querySelector('#asks').open"), "what stops comes first"
    page.click(".tally a[href='#asks']")
    assert page.evaluate("document.querySelector('#asks').open")
    counts = page.eval_on_selector_all(
        "#asks .topic > summary .count", "all => all.map(each => Number(each.innerText))"
    )
    assert sum(counts) == int(page.inner_text("#asks > summary .count"))
    page.goto(f"{page.url.split('#')[0]}#{page.get_attribute('.topic:last-child .finding', 'id')}")
    page.reload()
    assert page.evaluate("document.querySelector('#asks .topic:last-child').open")


def test_a_conversation_counts_its_answers_and_fits_a_phone(page_of):
    page = page_of("physician", 390)
    page.goto("/NORTH/worklist/")
    page.goto(f"{page.get_attribute('[data-row]', 'href')}ask/")
    asked = page.locator("[data-question]").count()
    assert page.inner_text("[data-so-far]") == f"0 of {asked} answered"
    page.check("[name=agrees-to-overnight-stay][value=true]")
    assert page.inner_text("[data-so-far]") == f"1 of {asked} answered"
    tops = page.eval_on_selector_all(
        "[name=agrees-to-overnight-stay]",
        "all => all.map(each => Math.round(each.getBoundingClientRect().top))",
    )
    assert len(tops) == 3
    assert len(set(tops)) == 1, "yes, no and leave open stand on one line"


def test_single_key_shortcuts_can_be_switched_off(page_of):
    page = page_of("therapist")
    page.goto("/NORTH/worklist/")
    page.click(".menu > summary")
    page.click("button[name=keys][value=off]")
    page.wait_for_selector("body[data-keys=off]", state="attached")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "search"
    page.click(".menu > summary")
    page.click("button[name=keys][value=on]")


def test_a_search_narrows_the_list_as_one_types(page_of):
    page = page_of("therapist")
    page.goto("/NORTH/worklist/")
    page.fill("#search", "Canarybird")
    page.wait_for_timeout(600)
    assert page.locator("[data-row]").count() == 1
    page.fill("#search", "Nobody Here")
    page.wait_for_selector("text=Nobody here")


def test_a_bad_file_is_refused_where_it_was_sent_from(page_of, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"resourceType": "Patient"}')
    page = page_of("coordinator", 390)
    page.goto("/NORTH/referrals/new/")
    page.set_input_files("[name=bundle]", bad)
    page.select_option("[name=protocol]", "mapp2")
    page.select_option("[name=source]", "self")
    page.check("[name=consent_to_hold][value=yes]")
    page.click("main button.primary")
    page.wait_for_selector("text=Nothing was imported.")
    assert page.evaluate("document.activeElement.className") == "problem"


def test_everything_works_without_script(browser, address, bundle_file):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/log-in/")
    page.fill("[name=login_name]", "coordinator")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    page.click("[data-row] >> nth=0")
    page.click("#asks > summary")
    page.click("main >> text=Answer >> nth=0")
    page.check("[name=value] >> nth=0")
    page.check("[name=source][value=told]")
    page.click("text=Record the answer")
    assert "Recorded." in page.inner_text(".done")
    context.close()
