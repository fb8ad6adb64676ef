"""How long a record must be kept: one file for each jurisdiction, found by the site's time zone.

The zone decides, so that nobody chooses the law that suits them. What the facts lack has no
number: a physician signs one for the site, or nothing may be erased.
"""

from functools import cache
from pathlib import Path

from holdfast.definitions.loading import Document, Table, read_format, read_references, read_source
from holdfast.domain.findings import Reference
from holdfast.domain.retention import CLASSES, Jurisdiction, RetentionRule

FOLDER = Path(__file__).parent
FORMAT = 1


@cache
def load() -> tuple[Jurisdiction, ...]:
    """Every released jurisdiction, by code."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))


def rules() -> dict[str, RetentionRule]:
    """Every rule of every jurisdiction, by its whole code, such as ``victoria/health-record``."""
    return {rule.code: rule for place in load() for rule in place.rules}


def read(path: Path) -> Jurisdiction:
    """One jurisdiction from its file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path, f"retention/{path.name}")
    root = document.root
    read_format(root, FORMAT)
    code = root.code("jurisdiction")
    zones = root.texts("zones", required=True)
    references = read_references(root)
    found = [_rule(table, code, references) for table in root.tables("rule", required=True)]
    root.finish()
    document.finish()
    return Jurisdiction(code, frozenset(zones), tuple(found))


def _rule(table: Table, place: str, references: dict[str, Reference]) -> RetentionRule:
    code = table.code("code")
    years = table.integer("years") if "years" in table else None
    classes = table.texts("classes", required=True)
    for word_class in set(classes) - CLASSES:
        table.problem("classes", f"{word_class!r} is no class of words", "Write identity or words")
    reference, standing = read_source(table, references)
    rule = RetentionRule(
        code=f"{place}/{code}",
        classes=frozenset(classes),
        years=years,
        wording=table.text("wording"),
        reference=reference,
        standing=standing,
    )
    table.finish()
    return rule
