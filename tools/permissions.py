"""Makes docs/permissions.md: every address by role, site and study, from the code that holds it.

Run it with ``make manual``. ``page`` is a function of the routes, the table of permissions and the
roles alone, so that a test can hold the committed page against it, and ``reach`` is what the test
that makes every request expects.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import django
from django.urls import URLPattern, URLResolver, get_resolver

from tools.manual import MADE, ROOT, table

PAGE = ROOT / "docs" / "permissions.md"


class Reach(Enum):
    """How far a role opens an address, and the mark of it."""

    RECORD = "●"  # for the site, or for the study the address belongs to; any other is not found
    SHOWN = "◐"  # for any study; what is shown and done is of those studies alone
    WHOLE = "○"  # for every study of the site; held for one study it is not found
    SHARED = "◇"  # whatever the study
    OWN = "◆"  # held at any site; opens what is one's own
    NOT = "·"  # not found


LEGEND = (
    (Reach.RECORD, "opens where the role is held for the site or for the study of the address"),
    (Reach.SHOWN, "opens with the role for any study of the site; shows those studies alone"),
    (Reach.WHOLE, "opens where the role is held for every study of the site"),
    (Reach.SHARED, "opens with the role at the site, whatever the study"),
    (Reach.OWN, "opens with the role at any site, and then what is one's own"),
    (Reach.NOT, "not found"),
)


@dataclass(frozen=True)
class Route:
    """One address: its name with namespaces, how it is written, and the arguments it takes."""

    name: str
    arguments: frozenset[str]
    written: str = ""


def every_route() -> list[Route]:
    """All routes, each once; several methods of one path are one route of the table."""
    found = {
        (route.name, route.arguments): route
        for route in _walk(get_resolver(), Route("", frozenset()))
    }
    return sorted(found.values(), key=lambda route: route.name)


def _walk(resolver: URLResolver, above: Route) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        arguments = above.arguments | frozenset(pattern.pattern.converters)
        written = above.written + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, Route(above.name + namespace, arguments, written))
        elif isinstance(pattern, URLPattern):
            yield Route(f"{above.name}{pattern.name}", arguments, written)


def reach(route: Route, role: str) -> Reach:
    """How far a role opens a route that needs a permission; ``KeyError`` for a route without entry."""
    from holdfast.definitions.roles import roles
    from holdfast.web.permissions import ROUTES, Anywhere

    needs = ROUTES[route.name]
    code = needs.permission if isinstance(needs, Anywhere) else str(needs)
    if code not in roles().granted[role]:
        return Reach.NOT
    if isinstance(needs, Anywhere):
        return Reach.OWN
    scope = roles().classes[code].scope
    if scope == "site":
        return Reach.WHOLE
    if scope == "shared":
        return Reach.SHARED
    return Reach.RECORD if belongs_to_a_study(route) else Reach.SHOWN


def belongs_to_a_study(route: Route) -> bool:
    """True where the address itself names an enrollment or a protocol."""
    return bool(route.arguments & {"enrollment_id", "protocol"})


def page() -> str:
    """The whole page."""
    return "\n".join([MADE, "", *_head(), *_roles(), *_permissions(), *_open(), *_matrix()]) + "\n"


def _head() -> list[str]:
    return [
        "# Who may do what: the permission matrix",
        "",
        "Every address of the product, who opens it, at which site and for which study. A study is a "
        "protocol's name at a site. A role is held at a site, or for one study of it; what is not "
        "yours is not found, byte for byte as an address that does not exist. There is no superuser.",
        "",
    ]


def _roles() -> Sequence[str]:
    from holdfast.definitions.roles import roles

    rows = [
        (
            f"`{code}`",
            role.title,
            role.sees,
            "yes" if role.is_alone else "",
            "yes" if role.reads_only else "",
        )
        for code, role in roles().roles.items()
    ]
    head = ("role", "what it is called", "of a blind", "stands alone", "only reads")
    return ["## Roles", "", table(head, rows), ""]


def _permissions() -> Sequence[str]:
    from holdfast.definitions.roles import roles

    made = roles()
    rows = [
        (
            f"`{code}`",
            words,
            made.classes[code].scope,
            "yes" if made.classes[code].writes else "",
            "yes" if made.classes[code].unblinds else "on record" * made.classes[code].breaks,
            ", ".join(sorted(made.classes[code].touches)),
            ", ".join(role for role, held in made.granted.items() if code in held),
        )
        for code, words in made.permissions.items()
    ]
    head = ("permission", "what it lets one do", "scope", "writes", "unblinds", "touches", "roles")
    return ["## Permissions", "", table(head, rows), ""]


def _open() -> Sequence[str]:
    """The addresses that ask for no permission."""
    from holdfast.web.permissions import ROUTES, Open

    rows = [
        (f"`{route.name}`", f"`/{route.written}`", str(needs.value))
        for route in every_route()
        if isinstance(needs := ROUTES[route.name], Open)
    ]
    return ["## Addresses without a permission", "", table(("route", "address", "for"), rows), ""]


def _matrix() -> Sequence[str]:
    from holdfast.definitions.roles import roles
    from holdfast.web.permissions import ROUTES, Anywhere, Open

    rows = []
    for route in every_route():
        needs = ROUTES[route.name]
        if isinstance(needs, Open):
            continue
        code = needs.permission if isinstance(needs, Anywhere) else needs
        marks = [reach(route, role).value for role in roles().roles]
        rows.append((f"`{route.name}`", f"`/{route.written}`", f"`{code}`", *marks))
    legend = [(each.value, words) for each, words in LEGEND]
    head = ("route", "address", "permission", *roles().roles)
    return [
        "## Addresses by role, site and study",
        "",
        table(("mark", "meaning"), legend),
        "",
        table(head, rows),
    ]


def main() -> int:
    """Write the page and say how many routes it has."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    Path(PAGE).write_text(page(), encoding="utf-8")
    print(f"docs/permissions.md: {len(every_route())} routes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
