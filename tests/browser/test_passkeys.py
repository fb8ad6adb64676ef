"""Passkeys in a real Chromium with a virtual authenticator: add, log in, sign, take away; and refusals."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser.conftest import wait_for
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
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
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
