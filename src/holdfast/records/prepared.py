"""Reads that every act asks: said once as a query, and from then on one prepared statement.

Django builds and compiles a query anew each time it is asked, which takes several times as long as
the database takes to answer it. A ``Prepared`` is compiled by Django once for each database and
asked with new values after that; its rows are made by the fields' own converters, as Django makes
them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators
from django.db.models.signals import post_init, pre_init

from holdfast.records.statements import run

Row = TypeVar("Row", bound=models.Model)
Value = UUID | int | str

# Stand for the values while a query is compiled; no row has them.
_MARK_ID = 0x5EA1ED00_0000_4000_8000_000000000000
_MARK_NUMBER = 1_987_650_000


class NotPrepared(TypeError):
    """A query does not hold every one of its values, or is not one of rows."""


@dataclass(frozen=True)
class _Plan:
    """A compiled query: where its values go, and how its columns become a row."""

    statement: str
    parameters: tuple[Any, ...]  # what is always asked; None where a value goes
    slots: tuple[tuple[int, int], ...]  # place among the parameters, and which value
    model: type[models.Model]
    names: tuple[str, ...]  # the attributes of the row, which come first
    converters: tuple[tuple[int, tuple[Callable[..., Any], ...], Any], ...]
    related: tuple[Any, ...]
    annotated: tuple[tuple[str, int], ...]

    def ask(self, database: Any, values: Sequence[Any]) -> list[Any]:
        parameters = list(self.parameters)
        for place, which in self.slots:
            parameters[place] = values[which]
        found = list(map(list, run(database, self.statement, parameters).fetchall()))
        self._convert(database, found)
        return [self._row(values) for values in found]

    def _convert(self, database: Any, found: list[list[Any]]) -> None:
        """Make each stored value what its field holds; one that comes again is made once."""
        known: dict[tuple[Callable[..., Any], ...], dict[Any, Any]] = {}
        for place, several, expression in self.converters:
            made = known.setdefault(several, {})
            for values in found:
                stored = values[place]
                if stored not in made:
                    value = stored
                    for convert in several:
                        value = convert(value, expression, database)
                    made[stored] = value
                values[place] = made[stored]

    def _row(self, values: list[Any]) -> Any:
        """A row as it comes out of the database: made as unpickling makes it, with every field."""
        row = self.model.__new__(self.model)
        vars(row).update(zip(self.names, values, strict=False))  # what is related stands behind
        row._state = ModelState()
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        for populator in self.related:
            populator.populate(values, row)
        for name, place in self.annotated:
            setattr(row, name, values[place])
        return row


class Prepared(Generic[Row]):
    """A query of rows, by the values that it is asked with: ids, numbers or codes.

    ``query`` makes it from values; it must hold each of them as a parameter and ask nothing that
    depends on what they are. Rows of related tables come by ``select_related``.
    """

    def __init__(self, query: Callable[..., "models.QuerySet[Row]"]) -> None:
        self._query = query
        self._plans: dict[tuple[Any, ...], _Plan] = {}

    def rows(self, *values: Value) -> list[Row]:
        """Every row, read now."""
        database = connections[DEFAULT_DB_ALIAS]
        asked = (database.vendor, *map(type, values))
        plan = self._plans.get(asked)
        if plan is None:
            plan = self._plans[asked] = self._compiled(database, values)
        return plan.ask(database, [_stored(each, database.vendor) for each in values])

    def first(self, *values: Value) -> Row | None:
        """The first row; None where there is none. The query itself is limited to one."""
        return next(iter(self.rows(*values)), None)

    def _compiled(self, database: Any, values: Sequence[Value]) -> _Plan:
        marks = [_mark(number, value) for number, value in enumerate(values)]
        compiler = self._query(*marks).query.get_compiler(connection=database)
        statement, parameters = compiler.as_sql()
        places = {_stored(mark, database.vendor): number for number, mark in enumerate(marks)}
        slots = tuple((at, places[each]) for at, each in enumerate(parameters) if each in places)
        shape = compiler.klass_info
        if {which for _, which in slots} != set(range(len(values))) or shape is None:
            raise NotPrepared(f"Not a query of rows by {len(values)} values: {statement}")
        columns = [expression for expression, _, _ in compiler.select]
        first, last = shape["select_fields"][0], shape["select_fields"][-1]
        if first != 0 or not _is_plain(shape["model"], last + 1):
            raise NotPrepared(f"Not whole rows of their own columns first: {statement}")
        converters = compiler.get_converters(columns)
        return _Plan(
            statement=statement,
            parameters=tuple(None if each in places else each for each in parameters),
            slots=slots,
            model=shape["model"],
            names=tuple(each.target.attname for each in columns[: last + 1]),
            converters=tuple((at, tuple(c), of) for at, (c, of) in converters.items()),
            related=_related(shape, compiler.select),
            annotated=tuple(compiler.annotation_col_map.items()),
        )


def _is_plain(model: type[models.Model], columns: int) -> bool:
    """Whether a row is its columns and nothing else, and every one of them is read."""
    made_as_all = all(
        getattr(model, name) is getattr(models.Model, name) for name in ("__init__", "__setattr__")
    )
    is_told = pre_init.has_listeners(model) or post_init.has_listeners(model)
    return made_as_all and not is_told and columns == len(model._meta.concrete_fields)


def _related(shape: Any, columns: Any) -> tuple[Any, ...]:
    """What makes the rows of related tables; the stubs are of a Django that asks for more."""
    return tuple(get_related_populators(shape, columns, DEFAULT_DB_ALIAS))  # type: ignore[call-arg]


def _mark(number: int, value: Value) -> Value:
    if isinstance(value, UUID):
        return UUID(int=_MARK_ID + number)
    return _MARK_NUMBER + number if isinstance(value, int) else f"\x1a{number}"


def _stored(value: Value, vendor: str) -> Value:
    """A value as the driver wants it."""
    return value.hex if isinstance(value, UUID) and vendor == "sqlite" else value
