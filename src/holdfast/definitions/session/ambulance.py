"""What the sheet for an ambulance says to avoid, read from ``ambulance.toml``."""

from functools import cache
from pathlib import Path

from holdfast.definitions.loading import (
    Document,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.ambulance import Advice

FORMAT = 1
FILE = Path(__file__).with_name("ambulance.toml")


@cache
def load() -> tuple[Advice, ...]:
    """The advice that ships with this release, in the order of the file."""
    return read(FILE)


def read(path: Path) -> tuple[Advice, ...]:
    """Advice from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("avoid", required=True)
    found = []
    for table in tables:
        code, wording = table.code("code"), table.text("wording")
        reference, standing = read_source(table, references)
        table.finish()
        found.append(Advice(code, wording, reference, standing))
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "advice")
    root.finish()
    document.finish()
    return tuple(found)
