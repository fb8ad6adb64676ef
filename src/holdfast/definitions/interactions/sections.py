"""A part of a definition file that is read key by key, and refuses the keys nobody read."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)


class DefinitionRefused(ValueError):
    """A definition that cannot be used: the file, the place in it and what to mend."""


class Section:
    """One table of a TOML file. Every key is taken once; ``close`` refuses what is left."""

    def __init__(self, content: Mapping[str, object], place: str) -> None:
        self._left = dict(content)
        self.place = place

    def has(self, key: str) -> bool:
        """True where the key is written here."""
        return key in self._left

    def text(self, key: str) -> str:
        """A text that must be there and not be empty."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refused(f"{key} must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is not written."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refused(f"{key} must be a list of texts")
        return tuple(value)

    def choice(self, key: str, kind: type[Kind]) -> Kind:
        """One of the words of a closed list."""
        word = self.text(key)
        try:
            return kind(word)
        except ValueError:
            raise self.refused(f"{key} is {word!r}: write one of {', '.join(kind)}") from None

    def truth(self, key: str, *, otherwise: bool) -> bool:
        """True or false."""
        value = self._left.pop(key, otherwise)
        if not isinstance(value, bool):
            raise self.refused(f"{key} must be true or false")
        return value

    def number(self, key: str) -> Decimal | None:
        """A number, None where the key is not written."""
        return self._decimal(key, self._left.pop(key, None))

    def pair(self, key: str) -> tuple[Decimal, Decimal]:
        """Lowest and highest of a range."""
        value = self._take(key)
        if not isinstance(value, list) or len(value) != 2:
            raise self.refused(f"{key} must be [lowest, highest]")
        lowest, highest = (self._decimal(key, item) for item in value)
        if lowest is None or highest is None or not 0 < lowest <= highest:
            raise self.refused(f"{key} must be [lowest, highest], both above zero")
        return lowest, highest

    def section(self, key: str) -> "Section":
        """The table under a key."""
        return self._section(self._take(key), key)

    def sections(self, key: str) -> Iterator["Section"]:
        """Each table of a list of tables, none where the key is not written."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.refused(f"{key} must be a list of tables")
        for number, item in enumerate(value, start=1):
            name = item.get("name") or item.get("code") if isinstance(item, dict) else None
            yield self._section(item, f"{key} {name or number}")

    def keys(self) -> tuple[str, ...]:
        """The keys not taken yet, for tables whose keys are data."""
        return tuple(self._left)

    def close(self) -> None:
        """Refuse what nobody read: an unknown key is an error, never ignored."""
        if self._left:
            raise self.refused(f"does not know {', '.join(sorted(self._left))}")

    def refused(self, problem: str) -> DefinitionRefused:
        """The error that names this place."""
        return DefinitionRefused(f"{self.place}: {problem}.")

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise self.refused(f"{key} is missing")
        return self._left.pop(key)

    def _section(self, value: object, key: str) -> "Section":
        if not isinstance(value, dict):
            raise self.refused(f"{key} must be a table")
        return Section(value, f"{self.place}, {key}")

    def _decimal(self, key: str, value: object) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refused(f"{key} must be a number")
        return Decimal(value)
