"""Behind a proxy on this machine its word says who asks; from anywhere else the same word is a claim."""

import asyncio
import importlib
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from granian.utils.proxies import wrap_asgi_with_proxy_headers

import holdfast.asgi


def client_of(application, peer: str, forwarded: list[bytes]) -> str:
    """Which address the product would count by."""
    seen: list[str] = []

    async def inner(scope, _receive, _send):
        seen.append(scope["client"][0])

    scope = {
        "type": "http",
        "client": (peer, 4711),
        "scheme": "http",
        "headers": [(b"x-forwarded-for", value) for value in forwarded],
    }
    with ThreadPoolExecutor(1) as beside:  # a browser test may have left a loop in this thread
        beside.submit(asyncio.run, application(inner)(scope, None, None)).result()
    return seen[0]


def behind(inner):
    return wrap_asgi_with_proxy_headers(inner, ["127.0.0.1", "::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("127.0.0.1", [b"203.0.113.7"], "203.0.113.7"),
        ("::1", [b"2001:db8::7"], "2001:db8::7"),
        ("127.0.0.1", [b"198.51.100.1, 203.0.113.7"], "203.0.113.7"),  # the first is a claim
        ("127.0.0.1", [b"198.51.100.1", b"203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("203.0.113.9", [b"198.51.100.1"], "203.0.113.9"),
    ],
)
def test_whose_address_it_is_says_the_proxy_on_this_machine_alone(peer, forwarded, counted):
    assert client_of(behind, peer, forwarded) == counted


@pytest.mark.parametrize("is_behind", [True, False])
def test_without_a_proxy_the_header_is_a_claim(settings, monkeypatch, is_behind):
    """The application is wrapped where the site says that a proxy is there, and only then."""
    monkeypatch.setattr("django.core.asgi.get_asgi_application", lambda: None)
    settings.BEHIND_PROXY = is_behind
    try:
        made = importlib.reload(sys.modules["holdfast.asgi"]).application
        assert (type(made).__name__ == "BodyLimitAtTheDoor") is not is_behind
    finally:
        monkeypatch.undo()
        settings.BEHIND_PROXY = False
        importlib.reload(holdfast.asgi)
