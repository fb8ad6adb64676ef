"""What leaves the house goes where the site said, and nowhere else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from holdfast.watch.posting import NotAnswered, is_fit, posted
from tests.web.served import serving
from tests.web.template import clinic_template

__all__ = ["clinic_template"]


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody on to another address of its own, and counts who came there."""

    status, reached = 302, 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        type(self).reached += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    Elsewhere.reached = 0
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(elsewhere, monkeypatch, status):
    monkeypatch.setattr(Elsewhere, "status", status)
    with pytest.raises(NotAnswered, match=f"http-{status}"):
        posted(elsewhere, b"{}", {"X-Holdfast-Signature": "secret"}, seconds=5)
    assert Elsewhere.reached == 0


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://gateway.example/", True),
        ("http://127.0.0.1:8080/", True),
        ("http://localhost/", True),
        ("http://[::1]/", True),
        ("http://localhost.evil.example/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://localhost@evil.example/", False),
        ("http://gateway.example/", False),
        ("https:///nowhere", False),
        ("ftp://localhost/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_an_address_has_tls_or_is_this_machine(url, fits):
    assert is_fit(url) is fits


def test_a_receiver_whose_certificate_nobody_signed_gets_nothing(clinic_template, tmp_path):
    """The server's own certificate signs itself; nothing is posted to it."""
    with serving(clinic_template, tmp_path, with_tls=True) as served:
        with pytest.raises(NotAnswered, match="no-answer"):
            posted(f"https://localhost:{served.port}/log-in/", b"{}", {}, seconds=5)
        assert b"POST" not in (tmp_path / "server.log").read_bytes()
