"""The kinds of entries of a dosing session, read from ``entries.toml``.

A number without a range or a unit is refused with file and line: it could be wrong quietly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.findings import Reference
from holdfast.domain.session_entries import EntryKind, Field, FieldType

FORMAT = 1
FILE = FOLDER / "session" / "entries.toml"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z")
_GROUPS = {
    "number": FieldType.NUMBER,
    "code_of": FieldType.CODE,
    "id_of": FieldType.ID,
    "flag_of": FieldType.FLAG,
    "moment_of": FieldType.MOMENT,
}


@dataclass(frozen=True)
class EntryKinds:
    """Every kind of entry, by its code."""

    kinds: Mapping[str, EntryKind]
    sha256: str


@cache
def load() -> EntryKinds:
    """The kinds that ship with this release."""
    return read(FILE)


def read(path: Path) -> EntryKinds:
    """Kinds from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    lists = _lists(root)
    tables = root.tables("kind", required=True)
    found = []
    for table in tables:
        fields = _fields(table, lists, references)
        kind = EntryKind(
            code=table.code("code"),
            title=table.text("title"),
            fields=MappingProxyType(fields),
            any_of=_named(table, "any_of", fields),
            together=_named(table, "together", fields),
        )
        table.finish()
        found.append(kind)
    refuse_duplicates(zip(tables, (kind.code for kind in found), strict=True), "kind")
    root.finish()
    document.finish()
    return EntryKinds(MappingProxyType({kind.code: kind for kind in found}), document.sha256)


def _lists(root: Table) -> Mapping[str, tuple[str, ...]]:
    """The named lists of codes."""
    outer = root.table("choices")
    if outer is None:
        return {}
    found = {name: outer.texts(name, required=True) for name in tuple(outer.keys())}
    outer.finish()
    return found


def _fields(
    table: Table, lists: Mapping[str, tuple[str, ...]], references: Mapping[str, Reference]
) -> dict[str, Field]:
    """Every field of one kind, by its name; a name that is there twice is a problem."""
    found: dict[str, Field] = {}
    for group, type_ in _GROUPS.items():
        for name, inner in table.named_tables(group).items():
            if not _NAME.match(name):
                inner.problem(None, f"{name!r} is no name of a field", "Write lower_case_words")
            if name in found:
                inner.problem(None, f"field {name!r} is here twice", "Leave one of them")
            found[name] = _field(name, type_, inner, lists, references)
            inner.finish()
    for one in found.values():
        if one.below and one.below not in found:
            table.problem(None, f"{one.name} is below no field", nearest(one.below, found))
    return found


def _field(
    name: str,
    type_: FieldType,
    table: Table,
    lists: Mapping[str, tuple[str, ...]],
    references: Mapping[str, Reference],
) -> Field:
    required = table.flag("required", default=False)
    if type_ is FieldType.NUMBER:
        return _number(name, table, required, references)
    if type_ is not FieldType.CODE:
        return Field(name, type_, required)
    choices = table.texts("choices")
    if "list" in table:
        listed = table.one_of("list", lists)
        choices = lists.get(listed, ())
    return Field(name, type_, required, choices=choices)


def _number(name: str, table: Table, required: bool, references: Mapping[str, Reference]) -> Field:
    read_source(table, references)
    least, most = table.decimal("least"), table.decimal("most")
    decimals = table.integer("decimals") if "decimals" in table else 0
    if least is not None and most is not None and least >= most:
        table.problem("most", f"most {most} is not above least {least}", "Write the larger number")
    if not 0 <= decimals <= 3:
        table.problem("decimals", f"{decimals} decimals cannot be read", "Write 0 to 3")
    return Field(
        name,
        FieldType.NUMBER,
        required,
        unit=table.unit("unit"),
        least=least,
        most=most,
        decimals=decimals,
        below=table.text("below", required=False),
    )


def _named(table: Table, key: str, fields: Mapping[str, Field]) -> tuple[str, ...]:
    names = table.texts(key)
    for index, name in enumerate(names):
        if name not in fields:
            where = (*table.path, key, index)
            table.document.add(where, f"{key} names {name!r}, no field here", nearest(name, fields))
    return names
