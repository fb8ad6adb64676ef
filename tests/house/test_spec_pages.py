"""Every criterion and every limit of the released protocols has a page in ``tests/spec`` that names it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, plant

PROTOCOLS = PACKAGE / "definitions" / "protocols"
SPEC = ROOT / "tests" / "spec"


def codes(path: Path) -> set[str]:
    """The criterion and limit codes of one protocol version."""
    document = tomllib.loads(path.read_text("utf-8"))
    return {rule["code"] for kind in ("criterion", "limit") for rule in document.get(kind, ())}


def named(folder: Path) -> set[str]:
    """Every code-like word in the texts of the pages: tables, docstrings and arguments, not comments."""
    words: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words |= set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", node.value))
    for path in folder.rglob("*.toml"):
        words |= set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", path.read_text("utf-8")))
    return words


def protocol_files() -> list[Path]:
    return sorted(PROTOCOLS.glob("*/*.toml"))


@pytest.mark.parametrize("path", protocol_files(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_criterion_and_limit_has_a_page(path):
    assert sorted(codes(path) - named(SPEC)) == []


def test_a_criterion_without_a_page_is_found(tmp_path):
    plant(tmp_path, "test_page.py", '"""criterion age"""\n# pregnancy\n')
    assert {"age", "pregnancy"} - named(tmp_path) == {"pregnancy"}
