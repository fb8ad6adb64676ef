"""Changes one thing at a time in a rule and sees whether a test notices.

``python -m tools.mutation eligibility`` makes every small change of ``domain/eligibility.py`` (a comparison
turned, an ``and`` for an ``or``, a number moved by one, an answer negated) in a copy of the house and
runs the tests of rules that read the module. ``HOLDFAST_MUTANTS`` says how many it tries in each module (12; 0 for
all, which takes hours). A change that no test notices is named; 1 is returned if there is one
that ``tests/house/equal_mutants.txt`` does not explain.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tools.reaches import ROOT, tests_that_reach

EXPLAINED = ROOT / "tests" / "house" / "equal_mutants.txt"
TESTS = ("tests/domain", "tests/spec")
MOST = int(os.environ.get("HOLDFAST_MUTANTS", "12"))  # changes tried in each module; 0 for all

T = TypeVar("T")
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def spread(all_of_them: Sequence[T], most: int) -> Sequence[T]:
    """At most that many, evenly spread over the module; all of them where ``most`` is 0."""
    if not most or len(all_of_them) <= most:
        return all_of_them
    return [all_of_them[len(all_of_them) * number // most] for number in range(most)]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """What was changed, in words without line numbers, and the changed source."""
    for number in range(len(_places(ast.parse(source)))):
        tree = ast.parse(source)
        node = _places(tree)[number]
        before = ast.unparse(node) if isinstance(node, ast.expr) else ""
        if _change(node):
            yield f"{before} -> {ast.unparse(node)}", ast.unparse(tree)


def _places(tree: ast.Module) -> list[ast.AST]:
    """Every node but those of decorators and annotations, which decide nothing."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        for name in ("decorator_list", "annotation", "returns"):
            held = getattr(node, name, None) or []
            for part in held if isinstance(held, list) else [held]:
                left_out |= {id(inner) for inner in ast.walk(part)}
    return [node for node in ast.walk(tree) if id(node) not in left_out]


def _change(node: ast.AST) -> bool:
    """Change a node in place; False where there is nothing to change."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        node.ops[0] = TURNED[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    else:
        return False
    return True


def survivors(module: str) -> list[str]:
    """The changes of one module of the rules that no test notices."""
    path = ROOT / "src" / "holdfast" / "domain" / f"{module}.py"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(
            ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(ROOT / "pyproject.toml", copy)
        target = copy / path.relative_to(ROOT)
        tests = [test.relative_to(ROOT).as_posix() for test in tests_that_reach(path, TESTS)]
        if not tests:
            raise SystemExit(f"No test of a rule reads {module}.")
        if not _notices(copy, tests, expected=False):
            raise SystemExit("The tests fail without any change; mend that first.")
        found = []
        for words, text in spread(list(mutants(path.read_text("utf-8"))), MOST):
            target.write_text(text, encoding="utf-8")
            if not _notices(copy, tests, expected=True):
                found.append(f"{module}: {words}")
        return found


def _notices(folder: Path, tests: Sequence[str], *, expected: bool) -> bool:
    """Whether the tests of the copy fail, where that is expected; pass, where it is not."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": f"{folder / 'src'}:{folder}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=600,
        check=False,
    )
    return (done.returncode != 0) is expected


def main(names: Sequence[str]) -> int:
    """Name every change that went unnoticed and has no explanation."""
    lines = EXPLAINED.read_text("utf-8").splitlines() if EXPLAINED.exists() else []
    explained = {line.partition(" | ")[0].strip() for line in lines if not line.startswith("#")}
    found = [words for name in names for words in survivors(name)]
    unexplained = [words for words in found if words not in explained]
    print("\n".join(unexplained))
    tried = f"at most {MOST}" if MOST else "all"
    print(
        f"{len(found)} changes went unnoticed, {len(unexplained)} of them unexplained; tried: {tried}"
    )
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
