"""Facts against the journal, in both directions, in memory that does not grow with the record.

Each fact that the journal names and each row that is there is turned into one number of 128 bits
by a hash whose key is made anew for each verification. The numbers are added up by table and by
the first two digits of the row's id. Where the two sums are the same, the same rows stand on both
sides, each as often as on the other; nobody can prepare rows whose numbers cancel out, because
nobody knows the key beforehand. Where they differ, only the rows of that sum are compared one by one.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import Any

import orjson

from holdfast.records.canonical import RowPlan, row_plan, stored_columns
from holdfast.records.facts import Fact, fact_models
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_snapshot import Snapshot

_KEY_PREFIX = 23  # digits of base64 that hold the version and the key id of a sealed value

Place = tuple[Any, Any]  # stream, position


class FactSums:
    """The sums of both sides, and what was seen on the way."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._named: dict[str, int] = defaultdict(int)
        self._found: dict[str, int] = defaultdict(int)
        self.unreadable: list[Place] = []

    def add_named(self, named: Any, stream: Any, position: Any) -> None:
        """Add the facts that one journal row names."""
        sums, key = self._named, self._key
        try:
            for table, row, digest in named:
                line = f"{table} {row} {digest} {stream} {position}".encode()
                mark = blake2b(line, digest_size=16, key=key).digest()
                sums[table + row[:2]] += int.from_bytes(mark)
        except (TypeError, ValueError, UnicodeError):
            self.unreadable.append((stream, position))

    def add_found(self, table: str, row: Any, digest: str, stream: Any, position: Any) -> None:
        """Add one row that is there."""
        line = f"{table} {row} {digest} {stream} {position}".encode(errors="surrogateescape")
        mark = blake2b(line, digest_size=16, key=self._key).digest()
        self._found[table + str(row)[:2]] += int.from_bytes(mark)

    def differing(self) -> set[str]:
        """Tables with two digits whose sums differ."""
        return {
            place
            for place in self._named.keys() | self._found.keys()
            if self._named.get(place, 0) != self._found.get(place, 0)
        }


@dataclass(frozen=True)
class FactTable:
    """How the rows of one table of facts are read and hashed, whatever their schema number."""

    model: type[Fact]
    newest: RowPlan
    select: str
    places: Mapping[int, tuple[int, ...] | None]  # by schema: columns among those read; None: all
    sealed: tuple[int, ...]  # which columns hold sealed values

    @classmethod
    def of(cls, model: type[Fact], snapshot: Snapshot) -> "FactTable":
        """The plan for one model."""
        newest = row_plan(model)
        places: dict[int, tuple[int, ...] | None] = {
            schema: tuple(newest.columns.index(column) for column in columns)
            for schema, columns in model.hashed.items()
        }
        places[max(model.hashed)] = None
        kinds = {f.column: f.get_internal_type() for f in model._meta.concrete_fields}
        return cls(
            model=model,
            newest=newest,
            select=f'SELECT {stored_columns(newest, snapshot.vendor)} FROM "{newest.table}"',  # noqa: S608
            places=places,
            sealed=tuple(
                n for n, column in enumerate(newest.columns) if kinds[column] == "SealedText"
            ),
        )

    def digest(self, row: tuple[Any, ...]) -> str:
        """The hash of a row as it is stored; empty for a row that cannot be one of ours."""
        try:
            places = self.places[row[3]]
            stored = row if places is None else [row[place] for place in places]
            return sha256(orjson.dumps(stored)).hexdigest()
        except (KeyError, TypeError):
            return ""


@dataclass
class FactsRead:
    """What a pass over all facts learned."""

    keys_used: set[str] = field(default_factory=set)  # as the first digits of sealed values
    by_table: dict[str, int] = field(default_factory=dict)


def read_facts(snapshot: Snapshot, sums: FactSums, report: Report) -> FactsRead:
    """Read every row of every table of facts once, and add it up."""
    read = FactsRead()
    for model in fact_models():
        table = FactTable.of(model, snapshot)
        read.by_table[table.newest.table] = _read_table(snapshot, table, sums, read.keys_used)
    report.facts = sum(read.by_table.values())
    return read


def _read_table(snapshot: Snapshot, table: FactTable, sums: FactSums, keys_used: set[str]) -> int:
    name, digest, add, number = table.newest.table, table.digest, sums.add_found, 0
    for row in snapshot.rows(table.select):
        number += 1
        add(name, row[0], digest(row), row[1], row[2])
        for place in table.sealed:
            if type(value := row[place]) is str:
                keys_used.add(value[:_KEY_PREFIX])
    return number


def name_differences(
    snapshot: Snapshot, sums: FactSums, report: Report, named: Iterator[tuple[Any, ...]]
) -> None:
    """Compare one by one the facts whose sums differ, and name those that do not fit.

    ``named`` is what the journal says: table, row, hash, stream and position of each fact.
    """
    differing = sums.differing()
    if not differing:
        return
    wanted: dict[tuple[str, str], tuple[str, Any, Any]] = {}
    problems: list[Problem] = []
    for table, row, digest, stream, position in named:
        if table + row[:2] in differing:
            if (table, row) in wanted:
                what = "the journal names this row twice"
                problems.append(Problem(table, what, row, stream, position))
            wanted[table, row] = (digest, stream, position)
    for model in fact_models():
        table_plan = FactTable.of(model, snapshot)
        if any(place.startswith(table_plan.newest.table) for place in differing):
            problems += _compare_table(snapshot, table_plan, differing, wanted)
    problems += [
        Problem(table, "the journal names this row, but it is gone", row, stream, position)
        for (table, row), (_, stream, position) in wanted.items()
    ]
    for problem in sorted(problems, key=_first):
        if not report.add(problem):
            return


def _first(problem: Problem) -> tuple[str, int, str, str]:
    position = problem.position if isinstance(problem.position, int) else 0
    return (str(problem.stream), position, problem.table, str(problem.row))


def _compare_table(
    snapshot: Snapshot,
    table: FactTable,
    differing: set[str],
    wanted: dict[tuple[str, str], tuple[str, Any, Any]],
) -> Iterator[Problem]:
    name = table.newest.table
    seen: set[Any] = set()
    for row in snapshot.rows(table.select):
        if f"{name}{str(row[0])[:2]}" not in differing:
            continue
        said = wanted.pop((name, row[0]), None)
        if said is None:
            what = (
                "there is another row with this id"
                if row[0] in seen
                else "no journal row names it: it was inserted, or its id was altered"
            )
        elif row[3] not in table.places:
            what = f"its schema {row[3]!r} is none that this version knows, or was altered"
        elif said[0] != table.digest(row):
            what = "it was altered: its hash is not the one that the journal names"
        elif said[1:] != row[1:3]:
            what = "it stands in another place than the journal row that names it"
        else:
            what = ""
        seen.add(row[0])
        if what:
            place = said[1:] if said else row[1:3]
            yield Problem(name, what, row[0], *place)
