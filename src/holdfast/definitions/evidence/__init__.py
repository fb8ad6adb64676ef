"""What studies found: figures with their study, their people and how far each was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    refuse_duplicates,
)
from holdfast.domain.findings import Reference, Standing

FORMAT = 1
FILE = FOLDER / "evidence" / "figures.toml"
_STANDINGS = tuple(s.value for s in Standing if s not in (Standing.SIGNED, Standing.NOT_FOUND))


@dataclass(frozen=True)
class Study:
    """One study, and whether its paper was retracted."""

    code: str
    reference: Reference
    is_retracted: bool


@dataclass(frozen=True)
class Figure:
    """One figure: so many of so many people, or a share where no count was read.

    ``percent`` is per hundred people; of a count it is the whole number nearest to it.
    """

    code: str
    study: Study
    people: str
    wording: str
    count: int | None
    of: int | None
    percent: Decimal
    standing: Standing

    def parts(self) -> Mapping[str, str]:
        """What a text may name of it."""
        whole = self.percent.quantize(Decimal(1), ROUND_HALF_EVEN)
        told = {"percent": format(whole, "f")}
        if self.count is not None and self.of is not None:
            told |= {"count": str(self.count), "of": str(self.of)}
        return told


@dataclass(frozen=True)
class Evidence:
    """Every figure by its code, and the hash of their file."""

    figures: Mapping[str, Figure]
    sha256: str


@cache
def load() -> Evidence:
    """The figures that ship with this release."""
    return read(FILE)


def read(path: Path) -> Evidence:
    """Figures from a file.

    Raises
    ------
    DefinitionRefused
        With every problem: a figure without a study, with neither count nor share, or with a count
        that is larger than its people.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    studies = {code: _study(code, table) for code, table in root.named_tables("study").items()}
    tables = root.tables("figure", required=True)
    figures = [_figure(table, studies) for table in tables]
    refuse_duplicates(zip(tables, (f.code for f in figures), strict=True), "figure")
    root.finish()
    document.finish()
    return Evidence(MappingProxyType({f.code: f for f in figures}), document.sha256)


def _study(code: str, table: Table) -> Study:
    study = Study(code, Reference(table.text("title"), table.text("href")), table.flag("retracted"))
    table.finish()
    return study


def _figure(table: Table, studies: Mapping[str, Study]) -> Figure:
    code, name = table.code("code"), table.text("study")
    if name and name not in studies:
        table.problem("study", f"study {name!r} is not in this file", nearest(name, studies))
    count, of, percent = _counted(table, code)
    figure = Figure(
        code=code,
        study=studies.get(name, Study(name, Reference("", ""), is_retracted=False)),
        people=table.text("people"),
        wording=table.text("wording"),
        count=count,
        of=of,
        percent=percent,
        standing=Standing(table.one_of("standing", _STANDINGS) or Standing.FROM_MEMORY),
    )
    table.finish()
    return figure


def _counted(table: Table, code: str) -> tuple[int | None, int | None, Decimal]:
    """Its count and people with the share that follows, or the share alone."""
    if "percent" in table:
        percent = table.decimal("percent") or Decimal(0)
        if "count" in table or "of" in table or not 0 <= percent <= 100:
            mend = "Write count and of, or a share from 0 to 100 alone"
            table.problem("percent", f"figure {code!r} is no share", mend)
        return None, None, percent
    count, of = table.integer("count"), table.integer("of")
    if not 0 <= count <= of or of == 0:
        table.problem("count", f"figure {code!r} counts {count} of {of}", "Correct the count")
        return 0, 1, Decimal(0)
    return count, of, Decimal(100 * count) / Decimal(of)
