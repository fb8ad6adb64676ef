"""A served clinic that can be stopped and started again, and a tablet in a real Chromium enrolled there."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import wait_for
from tests.web.clinic import PASSWORD

PINS = {"therapist": "493817", "physician": "620518"}


@dataclass
class RoomServer:
    """``holdfast serve`` over one database and one port, which outlive each start."""

    database: Path
    key: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def by_name(self) -> str:
        """As passkeys need it: they belong to names."""
        return f"http://localhost:{self.port}"

    def start(self, **settings: str) -> None:
        """Start it, on the same port as before."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        kept = {n: v for n, v in os.environ.items() if not n.startswith("HOLDFAST_KEY")}
        given = {"HOLDFAST_DATABASE_URL": f"sqlite:///{self.database}", "HOLDFAST_KEY": self.key}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holdfast", "serve", "--port", str(self.port)],
            env=kept | given | settings,
            cwd=self.database.parent,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # its workers go with it
        )
        wait_for(f"{self.address}/api/v1/health")

    def kill(self) -> None:
        """Take the power away."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


@dataclass
class Tablet:
    """One tablet's browser: its cookies, its key and its queue."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A tab; what the browser complains of is kept."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._note(line))
        return page

    def _note(self, line: Any) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.complaints.append(line.text)


def a_tablet(browser: Browser, server: RoomServer, scheme: str = "dark", **size: int) -> Tablet:
    """A browser with nothing in it yet."""
    made = browser.new_context(
        viewport={"width": size.get("width", 1024), "height": size.get("height", 768)},
        color_scheme=scheme,
        base_url=server.address,
        locale="en",
    )
    return Tablet(made)


def log_in(page: Page, who: str) -> None:
    page.goto("/log-in/")
    page.fill("[name=login_name]", who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/log-in/" not in url)


def enroll(tablet: Tablet) -> None:
    """The site lead names a room and enrolls this tablet for it, by the pages."""
    page = tablet.page()
    log_in(page, "site-lead")
    page.goto("/NORTH/rooms/")
    if page.locator("[data-enroll] option:has-text('Room two')").count() == 0:
        page.fill("[name=code]", "room-2")
        page.fill("[name=title]", "Room two")
        page.click("text=Name the room")
        page.wait_for_selector("[data-enroll] option:has-text('Room two')", state="attached")
    page.select_option("[data-enroll] [name=room]", label="Room two")
    page.fill("[data-enroll] [name=label]", "tablet-1")
    page.click("[data-enroll] button.button")
    page.wait_for_url("**/NORTH/room/")
    page.close()


def open_room(tablet: Tablet, numbers: str = "1", page: Page | None = None) -> Page:
    """Therapist and physician open the room."""
    page = page or tablet.page()
    page.goto("/NORTH/room/")
    page.fill("[name=numbers]", numbers)
    for place, login in (("first", "therapist"), ("second", "physician")):
        page.fill(f"[name={place}_login]", login)
        page.fill(f"[name={place}_secret]", PASSWORD)
    page.click("main button.primary")
    page.wait_for_selector(".tile")
    return page


def switch(page: Page, who: str = "therapist") -> None:
    """Tap a name and type the PIN on the pad."""
    page.click(f".tile:has-text('{who.title()}')")
    for digit in PINS[who]:
        page.click(f"[data-digit='{digit}']")
    page.click("[data-go]")
    page.wait_for_selector(f"[data-writing]:has-text('{who.title()}')")
    page.wait_for_selector("[data-prove]", state="hidden")


def write(page: Page, words: str) -> None:
    """Record a note; it is on the tablet's disk when it stands among the last entries."""
    page.fill("#words", words)
    page.click("[data-write] button.primary")
    page.wait_for_selector(f"[data-entries] li:has-text('{words}')")


def received(page: Page) -> None:
    """Wait until the server has everything."""
    page.wait_for_function(
        "() => document.querySelector('[data-net]').textContent === 'All entries received'",
        timeout=20_000,
    )


def kept(page: Page, count: int) -> None:
    page.wait_for_function(
        f"() => document.querySelector('[data-net]').textContent === 'Kept here, not yet received ({count})'",
        timeout=20_000,
    )
