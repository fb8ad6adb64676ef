"""Which tables a backup holds, and the one form of a row that both databases give and take."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.apps import apps
from django.db import models

from holdfast.records.verification_snapshot import Snapshot

# What is left out, each with its reason. Sessions are a library's table and left out as well.
LEFT_OUT = {
    "Heartbeat": "the watch of another machine's last sign of life",
    "OpenSession": "log-in sessions end with a restore",
    "TryCount": "counts of wrong tries, forgotten within a day",
}
# Tables of the log-in library that are kept: without its second factors nobody of the staff gets in.
KEPT_OF_LIBRARIES = ("mfa.Authenticator",)

# What PostgreSQL is asked for, where it does not store what SQLite stores.
_POSTGRES_FORMS = {
    "UUIDField": "replace({}::text,'-','')",
    "BooleanField": "{}::int",
    "DateField": "{}::text",
    "JSONField": "{}::text",
    "DateTimeField": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}
_BYTES = "bytes"  # how a value of bytes is written in JSON: {"bytes": one character a byte}


def _kind(field: models.Field) -> str:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


@dataclass(frozen=True)
class TablePlan:
    """How the rows of one table are read and written."""

    model: type[models.Model]
    columns: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def table(self) -> str:
        """Its name."""
        return self.model._meta.db_table

    def select(self, vendor: str) -> str:
        """The SELECT that yields its rows in the same form on both databases."""
        key = self.model._meta.pk.column
        forms = _POSTGRES_FORMS if vendor == "postgresql" else {}
        asked = ", ".join(
            forms.get(kind, "{}").format(f'"{column}"')
            for column, kind in zip(self.columns, self.kinds, strict=True)
        )
        return f'SELECT {asked} FROM "{self.table}" ORDER BY "{self.table}"."{key}"'  # noqa: S608

    def insert(self) -> str:
        """The INSERT of one row."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        return f'INSERT INTO "{self.table}" ({names}) VALUES ({marks})'  # noqa: S608

    def for_insert(self, vendor: str) -> Callable[[Sequence[Any]], list[Any]]:
        """A function from a row as it was read to what the database's driver wants."""
        places = {
            place: _TYPED[kind]
            for place, kind in enumerate(self.kinds)
            if vendor == "postgresql" and kind in _TYPED
        }

        def typed(row: Sequence[Any]) -> list[Any]:
            values = [_from_json(value) for value in row]
            for place, form in places.items():
                if values[place] is not None:
                    values[place] = form(values[place])
            return values

        return typed


_TYPED: dict[str, Callable[[Any], Any]] = {
    "BooleanField": bool,
    "DateTimeField": lambda text: f"{text}+00",
}


def plan_of(model: type[models.Model]) -> TablePlan:
    """The plan of one model, as it is today."""
    fields = model._meta.concrete_fields
    return TablePlan(
        model, tuple(str(field.column) for field in fields), tuple(_kind(field) for field in fields)
    )


def kept_tables() -> tuple[TablePlan, ...]:
    """Every table that a backup holds."""
    ours = [
        model
        for model in apps.get_app_config("records").get_models()
        if model.__name__ not in LEFT_OUT
    ]
    return tuple(plan_of(model) for model in (*ours, *map(apps.get_model, KEPT_OF_LIBRARIES)))


def read_rows(snapshot: Snapshot, plan: TablePlan) -> Iterator[bytes]:
    """The rows of a table, each as one line of JSON."""
    documents = [place for place, kind in enumerate(plan.kinds) if kind == "JSONField"]
    for row in snapshot.rows(plan.select(snapshot.vendor)):
        yield orjson.dumps(_ordered(row, documents), default=_to_json)


def _ordered(row: Sequence[Any], documents: Sequence[int]) -> Sequence[Any]:
    """The row, with each JSON document in one order of keys, as each database keeps its own."""
    if not documents:
        return row
    told = list(row)
    for place in documents:
        told[place] = orjson.dumps(orjson.loads(told[place]), option=orjson.OPT_SORT_KEYS).decode()
    return told


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {_BYTES: bytes(value).decode("latin-1")}
    raise TypeError(f"A {type(value).__name__} cannot stand in a backup.")


def _from_json(value: Any) -> Any:
    return value[_BYTES].encode("latin-1") if isinstance(value, dict) else value
