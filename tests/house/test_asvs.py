"""docs/asvs.md answers for every item of the standard at levels 1 and 2, by a test that exists or a reason."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "asvs.md"
ITEMS = Path(__file__).parent / "asvs_items.txt"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([123]) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
STATUS = re.compile(r"holds([,;:]? .*)?|(does not apply|not yet), because .{15,}")


@dataclass(frozen=True)
class Row:
    """One item as the page answers it."""

    number: str
    level: int
    words: str
    status: str
    shown: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(self.shown)


def rows(page: str) -> list[Row]:
    found = []
    for number, level, rest in ROW.findall(page):
        words, status, shown = (cell.strip() for cell in rest.split("|"))
        found.append(Row(number, int(level), words, status, shown))
    return found


def asked() -> dict[str, int]:
    """Every item of levels 1 and 2, with its level."""
    lines = ITEMS.read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {number: int(level) for number, level in pairs}


def faults(page: str, root: Path) -> list[str]:
    """What is wrong with the page: a row twice or missing, no test and no reason, a test that is gone."""
    told, wanted, found = rows(page), asked(), []
    numbers = [row.number for row in told]
    found += [f"{n}: twice" for n in sorted({n for n in numbers if numbers.count(n) > 1})]
    found += [f"{n}: missing" for n in wanted if n not in numbers]
    for row in told:
        if wanted.get(row.number) != row.level:
            found.append(f"{row.number}: not an item of level {row.level}")
        if len(row.words) < 10:
            found.append(f"{row.number}: says nothing")
        if not STATUS.fullmatch(row.status):
            found.append(f"{row.number}: neither holds nor a reason")
        if row.status.startswith("holds") and not row.tests:
            found.append(f"{row.number}: names no test")
        if row.shown.count("`tests/") != len(row.tests):
            found.append(f"{row.number}: names something that is no test")
        found += [
            f"{row.number}: {f}::{t} is gone" for f, t in row.tests if not _is_there(root / f, t)
        ]
    return found


def _is_there(path: Path, test: str) -> bool:
    return path.is_file() and f"def {test}(" in path.read_text("utf-8")


def test_every_item_is_answered_by_a_test_that_exists_or_a_reason():
    assert faults(PAGE.read_text("utf-8"), ROOT) == []


def test_the_list_of_items_is_whole():
    """253 of the 345 items of version 5.0.0: 70 of level 1 and 183 of level 2."""
    levels = list(asked().values())
    assert (levels.count(1), levels.count(2)) == (70, 183)
    assert len({number.split(".")[0] for number in asked()}) == 17


def test_what_is_wrong_with_a_page_is_found(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text("def test_there(): ...\n")
    page = "\n".join(
        [
            "| V1.1.1 | 2 | decoded only once | holds | `tests/test_it.py::test_there` |",
            "| V1.1.2 | 1 | encoded at the end | holds | `tests/test_it.py::test_there` |",
            "| V1.2.1 | 1 | encoded for its place | holds | |",
            "| V1.2.2 | 1 | encoded for its place | holds | `tests/test_it.py::test_gone` |",
            "| V1.2.3 | 1 | encoded for its place | not yet | |",
            "| V1.2.4 | 1 | encoded for its place | does not apply, because there is none here | |",
            "| V1.2.4 | 1 | encoded for its place | does not apply, because there is none here | |",
            "| V1.2.5 | 1 | words | holds | `tests/test_it.py::test_there` |",
        ]
    )
    found = [fault for fault in faults(page, tmp_path) if "missing" not in fault]
    assert found == [
        "V1.2.4: twice",
        "V1.1.2: not an item of level 1",
        "V1.2.1: names no test",
        "V1.2.2: tests/test_it.py::test_gone is gone",
        "V1.2.3: neither holds nor a reason",
        "V1.2.5: says nothing",
    ]
    assert "V17.3.2: missing" in faults(page, tmp_path)
