"""Changes one thing at a time in a rule and sees whether a test notices.

``python -m tools.mutation dosing dose_rules`` makes every small change (``tools/mutants.py``) of these
modules of ``holdfast.domain`` and runs, for each, the tests of ``tests/domain`` and ``tests/spec``
that run the changed line; a change outside every function is noticed by anything that reads the module.
A change that no test notices is named; 1 is returned if there is one that
``tests/house/equal_mutants.txt`` does not explain. ``HOLDFAST_MUTANTS`` tries so many of each module, evenly spread.

The tests are collected once. Each change is made in a process of its own that was forked from there,
in the functions as they are: so one costs what its tests cost. What could have been read before the
fork, a fresh process tries again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from tools.reaches import ROOT, tests_that_reach

EXPLAINED = ROOT / "tests" / "house" / "equal_mutants.txt"
TESTS = ("tests/domain", "tests/spec")
MOST = int(os.environ.get("HOLDFAST_MUTANTS", "0"))  # changes tried in each module; 0 for all

T = TypeVar("T")


def spread(all_of_them: Sequence[T], most: int) -> Sequence[T]:
    """At most that many, evenly spread over the module; all of them where ``most`` is 0."""
    if not most or len(all_of_them) <= most:
        return all_of_them
    return [all_of_them[len(all_of_them) * number // most] for number in range(most)]


def path_of(module: str) -> Path:
    """Where a module of the rules is."""
    return ROOT / "src" / "holdfast" / "domain" / f"{module}.py"


def survivors(modules: Sequence[str]) -> list[str]:
    """The changes that no test notices, of the house as it is now: in a copy, so that it may change."""
    tests = {
        test.relative_to(ROOT).as_posix(): None
        for module in modules
        for test in tests_that_reach(path_of(module), TESTS)
    }
    if not tests:
        raise SystemExit(f"No test of a rule reads {', '.join(modules)}.")
    with tempfile.TemporaryDirectory() as folder:
        copy, found = Path(folder) / "main", Path(folder) / "found.txt"
        for name in ("src", "tests", "tools", "benchmarks"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        command = [sys.executable, "-m", "tools.mutation_run", str(found), str(MOST)]
        done = subprocess.run(
            [*command, *modules, "--", *tests],
            cwd=copy,
            env=os.environ
            | {"PYTHONPATH": f"{copy / 'src'}:{copy}", "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        if done.returncode:
            raise SystemExit(
                "The tests fail without any change, or could not run; mend that first."
            )
        return found.read_text("utf-8").splitlines()


def main(names: Sequence[str]) -> int:
    """Name every change that went unnoticed and has no explanation."""
    lines = EXPLAINED.read_text("utf-8").splitlines() if EXPLAINED.exists() else []
    explained = {line.partition(" | ")[0].strip() for line in lines if not line.startswith("#")}
    found = survivors(names)
    unexplained = [words for words in found if words not in explained]
    print("\n".join(unexplained))
    tried = f"at most {MOST}" if MOST else "all"
    print(
        f"{len(found)} changes went unnoticed, {len(unexplained)} of them unexplained; tried: {tried}"
    )
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
