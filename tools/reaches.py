"""Which files a test reads: what it imports, and what that imports, as far as the rules go.

A night is long. With this a piece that ended need not run again until something it reads changed,
and a change in a rule runs the tests that can notice it and no others.
"""

import ast
import functools
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOTS = {"holdfast": ROOT / "src" / "holdfast", "tests": ROOT / "tests"}
# These folders import all they need by name. What Django finds by a string reads the whole house.
PLAIN = ("tests/domain/", "tests/spec/", "tests/definitions/", "tests/interop/")
ALWAYS = ("pyproject.toml", "requirements-dev.lock", "tests/conftest.py")
DATA = (".toml", ".json", ".txt")


def tests_that_reach(path: Path, folders: Iterable[str]) -> list[Path]:
    """The test files of some folders that read ``path``; those named after it first."""
    found = [
        test
        for folder in folders
        for test in sorted((ROOT / folder).rglob("test_*.py"))
        if path in reached(test)
    ]
    return sorted(found, key=lambda test: (path.stem not in test.stem, "spec" in test.parts, test))


def files_read(tests: Iterable[Path]) -> list[Path]:
    """Everything whose change could change what these tests say."""
    tests = list(tests)
    always = [ROOT / name for name in ALWAYS]
    if not all(test.relative_to(ROOT).as_posix().startswith(PLAIN) for test in tests):
        return sorted({*_all(ROOTS["holdfast"]), *_all(ROOTS["tests"]), *always})
    code = set(always).union(*(reached(test) for test in tests))
    # Definitions are read as data by whoever loads them.
    data = [file for file in _all(ROOTS["holdfast"] / "definitions") if file.suffix in DATA]
    beside = [file for test in tests for file in _all(test.parent) if file.suffix in DATA]
    return sorted({*code, *data, *beside})


def stamp(files: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    whole = sha256()
    for file in sorted(files):
        whole.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        whole.update(sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@functools.cache
def reached(path: Path) -> frozenset[Path]:
    """The files of ours that one file imports, and theirs, to the end."""
    found: set[Path] = set()
    waiting = [path, *_conftests(path)]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += imported(file)
    return frozenset(found)


def _conftests(path: Path) -> list[Path]:
    """What pytest reads beside a test; the one at the top is read for all of them."""
    beside = path.parent / "conftest.py"
    return [beside] if path.name.startswith("test_") and beside.exists() else []


@functools.cache
def imported(path: Path) -> tuple[Path, ...]:
    """The files of ours that one file names in its imports, wherever they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return tuple(file for name in sorted(names) for file in _files_of(name))


def _files_of(name: str) -> list[Path]:
    """A module's file, and the packages above it, whose own lines run first."""
    first, *rest = name.split(".")
    if first not in ROOTS:
        return []
    places = [ROOTS[first].joinpath(*rest[:depth]) for depth in range(len(rest) + 1)]
    candidates = [c for place in places for c in (place.with_suffix(".py"), place / "__init__.py")]
    return [file for file in candidates if file.is_file()]


def _all(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
