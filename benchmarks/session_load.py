"""Browsers of a dosing session, spoken byte by byte: log-in, readings with their receipts, event streams.

One process and one thread, so that its own work can be told from the server's. What it sends is what a
browser sends: password and second factor, the session's cookie, the token against forged forms.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from benchmarks.session_record import HIGH, PASSWORD, Account, Sitting

HIGH_EVERY = 20  # one reading of so many is above a limit, and alarms
EVERY = 2.0  # seconds between two readings of one session
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"set-cookie: *([\w-]+)=([^;\r]*)", re.IGNORECASE)
_BECAUSE = re.compile(rb'"code":"systolic-observed".*?"because":\["([0-9a-f-]{36})"\]')


class Browser:
    """One connection that is kept, with its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Any:
        """Send one request, anew where the server had closed a silent line; its status and its body."""
        try:
            head = await self._asked(self._head(method, path, body, kind) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._writer = None
            head = await self._asked(self._head(method, path, body, kind) + body)
        length = _LENGTH.search(head)
        told = await self._reader.readexactly(int(length[1])) if length else b""
        for name, value in _COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        return int(head[9:12]), told

    async def _asked(self, request: bytes) -> bytes:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer.write(request)
        return await self._reader.readuntil(b"\r\n\r\n")

    async def listen(self, path: str) -> asyncio.StreamReader:
        """Open an event stream on a connection of its own; what comes of it, chunk by chunk."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        writer.write(self._head("GET", path, b"", ""))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head[9:12] == b"200", head
        self._stream = writer
        return reader

    def _head(self, method: str, path: str, body: bytes, kind: str) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {cookies}"]
        if method == "POST":
            lines += ["Origin: null", "Sec-Fetch-Site: same-origin", f"Content-Type: {kind}"]
            lines += [f"X-CSRFToken: {self.cookies['csrf']}", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def send(self, path: str, told: dict[str, str]) -> int:
        """Send a form."""
        form = urlencode(told | {"csrfmiddlewaretoken": self.cookies["csrf"]}).encode()
        status, _ = await self.ask("POST", path, form, "application/x-www-form-urlencoded")
        return int(status)

    async def log_in(self, account: Account) -> None:
        """By password and one-time code."""
        from tests.actions.test_second_factors import code_of

        await self.ask("GET", "/log-in/")
        assert (
            await self.send("/log-in/", {"login_name": account.login, "password": PASSWORD}) == 302
        )
        status, _ = await self.ask("GET", "/log-in/second/")
        assert status == 200, status
        assert await self.send("/log-in/second/", {"code": code_of(account.secret)}) == 302
        assert "session" in self.cookies


@dataclass
class Load:
    """Everything that was sent and heard. Times are seconds of one clock."""

    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    heard: dict[str, list[float]] = field(default_factory=dict)  # alarms, on another's stream
    refused: list[tuple[int, bytes]] = field(default_factory=list)
    late: float = 0.0  # the most by which a reading left later than it was due
    streams: int = 0  # open now
    news: int = 0


def reading(sitting: Sitting, systolic: int) -> tuple[str, bytes]:
    """One reading as the page keeps it, and its id."""
    id_ = str(uuid4())
    entry = {
        "schema": 1,
        "id": id_,
        "session": str(sitting.session),
        "kind": "reading",
        "words": "",
        "details": {
            "systolic_mmhg": systolic,
            "diastolic_mmhg": 80,
            "heart_rate_per_min": 76,
            "temperature_celsius": 36.7,
        },
        "at": datetime.now(UTC).isoformat(),
        "offset_ms": 0,
        "by": str(sitting.writer.id),
        "corrects": None,
    }
    return id_, orjson.dumps({"entry": orjson.dumps(entry).decode(), "signature": ""})


async def write_one(browser: Browser, sitting: Sitting, systolic: int, load: Load) -> float:
    """Send one reading and wait for its receipt; how long that took."""
    id_, body = reading(sitting, systolic)
    path = f"/{sitting.site}/people/{sitting.enrollment}/session/entries/"
    began = load.sent[id_] = time.perf_counter()
    status, answer = await browser.ask("POST", path, body, "application/json")
    took = time.perf_counter() - began
    if status == 200 and orjson.loads(answer)["id"] == id_:
        load.acknowledged[id_] = took
    else:
        load.refused.append((status, answer[:200]))
    return took


async def keep_writing(
    browser: Browser, sitting: Sitting, number: int, load: Load, first: float, until: float
) -> None:
    """A reading every two seconds; the next is due by the clock, however long the last one took."""
    due = first
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        load.late = max(load.late, time.perf_counter() - due)
        number += 1
        is_high = number % HIGH_EVERY == 0
        await write_one(browser, sitting, HIGH if is_high else 124, load)
        due += EVERY


async def keep_listening(browser: Browser, site: str, load: Load, *, reads: bool) -> None:
    """Hold an event stream open; with ``reads`` note when each alarm was heard."""
    stream = await browser.listen(f"/{site}/sessions/live/")
    load.streams += 1
    rest = b""
    try:
        while chunk := await stream.read(2**18):
            if not reads:
                continue
            now = time.perf_counter()
            load.news += chunk.count(b"event: news")
            parts = (rest + chunk).split(b"\n\n")
            rest = parts.pop()
            for part in parts:
                for id_ in _BECAUSE.findall(part):
                    load.heard.setdefault(id_.decode(), []).append(now)
    finally:
        load.streams -= 1


async def logged_in(port: int, accounts: Sequence[Account]) -> list[Browser]:
    """A browser of each, four at a time."""
    gate = asyncio.Semaphore(4)

    async def one(account: Account) -> Browser:
        browser = Browser(port)
        async with gate:
            await browser.log_in(account)
        return browser

    return list(await asyncio.gather(*(one(each) for each in accounts)))
