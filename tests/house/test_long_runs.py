"""The long runs say what they did: mutants are real changes, a stopped night goes on, a page keeps what was not measured again."""

import os
import shutil
import subprocess
import sys

import pytest

from benchmarks import run as benchmarks
from tools import mutants, mutation, nightly, reaches

RULE = """
@dataclass(frozen=True)
def rule(a: int, b, these):
    \"\"\"What it says.\"\"\"
    if a < 10 and not b:
        return True
    return any(one == "x" for one in these if one)
"""


def test_every_kind_of_small_change_is_made_and_is_another_program():
    made = {one.words: one for one in mutants.mutants(RULE)}
    assert set(made) == {
        "a < 10 -> a <= 10",
        "a < 10 -> a >= 10",
        "a < 10 and (not b) -> a < 10 or not b",
        "a < 10 and (not b) -> not b",
        "a < 10 and (not b) -> a < 10",
        "not b -> b",
        "10 -> 11",
        "10 -> 9",
        "True -> False",
        "any((one == 'x' for one in these if one)) -> all((one == 'x' for one in these if one))",
        "one == 'x' -> one != 'x'",
        "'x' -> 'other x'",
        "for if one -> for",
    }
    whole = compile(RULE, "rule.py", "exec")
    assert all(one.code != whole for one in made.values())
    assert {(one.function, one.is_inside) for one in made.values()} == {("rule", True)}
    assert made["10 -> 11"].line == 5


def test_a_change_outside_every_function_is_said_to_be_there():
    (more, less, again, _) = mutants.mutants("LIMIT = 2\nMOST = 2\n")
    assert (more.words, less.words, more.is_inside) == ("2 -> 3", "2 -> 1", False)
    assert again.words == "2 -> 3 (2)"


def test_a_change_that_a_test_notices_is_noticed_and_another_is_named(tmp_path, monkeypatch):
    """The rule of ``below`` is tested at its edge, that of ``near`` nowhere near it."""
    for folder in ("src/holdfast/domain", "tests/domain", "tests/spec", "tools", "benchmarks"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("src/holdfast", "src/holdfast/domain", "tests", "tests/domain"):
        (tmp_path / name / "__init__.py").touch()
    rules = "def below(a):\n    return a < 10\n\n\ndef near(a):\n    return a < 10\n"
    (tmp_path / "src/holdfast/domain/edge.py").write_text(rules)
    (tmp_path / "tests/domain/test_edge.py").write_text(
        "from holdfast.domain.edge import below, near\n\n\ndef test_it():\n"
        "    assert [below(a) for a in (9, 10)] == [True, False]\n    assert near(1)\n"
    )
    for tool in ("mutants", "mutation", "mutation_run", "reaches"):
        shutil.copy(reaches.ROOT / "tools" / f"{tool}.py", tmp_path / "tools")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    run = [sys.executable, "-m", "tools.mutation", "edge"]
    where = {"PYTHONPATH": f"{tmp_path / 'src'}:{tmp_path}", "PATH": os.environ["PATH"]}
    done = subprocess.run(run, cwd=tmp_path, env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    named = {line for line in done.stdout.splitlines() if line.startswith("edge.")}
    assert named == {"edge.near: a < 10 -> a <= 10", "edge.near: 10 -> 11", "edge.near: 10 -> 9"}


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
