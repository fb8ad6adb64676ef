"""A JSON file read as a definition is: the same checks, the same messages with file and line."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from holdfast.definitions.loading import Document
from holdfast.definitions.toml_lines import Path as KeyPath
from holdfast.definitions.toml_lines import line_of

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s{}\[\],:"]+')


class _KeyTwice(ValueError):
    """A key that stands twice in one object."""


class JsonDocument(Document):
    """A JSON object; everything that is asked of it is asked as of TOML."""

    def _parsed(self) -> dict[str, Any]:
        try:
            content = json.loads(
                self._text, parse_float=Decimal, object_pairs_hook=_once, parse_constant=_refused
            )
        except json.JSONDecodeError as error:
            self.refuse(error.lineno, f"this is not JSON: {error.msg}", "Write it as JSON")
        except _KeyTwice as error:
            self.refuse(1, f"this JSON cannot be read: {error}", "Write each key once")
        except RecursionError:
            self.refuse(1, "this JSON is nested too deep", 'Write {"answer": [...]}')
        except InvalidOperation as error:
            self.refuse(1, f"this JSON cannot be read: {error}", "Write a number, like 48")
        if not isinstance(content, dict):
            self.refuse(1, "this JSON is not an object", 'Write {"answer": [...]}')
        return dict(content)

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of what holds it."""
        if self._lines is None:
            self._lines = _key_lines(self._text)
        return line_of(self._lines, path)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise _KeyTwice(f"the key {twice[:40]!r} stands twice in one object")
    return found


def _refused(constant: str) -> Decimal:
    raise InvalidOperation(f"{constant} is not a number")


def _key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every key and list item of a JSON text that is known to parse."""
    lines: dict[KeyPath, int] = {}
    path: list[str | int] = []
    line = 1
    is_key = False
    for piece in _PIECE.findall(text):
        if piece == "\n":
            line += 1
            continue
        if piece in "}]":
            path.pop()
            is_key = False
            continue
        if piece == ",":
            if isinstance(path[-1], int):
                path[-1] += 1
            else:
                is_key = True
            continue
        if piece == ":":
            is_key = False
            continue
        if is_key:
            path[-1] = json.loads(piece)
        lines.setdefault(tuple(path), line)
        if piece == "{":
            path.append("")
            is_key = True
        elif piece == "[":
            path.append(0)
    return lines
