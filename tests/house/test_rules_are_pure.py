"""``domain`` is a function of its arguments: the standard library only; no clock, chance, file, log or database."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PACKAGE, Module, modules, plant

DOORS_TO_THE_WORLD = frozenset(
    [
        "asyncio",
        "ctypes",
        "fileinput",
        "ftplib",
        "glob",
        "http",
        "io",
        "logging",
        "mmap",
        "multiprocessing",
        "os",
        "pathlib",
        "pickle",
        "random",
        "sched",
        "secrets",
        "select",
        "shelve",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "warnings",
    ]
)
CALLS_TO_THE_WORLD = frozenset(
    {"open", "print", "input", "exec", "eval", "now", "utcnow", "today", "uuid1", "uuid4", "getenv"}
)


def impurities(module: Module) -> Iterator[str]:
    """Everything in one module of the rules that reads or tells more than its arguments."""
    for node in ast.walk(module.tree):
        for name in _imported(node):
            top = name.partition(".")[0]
            if top in DOORS_TO_THE_WORLD:
                yield f"{module.name}:{node.lineno} imports {name}"
            elif top not in sys.stdlib_module_names and not name.startswith("holdfast.domain"):
                yield f"{module.name}:{node.lineno} imports {name}, which is not the standard library"
        if isinstance(node, ast.Call) and (called := _called(node)) in CALLS_TO_THE_WORLD:
            yield f"{module.name}:{node.lineno} calls {called}()"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def found(folder: Path) -> list[str]:
    return [line for module in modules(folder) for line in impurities(module)]


def test_the_rules_touch_nothing():
    assert found(PACKAGE / "domain") == []


def test_a_clock_a_die_a_file_and_a_framework_are_found(tmp_path):
    plant(
        tmp_path,
        "dosing.py",
        "import random\nimport orjson\nfrom datetime import datetime\n"
        "def rule():\n    open('x')\n    return datetime.now()\n",
    )
    assert found(tmp_path) == [
        "dosing.py:1 imports random",
        "dosing.py:2 imports orjson, which is not the standard library",
        "dosing.py:5 calls open()",
        "dosing.py:6 calls now()",
    ]
