"""The long runs say what they did: mutants are real changes, a stopped night goes on, a page keeps what was not measured again."""

import ast
import json

import pytest

from benchmarks import run as benchmarks
from tools import mutation, nightly


def test_every_kind_of_small_change_is_made_and_parses():
    source = (
        "@dataclass(frozen=True)\n"
        "def rule(a: int, b):\n"
        "    if a < 10 and not b:\n"
        "        return True\n"
        "    return a == b\n"
    )
    made = dict(mutation.mutants(source))
    assert set(made) == {
        "a < 10 -> a <= 10",
        "a < 10 and (not b) -> a < 10 or not b",
        "not b -> +bool(b)",
        "10 -> 11",
        "True -> False",
        "a == b -> a != b",
    }
    for text in made.values():
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(source))


@pytest.fixture
def a_night(monkeypatch, tmp_path):
    """Two pieces, of which one fails, in a folder of their own."""
    ran = []

    def run(command, environment):
        ran.append(command[0])
        outcome = "failed (1)" if command[0] == "bad" else "passed"
        return {"outcome": outcome, "seconds": 1.0, "said": "1 | 2"}

    monkeypatch.setattr(nightly, "STATE", tmp_path / "var" / "nightly.json")
    monkeypatch.setattr(nightly, "PAGE", tmp_path / "nightly.md")
    monkeypatch.setattr(nightly, "pieces", lambda: {"good": (("good",), {}), "bad": (("bad",), {})})
    monkeypatch.setattr(nightly, "commit", lambda: "abc123")
    monkeypatch.setattr(nightly, "run", run)
    return ran


def test_a_stopped_night_goes_on_and_names_its_commit(a_night, tmp_path):
    assert nightly.main(["good"]) == 0
    page = (tmp_path / "nightly.md").read_text()
    assert "Commit `abc123`" in page
    assert "Not run yet: bad." in page
    assert nightly.main([]) == 1
    assert a_night == ["good", "bad"]
    assert "| bad | failed (1) | 1.0 | 1 / 2 |" in (tmp_path / "nightly.md").read_text()


def test_another_commit_begins_anew(a_night, monkeypatch):
    nightly.main(["good"])
    monkeypatch.setattr(nightly, "commit", lambda: "def456")
    nightly.main(["good"])
    assert a_night == ["good", "good"]
    assert json.loads(nightly.STATE.read_text())["commit"] == "def456"


def test_a_benchmark_page_keeps_what_was_not_measured_again():
    page = "# Benchmarks\n\n## append\n\nold\n\n" + benchmarks.section(
        "screen", [{"what": "one bundle", "ratio": 1.23456}], 2.0
    )
    kept = benchmarks.kept_sections(page)
    assert set(kept) == {"append", "screen"}
    assert "| one bundle | 1.23 |" in kept["screen"]
