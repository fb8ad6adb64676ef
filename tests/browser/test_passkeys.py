"""Log-in in a real Chromium with a virtual authenticator: passkeys, codes, signing, taking away; and refusals."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from holdfast.definitions import protocols
from tests.actions.test_second_factors import code_of as code_at
from tests.browser.conftest import wait_for
from tests.browser.test_accessibility import violations
from tests.web.clinic import PASSWORD
from tests.web.template import Template

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def strict(clinic_template: Template, tmp_path_factory) -> Iterator[str]:
    """The product as a site serves it: a second factor is required. By name, as passkeys need."""
    path = tmp_path_factory.mktemp("strict") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
    environment |= {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{path}",
        "HOLDFAST_KEY": clinic_template.key,
    }
    command = [sys.executable, "-m", "holdfast", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, cwd=path.parent, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v1/health")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@dataclass
class Desk:
    """One person's browser with an authenticator of its own."""

    context: BrowserContext
    page: Page
    tool: CDPSession
    complaints: list[str] = field(default_factory=list)
    authenticator: str = ""

    def plug_in(self, *, verifies: bool = True) -> None:
        """An authenticator that is built in, and whose user is or is not who they should be."""
        self.tool.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        made = self.tool.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = made["authenticatorId"]

    def verifies(self, value: bool) -> None:
        """Whether the finger on the sensor is the right one, from now on."""
        told = {"authenticatorId": self.authenticator, "isUserVerified": value}
        self.tool.send("WebAuthn.setUserVerified", told)

    def by_password(self, who: str) -> None:
        self.page.goto("/log-in/")
        self.page.fill("[name=login_name]", who)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Log in", exact=True).click()

    def log_out(self) -> None:
        self.page.locator("details.menu summary").click()
        self.page.get_by_role("button", name="Log out").click()
        self.page.wait_for_url("**/log-in/**")

    def add_passkey(self) -> None:
        self.page.goto("/sign-in/passkey/")
        self.page.select_option("[name=kind]", "computer")
        self.page.get_by_role("button", name="Make the passkey").click()

    def by_passkey(self) -> None:
        self.page.goto("/log-in/")
        self.page.get_by_role("button", name="Log in with a passkey").click()


@pytest.fixture
def desk(browser: Browser, strict: str) -> Iterator[Callable[..., Desk]]:
    """A new browser for somebody; what it complains of fails the test."""
    opened: list[Desk] = []

    def open_desk(**options: object) -> Desk:
        context = browser.new_context(base_url=strict, locale="en", **options)
        page = context.new_page()
        made = Desk(context, page, context.new_cdp_session(page))
        page.on("pageerror", lambda error: made.complaints.append(f"{error} {error.stack}"))
        opened.append(made)
        return made

    yield open_desk
    complaints = [line for each in opened for line in each.complaints]
    for each in opened:
        each.context.close()
    assert complaints == []


