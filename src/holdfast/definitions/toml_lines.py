"""On which line of a TOML file each key stands. The parser of the standard library does not say."""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key of a well-formed TOML text.

    Parameters
    ----------
    text
        TOML that ``tomllib`` has read; a text it refuses has no lines here worth trusting.

    Returns
    -------
    dict
        Path to line. A table in an array of tables has its index in the path, counted from 0. The
        keys of an inline table have the line on which they are written.

    Examples
    --------
    >>> key_lines('a = 1\\n[[b]]\\nc = 2\\n')[("b", 0, "c")]
    3
    """
    return _Scanner(text).scan()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing that holds it; 1 for the file itself."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Scanner:
    """Walks the text once, knowing only where strings, comments and brackets begin and end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._found: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}  # array of tables: index of its last table

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self._text.startswith("[[", self._at):
                table = self._header("[[", "]]")
            elif self._text.startswith("[", self._at):
                table = self._header("[", "]")
            else:
                self._entry(table)
        return self._found

    def _skip_blank(self) -> bool:
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "#":
                self._to_line_end()
            elif char.isspace() or char == ",":
                self._step()
            else:
                return True
        return False

    def _to_line_end(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end

    def _step(self, count: int = 1) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _header(self, opening: str, closing: str) -> Path:
        line = self._line
        self._step(len(opening))
        keys = list(self._keys())
        self._step(len(closing))
        path = (*self._resolve(tuple(keys[:-1])), keys[-1])
        self._note_holders(path, line)
        if opening == "[[":
            index = self._tables[path] = self._tables.get(path, -1) + 1
            self._found.setdefault(path, line)
            path = (*path, index)
        self._found[path] = line
        return path

    def _note_holders(self, path: Path, line: int) -> None:
        """Tables that no line of their own opens stand where their first key does."""
        for length in range(1, len(path)):
            self._found.setdefault(path[:length], line)

    def _resolve(self, keys: Path) -> Path:
        """The path with the index of the last table put in after each array of tables."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path])
        return path

    def _keys(self) -> Iterator[str]:
        while match := _KEY_PART.match(self._text, self._at):
            self._step(match.end() - self._at)
            part = match.group(1)
            yield part[1:-1] if part[0] in "\"'" else part
            if not self._text.startswith(".", self._at):
                return
            self._step()

    def _entry(self, table: Path) -> None:
        line = self._line
        path = (*table, *self._keys())
        self._note_holders(path, line)
        self._found[path] = line
        while self._text[self._at] in " \t=":
            self._step()
        self._value(path)

    def _value(self, path: Path) -> None:
        char = self._text[self._at]
        if char == "[":
            self._bracketed(path, "]")
        elif char == "{":
            self._bracketed(path, "}")
        elif char in "\"'":
            self._string()
        else:
            while self._at < len(self._text) and self._text[self._at] not in "\n,]}#":
                self._step()

    def _bracketed(self, path: Path, closing: str) -> None:
        """An array, whose values have an index, or an inline table, whose values have a key."""
        self._step()
        index = 0
        while self._skip_blank() and self._text[self._at] != closing:
            if closing == "}":
                self._entry(path)
            else:
                self._found[(*path, index)] = self._line
                self._value((*path, index))
                index += 1
        self._step()

    def _string(self) -> None:
        quote = self._text[self._at]
        triple = self._text.startswith(quote * 3, self._at)
        ending = quote * 3 if triple else quote
        self._step(len(ending))
        while not self._text.startswith(ending, self._at):
            escaped = quote == '"' and self._text[self._at] == "\\"
            self._step(2 if escaped else 1)
        self._step(len(ending))
        while triple and self._text.startswith(quote, self._at):
            self._step()  # up to two quotes may stand before the closing three
