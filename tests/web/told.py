"""Everything that one run told anybody who may not know, as bytes; and how two runs are compared.

``MASKS`` is the whole list of what is left out of a comparison: a token that a browser sends back, and
the signature of a seal. Nothing else is masked, and ``masked_away`` gives what was.
"""

import io
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from holdfast.definitions.roles import roles
from holdfast.web.logs import AllowedFields
from holdfast.web.permissions import ROUTES, Open
from tests import canary
from tests.web.clinic import NOBODY, Places
from tests.web.drawn import Source
from tests.web.routes import Route, every_route
from tests.web.sealed_map import outside_view
from tools.permissions import Reach, reach

# Each pattern has one group: what is masked. The rest of it must be there to the byte.
MASKS = {
    "csrf token of a form": re.compile(rb'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"'),
    "csrf token for a script": re.compile(rb'"csrf": ?"([A-Za-z0-9]{64})"'),
    "csrf cookie": re.compile(rb"Set-Cookie: csrf=([A-Za-z0-9]{32,64});"),
    "signature of a seal": re.compile(rb'"signature": ?"([0-9a-f]{128})"'),
    "signature of a seal in its table": re.compile(
        rb'INSERT INTO "records_seal" [^\n]*?\'([0-9a-f]{128})\''
    ),
}
# Who may not know: everybody but those that sees="unblinded" is written of, and who is not logged in.
BLINDED = (
    *sorted(code for code, role in roles().roles.items() if role.sees != "unblinded"),
    NOBODY,
)
# Goes on for as long as somebody looks, or ends the look.
NOT_ASKED = {"log-out"}


@dataclass
class Told:
    """What was told, by what told it."""

    said: dict[str, bytes] = field(default_factory=dict)

    def note(self, what: str, words: bytes) -> None:
        """Keep something that was told; the same name twice is an error of the test."""
        assert what not in self.said, what
        self.said[what] = words

    def of(self, kind: str) -> dict[str, bytes]:
        """What one kind of thing told."""
        return {what: words for what, words in self.said.items() if what.startswith(f"{kind}: ")}


def masked(words: bytes) -> bytes:
    """The same with the mask list applied."""
    for name, pattern in MASKS.items():
        words = pattern.sub(lambda found, name=name: _without(found, name), words)
    return words


def masked_away(words: bytes) -> Iterator[tuple[str, bytes]]:
    """What the mask list leaves out, by the name of the mask."""
    for name, pattern in MASKS.items():
        yield from ((name, found.group(1)) for found in pattern.finditer(words))


def _without(found: re.Match[bytes], name: str) -> bytes:
    start, end = (at - found.start() for at in found.span(1))
    whole = found.group()
    return whole[:start] + f"[{name}]".encode() + whole[end:]


def differences(one: Told, other: Told) -> list[str]:
    """What was told otherwise in two runs, each with where it begins to differ."""
    found = [f"told only once: {what}" for what in sorted(one.said.keys() ^ other.said.keys())]
    for what in one.said.keys() & other.said.keys():
        first, second = masked(one.said[what]), masked(other.said[what])
        if first != second:
            found.append(f"{what}: {_where(first, second)}")
    return sorted(found)


def _where(first: bytes, second: bytes) -> str:
    at = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    at = min(len(first), len(second)) if at is None else at
    cut = slice(max(0, at - 60), at + 60)
    return f"at byte {at}: {first[cut]!r} / {second[cut]!r}"


def found_in(told: Told, words: Iterable[str]) -> list[str]:
    """What told one of the words, in any of the ways in which programs write one down."""
    words = tuple(words)
    return sorted(what for what, said in told.said.items() if canary.found_in(said, words))


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Every line that every logger writes, through the product's own formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedFields())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)  # as the product is run
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def read_pages(
    told: Told,
    source: Source,
    as_role: Callable[[str], Client],
    places: Places,
    when: str,
    wanted: Callable[[Route, str], bool],
) -> None:
    """What every blinded role gets at the addresses that are wanted: status, headers and body."""
    routes = [route for route in every_route() if route.name not in NOT_ASKED]
    for role in BLINDED:
        source.at(f"{when} {role}", seconds=1)
        client = as_role(role)
        for route in [route for route in routes if wanted(route, role)]:
            try:
                address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
            except KeyError:
                continue  # the matrix of permissions asks for every argument; it is loud there
            source.at(f"{when} {role} {route.name}")
            told.note(f"page: {when} {role} {address} ({route.name})", answer_of(client, address))


def opens(route: Route, role: str) -> bool:
    """Whether a role may open a route at all."""
    if isinstance(ROUTES[route.name], Open):
        return True
    return role != NOBODY and reach(route, role) is not Reach.NOT


def once_each() -> Callable[[Route, str], bool]:
    """Every address once, by one of those who may open it, in turn; what is open by nobody at all."""
    asked: dict[Route, str] = {}
    for number, route in enumerate(every_route()):
        open_to = [role for role in BLINDED if opens(route, role)]
        if open_to:
            of_all = isinstance(ROUTES[route.name], Open)
            asked[route] = NOBODY if of_all else open_to[number % len(open_to)]
    return lambda route, role: asked.get(route) == role


def answer_of(client: Client, address: str) -> bytes:
    """An answer as it is sent: status, headers and body."""
    return as_sent(client.get(address))


def as_sent(answer: HttpResponse) -> bytes:
    """Status, headers, cookies and body. A stream that has no end is its headers alone."""
    lines = [f"{answer.status_code}"]
    lines += sorted(f"{name}: {value}" for name, value in answer.headers.items())
    lines += sorted(each.output() for each in answer.cookies.values())
    body = b"" if _has_no_end(answer) else _body(answer)
    return "\n".join(lines).encode() + b"\n\n" + body


def _has_no_end(answer: HttpResponse) -> bool:
    return bool(answer.streaming and answer.is_async)


def _body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def read_tables(told: Told, when: str) -> None:
    """Every statement of a dump of the file but the sealed room's, by table; and the room from outside."""
    connection.close()
    with sqlite3.connect(connection.settings_dict["NAME"]) as file:
        tables: dict[str, list[str]] = {}
        for statement in file.iterdump():
            found = re.match(
                r'(?:INSERT INTO|CREATE TABLE(?: IF NOT EXISTS)?) "?(\w+)"?', statement
            )
            table = found.group(1) if found else "schema"
            if not table.startswith("unblinded_"):
                tables.setdefault(table, []).append(statement)
    file.close()
    for table, statements in tables.items():
        told.note(f"table: {when} {table}", "\n".join(statements).encode())
    for kind, seen in outside_view():
        told.note(f"room from outside: {when} {kind}", seen)


def read_mail(told: Told, when: str) -> None:
    """Every e-mail as it is sent."""
    for number, sent in enumerate(mail.outbox, 1):
        told.note(f"mail: {when} {number}", sent.message().as_bytes())


def read_files(told: Told, when: str, folder: Path) -> None:
    """Files by their names, and what is in them."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            told.note(f"file: {when} {file.relative_to(folder)}", file.read_bytes())
