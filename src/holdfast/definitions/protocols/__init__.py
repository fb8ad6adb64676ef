"""Protocol versions: released files, read once, refused if anything in them does not fit."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from holdfast.definitions.loading import (
    CODE,
    FOLDER,
    Document,
    Table,
    nearest,
    parsed_sha256,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.definitions.protocols.criteria import read_criterion
from holdfast.definitions.protocols.schedule import read_schedule
from holdfast.definitions.questions import Catalogue
from holdfast.definitions.questions import load as load_questions
from holdfast.definitions.terminology import load_conditions
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit
from holdfast.domain.protocol import Criterion, ProtocolVersion
from holdfast.domain.questions import Question

FORMATS = (1, 2)  # from 2 on a file also says the course
PROTOCOLS = FOLDER / "protocols"
# The questions that the medicines ask, whatever the protocol (holdfast.domain.medications).
MEDICINE_QUESTIONS = (
    "medication-list-complete",
    "medicine-reviewed",
    "medicine-named",
    "medicine-still-taken",
    "medicine-last-taken",
)


class UnknownProtocol(LookupError):
    """No protocol of that name and version ships with this release."""


def names() -> tuple[str, ...]:
    """The names of all protocols that ship with this release, in order."""
    return tuple(sorted(path.name for path in PROTOCOLS.iterdir() if versions(path.name)))


def versions(name: str) -> tuple[int, ...]:
    """The released versions of a protocol, in order; empty if there is no such protocol."""
    if not CODE.match(name):
        return ()
    found = (
        re.fullmatch(r"([1-9][0-9]*)\.toml", p.name) for p in (PROTOCOLS / name).glob("*.toml")
    )
    return tuple(sorted(int(match.group(1)) for match in found if match))


@cache
def load(name: str, version: int | None = None) -> ProtocolVersion:
    """A protocol version; the latest if none is named.

    Raises
    ------
    UnknownProtocol
        If there is none of that name and version, with the names there are.
    DefinitionRefused
        If its file does not fit.
    """
    released = versions(name)
    if not released:
        raise UnknownProtocol(f"There is no protocol {name!r}. There are: {', '.join(names())}.")
    wanted = released[-1] if version is None else version
    if wanted not in released:
        known = ", ".join(map(str, released))
        raise UnknownProtocol(f"Protocol {name!r} has no version {wanted}. It has: {known}.")
    if version is None:
        return load(name, wanted)
    return read(PROTOCOLS / name / f"{wanted}.toml", expected=(name, wanted))


def read(path: Path, expected: tuple[str, int] | None = None) -> ProtocolVersion:
    """A protocol version from a file.

    Parameters
    ----------
    expected
        The name and version that the file's place says it has, if it has a place.

    Raises
    ------
    DefinitionRefused
        With every problem of the file, each with its line and mend.
    """
    document, catalogue = Document(path), load_questions()
    root = document.root
    number = read_format(root, *FORMATS)
    name, version, title = root.code("name"), root.integer("version"), root.text("title")
    _refuse_misplaced(root, name, version, expected)
    references = read_references(root)
    not_known = root.texts("not_known")
    earlier = _earlier(root) if number > 1 else None
    limits = _limits(root, references)
    known = {**(earlier.limits if earlier else {}), **limits}
    criteria = _criteria(root, catalogue, known, references, required=earlier is None)
    schedule = read_schedule(root, references) if number > 1 else None
    if earlier:
        criteria = _taken_over(root, earlier, criteria)
    root.finish()
    used = {code for criterion in criteria for code in criterion.limits}
    _refuse_unused(root, used, limits)
    _refuse_uncited(root, references)
    document.finish()
    limits = {code: limit for code, limit in known.items() if code in used}
    questions = _questions_of(criteria, catalogue)
    conditions = load_conditions()
    return ProtocolVersion(
        name=name,
        version=version,
        format=number,
        title=title,
        not_known=not_known,
        criteria=tuple(criteria),
        limits=MappingProxyType(limits),
        questions=MappingProxyType(questions),
        conditions=conditions,
        sha256=document.sha256,
        parsed_sha256=parsed_sha256(
            _parsed(root),
            catalogue.sha256,
            conditions.sha256,
            *([earlier.parsed_sha256] if earlier else []),
        ),
        schedule=schedule,
    )


def _parsed(root: Table) -> dict[str, Any]:
    return {key: root.value(key) for key in tuple(root.keys())}


def _refuse_misplaced(
    root: Table, name: str, version: int, expected: tuple[str, int] | None
) -> None:
    if "version" in root and version < 1:
        root.problem("version", "versions are counted from 1", "Write version = 1")
    if expected and (name, version) != expected:
        place = f"{expected[0]}/{expected[1]}.toml"
        root.problem("name", f"the file lies at {place}", "Write the name and version of its place")


def _limits(root: Table, references: dict[str, Reference]) -> dict[str, Limit]:
    found: dict[str, Limit] = {}
    tables = root.tables("limit")
    codes = []
    for table in tables:
        code = table.code("code")
        codes.append(code)
        reference, standing = read_source(table, references)
        value = table.decimal("value", required=False)
        unit, wording = table.unit("unit"), table.text("wording")
        table.finish()
        _refuse_wrong_value(table, code, value, standing)
        if value is None or standing is Standing.NOT_FOUND:  # also where a problem was noted
            value, standing = None, Standing.NOT_FOUND
        found[code] = Limit(code, value, unit, reference, standing, wording)
    refuse_duplicates(zip(tables, codes, strict=True), "limit")
    return found


def _refuse_wrong_value(table: Table, code: str, value: Decimal | None, standing: Standing) -> None:
    if value is not None and value < 0:
        table.problem("value", f"limit {code!r} is negative", "Correct the number")
    if table.value("standing") != standing.value:
        return  # missing or not known, and said so already
    if "value" not in table and standing is not Standing.NOT_FOUND:
        mend = 'Add the value, or write standing = "not-found"'
        table.problem(None, f"limit {code!r} is {standing} but has no value", mend)
    if "value" in table and standing is Standing.NOT_FOUND:
        mend = "Say how far the value was checked"
        table.problem("standing", f"limit {code!r} is not-found and has a value", mend)


def _earlier(root: Table) -> ProtocolVersion | None:
    """The released version whose criteria and limits this one takes over, if it names one."""
    if "eligibility" not in root:
        return None
    said = root.text("eligibility")
    name, _, version = said.partition("/")
    if not version.isdecimal() or int(version) not in versions(name):
        released = [f"{n}/{v}" for n in names() for v in versions(n)]
        root.problem("eligibility", f"no version is called {said!r}", nearest(said, released))
        return None
    return load(name, int(version))


def _taken_over(root: Table, earlier: ProtocolVersion, own: list[Criterion]) -> list[Criterion]:
    """The criteria of the earlier version, each replaced by our own of its code, then the rest of ours.

    ``without`` names those that are left out.
    """
    without, codes = root.texts("without"), {c.code for c in earlier.criteria}
    for code in without:
        if code not in codes:
            root.problem("without", f"no criterion is called {code!r}", nearest(code, codes))
    ours = {criterion.code: criterion for criterion in own}
    kept = [ours.pop(c.code, c) for c in earlier.criteria if c.code not in without]
    return [*kept, *ours.values()]


def _criteria(
    root: Table,
    catalogue: Catalogue,
    limits: dict[str, Limit],
    references: dict[str, Reference],
    *,
    required: bool,
) -> list[Criterion]:
    tables = root.tables("criterion", required=required)
    criteria = [read_criterion(table, catalogue, limits, references) for table in tables]
    refuse_duplicates(zip(tables, (c.code for c in criteria), strict=True), "criterion")
    return criteria


def _refuse_unused(root: Table, used: set[str], limits: dict[str, Limit]) -> None:
    """A limit that no criterion uses was meant for something."""
    for table in root.tables("limit"):
        code = table.value("code")
        if code in limits and code not in used:
            table.problem("code", f"no criterion uses limit {code!r}", "Use it or take it out")


def _refuse_uncited(root: Table, references: dict[str, Reference]) -> None:
    """A source that nothing cites was meant for something."""
    cited = set(_cited(_parsed(root)))
    for name, table in root.named_tables("reference").items():
        if name in references and name not in cited:
            table.problem(None, f"nothing cites reference {name!r}", "Cite it or take it out")


def _cited(part: Any) -> Iterable[str]:
    """Every reference that some part of a file cites by its key."""
    if isinstance(part, dict):
        if isinstance(key := part.get("reference"), str):
            yield key
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _cited(inner)


def _questions_of(criteria: list[Criterion], catalogue: Catalogue) -> dict[str, Question]:
    codes = (*(code for c in criteria for code in c.questions), *MEDICINE_QUESTIONS)
    return {code: catalogue.questions[code] for code in dict.fromkeys(codes)}
