"""The watch is killed, then the server: every open screen says so within 45 seconds.

The real commands run: ``holdfast serve``, ``holdfast watch``, and pages open in a real Chromium
at the size of a desk and of a telephone.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page

from tests.web.clinic import PASSWORD
from tests.web.template import Template, clinic_template

__all__ = ["clinic_template"]

pytestmark = [pytest.mark.faults, pytest.mark.browser]

WITHIN_SECONDS = 45
SCREENS = {  # who, where, how wide
    "worklist": ("therapist", "/NORTH/worklist/", 1280),
    "board of the sessions": ("physician", "/NORTH/sessions/", 1280),
    "duty on a telephone": ("physician", "/NORTH/duty/", 390),
    "own access": ("rater", "/my-access/", 390),
    "the door": (None, "/log-in/", 390),
    "not found": ("auditor", "/NORTH/no-such-page/", 1280),
}


@contextmanager
def running(command: str, environment: dict[str, str], *more: str) -> Iterator[subprocess.Popen]:
    """A command of the product; killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", command, *more],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # its workers go with it
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """``kill -9``, its workers too."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait(timeout=20)


@pytest.fixture
def environment(clinic_template: Template, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
    return inherited | {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{path}",
        "HOLDFAST_KEY": clinic_template.key,
        "HOLDFAST_SEALS": str(tmp_path / "seals"),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_all_is_well(address: str, seconds: float = 90) -> None:
    """The server answers and every loop of the watch has given its first sign of life."""
    until, told = time.monotonic() + seconds, {}
    while time.monotonic() < until:
        with suppress(OSError):
            with urllib.request.urlopen(f"{address}/pulse/", timeout=5) as answer:
                told = orjson.loads(answer.read())
            if told["stale"] == []:
                return
        time.sleep(0.5)
    pytest.fail(f"The watch never was well: {told}")


def opened(browser: Browser, address: str) -> dict[str, Page]:
    """Every screen, each in a browser of its own."""
    pages = {}
    for name, (who, where, width) in SCREENS.items():
        context = browser.new_context(
            viewport={"width": width, "height": 844}, base_url=address, locale="en"
        )
        page = pages[name] = context.new_page()
        if who is not None:
            page.goto("/log-in/")
            page.fill("[name=login_name]", who)
            page.fill("[name=password]", PASSWORD)
            page.click("main button.primary")
            page.wait_for_url(lambda url: "/log-in/" not in url)
        # It has asked once and was answered: what was never told cannot be judged.
        with page.expect_response(lambda answer: "/pulse/" in answer.url) as told:
            page.goto(where)
        told.value.finished()
        page.wait_for_timeout(1000)
    return pages


def says(page: Page, what: str) -> bool:
    return page.locator(f"[data-pulse-{what}]").is_visible()


def all_say(pages: dict[str, Page], what: str, since: float) -> None:
    """Every screen says it within 45 seconds of the kill."""
    missing = set(pages)
    while missing and time.monotonic() - since < WITHIN_SECONDS:
        missing -= {name for name in missing if says(pages[name], what)}
        pages[next(iter(pages))].wait_for_timeout(250)
    assert not missing, f"After {WITHIN_SECONDS} s these screens said nothing: {sorted(missing)}"


def test_a_killed_watch_and_then_a_killed_server_are_on_every_screen_within_45_seconds(
    environment, browser
):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        running("serve", environment, "--port", str(port)) as server,
        running("watch", environment) as watch,
    ):
        until_all_is_well(address)
        pages = opened(browser, address)
        for name, page in pages.items():
            page.wait_for_timeout(500)
            assert not says(page, "stale"), f"{name} says it while the watch is alive"
            assert not says(page, "lost"), name
        kill(watch)
        all_say(pages, "stale", time.monotonic())
        kill(server)
        all_say(pages, "lost", time.monotonic())


def test_where_server_and_watch_die_together_every_screen_says_both(environment, browser):
    """Nobody is there to answer: the browser judges by itself, from what it was last told."""
    port = free_port()
    with (
        running("serve", environment, "--port", str(port)) as server,
        running("watch", environment) as watch,
    ):
        until_all_is_well(f"http://127.0.0.1:{port}")
        pages = opened(browser, f"http://127.0.0.1:{port}")
        kill(watch)
        kill(server)
        killed = time.monotonic()
        all_say(pages, "lost", killed)
        all_say(pages, "stale", killed)
