"""Names say what a thing is; what grows long has a reason."""

from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PACKAGE, ROOT, functions, listed, modules, plant

EMPTY_NAMES = frozenset(
    ["utils", "util", "helpers", "helper", "common", "core", "base", "manager", "service", "misc"]
)
LONG_ONES = Path(__file__).with_name("long_ones.txt")
MOST_LINES_OF_A_FUNCTION = 60
MOST_LINES_OF_A_MODULE = 400


def names_that_say_nothing(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.stem in EMPTY_NAMES and path.suffix in {".py", ".js", ".css", ".toml", ".html", ""}
    ]


def long_ones(folder: Path) -> Iterator[str]:
    """``path`` of each long module and ``path::function`` of each long function."""
    for module in modules(folder):
        if module.text.count("\n") > MOST_LINES_OF_A_MODULE:
            yield module.name
        for name, function in functions(module):
            if (function.end_lineno or 0) - function.lineno + 1 > MOST_LINES_OF_A_FUNCTION:
                yield f"{module.name}::{name}"


def test_nothing_has_a_name_that_says_nothing():
    assert names_that_say_nothing(PACKAGE) == []
    assert names_that_say_nothing(ROOT / "tests") == []


def test_what_is_long_has_a_reason():
    assert set(long_ones(PACKAGE)) - set(listed(LONG_ONES)) == set()


def test_the_list_of_long_ones_is_not_stale():
    assert set(listed(LONG_ONES)) - set(long_ones(PACKAGE)) == set()


def test_an_empty_name_and_a_long_function_are_found(tmp_path):
    plant(tmp_path, "web/utils.py", "def all_of_it():\n" + "    x = 1\n" * 61)
    plant(tmp_path, "web/pages.py", "x = 1\n" * 401)
    assert names_that_say_nothing(tmp_path) == ["web/utils.py"]
    assert list(long_ones(tmp_path)) == ["web/pages.py", "web/utils.py::all_of_it"]
