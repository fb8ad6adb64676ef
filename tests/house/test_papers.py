"""The documents say what is there: links lead somewhere, named tests exist, versions agree."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from holdfast import __version__
from holdfast.definitions import answers_file
from tests.house.source import ROOT, tracked

DECISION = ("**Context.**", "**Decision.**", "**Consequences.**", "**Hazard.**", "**Status.**")
LINK = re.compile(r"!?\[[^\]]*\]\((?!https?://|mailto:|#)([^)\s#]+)(#[\w-]+)?\)")
NAMED_PATH = re.compile(r"`((?:tests|src|docs|tools|benchmarks)/[\w./-]+?)(?:::(\w+))?`")


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def broken_links(page: Path) -> list[str]:
    """Links to files that are not there."""
    text = page.read_text("utf-8")
    return [link for link, _ in LINK.findall(text) if not (page.parent / link).exists()]


def missing_paths(page: Path, root: Path) -> list[str]:
    """Files and tests a document names that do not exist."""
    found = []
    for name, test in NAMED_PATH.findall(page.read_text("utf-8")):
        path = root / name.rstrip(".")
        if not path.exists() or (test and f"def {test}(" not in path.read_text("utf-8")):
            found.append(f"{name}::{test}" if test else name)
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    assert broken_links(page) == []


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/hazards.md"])
def test_every_file_and_test_a_document_names_exists(name):
    assert missing_paths(ROOT / name, ROOT) == []


def test_broken_links_and_missing_tests_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](gone.md) [b](https://example.org/) `tests/gone.py` `tests/it.py::test_b`")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "it.py").write_text("def test_a(): ...\n")
    assert broken_links(page) == ["gone.md"]
    assert missing_paths(page, tmp_path) == ["tests/gone.py", "tests/it.py::test_b"]


def test_the_security_page_answers_for_each_of_the_nine_promises():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert re.findall(r"^### (\d)\. ", text, re.MULTILINE) == list("123456789")
    for section in re.split(r"^### \d\. ", text, flags=re.MULTILINE)[1:]:
        assert "tests/" in section or "not built yet" in section.lower()


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda p: p.name
)
def test_a_decision_is_a_page_of_five_parts(page):
    text = page.read_text("utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
    assert [part for part in DECISION if part not in text] == []
    assert text.startswith(f"# {page.name[:4]} ")
    assert text.count("\n") <= 50


def test_the_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_hazard_a_decision_names_is_in_the_log():
    log = (ROOT / "docs" / "hazards.md").read_text("utf-8")
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        for hazard in re.findall(r"H-\d{2}", page.read_text("utf-8")):
            assert f"| {hazard} |" in log, (page.name, hazard)


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert project["version"] == __version__
    assert re.search(rf"^## {re.escape(__version__)}\b", changes, re.MULTILINE)


def test_the_example_of_the_answers_file_can_be_read(tmp_path):
    page = (ROOT / "docs" / "answers-file.md").read_text("utf-8")
    path = tmp_path / "answers.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    found = answers_file.read(path, limits={"weight-floor-kg": "kg"}, as_of=date(2026, 3, 31))
    assert [answer.question for answer in found.answers] == ["weight", "psychotic-disorder-ever"]
    assert [entry.name for entry in found.medications] == ["sertraline"]
    assert [limit.code for limit in found.limits] == ["weight-floor-kg"]


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_the_make_file_never_calls_apt():
    assert "apt-get" not in (ROOT / "Makefile").read_text("utf-8")
    assert "apt-get" not in (ROOT / "tools" / "set-up").read_text("utf-8")
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")
