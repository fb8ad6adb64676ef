"""The plain pages for people in treatment, read from their files; a claim without a source is refused."""

from functools import cache
from pathlib import Path

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
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.patient_pages import (
    EVERY,
    LANGUAGES,
    Advertising,
    AdvertisingRule,
    Claim,
    PlainPage,
    Section,
    Sure,
    Who,
    Words,
)

FORMAT = 1
PAGES = FOLDER / "patient_pages"
NAMES = ("how-it-works", "questions", "preparing")
# A person is told what was read in its source, and arithmetic on that. Nothing from memory.
TELLS = (Standing.VERIFIED, Standing.DERIVED)


@cache
def load(name: str) -> PlainPage:
    """A released page; ``LookupError`` where there is none of this name."""
    if name not in NAMES:
        raise LookupError(f"There is no plain page {name!r}.")
    return read(PAGES / f"{name}.toml")


def read(path: Path) -> PlainPage:
    """A page from a file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    name = root.code("name")
    title, lead = _words(root, "title"), _words(root, "lead")
    references = read_references(root)
    sections = tuple(_section(table, references) for table in root.tables("section", required=True))
    root.finish()
    document.finish()
    return PlainPage(name, title, lead, sections, document.sha256)


def _section(table: Table, references: dict[str, Reference]) -> Section:
    claims = table.tables("claim", required=True)
    section = Section(
        table.code("code"),
        _words(table, "heading"),
        tuple(_claim(each, references) for each in claims),
    )
    refuse_duplicates(zip(claims, (c.code for c in section.claims), strict=True), "claim")
    table.finish()
    return section


def _claim(table: Table, references: dict[str, Reference]) -> Claim:
    reference, standing = read_source(table, references)
    if standing not in TELLS:
        told = "nobody read this in its source"
        table.problem("standing", told, "Read the source, or leave the claim out")
    sure = table.one_of("sure", [each.value for each in Sure])
    who = table.one_of("who", [each.value for each in Who])
    claim = Claim(
        code=table.code("code"),
        words=_words(table, "words"),
        reference=reference,
        standing=standing,
        sure=Sure(sure) if sure in list(Sure) else Sure.COULD_BE_CHANCE,
        who=Who(who) if who in list(Who) else Who.NONE,
        people=table.integer("people") if "people" in table else None,
        protocols=table.texts("protocols") or (EVERY,),
    )
    table.finish()
    return claim


def _words(table: Table, key: str) -> Words:
    """A text in every language of the pages."""
    inner = table.table(key, required=True)
    if inner is None:
        return {}
    found = {language: inner.text(language) for language in LANGUAGES}
    inner.finish()
    return found


@cache
def advertising_rules() -> tuple[AdvertisingRule, ...]:
    """The released rules on who may see the pages, one for each jurisdiction that was looked at."""
    return read_rules(PAGES / "served.toml")


def read_rules(path: Path) -> tuple[AdvertisingRule, ...]:
    """The rules from a file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("jurisdiction", required=True)
    rules = tuple(_rule(table, references) for table in tables)
    refuse_duplicates(zip(tables, (r.jurisdiction for r in rules), strict=True), "jurisdiction")
    root.finish()
    document.finish()
    return rules


def _rule(table: Table, references: dict[str, Reference]) -> AdvertisingRule:
    reference, standing = read_source(table, references)
    said = table.text("advertising")
    known = [each.value for each in Advertising]
    if said and said not in known:
        table.problem("advertising", f"{said!r} is not known", nearest(said, known))
    rule = AdvertisingRule(
        table.code("code"),
        Advertising(said) if said in known else Advertising.UNKNOWN,
        reference,
        standing,
    )
    table.finish()
    return rule
