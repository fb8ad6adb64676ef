"""OWASP ASVS 5.0 against ``holdfast serve`` itself, with TLS: cookies, versions of TLS, the bounds of a message."""

import contextlib
import http.client
import ssl
import threading
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.web.clinic import PASSWORD
from tests.web.served import Served, serving
from tests.web.template import Template

ABOUT = b"GET /about/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def served(clinic_template: Template, tmp_path_factory):
    with serving(clinic_template, tmp_path_factory.mktemp("served"), with_tls=True) as running:
        yield running


def asked(
    served: Served, method: str, path: str, body: dict | None = None, **headers: str
) -> http.client.HTTPResponse:
    """One request by TLS and its answer, read."""
    line = http.client.HTTPSConnection("localhost", served.port, context=served.context())
    told = urlencode(body) if body is not None else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if told is not None else {}
    line.request(
        method, path, told, {**kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )
    answer = line.getresponse()
    answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
    line.close()
    return answer


def cookies_of(answer: http.client.HTTPResponse) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_all("Set-Cookie") or []:
        jar.load(header)
    return jar


def every_cookie(served: Served) -> SimpleCookie:
    """Every cookie the product ever sets: of the form, of a log-in, of the look."""
    page = asked(served, "GET", "/log-in/")
    jar = cookies_of(page)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]  # type: ignore[attr-defined]
    ours = {
        "Origin": f"https://localhost:{served.port}",
        "Cookie": "; ".join(f"{name}={one.value}" for name, one in jar.items()),
    }
    told = {"csrfmiddlewaretoken": token, "login_name": "physician", "password": PASSWORD}
    jar.load(cookies_of(asked(served, "POST", "/log-in/", told, **ours)).output(header="", sep=";"))
    answers = [
        asked(served, "POST", "/log-in/", told, **ours),
        asked(
            served,
            "POST",
            "/look/",
            {"csrfmiddlewaretoken": token, "theme": "dark", "keys": "off", "back": "/"},
            **ours,
        ),
    ]
    every = cookies_of(page)
    for answer in answers:
        assert answer.status in (200, 302), answer.status
        every.update(cookies_of(answer))
    return every


def test_every_cookie_is_for_this_host_and_tls_alone_and_out_of_reach_of_scripts(served):
    every = every_cookie(served)
    assert {"__Host-session", "__Host-csrf"} <= set(every)
    assert len(every) == 4
    for name, cookie in every.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
        assert cookie["samesite"] in ("Lax", "Strict"), name
    assert every["__Host-csrf"]["samesite"] == "Strict"
    assert every["__Host-session"]["samesite"] == "Lax"
    assert not every["__Host-session"]["expires"]  # it ends with the browser


@pytest.mark.parametrize(
    "path", ["/log-in/", "/nowhere/", "/api/v1/health", "/static/holdfast/mark.svg", "/static/no"]
)
def test_every_answer_by_tls_says_to_stay_there(served, path):
    answer = asked(served, "GET", path)
    told = answer.headers["Strict-Transport-Security"]
    assert told == "max-age=63072000; includeSubDomains"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_tls_is_the_latest_and_its_ciphers_keep_old_talk_secret(served):
    with served.connected() as line:
        assert line.version() == "TLSv1.3"  # type: ignore[attr-defined]
        assert line.cipher()[0] in {  # type: ignore[attr-defined]
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
        }


def test_an_older_tls_is_refused(served):
    old = served.context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError), served.connected(old):
        pass


def test_nothing_is_answered_without_tls(served):
    import socket

    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as plain:
        plain.sendall(ABOUT)
        plain.settimeout(5)
        answer = b""
        with contextlib.suppress(OSError):
            answer = plain.recv(4096)
    assert b"HTTP/" not in answer


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 3\r\nContent-Length: 30",
        b"Content-Length: 3, 30",
        b"Content-Length: -3",
        b"Content-Length: +3",
        b"Content-Length: 0x3",
        b"Transfer-Encoding: xchunked\r\nContent-Length: 3",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: identity, chunked, identity",
        b"X-Folded: a\r\n\tTransfer-Encoding: chunked\r\n Content-Length: 3\0",
    ],
)
def test_a_message_whose_end_is_not_clear_is_refused_and_the_line_closed(served, head):
    smuggled = b"POST /log-in/ HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\nabc" + ABOUT
    answer = served.said(smuggled)
    assert answer.startswith(b"HTTP/1.1 400"), answer[:60]
    assert answer.count(b"HTTP/1.1 ") == 1


def test_where_both_lengths_are_given_the_chunks_decide(served):
    """With the other length the rest would be read as a second request in another one's name."""
    hidden = b"GET /canary-4711/ HTTP/1.1\r\nHost: localhost\r\nX: "
    body = f"{len(hidden):x}\r\n".encode() + hidden + b"\r\n0\r\n\r\n"
    head = b"POST /log-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
    answer = served.said(head + b"Transfer-Encoding: chunked\r\n\r\n" + body + ABOUT)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses in ([b"403"], [b"403", b"200"], [b"400"])  # never one for the hidden one


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../../settings.py",
        b"/static/%2e%2e/%2e%2e/settings.py",
        b"/static/..%2f..%2fsettings.py",
        b"/static/%252e%252e/settings.py",
        b"/static//etc/passwd",
        b"/static/holdfast/..%5c..%5csettings.py",
        b"/static/",
        b"/static/holdfast/",
        b"/.git/config",
        b"/.env",
        b"/static/%00",
        b"/NORTH/..;/log-in/",
    ],
)
def test_no_path_leads_out_of_what_is_served(served, path):
    request = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = served.said(request)
    assert answer.split(b" ")[1] in (b"404", b"302", b"400")
    assert b"SECRET_KEY" not in answer
    assert b"root:" not in answer
    assert b"Index of" not in answer


@pytest.mark.parametrize("method", [b"TRACE", b"TRACK", b"DEBUG", b"CONNECT", b"PUT"])
def test_no_method_sends_a_request_back(served, method):
    request = method + b" /log-in/ HTTP/1.1\r\nHost: localhost\r\nCookie: canary=4711\r\n"
    answer = served.said(request + b"Connection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"405", b"400", b"404")
    assert b"4711" not in answer


def test_a_head_that_is_too_large_is_refused(served):
    request = b"GET /log-in/ HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n"
    answer = served.said(request)  # empty where the connection was closed before all was sent
    assert answer.startswith(b"HTTP/1.1 431") or not answer
    assert served.said(b"GET /log-in/ HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1")


def test_no_web_socket_is_opened(served):
    request = (
        b"GET /pulse/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert b" 101 " not in served.said(request, wait_seconds=2)


def test_lines_that_say_nothing_do_not_keep_others_waiting(served):
    """Forty lines open and silent, and a page is answered all the same."""
    with contextlib.ExitStack() as silent:
        for _ in range(40):
            line = silent.enter_context(served.connected())
            line.sendall(
                b"POST /log-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
            )
        assert asked(served, "GET", "/about/").status == 200


def test_a_page_of_many_at_once_is_answered(served):
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(asked(served, "GET", "/log-in/").status))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [200] * 20
