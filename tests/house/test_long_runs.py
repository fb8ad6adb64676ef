"""The long runs say what they did: mutants are real changes, a stopped night goes on, a page keeps what was not measured again."""

import ast

import pytest

from benchmarks import run as benchmarks
from tools import mutation, nightly, reaches


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
    monkeypatch.setattr(nightly, "stamp_of", lambda name: "the same")
    monkeypatch.setattr(nightly, "commit", lambda: "abc123")
    monkeypatch.setattr(nightly, "run", run)
    return ran


def test_a_stopped_night_goes_on_and_names_its_commits(a_night, monkeypatch, tmp_path):
    assert nightly.main(["good"]) == 0
    assert "Not run yet: bad." in (tmp_path / "nightly.md").read_text()
    monkeypatch.setattr(nightly, "commit", lambda: "def456")
    assert nightly.main([]) == 1
    assert a_night == ["good", "bad"]
    page = (tmp_path / "nightly.md").read_text()
    assert "| good | passed | `abc123` | 1.0 | 1 / 2 |" in page
    assert "| bad | failed (1) | `def456` | 1.0 | 1 / 2 |" in page


def test_what_failed_or_reads_a_changed_file_runs_again(a_night, monkeypatch, tmp_path):
    nightly.main([])
    nightly.main([])
    assert a_night == ["good", "bad", "bad"]
    monkeypatch.setattr(nightly, "stamp_of", lambda name: "another")
    nightly.main([])
    assert a_night[3:] == ["good", "bad"]


def test_a_piece_reads_its_rule_what_that_imports_and_who_tests_it():
    """A change in the washout rule can be noticed by the pages on medicines, not by the roster's."""
    rule = reaches.ROOT / "src/holdfast/domain/washout.py"
    tests = [
        test.relative_to(reaches.ROOT).as_posix()
        for test in reaches.tests_that_reach(rule, mutation.TESTS)
    ]
    assert "tests/spec/test_medications_antidepressants.py" in tests
    assert "tests/domain/test_rota.py" not in tests
    files = [file.name for file in reaches.files_read([reaches.ROOT / tests[0]])]
    assert {"washout.py", "findings.py"} <= set(files)


def test_a_stamp_moves_with_any_byte_it_covers(tmp_path, monkeypatch):
    monkeypatch.setattr(reaches, "ROOT", tmp_path)
    file = tmp_path / "rule.py"
    file.write_text("A = 1\n")
    before = reaches.stamp([file])
    assert reaches.stamp([file]) == before
    file.write_text("A = 2\n")
    assert reaches.stamp([file]) != before


def test_a_benchmark_page_keeps_what_was_not_measured_again():
    page = "# Benchmarks\n\n## append\n\nold\n\n" + benchmarks.section(
        "screen", [{"what": "one bundle", "ratio": 1.23456}], 2.0
    )
    kept = benchmarks.kept_sections(page)
    assert set(kept) == {"append", "screen"}
    assert "| one bundle | 1.23 |" in kept["screen"]
