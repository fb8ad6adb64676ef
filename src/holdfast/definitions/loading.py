"""Reads a definition file and refuses, with file and line and the mend, whatever does not fit.

Nothing in a definition is ignored: a key that nobody reads is a problem, for it may be a limit
spelled wrongly. All problems of a file are found, not only the first.
"""

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

from holdfast.definitions.toml_lines import Path as KeyPath
from holdfast.definitions.toml_lines import key_lines, line_of
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.quantities import is_known_unit, known_units

FOLDER = Path(__file__).parent
LARGEST_BYTES = 1_000_000
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_WHERE = re.compile(r"\s*\(at line (\d+), column \d+\)")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a definition, where, and how to mend it."""

    file: str
    line: int
    problem: str
    mend: str

    def __str__(self) -> str:
        stop = "?" if self.mend.startswith("Did you mean") else "."
        return f"{self.file}:{self.line}: {self.problem}. {self.mend}{stop}"


class DefinitionRefused(ValueError):
    """A definition file that does not fit. ``problems`` holds all of them, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Document:
    """A definition file being read: its content, its lines, and the problems found so far."""

    def __init__(self, path: Path, shown_as: str | None = None) -> None:
        self.file = shown_as or str(path)
        self.problems: list[Problem] = []
        raw = self._bytes(path)
        self.sha256 = hashlib.sha256(raw).hexdigest()
        self._text = self._decoded(raw)
        self._lines: dict[KeyPath, int] | None = None
        self.root = Table(self, (), self._parsed())

    def _bytes(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST_BYTES + 1)
        except OSError as error:
            self.refuse(1, f"the file cannot be read ({error.strerror})", "Name a TOML file")
        if len(raw) > LARGEST_BYTES:
            self.refuse(1, "the file is larger than 1 MB", "Name a definition file")
        return raw

    def _decoded(self, raw: bytes) -> str:
        try:
            text = raw.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.refuse(line, "the file is not UTF-8 text", "Save it as UTF-8")
        if text.startswith("\ufeff"):
            self.refuse(1, "the file begins with a byte order mark", "Save it as UTF-8 without one")
        return text

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, RecursionError, InvalidOperation) as error:
            found = _WHERE.search(str(error))
            line = int(found.group(1)) if found else self._text.count("\n") + 1
            said = _WHERE.sub("", str(error)).replace(" (at end of document)", " at its end")
            self.refuse(line, f"this is not TOML: {said}", "Write it as TOML")

    def refuse(self, line: int, problem: str, mend: str) -> NoReturn:
        """Stop reading: with this problem nothing further can be told."""
        raise DefinitionRefused([*self.problems, Problem(self.file, line, problem, mend)])

    def add(self, path: KeyPath, problem: str, mend: str) -> None:
        """Note a problem at a key and read on."""
        self.problems.append(Problem(self.file, self.line(path), problem, mend))

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of what holds it. Lines are found only when one is asked for."""
        if self._lines is None:
            self._lines = key_lines(self._text)
        return line_of(self._lines, path)

    def finish(self) -> None:
        """Raise if anything was wrong."""
        if self.problems:
            raise DefinitionRefused(self.problems)


class Table:
    """One table of a definition. Each key is asked for by name; those never asked for are problems."""

    def __init__(self, document: Document, path: KeyPath, data: Mapping[str, Any]) -> None:
        self.document = document
        self.path = path
        self._data = data
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._data

    def problem(self, key: str | None, problem: str, mend: str) -> None:
        """Note a problem with a key, or with the table itself."""
        self.document.add((*self.path, key) if key else self.path, problem, mend)

    def value(self, key: str) -> Any:
        """The raw value of a key, or None."""
        self._asked.add(key)
        return self._data.get(key)

    def text(self, key: str, *, required: bool = True) -> str:
        """A text that is not empty; "" where it is absent or wrong, which is noted."""
        value = self._typed(key, str, 'a text in quotes, like "sertraline"', required)
        if value is not None and not value.strip():
            self.problem(key, f"{key} is empty", f"Write the {key}")
        return value or ""

    def code(self, key: str, *, required: bool = True) -> str:
        """A code in lower-case words joined by hyphens."""
        value = self.text(key, required=required)
        if value and not CODE.match(value):
            self.problem(key, f"{key} {value!r} is not a code", "Write lower-case-with-hyphens")
        return value

    def one_of(self, key: str, allowed: Iterable[str], *, required: bool = True) -> str:
        """A text that is one of a list."""
        value, allowed = self.text(key, required=required), tuple(allowed)
        if value and value not in allowed:
            self.problem(key, f"{key} {value!r} is not known", nearest(value, allowed))
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false."""
        value = self._typed(key, bool, "true or false", required=default is None)
        return bool(default) if value is None else bool(value)

    def integer(self, key: str) -> int:
        """A whole number; 0 where it is absent or wrong, which is noted."""
        value = self._typed(key, int, "a whole number", required=True)
        return value if value is not None else 0

    def decimal(self, key: str, *, required: bool = True) -> Decimal | None:
        """A finite number, exactly as written."""
        value = self._typed(key, (int, Decimal), "a number without quotes", required)
        if value is None:
            return None
        if not Decimal(value).is_finite():
            self.problem(key, f"{key} is not a finite number", "Write a number, like 48")
            return None
        return Decimal(value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A date."""
        value: date | None = self._typed(key, date, "a date like 2026-03-31", required)
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, none twice."""
        values = self._typed(key, list, 'a list of texts, like ["a", "b"]', required) or []
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                where = (*self.path, key, index)
                self.document.add(where, f"{key} holds what is not a text", "Put it in quotes")
            elif value in values[:index]:
                where = (*self.path, key, index)
                self.document.add(where, f"{key} holds {value!r} twice", "Leave one of them")
        return tuple(value for value in values if isinstance(value, str))

    def unit(self, key: str, *, required: bool = True) -> str:
        """A UCUM unit that Holdfast reads."""
        value = self.text(key, required=required)
        if value and not is_known_unit(value):
            self.problem(key, f"unit {value!r} is not known", nearest(value, known_units()))
        return value

    def table(self, key: str, *, required: bool = False) -> "Table | None":
        """A table inside this one."""
        value = self._typed(key, dict, "a table", required)
        return None if value is None else Table(self.document, (*self.path, key), value)

    def tables(self, key: str, *, required: bool = False) -> list["Table"]:
        """Every table of an array of tables."""
        values = self._typed(key, list, f"tables, each headed [[{key}]]", required) or []
        found = []
        for index, value in enumerate(values):
            path = (*self.path, key, index)
            if isinstance(value, dict):
                found.append(Table(self.document, path, value))
            else:
                self.document.add(path, f"{key} holds what is not a table", f"Head it [[{key}]]")
        return found

    def named_tables(self, key: str) -> dict[str, "Table"]:
        """Every table by its name, for tables headed [key.name]."""
        outer = self.table(key)
        if outer is None:
            return {}
        return {name: t for name in tuple(outer.keys()) if (t := outer.table(name, required=True))}

    def keys(self) -> tuple[str, ...]:
        """The keys that the file has here, in its order."""
        return tuple(self._data)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                self.problem(key, f"unknown key {key!r}", nearest(key, sorted(self._asked)))

    def _typed(self, key: str, kind: Any, meant: str, required: bool) -> Any:
        self._asked.add(key)
        if key not in self._data:
            if required:
                self.problem(None, f"{key} is missing", f"Add {key} = {meant}")
            return None
        value = self._data[key]
        is_wrong_bool = isinstance(value, bool) and kind is not bool
        is_wrong_date = kind is date and type(value) is not date
        if not isinstance(value, kind) or is_wrong_bool or is_wrong_date:
            self.problem(key, f"{key} is of the wrong type", f"Write {meant}")
            return None
        return value


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The mend for a word that is not on a list: the nearest word, or the list."""
    allowed = tuple(allowed)
    near = difflib.get_close_matches(word, allowed, n=1)
    if near:
        return f"Did you mean {near[0]!r}"
    return f"Known here: {_listed(allowed)}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:40]) + (", ..." if len(words) > 40 else "")


def read_format(root: Table, *known: int) -> int:
    """The format of a file; one that this release does not read is refused."""
    number = root.integer("format")
    if "format" in root and number not in known:
        mend = " or ".join(map(str, known))
        root.problem("format", f"format {number} is not read here", f"Write format = {mend}")
    return number if number in known else known[-1]


_OTHER_SCHEME = re.compile(r"(?!https://)[A-Za-z][A-Za-z0-9+.-]*:")


def read_references(root: Table) -> dict[str, Reference]:
    """The references of a file, by the key under which it cites them."""
    found = {}
    for name, table in root.named_tables("reference").items():
        found[name] = Reference(table.text("title"), table.text("href"))
        if _OTHER_SCHEME.match(found[name].href):
            table.problem(
                "href", "href is not a page or a path", "Write an https address or a path"
            )
        table.finish()
    return found


def read_source(table: Table, references: Mapping[str, Reference]) -> tuple[Reference, Standing]:
    """The reference and standing that every rule and every number must have."""
    key = table.text("reference")
    if key and key not in references:
        table.problem(
            "reference", f"reference {key!r} is not in this file", nearest(key, references)
        )
    standings = [standing.value for standing in Standing if standing is not Standing.SIGNED]
    standing = table.one_of("standing", standings)
    known = Standing(standing) if standing in standings else Standing.NOT_FOUND
    return references.get(key, Reference("", "")), known


def refuse_duplicates(tables: Iterable[tuple[Table, str]], what: str) -> None:
    """Note every code that an earlier table already has."""
    seen: set[str] = set()
    for table, code in tables:
        if code in seen:
            table.problem("code", f"{what} {code!r} is here twice", "Give one another code")
        seen.add(code)


def parsed_sha256(*parsed: object) -> str:
    """The hash of what was read, whatever the layout of the file: canonical JSON, numbers as text."""
    text = json.dumps(
        parsed, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
