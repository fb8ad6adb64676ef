"""Consent documents: released versions, read once, refused if anything in them does not fit.

A version is a folder: ``document.toml`` says what it is made of, one file for each language says it,
``grades.toml`` says how hard the English is to read.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from holdfast.definitions import evidence, protocols
from holdfast.definitions.consent.document import (
    LOCAL,
    ONLY,
    RISK_GROUPS,
    TABLES,
    ConsentDocument,
    Element,
    Grades,
    Item,
    Question,
    Risk,
    Section,
)
from holdfast.definitions.consent.words import check_words, read_words
from holdfast.definitions.evidence import Figure
from holdfast.definitions.loading import (
    CODE,
    FOLDER,
    Document,
    Table,
    nearest,
    parsed_sha256,
    read_format,
    read_references,
    refuse_duplicates,
)

FORMAT = 1
CONSENTS = FOLDER / "consent"
ELEMENTS = CONSENTS / "elements.toml"


class UnknownConsent(LookupError):
    """No consent document of that code and version ships with this release."""


@cache
def elements() -> tuple[Element, ...]:
    """The elements of informed consent, in their order."""
    document = Document(ELEMENTS)
    root = document.root
    read_format(root, FORMAT)
    read_references(root)
    found = [
        Element(
            table.code("code"),
            table.texts("cites", required=True),
            table.text("wording"),
            table.one_of("only", ONLY, required=False),
        )
        for table in root.tables("element", required=True)
    ]
    root.finish()
    document.finish()
    return tuple(found)


@cache
def codes() -> tuple[str, ...]:
    """The documents that ship with this release."""
    return tuple(sorted(path.name for path in CONSENTS.iterdir() if versions(path.name)))


def versions(code: str) -> tuple[int, ...]:
    """The released versions of a document, in order; empty if there is no such document."""
    if not CODE.match(code):
        return ()
    found = (re.fullmatch(r"[1-9][0-9]*", p.parent.name) for p in _files(code))
    return tuple(sorted(int(match.group()) for match in found if match))


def _files(code: str) -> Iterable[Path]:
    return (CONSENTS / code).glob("*/document.toml")


def of_protocol(name: str) -> tuple[ConsentDocument, ...]:
    """Every released version that is for a protocol, the newest last."""
    every = (load(code, version) for code in codes() for version in versions(code))
    return tuple(document for document in every if name in document.protocols)


@cache
def load(code: str, version: int) -> ConsentDocument:
    """A released version; ``UnknownConsent`` where there is none."""
    if version not in versions(code):
        raise UnknownConsent(f"There is no consent document {code!r} of version {version}.")
    return read(CONSENTS / code / str(version), expected=(code, version))


def by_hash(sha256: str) -> ConsentDocument | None:
    """The released version of that hash; None where this release has it no more."""
    every = (load(code, version) for code in codes() for version in versions(code))
    return next((document for document in every if document.sha256 == sha256), None)


def read(folder: Path, expected: tuple[str, int] | None = None) -> ConsentDocument:
    """A document from its folder; ``DefinitionRefused`` with every problem of the first bad file."""
    document = Document(folder / "document.toml")
    root = document.root
    read_format(root, FORMAT)
    code, version = root.code("code"), root.integer("version")
    if expected and (code, version) != expected:
        mend = "Write the code and version of its folder"
        root.problem("code", f"the file lies at {expected[0]}/{expected[1]}", mend)
    figures = evidence.load().figures
    sections = _sections(root)
    parts: dict[str, Any] = {
        "protocols": _protocols(root, "protocols"),
        "treatments": _protocols(root, "treatments"),
        "sections": sections,
        "risks": _risks(root, figures),
        "questions": _questions(root, sections),
        "items": _items(root),
    }
    languages = root.texts("languages", required=True)
    if "en" not in languages:
        root.problem("languages", "English is missing", 'Add "en"')
    root.finish()
    document.finish()
    said = {name: read_words(folder / f"{name}.toml", name, parts) for name in languages}
    cited = check_words(folder, said, figures)
    used = {f.code: f for risk in parts["risks"] for f in risk.figures} | cited
    return ConsentDocument(
        code=code,
        version=version,
        words=MappingProxyType({name: words for name, (words, _) in said.items()}),
        cited=MappingProxyType(used),
        grades=_grades(folder, sections),
        sha256=parsed_sha256(
            document.sha256,
            [sha256 for _, sha256 in said.values()],
            [[f.code, dict(f.parts()), f.standing, f.study.reference.title] for f in used.values()],
        ),
        **parts,
    )


def _protocols(root: Table, key: str) -> tuple[str, ...]:
    named = root.texts(key, required=key == "protocols")
    for name in named:
        if name not in protocols.names():
            root.problem(key, f"no protocol is called {name!r}", nearest(name, protocols.names()))
    return named


def _sections(root: Table) -> tuple[Section, ...]:
    tables = root.tables("section", required=True)
    known = [element.code for element in elements()]
    found = []
    for table in tables:
        fulfilled, local = table.texts("elements", required=True), table.texts("local")
        for code in fulfilled:
            if code not in known:
                table.problem("elements", f"no element is called {code!r}", nearest(code, known))
        for code in local:
            if code not in LOCAL:
                table.problem("local", f"no site words are called {code!r}", nearest(code, LOCAL))
        only = table.one_of("only", ONLY, required=False)
        shown = table.one_of("table", TABLES, required=False)
        found.append(Section(table.code("code"), fulfilled, only, shown, local))
        table.finish()
    refuse_duplicates(zip(tables, (s.code for s in found), strict=True), "section")
    return tuple(found)


def _risks(root: Table, figures: Mapping[str, Figure]) -> tuple[Risk, ...]:
    tables = root.tables("risk", required=True)
    found = []
    for table in tables:
        group, named = table.one_of("group", RISK_GROUPS), table.texts("figures")
        for code in named:
            if code not in figures:
                table.problem("figures", f"no figure is called {code!r}", nearest(code, figures))
            elif figures[code].study.is_retracted:
                table.problem("figures", f"{code!r} is of a retracted paper", "Leave it out")
        if (group == "not-counted") == bool(named):
            table.problem("group", f"{group!r} does not fit its figures", "Choose another group")
        cited = tuple(figures[code] for code in named if code in figures)
        found.append(Risk(table.code("code"), group, cited))
        table.finish()
    refuse_duplicates(zip(tables, (r.code for r in found), strict=True), "risk")
    return tuple(found)


def _questions(root: Table, sections: Iterable[Section]) -> tuple[Question, ...]:
    tables = root.tables("question", required=True)
    known = [section.code for section in sections]
    found = []
    for table in tables:
        answers = table.texts("answers", required=True)
        right = table.one_of("right", answers)
        section = table.one_of("section", known)
        only = table.one_of("only", ONLY, required=False)
        found.append(Question(table.code("code"), answers, right, section, only))
        table.finish()
    refuse_duplicates(zip(tables, (q.code for q in found), strict=True), "question")
    return tuple(found)


def _items(root: Table) -> tuple[Item, ...]:
    tables = root.tables("item", required=True)
    found = []
    for table in tables:
        found.append(Item(table.code("code"), table.texts("choices", required=True)))
        table.finish()
    refuse_duplicates(zip(tables, (i.code for i in found), strict=True), "item")
    return tuple(found)


def _grades(folder: Path, sections: Iterable[Section]) -> Grades:
    """The measured grades; every section has one."""
    document = Document(folder / "grades.toml")
    root = document.root
    library, measure = root.text("library"), root.text("measure")
    table = root.table("grade", required=True)
    by_section = {}
    if table is not None:
        by_section = {s.code: table.decimal(s.code) or Decimal(0) for s in sections}
        table.finish()
    root.finish()
    document.finish()
    return Grades(library, measure, MappingProxyType(by_section))
