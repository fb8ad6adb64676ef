"""The line of every key, also inside arrays of tables, inline tables and long texts."""

import tomllib
from pathlib import Path

import pytest

from holdfast.definitions.toml_lines import key_lines, line_of

TEXT = '''# a comment with [[not.a.table]]
title = "x = 1 # not a comment"

[reference.a]   # a table
"quoted key" = 1

[[limit]]
code = "one"
values = [
  1,  # first
  2,
]

[[limit]]
code = """
[[limit]]
code = "inside a text"
"""
inline = { a = 1, "b c" = [ { d = 2 } ] }

[[limit.part]]
x.y = 'it'

[limit.table]
last = 2026-03-31
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("reference", "a"), 4),
        (("reference", "a", "quoted key"), 5),
        (("limit",), 7),
        (("limit", 0), 7),
        (("limit", 0, "code"), 8),
        (("limit", 0, "values", 0), 10),
        (("limit", 0, "values", 1), 11),
        (("limit", 1), 14),
        (("limit", 1, "code"), 15),
        (("limit", 1, "inline", "b c", 0, "d"), 19),
        (("limit", 1, "part", 0), 21),
        (("limit", 1, "part", 0, "x", "y"), 22),
        (("limit", 1, "table", "last"), 25),
        (("limit", 1, "part", 0, "x"), 22),
    ],
)
def test_every_key_has_its_line(path, line):
    tomllib.loads(TEXT)
    assert key_lines(TEXT)[path] == line


def test_what_has_no_line_has_that_of_what_holds_it():
    assert line_of({("a",): 3}, ("a", 0, "missing")) == 3
    assert line_of({}, ("a",)) == 1


def _paths(value, path=()):
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))


def test_every_key_of_every_definition_is_found():
    folder = Path(__file__).parents[2] / "src" / "holdfast" / "definitions"
    for file in sorted(folder.rglob("*.toml")):
        text = file.read_text(encoding="utf-8")
        lines = key_lines(text)
        written = text.splitlines()
        for path in _paths(tomllib.loads(text)):
            assert path in lines, (file.name, path)
            if isinstance(path[-1], str):
                assert path[-1] in written[lines[path] - 1], (file.name, path)
