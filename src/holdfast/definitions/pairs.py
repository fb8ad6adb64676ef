"""The seats of a therapist pair, read from ``pairs.toml``: the licence mix as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.definitions.roles import roles
from holdfast.domain.authority import Act
from holdfast.domain.findings import Reference, Standing

FORMAT = 1
FILE = FOLDER / "pairs.toml"
SEATS = ("lead", "second")


@dataclass(frozen=True)
class Seat:
    """One seat: the roles that may hold it, and the act that the jurisdiction must allow."""

    code: str
    wording: str
    roles: frozenset[str]
    act: Act
    reference: Reference
    standing: Standing


@cache
def seats() -> Mapping[str, Seat]:
    """The seats that ship with this release, by code."""
    return read(FILE)


def read(path: Path) -> Mapping[str, Seat]:
    """Seats from a file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references, tables = read_references(root), root.tables("seat", required=True)
    found = {}
    for table in tables:
        code = table.one_of("code", SEATS)
        held = table.texts("roles", required=True)
        for role in set(held) - set(roles().roles):
            table.problem("roles", f"role {role!r} is not known", "Name a role of roles.toml")
        act = table.one_of("act", [act.value for act in Act])
        reference, standing = read_source(table, references)
        wording = table.text("wording")
        table.finish()
        known = Act(act) if act in set(Act) else Act.LEADING_SESSION
        found[code] = Seat(code, wording, frozenset(held), known, reference, standing)
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "seat")
    for code in SEATS:
        if code not in found:
            root.problem(None, f"there is no seat {code!r}", "Add a [[seat]] for it")
    root.finish()
    document.finish()
    return MappingProxyType(found)
