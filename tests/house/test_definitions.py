"""Every definition has a source, every number a source and a standing, and every source can be followed.

This reads the files themselves and not the loader's answer, so that a fault of the loader cannot hide one of the data.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.domain.findings import Standing
from tests.house.source import PACKAGE, ROOT, plant

DEFINITIONS = PACKAGE / "definitions"
CLINICAL = (
    *("protocols", "interactions", "retention", "jurisdictions", "patient_pages"),
    "monitoring",
)
STANDINGS = {str(standing) for standing in Standing} - {"signed"}
NOT_CLINICAL = {"format", "version"}  # numbers of a form, not of a person
RULES = (
    "limit",
    "criterion",
    "approval",
    "duty",
    "visit",
    "provision",
    "stage",
    "arm",
    "done",
    "claim",
    "rule",
    "symptom",
    "signal",
    "tier",
    "due",
)
NAMED_RULES = ("doses", "window")  # headed [doses.name]
# These say a number of the table they stand in, which has the source.
PARTS = re.compile(r"(doses\.[^.]+\.choice\[\d+\]|visit\[[^\]]+\]\.repeat)$")


def clinical_files(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*.toml")) if p.relative_to(folder).parts[0] in CLINICAL]


def tables(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a file with its place."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from tables(inner, f"{path}.{key}" if path else key)
    if isinstance(value, list):
        for number, inner in enumerate(value):
            name = (
                inner.get("code", inner.get("name", number)) if isinstance(inner, dict) else number
            )
            yield from tables(inner, f"{path}[{name}]")


def unsourced(document: dict[str, Any]) -> Iterator[str]:
    """Rules and numbers without a source and a standing, and sources that are not declared."""
    declared = document.get("reference", {})
    for code, source in declared.items():
        if not source.get("title") or not source.get("href"):
            yield f"reference.{code} has no title or no href"
    for place, table in tables({k: v for k, v in document.items() if k != "reference"}):
        cited = table.get("reference")
        numbers = [
            key
            for key, value in table.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and key not in NOT_CLINICAL
        ]
        is_rule = re.search(rf"(^|\.)({'|'.join(RULES)})\[[^\]]*\]$", place) or re.fullmatch(
            rf"({'|'.join(NAMED_RULES)})\.[^.]+", place
        )
        if PARTS.search(place):
            continue
        if (numbers or is_rule) and (cited is None or table.get("standing") not in STANDINGS):
            yield f"{place} has no reference or no standing"
        if isinstance(cited, str) and cited not in declared:
            yield f"{place} cites {cited}, which is not declared"


def odd_limits(document: dict[str, Any]) -> Iterator[str]:
    """A number that was not found has no value; every other limit has one, and all have a unit."""
    for limit in document.get("limit", ()):
        if ("value" in limit) == (limit.get("standing") == "not-found"):
            yield f"{limit['code']}: a value and a standing that do not go together"
        if not limit.get("unit") or not limit.get("wording"):
            yield f"{limit['code']}: no unit or no wording"


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(DEFINITIONS).as_posix()


@pytest.mark.parametrize("path", clinical_files(DEFINITIONS), ids=name_of)
def test_every_rule_and_every_number_has_its_source_and_standing(path):
    document = read(path)
    assert list(unsourced(document)) == []
    assert list(odd_limits(document)) == []


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as hosts of such pages make them."""
    texts = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in texts}


def dead_ends(hrefs: list[str]) -> list[str]:
    """Sources of our own that lead nowhere, and those that are no address at all."""
    found = []
    for href in hrefs:
        page, _, anchor = href.partition("#")
        if re.match(r"https://[^/\s]+/?\S*$", href):
            continue
        if not (ROOT / page).is_file() or (anchor and anchor not in headings(ROOT / page)):
            found.append(href)
    return found


def test_every_source_can_be_followed():
    hrefs = {
        source["href"]
        for path in clinical_files(DEFINITIONS)
        for source in read(path).get("reference", {}).values()
    }
    in_code = {
        href
        for path in PACKAGE.rglob("*.py")
        for href in re.findall(r'"(docs/[\w./-]+\.md(?:#[\w-]+)?)"', path.read_text("utf-8"))
    }
    assert dead_ends(sorted(hrefs | in_code)) == []


def test_there_are_the_three_protocols_and_a_table_of_medicines():
    found = {name_of(path) for path in clinical_files(DEFINITIONS)}
    wanted = {f"protocols/{n}/1.toml" for n in ("mapp2", "oehen-2013", "tga-authorised-prescriber")}
    assert wanted <= found
    assert any(name.startswith("interactions/") for name in found)


def test_offences_are_found(tmp_path):
    plant(
        tmp_path,
        "protocols/bad/1.toml",
        '[reference.paper]\ntitle = "A paper"\nhref = "https://example.org/"\n'
        '[[limit]]\ncode = "age"\nvalue = 18\nunit = "a"\nwording = "x"\n'
        '[[limit]]\ncode = "alt"\nvalue = 3\nunit = "U/L"\nwording = "x"\nstanding = "not-found"\nreference = "paper"\n'
        '[[criterion]]\ncode = "heart"\nreference = "nobody"\nstanding = "verified"\n'
        '[[class]]\ncode = "ssri"\nwashout = { days = 14 }\n',
    )
    (path,) = clinical_files(tmp_path)
    assert list(unsourced(read(path))) == [
        "limit[age] has no reference or no standing",
        "criterion[heart] cites nobody, which is not declared",
        "class[ssri].washout has no reference or no standing",
    ]
    assert (
        list(odd_limits(read(path)))
        == [
            "age: a value and a standing that do not go together",
            "alt: a value and a standing that do not go together",
        ][1:]
    )
    assert dead_ends(["https://example.org/a", "docs/nowhere.md", "a letter"]) == [
        "docs/nowhere.md",
        "a letter",
    ]