def test_from_a_first_password_to_signing_by_passkey_and_back(desk):
    """Led to set one up, logged in by it alone, signed by it, and taken away at the end."""
    mine = desk()
    mine.plug_in()
    mine.by_password("physician")
    mine.page.wait_for_url("**/sign-in/set-up/")
    mine.page.goto("/NORTH/worklist/")  # nothing else opens
    expect(mine.page).to_have_url(re.compile("/sign-in/set-up/$"))
    mine.page.get_by_role("link", name="Set up a passkey").click()
    mine.page.select_option("[name=kind]", "computer")
    mine.page.get_by_role("button", name="Make the passkey").click()
    expect(mine.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert mine.page.locator(".codes li").count() == 10
    mine.page.get_by_role("link", name="I have kept them").click()
    mine.page.wait_for_url("**/NORTH/worklist/")
    mine.log_out()

    mine.by_passkey()
    mine.page.wait_for_url("**/NORTH/worklist/")

    mine.page.goto("/NORTH/limits/mapp2/caps-5-total-at-least/")
    mine.page.fill("[name=value]", "28")
    mine.page.get_by_role("button", name="Sign with your passkey").click()
    expect(mine.page.get_by_role("status")).to_contain_text("Signed")

    mine.page.goto("/sign-in/pin/")
    mine.page.get_by_label("New PIN").fill("493817")
    mine.page.get_by_label("The same again").fill("493817")
    mine.page.get_by_role("button", name="Set the PIN").click()
    mine.page.wait_for_url("**/sign-in/")
    codes = [limit.code for limit in protocols.load("mapp2").limits_to_sign()]
    other = next(code for code in codes if code != "caps-5-total-at-least")
    mine.page.goto(f"/NORTH/limits/mapp2/{other}/")
    mine.page.fill("[name=value]", "28")
    mine.verifies(False)
    mine.page.get_by_role("button", name="Sign with your passkey").click()
    expect(mine.page.get_by_text("The passkey was not used")).to_be_visible()
    mine.verifies(True)
    mine.page.get_by_label("Your PIN").fill("493817")
    began = time.monotonic()
    mine.page.keyboard.press("Enter")
    expect(mine.page.get_by_role("status")).to_contain_text("Signed")
    assert time.monotonic() - began < 5  # about one second, on a machine that does other things

    mine.add_passkey()  # a second one of the same authenticator is refused by the browser
    expect(mine.page.locator("[data-passkey-problem]")).to_be_visible()
    mine.page.goto("/sign-in/")
    mine.page.get_by_role("button", name="Take away: Computer").click()
    expect(mine.page.get_by_role("status")).to_contain_text("your only one")


def test_a_passkey_whose_user_was_not_verified_opens_and_signs_nothing(desk):
    mine = desk()
    mine.plug_in()
    mine.by_password("coordinator")
    mine.page.wait_for_url("**/sign-in/set-up/")
    mine.add_passkey()
    expect(mine.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    mine.page.get_by_role("link", name="I have kept them").click()
    mine.page.wait_for_url("**/NORTH/worklist/")
    mine.log_out()
    mine.verifies(False)
    mine.by_passkey()
    expect(mine.page.get_by_text("No passkey was used")).to_be_visible()
    assert "/log-in/" in mine.page.url
    mine.by_password("coordinator")
    mine.page.wait_for_url("**/log-in/second/")
    mine.page.get_by_role("button", name="Use your passkey").click()
    expect(mine.page.get_by_text("No passkey was used")).to_be_visible()
    mine.verifies(True)
    mine.page.get_by_role("button", name="Use your passkey").click()
    mine.page.wait_for_url("**/NORTH/worklist/")


def test_two_passkeys_and_one_taken_away_opens_nothing_any_more(desk):
    mine = desk()
    mine.plug_in()
    mine.by_password("pharmacist")
    mine.page.wait_for_url("**/sign-in/set-up/")
    mine.add_passkey()
    mine.page.get_by_role("link", name="I have kept them").click()
    first = mine.authenticator
    mine.tool.send("WebAuthn.setUserVerified", {"authenticatorId": first, "isUserVerified": True})
    kept = mine.tool.send("WebAuthn.getCredentials", {"authenticatorId": first})["credentials"]
    mine.tool.send("WebAuthn.clearCredentials", {"authenticatorId": first})
    mine.add_passkey()  # a second device of the same person
    mine.page.wait_for_url("**/sign-in/")
    mine.page.get_by_role("button", name="Take away: Computer").first.click()  # the first one
    expect(mine.page.get_by_role("status")).to_contain_text("taken away")
    mine.log_out()
    mine.tool.send("WebAuthn.clearCredentials", {"authenticatorId": first})
    told = {"authenticatorId": first, "credential": kept[0]}
    mine.tool.send("WebAuthn.addCredential", told)
    mine.by_passkey()
    expect(mine.page.get_by_text("This passkey was not accepted")).to_be_visible()


def code_of(page: Page) -> str:
    """The secret behind the picture, as somebody types it who cannot use a camera."""
    return str(page.locator("code.secret").text_content()).replace(" ", "")


def test_an_app_and_its_codes_by_keyboard_alone_and_a_recovery_code_at_the_end(desk):
    mine = desk()
    page = mine.page
    mine.by_password("therapist")
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_role("link", name="Set up an app").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/codes-app/")
    secret = code_of(page)
    page.get_by_label("Six digits from your app").focus()
    page.keyboard.type(code_at(secret, -1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".codes code").all_text_contents()
    page.get_by_role("link", name="I have kept them").press("Enter")
    page.wait_for_url("**/NORTH/worklist/")
    mine.log_out()
    mine.by_password("therapist")
    page.wait_for_url("**/log-in/second/")
    page.get_by_label("Six digits from your app").focus()
    page.keyboard.type(code_at(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/NORTH/worklist/")
    mine.log_out()
    mine.by_password("therapist")
    page.get_by_text("I have lost my device").click()
    page.get_by_label("One of your recovery codes").focus()
    page.keyboard.type(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/NORTH/worklist/")


@pytest.mark.parametrize(
    ("who", "width", "scheme"),
    [("monitor", 390, "dark"), pytest.param("auditor", 1280, "light", marks=pytest.mark.nightly)],
)
def test_every_page_of_log_in_can_be_used_by_everybody(desk, axe, who, width, scheme):
    """axe at zero, and no page wider than the screen: at the door, on the way in, and inside."""
    mine = desk(viewport={"width": width, "height": 844}, color_scheme=scheme)
    mine.plug_in()
    page, wrong = mine.page, {}

    def look(name: str) -> None:
        page.evaluate(
            "() => document.querySelectorAll('main details').forEach(each => { each.open = true })"
        )
        if found := violations(page, axe):
            wrong[name] = found
        if page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ):
            wrong.setdefault(name, []).append("wider than the screen")
        if folder := os.environ.get("HOLDFAST_SCREENSHOTS"):
            page.screenshot(
                path=f"{folder}/{name.replace(' ', '-')}-{width}-{scheme}.png", full_page=True
            )

    page.goto("/log-in/")
    look("log-in")
    page.goto("/recover/")
    look("recover")
    page.evaluate(
        "() => { document.querySelectorAll('form').forEach(each => { each.noValidate = true }) }"
    )
    page.get_by_role("button", name="Set my password").click()
    look("recover with errors")
    mine.by_password(who)
    page.wait_for_url("**/sign-in/set-up/")
    look("set-up")
    page.goto("/sign-in/codes-app/")
    look("codes app")
    page.get_by_label("Six digits from your app").fill(code_at(code_of(page), -1))
    page.get_by_role("button", name="Confirm").click()
    look("recovery codes")
    mine.add_passkey()
    page.wait_for_url("**/sign-in/")
    for name, address in {
        "sign-in": "/sign-in/",
        "passkey": "/sign-in/passkey/",
        "pin": "/sign-in/pin/",
        "password": "/sign-in/password/",
        "confirm": "/sign-in/confirm/",
    }.items():
        page.goto(address)
        look(name)
    mine.log_out()
    mine.by_password(who)
    page.wait_for_url("**/log-in/second/")
    look("second step")
    assert wrong == {}


def test_letting_somebody_in_can_be_used_by_everybody(desk, axe):
    mine = desk(viewport={"width": 390, "height": 844})
    mine.plug_in()
    page = mine.page
    mine.by_password("admin")
    page.wait_for_url("**/sign-in/set-up/")
    mine.add_passkey()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.goto("/NORTH/recovery/")
    assert violations(page, axe) == []
    page.get_by_label("Whose account is it?").fill("rater")
    page.get_by_text("They lost their password").click()
    page.get_by_text("In person, and I know them").click()
    page.get_by_label("The witness's login name").fill("site-lead")
    page.get_by_label("The witness's password").fill(PASSWORD)
    if folder := os.environ.get("HOLDFAST_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/issue.png", full_page=True)
    page.get_by_role("button", name="Sign with your passkey").click()
    expect(page.get_by_role("heading", name="Give them this code")).to_be_visible()
    assert violations(page, axe) == []
