"""Scripts of the first telephone call: released files, one for each protocol that has its own.

A protocol without a script of its own is asked by the general one; of it, only the questions
that the protocol asks are shown.
"""

from collections.abc import Mapping
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
from holdfast.definitions.questions import LANGUAGES
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.calls import CallPart, CallScript, CrisisStep
from holdfast.domain.findings import Reference
from holdfast.domain.questions import QuestionKind

FORMAT = 1
CALLS = FOLDER / "calls"
GENERAL = "general"
PLACES = ("opening", "safety", "danger", "hold", "contact", "message", "questions", "closing")
# Kinds that a script cannot ask in one line: they are entered in a place of their own.
NOT_ASKED = (QuestionKind.ENTRY,)


@cache
def load(protocol: str) -> CallScript:
    """The newest script of a protocol; the general one where it has none of its own."""
    folder = CALLS / protocol
    name = protocol if folder.is_dir() and list(folder.glob("*.toml")) else GENERAL
    versions = sorted(int(path.stem) for path in (CALLS / name).glob("*.toml"))
    return read(CALLS / name / f"{versions[-1]}.toml")


def names() -> tuple[str, ...]:
    """The names of all scripts that ship with this release."""
    return tuple(sorted(path.parent.name for path in CALLS.glob("*/1.toml")))


def read(path: Path) -> CallScript:
    """A script from a file.

    Raises
    ------
    DefinitionRefused
        With every problem of the file: a place of the call without English words, a question that
        no catalogue has, a step of the crisis path without source or standing.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    name, version = root.code("name"), root.integer("version")
    if root.document.file == str(path) and (name, f"{version}.toml") != (
        path.parent.name,
        path.name,
    ):
        root.problem("name", "the file's place says another name or version", "Move the file")
    references = read_references(root)
    says = {place: _words(root.table(place, required=True)) for place in PLACES}
    crisis = _crisis(root.tables("crisis", required=True), references)
    parts = _parts(root.tables("part", required=True))
    root.finish()
    document.finish()
    return CallScript(name, version, document.sha256, MappingProxyType(says), crisis, parts)


def _words(table: Table | None) -> Mapping[str, str]:
    if table is None:
        return MappingProxyType({})
    words = _languages(table)
    table.finish()
    return words


def _languages(table: Table) -> Mapping[str, str]:
    found = {language: table.text(language, required=language == "en") for language in LANGUAGES}
    return MappingProxyType({language: text for language, text in found.items() if text})


def _crisis(tables: list[Table], references: Mapping[str, Reference]) -> tuple[CrisisStep, ...]:
    steps = []
    for table in tables:
        reference, standing = read_source(table, references)
        steps.append(CrisisStep(table.code("code"), _languages(table), reference, standing))
        table.finish()
    refuse_duplicates(zip(tables, (step.code for step in steps), strict=True), "step")
    return tuple(steps)


def _parts(tables: list[Table]) -> tuple[CallPart, ...]:
    catalogue = load_questions().questions
    parts, seen = [], set[str]()
    for table in tables:
        codes = table.texts("questions", required=True)
        for code in codes:
            asked = catalogue.get(code)
            if asked is None:
                table.problem(
                    "questions", f"there is no question {code!r}", nearest(code, catalogue)
                )
            elif asked.kind in NOT_ASKED:
                table.problem("questions", f"{code} is entered elsewhere", "Leave it out")
            elif code in seen:
                table.problem("questions", f"{code} is asked twice", "Ask it once")
            seen.add(code)
        parts.append(CallPart(table.code("code"), _languages(table), codes))
        table.finish()
    refuse_duplicates(zip(tables, (part.code for part in parts), strict=True), "part")
    return tuple(parts)
