"""Column types whose stored form is the same text or whole number in both databases.

What is hashed is what is stored, byte for byte: an instant is always 27 characters, a decimal
keeps its digits, a sealed value is base64. So an altered byte always changes the hash.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

INSTANT_LENGTH = len("2026-02-01T09:30:00.000000Z")


def instant_text(moment: datetime) -> str:
    """A moment as UTC text with microseconds: ``2026-02-01T09:30:00.000000Z``.

    Raises ``ValueError`` for a moment without a time zone: it names no instant.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone names no instant.")
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{in_utc.isoformat(timespec='microseconds')[:26]}Z"


def instant_of(text: str) -> datetime:
    """The moment that ``instant_text`` wrote; ``ValueError`` for any other text."""
    if len(text) != INSTANT_LENGTH or text[-1] != "Z":
        raise ValueError("Not a moment as the record stores it.")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


class Instant(models.Field):
    """A moment, stored as UTC text with microseconds; sorts as time."""

    description = "A moment in UTC, to the microsecond"

    def get_internal_type(self) -> str:
        return "Instant"

    def db_type(self, connection: Any) -> str:
        ordered_by_bytes = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
        return f"varchar({INSTANT_LENGTH}){ordered_by_bytes}"

    def get_prep_value(self, value: Any) -> str | None:
        return instant_text(value) if isinstance(value, datetime) else value

    def from_db_value(self, value: str | None, *_: Any) -> datetime | None:
        return None if value is None else instant_of(value)

    def to_python(self, value: Any) -> datetime | None:
        return instant_of(value) if isinstance(value, str) else value


class ExactDecimal(models.Field):
    """A decimal number, stored as the digits that were written: ``1.50`` stays ``1.50``."""

    description = "A decimal number with its digits as written"

    def get_internal_type(self) -> str:
        return "ExactDecimal"

    def db_type(self, connection: Any) -> str:
        return "varchar(64)"

    def get_prep_value(self, value: Any) -> str | None:
        return format(value, "f") if isinstance(value, Decimal) else value

    def from_db_value(self, value: str | None, *_: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        return Decimal(value) if isinstance(value, str) else value


class Sealed:
    """A sealed value: what is stored, never what it says.

    It shows nothing of itself, and it cannot become text by accident; ``records.keys.opened``
    is the one way to read it.
    """

    __slots__ = ("stored",)

    def __init__(self, stored: str) -> None:
        self.stored = stored

    def __repr__(self) -> str:
        return "<sealed>"

    def __str__(self) -> str:
        raise TypeError("A sealed value is not text; open it with records.keys.opened.")

    def __format__(self, form: str) -> str:
        raise TypeError("A sealed value is not text; open it with records.keys.opened.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.stored == self.stored

    def __hash__(self) -> int:
        return hash(self.stored)


class SealedText(models.Field):
    """Text sealed under a person's key: ciphertext and keyed commitment, as one base64 text."""

    description = "Text sealed under a person's key"

    def get_internal_type(self) -> str:
        return "SealedText"

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} holds sealed values only; seal it with records.keys.")
        return value.stored

    def from_db_value(self, value: str | None, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        raise ValidationError("A sealed value cannot be typed in.")


class SafeText(models.CharField):
    """A code, a path or another short text that by its making holds no name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"max_length": 200} | options))


class Sha256(models.CharField):
    """A SHA-256 as 64 lower-case hexadecimal digits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"max_length": 64} | options))


def names(columns: str) -> tuple[str, ...]:
    """Column names written on one line."""
    return tuple(columns.split())
