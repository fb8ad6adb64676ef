"""Periodic reports to a regulator: what is counted, and in which periods, read from the files here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    read_format,
    read_references,
    read_source,
)
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.periodic_report import Period

FORMAT = 1
FILE = FOLDER / "reports" / "tga.toml"


@dataclass(frozen=True)
class Line:
    """One count: what it means, and where that comes from."""

    code: str
    words: str
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class ReportDefinition:
    """One report: its title, the protocol whose courses it counts, its lines and periods."""

    title: str
    protocol: str
    lines: tuple[Line, ...]
    periods: tuple[Period, ...]
    references: Mapping[str, Reference]
    sha256: str


@cache
def tga() -> ReportDefinition:
    """The six-monthly report of an authorised prescriber."""
    document = Document(FILE)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    lines, periods = [], []
    for table in root.tables("line", required=True):
        source = read_source(table, references)
        lines.append(Line(table.code("code"), table.text("words"), *source))
        table.finish()
    for table in root.tables("period", required=True):
        read_source(table, references)
        periods.append(
            Period(
                table.code("code"),
                table.text("first"),
                table.text("last"),
                table.text("due"),
                table.flag("due_next_year"),
            )
        )
        table.finish()
    title, protocol = root.text("title"), root.text("protocol")
    root.finish()
    document.finish()
    return ReportDefinition(
        title, protocol, tuple(lines), tuple(periods), references, document.sha256
    )
