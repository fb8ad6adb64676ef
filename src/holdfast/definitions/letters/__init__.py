"""Letters after the first call and at the end of a course: one file for each language, English complete."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import FOLDER, Document, Table, read_format

FORMAT = 1
LETTERS = FOLDER / "letters"
KINDS = ("accept", "decline", "not-now", "course-end")
ADDRESSEES = ("person", "referrer")
# What a template may name. Nothing else of the record can enter a letter.
FIELDS = frozenset({"person", "site", "name"})
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class LetterTemplate:
    """One letter in one language: its subject and paragraphs, with the hash of their file."""

    kind: str
    addressee: str
    language: str
    greeting: str
    subject: str
    paragraphs: tuple[str, ...]
    closing: str
    sha256: str


@cache
def languages() -> tuple[str, ...]:
    """The languages in which letters can be written; English first."""
    found = sorted(path.stem for path in LETTERS.glob("*.toml"))
    return ("en", *(language for language in found if language != "en"))


@cache
def load(language: str) -> Mapping[tuple[str, str], LetterTemplate]:
    """Every letter of one language, by kind and addressee."""
    return read(LETTERS / f"{language}.toml", language)


def read(path: Path, language: str) -> Mapping[tuple[str, str], LetterTemplate]:
    """Letters from a file.

    Raises
    ------
    DefinitionRefused
        With every problem of the file: a letter that is missing, or a field that letters may
        not name.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    closing = root.text("closing")
    letters = {}
    for kind in KINDS:
        table = root.table(kind, required=True)
        if table is None:
            continue
        for addressee in ADDRESSEES:
            inner = table.table(addressee, required=True)
            if inner is not None:
                letters[kind, addressee] = _letter(
                    inner, kind, addressee, language, closing, document.sha256
                )
        table.finish()
    root.finish()
    document.finish()
    return MappingProxyType(letters)


def _letter(
    table: Table, kind: str, addressee: str, language: str, closing: str, sha256: str
) -> LetterTemplate:
    greeting, subject = table.text("greeting"), table.text("subject")
    paragraphs = table.texts("paragraphs", required=True)
    for text in (greeting, subject, *paragraphs):
        for name in set(_FIELD.findall(text)) - FIELDS:
            table.problem("paragraphs", f"a letter may not name {name!r}", "Leave it out")
    table.finish()
    return LetterTemplate(kind, addressee, language, greeting, subject, paragraphs, closing, sha256)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of a template with its fields; what stands in a field is never read as a template."""
    return _FIELD.sub(lambda found: values[found.group(1)], text)
