"""``holdfast serve``: the pages and the API, on this machine alone or with TLS.

It refuses, in clear words, an address that others can reach without TLS, a database whose
migrations are pending or whose append-only triggers are missing, and a start without the site's key.
"""

import argparse
import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

MOST_HEADER_BYTES = 64 * 1024  # of one request; by HTTP/2 the server's own default is 16 MiB
MOST_STREAMS = 64  # of one connection at once
# What a request may still take once the server is told to stop. The line to a tablet or a board never
# ends by itself, and a server that waits for it answers nobody and keeps its port.
SECONDS_TO_END = 5


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``serve``."""
    parser = subparsers.add_parser(
        "serve",
        help="serve the pages and the API",
        description="Serves the pages and the API of the record in HOLDFAST_DATABASE_URL. Without "
        "TLS it answers on the loopback address only.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="private key, PEM (PKCS 8)")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop; 2 where something stands against it."""
    return serve(args.host, args.port, args.tls_cert, args.tls_key, workers=args.workers)


def serve(
    host: str,
    port: int,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    *,
    workers: int = 1,
) -> int:
    """Serve on an address, with TLS where a certificate and its key are given.

    Returns
    -------
    int
        0 after a stop that was asked for; 2, with words on stderr, where it did not start.
    """
    if problem := _problem_with_address(host, port, tls_cert, tls_key):
        return _refuse(problem)
    if tls_cert:
        os.environ["HOLDFAST_TLS"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    if host not in ("127.0.0.1", "localhost", "::1"):
        os.environ.setdefault("HOLDFAST_HOSTS", f"{host},localhost")
    if problem := _problem_with_record():
        return _refuse(problem)
    return _listen(host, port, tls_cert, tls_key, workers)


def _refuse(words: str) -> int:
    print(f"Not started. {words}", file=sys.stderr)
    return 2


def _problem_with_address(
    host: str, port: int, tls_cert: Path | None, tls_key: Path | None
) -> str | None:
    if not 0 < port < 65536:
        return f"Port {port}: expected 1 to 65535."
    if (tls_cert is None) != (tls_key is None):
        return (
            "A certificate needs its key and a key its certificate: give --tls-cert and --tls-key."
        )
    for file in (tls_cert, tls_key):
        if file is not None and not file.is_file():
            return f"There is no file {file}."
    if tls_cert is None and not _is_loopback(host):
        return (
            f"{host} can be reached from other machines, and there is no TLS. Give --tls-cert and "
            "--tls-key, or keep 127.0.0.1 and put a proxy with TLS before it."
        )
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _problem_with_record() -> str | None:
    """What is wrong with the database or the key, in words; None if nothing is."""
    import django

    django.setup()
    from holdfast.records import readiness

    try:
        return readiness.problem()
    finally:
        _let_go()


def _let_go() -> None:
    """Close what was opened to ask: a worker that is forked with it would share the connection.

    A pool that is forked never grows, since what makes its connections stays behind.
    """
    from django.db import connections

    for each in connections.all(initialized_only=True):
        each.close()
        if each.settings_dict["OPTIONS"].get("pool"):
            each.close_pool()  # type: ignore[attr-defined]  # as PostgreSQL has it


def _listen(host: str, port: int, cert: Path | None, key: Path | None, workers: int) -> int:
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols
    from granian.http import HTTP1Settings, HTTP2Settings
    from granian.log import LogLevels

    server = Granian(
        "holdfast.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=MOST_HEADER_BYTES),
        http2_settings=HTTP2Settings(
            max_headers_size=MOST_HEADER_BYTES, max_concurrent_streams=MOST_STREAMS
        ),
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=_logging(),
        ssl_cert=cert,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls13,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_END,
    )
    server.serve()
    return 0


def _logging() -> dict[str, Any]:
    """The server's own log lines, through the same allow-list as ours."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"allowed": {"()": "holdfast.web.logs.AllowedFields"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "allowed"}},
        "loggers": {
            "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
