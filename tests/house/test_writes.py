"""Only ``actions`` writes. ``records`` holds the pens it writes with; anything else is on a list with a reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PACKAGE, Module, functions, listed, modules, plant

WRITING_ROOMS = ("actions/", "records/", "unblinded/")
ELSEWHERE = Path(__file__).with_name("writes_elsewhere.txt")
SQL = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|DROP|ALTER|CREATE)\b", re.IGNORECASE)
ON_A_MANAGER = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}


def writes(module: Module) -> Iterator[str]:
    """``path::function`` for each function that changes a row."""
    for name, function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _changes_a_row(node):
                yield f"{module.name}::{name}"


def _changes_a_row(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Attribute):
        return False
    method, receiver = node.func.attr, ast.unparse(node.func.value)
    if method in {"execute", "executemany", "executescript"}:
        return any(isinstance(a, ast.Constant) and SQL.match(str(a.value)) for a in node.args)
    on_rows = "objects" in receiver or "filter(" in receiver or "all()" in receiver
    if method in ON_A_MANAGER or method.startswith(("acreate", "aupdate", "abulk")):
        return on_rows
    if method == "update":  # a dictionary or a hash is updated with a positional argument
        return on_rows or (bool(node.keywords) and not node.args and "objects" in receiver)
    if method == "delete":
        return on_rows or not (node.args or node.keywords)
    return method in {"save", "asave", "adelete"}


def found(folder: Path) -> set[str]:
    return {
        place
        for module in modules(folder)
        if not module.name.startswith(WRITING_ROOMS)
        for place in writes(module)
    }


def test_nothing_but_actions_writes():
    assert found(PACKAGE) - set(listed(ELSEWHERE)) == set()


def test_the_list_of_exceptions_is_not_stale():
    assert set(listed(ELSEWHERE)) - found(PACKAGE) == set()


def test_writes_in_a_view_are_found(tmp_path):
    plant(
        tmp_path,
        "web/views.py",
        "def saves(form):\n    form.save()\n"
        "def makes():\n    Person.objects.create(name='x')\n"
        "def empties(rows):\n    rows.filter(a=1).delete()\n"
        "def speaks_sql(cursor):\n    cursor.execute('delete from person')\n"
        "def harmless(d, h):\n    d.update({}), h.update(b'')\n",
    )
    assert found(tmp_path) == {
        "web/views.py::saves",
        "web/views.py::makes",
        "web/views.py::empties",
        "web/views.py::speaks_sql",
    }
