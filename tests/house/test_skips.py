"""A skip is said plainly, and in continuous integration only a listed one is let through."""

from types import SimpleNamespace

import pytest

from tests import skips
from tests.house.source import ROOT


def skipped(test: str, reason: str) -> SimpleNamespace:
    return SimpleNamespace(nodeid=test, longrepr=("file", 1, f"Skipped: {reason}"))


FOUND = skips.collected([skipped("tests/web/test_a.py::test_b", "browser: no Chromium found")])


def test_a_skip_not_on_the_list_is_refused_and_said():
    assert skips.not_allowed(FOUND, ()) == FOUND
    assert "NOT ALLOWED: browser: no Chromium found" in skips.report(FOUND, ())


def test_a_skip_on_the_list_is_allowed_and_still_said():
    allowed = (skips.AllowedSkip("tests/web/*", "browser:*", "an example"),)
    assert skips.not_allowed(FOUND, allowed) == ()
    assert "1 allowed: browser: no Chromium found" in skips.report(FOUND, allowed)


def test_nothing_skipped_is_said_too():
    assert skips.report((), ()) == "Nothing was skipped."


@pytest.mark.parametrize(
    ("environment", "strict"),
    [({"CI": "true"}, True), ({"HOLDFAST_CI": "1"}, True), ({}, False), ({"CI": "false"}, False)],
)
def test_only_continuous_integration_is_strict(environment, strict):
    assert skips.must_be_allowed(environment) is strict


def test_a_line_without_a_reason_is_refused(tmp_path):
    path = tmp_path / "allowed_skips.txt"
    path.write_text("tests/* | reference data:*\n")
    with pytest.raises(ValueError, match=r"allowed_skips.txt:1: expected test \| reason \| why"):
        skips.allowed(path)


def test_every_allowed_skip_can_still_happen():
    """A line whose reason no test gives any more is a hole without a use."""
    sources = [p.read_text("utf-8") for p in (ROOT / "tests").rglob("*.py")]
    for line in skips.allowed():
        start = line.reason.rstrip("*")
        assert any(f'"{start}' in text for text in sources), line
        assert list(ROOT.glob(line.test.partition("::")[0])), line


def test_a_run_with_an_unlisted_skip_fails_in_continuous_integration(pytester, monkeypatch):
    """The whole way: pytest's own exit code turns from 0 to 1."""
    pytester.makeconftest(
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.conftest import pytest_sessionfinish, pytest_terminal_summary\n"
    )
    pytester.makepyfile("import pytest\ndef test_it():\n    pytest.skip('no reason at all')\n")
    monkeypatch.setenv("CI", "true")
    strict = pytester.runpytest_subprocess("-p", "no:django", "-p", "no:cacheprovider")
    assert strict.ret == 1
    strict.stdout.fnmatch_lines(["*1 NOT ALLOWED: no reason at all*"])
    monkeypatch.delenv("CI")
    monkeypatch.delenv("HOLDFAST_CI", raising=False)
    assert pytester.runpytest_subprocess("-p", "no:django", "-p", "no:cacheprovider").ret == 0
