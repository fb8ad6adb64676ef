"""Tests that can be ordered, checklists, and the questions of a call, read from the files here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Analyte:
    """One thing that is measured or found: its LOINC code, and units in UCUM or what may be found."""

    code: str
    title: str
    loinc: str
    units: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    derived: bool = False


@dataclass(frozen=True)
class Test:
    """What can be ordered: the code of an activity, and what its results are called."""

    code: str
    title: str
    analytes: tuple[str, ...]

    __test__ = False


@dataclass(frozen=True)
class Item:
    """One line to go through, or one question to ask."""

    code: str
    words: str


@dataclass(frozen=True)
class Checklist:
    """Lines that are gone through together."""

    code: str
    title: str
    items: tuple[Item, ...]


def _read(name: str, keys: set[str]) -> dict[str, Any]:
    """A file of this folder; ``ValueError`` for a key we do not know."""
    parsed = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    if unknown := set(parsed) - keys - {"schema", "reference"}:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    return parsed


@cache
def analytes() -> Mapping[str, Analyte]:
    """What can be measured or found, by its code."""
    told = _read("tests.toml", {"test", "analyte"})["analyte"]
    return MappingProxyType({row["code"]: Analyte(**_tuples(row)) for row in told})


@cache
def analyte_of(loinc: str) -> Analyte | None:
    """What a LOINC code of the catalogue names; None for any other."""
    return next((one for one in analytes().values() if one.loinc == loinc), None)


@cache
def tests() -> Mapping[str, Test]:
    """What can be ordered, by the code of its activity."""
    told = _read("tests.toml", {"test", "analyte"})["test"]
    found = {row["code"]: Test(**_tuples(row)) for row in told}
    for test in found.values():
        if unknown := set(test.analytes) - set(analytes()):
            raise ValueError(f"tests.toml: {test.code}: unknown analytes {sorted(unknown)}")
    return MappingProxyType(found)


@cache
def checklists() -> Mapping[str, Checklist]:
    """The checklists, by code."""
    told = _read("checklists.toml", {"checklist", "question"})["checklist"]
    return MappingProxyType(
        {
            row["code"]: Checklist(
                row["code"], row["title"], tuple(Item(**item) for item in row["items"])
            )
            for row in told
        }
    )


@cache
def call_questions() -> Mapping[str, Item]:
    """The questions of a call, in the order in which they are asked."""
    told = _read("checklists.toml", {"checklist", "question"})["question"]
    return MappingProxyType({row["code"]: Item(**row) for row in told})


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
