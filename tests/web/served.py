"""``holdfast serve`` itself on a free port, with and without TLS, and a way to speak to it byte by byte."""

import contextlib
import datetime
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.web.template import Template

SECONDS_TO_START = 40


@dataclass(frozen=True)
class Served:
    """A running server: where it is, and the certificate to trust where it speaks TLS."""

    port: int
    certificate: Path | None
    database: Path
    process: "subprocess.Popen[bytes]"

    def context(self) -> ssl.SSLContext:
        """A client that checks the certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def connected(self, context: ssl.SSLContext | None = None) -> socket.socket:
        """A connection, by TLS where the server speaks it."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        if self.certificate is None:
            return plain
        return (context or self.context()).wrap_socket(plain, server_hostname="localhost")

    def said(self, request: bytes, *, wait_seconds: float = 10) -> bytes:
        """Everything the server answers to these bytes until it is silent or closes."""
        answer = b""
        with self.connected() as line, contextlib.suppress(OSError):
            line.settimeout(wait_seconds)
            line.sendall(request)
            while part := line.recv(65536):
                answer += part
        return answer


@contextlib.contextmanager
def serving(
    template: Template, folder: Path, *, with_tls: bool, **environment: str
) -> Iterator[Served]:
    """``holdfast serve`` over a copy of the clinic."""
    database = folder / "clinic.sqlite3"
    shutil.copyfile(template.path, database)
    port = _free_port()
    command = [sys.executable, "-m", "holdfast", "serve", "--port", str(port)]
    certificate = None
    if with_tls:
        certificate, key = own_certificate(folder)
        command += ["--tls-cert", str(certificate), "--tls-key", str(key)]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}
    told = {"HOLDFAST_DATABASE_URL": f"sqlite:///{database}", "HOLDFAST_KEY": template.key}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=kept | told | environment, cwd=folder, stdout=log, stderr=log
        )
    try:
        served = Served(port, certificate, database, server)
        _wait_for(served, server)
        yield served
    finally:
        server.terminate()
        server.wait(timeout=20)


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(served: Served, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_START
    request = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            if b" 200 " in served.said(request)[:20]:
                return
        time.sleep(0.1)
    raise TimeoutError(f"The server did not answer within {SECONDS_TO_START} s.")
