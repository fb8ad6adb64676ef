"""ONE canonical form, the same in both databases.

A document is canonical JSON: UTF-8, keys sorted, no spaces, moments as UTC text with
microseconds, decimals as strings, identifiers in lower case. A row of a fact is the JSON list
of its stored values in the order its model declares; a row's hash is the SHA-256 of that list.
The list is made of stored values only, so the verifier makes it again from raw rows, without
the ORM: ``stored_columns`` writes the SELECT that yields it in either database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from holdfast.records.columns import Sealed, instant_text

Stored = str | int | None


def _plain(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Sealed):
        return value.stored
    raise TypeError(f"A {type(value).__name__} has no canonical form.")


def document(value: Any) -> bytes:
    """A value as canonical JSON bytes.

    Raises ``TypeError`` for what has no canonical form, floating-point numbers among them only
    if they are not finite: a measured number is a ``Decimal``.
    """
    return orjson.dumps(
        value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
    )


def _day(value: date) -> str:
    return value.isoformat()


def _hex(value: UUID | str) -> str:
    return value.hex if isinstance(value, UUID) else UUID(value).hex


def _digits(value: Decimal) -> str:
    return format(value, "f")


def _sealed(value: Sealed) -> str:
    if not isinstance(value, Sealed):
        raise TypeError("A sealed column holds sealed values only.")
    return value.stored


# How a field's Python value becomes the stored value, and how PostgreSQL is asked for the same
# text that SQLite stores. SQLite is asked for ``+column`` where Django's own connection would
# read a declared date or truth value into Python and hide what is stored.
_FORMS: dict[str, tuple[Callable[[Any], Stored] | None, str]] = {
    "UUIDField": (_hex, "replace({}::text,'-','')"),
    "Instant": (instant_text, "{}"),
    "DateField": (_day, "{}::text"),
    "BooleanField": (int, "{}::int"),
    "ExactDecimal": (_digits, "{}"),
    "SealedText": (_sealed, "{}"),
    "CharField": (None, "{}"),
    "TextField": (None, "{}"),
    "IntegerField": (None, "{}"),
    "BigIntegerField": (None, "{}"),
    "SmallIntegerField": (None, "{}"),
}


@dataclass(frozen=True)
class RowPlan:
    """How one model's rows are hashed and written: its columns, in order."""

    table: str
    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    forms: tuple[Callable[[Any], Stored] | None, ...]  # None: stored as it is
    booleans: tuple[int, ...]
    selects: tuple[str, ...]  # what PostgreSQL is asked for, by column
    insert: str

    def stored(self, fact: models.Model) -> list[Stored]:
        """The values of a row as both databases store them."""
        values = vars(fact)
        return [
            value if form is None or value is None else form(value)
            for attribute, form in zip(self.attributes, self.forms, strict=True)
            for value in (values[attribute],)
        ]

    def for_insert(self, stored: list[Stored], vendor: str) -> list[Any]:
        """The same values as the database's driver wants them."""
        if vendor == "sqlite" or not self.booleans:
            return stored
        typed: list[Any] = list(stored)
        for place in self.booleans:
            typed[place] = None if typed[place] is None else bool(typed[place])
        return typed


def _kind(field: models.Field) -> str:
    if isinstance(field, models.ForeignKey):
        return _kind(field.target_field)
    return field.get_internal_type()


@cache
def row_plan(model: type[models.Model], schema: int | None = None) -> RowPlan:
    """The plan of a model's rows of one schema; without a number, of the newest."""
    hashed: dict[int, Sequence[str]] = model.hashed  # type: ignore[attr-defined]
    columns = tuple(hashed[max(hashed) if schema is None else schema])
    fields = {field.column: field for field in model._meta.concrete_fields}
    kinds = [_kind(fields[column]) for column in columns]
    table = model._meta.db_table
    marks = ", ".join(["%s"] * len(columns))
    quoted = ", ".join(f'"{column}"' for column in columns)
    return RowPlan(
        table=table,
        columns=columns,
        attributes=tuple(fields[column].attname for column in columns),
        forms=tuple(_FORMS[kind][0] for kind in kinds),
        booleans=tuple(n for n, kind in enumerate(kinds) if kind == "BooleanField"),
        selects=tuple(
            _FORMS[kind][1].format(f'"{column}"')
            for column, kind in zip(columns, kinds, strict=True)
        ),
        insert=f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})',  # noqa: S608 - our own names
    )


def stored_columns(plan: RowPlan, vendor: str) -> str:
    """The column list of a SELECT that yields a row's stored values, the same in both databases."""
    if vendor == "postgresql":
        return ", ".join(plan.selects)
    return ", ".join(
        f'+"{column}"' if select.endswith(("::int", "::text")) else f'"{column}"'
        for column, select in zip(plan.columns, plan.selects, strict=True)
    )


def row_bytes(stored: Sequence[Any]) -> bytes:
    """A row's canonical bytes, from its stored values."""
    return orjson.dumps(stored)


def row_sha256(stored: Sequence[Any]) -> str:
    """A row's hash, from its stored values."""
    return sha256(orjson.dumps(stored)).hexdigest()


def fact_sha256(fact: models.Model) -> str:
    """The hash of a fact in memory; the same as that of its row."""
    plan = row_plan(type(fact), getattr(fact, "schema", None))
    return row_sha256(plan.stored(fact))
