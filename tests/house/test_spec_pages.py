"""Every criterion and every limit of the released protocols has a page in ``tests/spec`` that names it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, plant

PROTOCOLS = PACKAGE / "definitions" / "protocols"
MONITORING = PACKAGE / "definitions" / "monitoring"
WATCHED = ("limit", "rule", "symptom", "signal")
SPEC = ROOT / "tests" / "spec"


def codes(path: Path) -> set[str]:
    """The criterion and limit codes of one protocol version."""
    document = tomllib.loads(path.read_text("utf-8"))
    return {rule["code"] for kind in ("criterion", "limit") for rule in document.get(kind, ())}


def named(folder: Path) -> set[str]:
    """Every code-like word in the texts of the pages: tables, docstrings and arguments, not comments."""
    words: set[str] = set()
    for path in folder.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words |= set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", node.value))
    return words


def verdicts(folder: Path) -> list[str]:
    """The verdict each argued person of the pages is given, in order."""
    calls = (
        node
        for path in sorted(folder.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("person_spec")
    )
    return [
        word.value.value
        for call in calls
        for word in call.keywords
        if word.arg == "verdict" and isinstance(word.value, ast.Constant)
    ]


def protocol_files() -> list[Path]:
    return sorted(PROTOCOLS.glob("*/*.toml"))


@pytest.mark.parametrize("path", protocol_files(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_criterion_and_limit_has_a_page(path):
    assert sorted(codes(path) - named(SPEC)) == []


@pytest.mark.parametrize("path", sorted(MONITORING.glob("*.toml")), ids=lambda p: p.stem)
def test_every_limit_and_rule_of_a_session_has_a_page(path):
    document = tomllib.loads(path.read_text("utf-8"))
    watched = {rule["code"] for kind in WATCHED for rule in document.get(kind, ())}
    assert watched
    assert sorted(watched - named(SPEC)) == []


def test_a_criterion_without_a_page_is_found(tmp_path):
    plant(tmp_path, "test_page.py", '"""criterion age"""\n# pregnancy\n')
    assert {"age", "pregnancy"} - named(tmp_path) == {"pregnancy"}


def test_sixty_people_are_argued_and_a_third_of_them_may_enter():
    """An engine that does not know, or refuses everybody, fails."""
    given = verdicts(SPEC)
    assert len(given) >= 60
    assert given.count("eligible") * 3 >= len(given)


def test_the_people_of_a_page_are_counted(tmp_path):
    plant(
        tmp_path,
        "test_page.py",
        "def test_a(person_spec):\n    person_spec('mapp2', '', verdict='eligible')\n"
        "    person_spec('mapp2', '', verdict='ineligible')\n    other(verdict='eligible')\n",
    )
    assert verdicts(tmp_path) == ["eligible", "ineligible"]
