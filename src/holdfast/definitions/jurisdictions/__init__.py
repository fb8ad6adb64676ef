"""Jurisdictions: which approvals each act needs there, as far as the sources go and no further."""

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
from holdfast.domain.authority import Act, ApprovalKind, Duty, Jurisdiction, Scope
from holdfast.domain.findings import Reference

FORMAT = 1
JURISDICTIONS = FOLDER / "jurisdictions"


class UnknownJurisdiction(LookupError):
    """There is no jurisdiction of this name."""


@cache
def names() -> tuple[str, ...]:
    """The jurisdictions that ship with this release, in alphabetical order."""
    return tuple(sorted(path.stem for path in JURISDICTIONS.glob("*.toml")))


@cache
def load(name: str) -> Jurisdiction:
    """A released jurisdiction.

    Raises
    ------
    UnknownJurisdiction
        If there is none of this name.
    DefinitionRefused
        If its file does not fit.
    """
    if name not in names():
        known = ", ".join(names())
        raise UnknownJurisdiction(f"There is no jurisdiction {name!r}. There are: {known}.")
    return read(JURISDICTIONS / f"{name}.toml", expected=name)


def read(path: Path, expected: str | None = None) -> Jurisdiction:
    """A jurisdiction from a file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    code, title = root.code("name"), root.text("title")
    if expected and code != expected:
        root.problem("name", f"the file lies at {expected}.toml", "Write the name of its place")
    references = read_references(root)
    not_known = root.texts("not_known", required=True)
    silent = root.text("silent_reference")
    if silent and silent not in references:
        root.problem("silent_reference", "it is not in this file", nearest(silent, references))
    kinds = _kinds(root, references)
    duties = [_duty(table, references) for table in root.tables("duty")]
    root.finish()
    document.finish()
    return Jurisdiction(
        code=code,
        title=title,
        kinds=tuple(kinds),
        duties=tuple(duties),
        not_known=not_known,
        reference=references.get(silent, Reference("", "")),
        sha256=document.sha256,
    )


def _kinds(root: Table, references: dict[str, Reference]) -> list[ApprovalKind]:
    tables = root.tables("approval", required=True)
    kinds = [_kind(table, references) for table in tables]
    refuse_duplicates(zip(tables, (kind.code for kind in kinds), strict=True), "approval")
    asked = [kind.code for kind in kinds if not kind.instead_of]
    for table, kind in zip(tables, kinds, strict=True):
        if kind.instead_of and kind.instead_of not in asked:
            problem = f"there is no approval {kind.instead_of!r} to stand for"
            table.problem("instead_of", problem, nearest(kind.instead_of, asked))
    return kinds


def _kind(table: Table, references: dict[str, Reference]) -> ApprovalKind:
    reference, standing = read_source(table, references)
    kind = ApprovalKind(
        code=table.code("code"),
        title=table.text("title"),
        acts=tuple(Act(name) for name in _listed(table, "acts", list(Act))),
        scope=tuple(Scope(name) for name in _listed(table, "scope", list(Scope))),
        reference=reference,
        standing=standing,
        instead_of=table.code("instead_of", required=False),
    )
    table.finish()
    if not kind.acts:
        table.problem("acts", "no act needs this approval", "Name one, or take it out")
    return kind


def _listed(table: Table, key: str, allowed: list[Act] | list[Scope]) -> list[str]:
    """The texts of a list that are on another; the rest are problems."""
    words = [each.value for each in allowed]
    found = table.texts(key, required=True)
    for word in found:
        if word not in words:
            table.problem(key, f"{key} {word!r} is not known", nearest(word, words))
    return [word for word in found if word in words]


def _duty(table: Table, references: dict[str, Reference]) -> Duty:
    reference, standing = read_source(table, references)
    duty = Duty(table.code("code"), table.text("wording"), reference, standing)
    table.finish()
    return duty
