"""The numbers of doses and of the night, read from ``limits.toml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    Document,
    Table,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit

FORMAT = 1
FILE = Path(__file__).with_name("limits.toml")


@cache
def load() -> Mapping[str, Limit]:
    """The numbers that ship with this release, by code."""
    return read(FILE)


def read(path: Path) -> Mapping[str, Limit]:
    """Numbers from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("limit", required=True)
    found = [_limit(table, references) for table in tables]
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "limit")
    root.finish()
    document.finish()
    return MappingProxyType({limit.code: limit for limit in found})


def _limit(table: Table, references: Mapping[str, Reference]) -> Limit:
    code, value = table.code("code"), table.decimal("value", required=False)
    unit, wording = table.unit("unit"), table.text("wording")
    reference, standing = read_source(table, references)
    table.finish()
    if standing.runs_live and value is None:
        table.problem("value", f"limit {code!r} is {standing} and has no value", "Write its value")
        standing = Standing.NOT_FOUND
    return Limit(code, value, unit, reference, standing, wording)
