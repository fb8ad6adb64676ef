"""The product as it is served, and a real Chromium looking at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.clinic import PASSWORD
from tests.web.template import Template, clinic_template

__all__ = ["clinic_template"]


@pytest.fixture(scope="session")
def address(clinic_template: Template, tmp_path_factory) -> Iterator[str]:
    """``holdfast serve`` on a free port of this machine, over a copy of the clinic."""
    path = tmp_path_factory.mktemp("served") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    with serving(path, clinic_template.key) as served:
        yield served


@contextmanager
def serving(path: Path, key: str, program: str = "holdfast", **environs: str) -> Iterator[str]:
    """``holdfast serve`` over a database file; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_KEY")
    }
    environment |= {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{path}",
        "HOLDFAST_KEY": key,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **environs,
    }
    command = [sys.executable, "-m", program, "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, cwd=path.parent, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v1/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("The server did not answer within 30 s.")


Opened = Callable[..., Page]


@pytest.fixture
def page_of(browser: Browser, address: str) -> Iterator[Opened]:
    """A page of somebody logged in; everything the browser complains of fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        who: str | None, width: int = 1280, scheme: str = "light", at: str = address
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            base_url=at,
            locale="en",
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: _note(line, complaints))
        if who is not None:
            page.goto("/log-in/")
            page.fill("[name=login_name]", who)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/log-in/" not in url)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []


def _note(line: object, complaints: list[str]) -> None:
    """Keep what the console says is wrong; an answer of 4xx that a test asked for is not."""
    text = line.text  # type: ignore[attr-defined]
    if line.type == "error" and "Failed to load resource" not in text:  # type: ignore[attr-defined]
        complaints.append(text)


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, as it was published."""
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
