"""One altered byte in any column of any append-only table is found, and its row is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from holdfast.records import verification_report
from holdfast.records.facts import Fact, append_only_models
from holdfast.records.verification_report import Report
from holdfast.records.verification_run import verify_here
from tests.records.attacker import Attacker
from tests.records.full_record import full_record


def altered(value: Any) -> Any:
    """The value with one thing changed, of the same type and as plausible as the first."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        middle = len(value) // 2
        return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if len(value) < 2:
        return "a" if value != "a" else "b"
    return f"{value[:-2]}{'a' if value[-2] != 'a' else 'b'}{value[-1]}"


def put_into_nothing(model: type[models.Model], column: str, row: Any) -> Any:
    """Something for a column that held nothing."""
    field = next(f for f in model._meta.concrete_fields if f.column == column)
    kind = field.get_internal_type()
    return {"ForeignKey": row, "OneToOneField": row, "Instant": "2026-01-01T00:00:00.000000Z"}.get(
        kind, "a"
    )


def plain(value: Any) -> str:
    return value.hex if isinstance(value, UUID) else str(value)


@dataclass(frozen=True)
class Altered:
    """One column of the last row of a table, altered, and how to put it back."""

    model: type[models.Model]
    column: str
    row: Any
    value: Any
    now_called: Any

    def is_named(self, report: Report) -> bool:
        """Whether a problem of the report is about this very row."""
        keys = {plain(self.row), plain(self.now_called)}
        table = self.model._meta.db_table
        return any(p.table == table and p.row in keys for p in report.problems)

    @property
    def back(self) -> tuple[str, list[Any]]:
        """The statement that puts it back."""
        table, key = self.model._meta.db_table, self.model._meta.pk.column
        put = f'UPDATE {table} SET "{self.column}" = %s WHERE "{key}" = %s'
        return put, [self.value, self.now_called]


def alteration(
    attacker: Attacker, model: type[models.Model], column: str
) -> tuple[Altered, tuple[str, list[Any]]]:
    """What to alter in the last row of a table, and the statement that does."""
    table, key = model._meta.db_table, model._meta.pk.column
    order = "position DESC" if column != "number" and table != "records_seal" else "number DESC"
    row, value = attacker.ask(f'SELECT "{key}", "{column}" FROM {table} ORDER BY {order} LIMIT 1')[
        0
    ]
    value = bytes(value) if isinstance(value, memoryview) else value
    other = put_into_nothing(model, column, row) if value is None else altered(value)
    put = f'UPDATE {table} SET "{column}" = %s WHERE "{key}" = %s'
    return Altered(model, column, row, value, other if column == key else row), (put, [other, row])


def unseen(attacker: Attacker, columns: Sequence[tuple[type[models.Model], str]]) -> list[str]:
    """Alter columns of different tables at once and verify; what was not named, in words."""
    planned = [alteration(attacker, model, column) for model, column in columns]
    attacker.run_all([statement for _, statement in planned])
    report = verify_here()
    attacker.run_all([one.back for one, _ in reversed(planned)])
    return [
        f"{one.model._meta.db_table}.{one.column} of {one.row} is not named"
        for one, _ in planned
        if not one.is_named(report)
    ]


def in_turns() -> Iterator[list[tuple[type[models.Model], str]]]:
    """Every column of every append-only table, once. Tables of facts take their turns together, for
    each row has its own problem; what the chain and the seals are made of is altered alone."""
    found: dict[int, list[tuple[type[models.Model], str]]] = {}
    for model in append_only_models():
        for place, field in enumerate(model._meta.concrete_fields):
            if issubclass(model, Fact):
                found.setdefault(place, []).append((model, field.column))
            else:
                yield [(model, field.column)]
    yield from found.values()


@pytest.mark.parametrize("third", [0, 1, 2])
def test_one_altered_byte_in_any_column_is_found_and_its_row_named(
    any_database, clean_seals, monkeypatch, third
):
    """Every column of every append-only table, by somebody who takes the triggers off and puts
    them back; each time the rest is as it was."""
    monkeypatch.setattr(verification_report, "MOST_NAMED", 10_000)
    full_record()
    attacker = Attacker(any_database)
    assert verify_here().fits
    turns = list(in_turns())
    assert sum(map(len, turns)) == sum(len(m._meta.concrete_fields) for m in append_only_models())
    assert [words for columns in turns[third::3] for words in unseen(attacker, columns)] == []
    assert verify_here().fits


def test_every_table_of_facts_has_a_row_to_alter(own_database, clean_seals):
    """Otherwise the test above would prove less than it says."""
    full_record()
    for model in append_only_models():
        assert model.objects.exists(), model


TYPE_TRICKS = [
    ("records_journalentry", "event", "CAST(event AS TEXT)"),
    ("records_journalentry", "entry_hash", "CAST(entry_hash AS BLOB)"),
    ("records_journalentry", "stream_id", "CAST(stream_id AS BLOB)"),
    ("records_journalentry", "recorded_at", "CAST(recorded_at AS BLOB)"),
    ("records_journalentry", "position", "CAST(position AS BLOB)"),
    ("records_identity", "words", "CAST(words AS BLOB)"),
    ("records_identity", "sex", "sex || char(0)"),
    ("records_identity", "sex", "CAST(x'ff41' AS TEXT)"),
    ("records_identity", "is_deceased", "CAST(is_deceased AS BLOB)"),
    ("records_signedlimit", "value", "value || '0'"),
    ("records_signedlimit", "protocol_version", "protocol_version + 0.5"),
    ("records_verdictshown", "as_of", "as_of || ' '"),
    ("records_stream", "head", "CAST(head AS BLOB)"),
    ("records_seal", "body", "CAST(body AS BLOB)"),
    ("records_seal", "signature", "upper(signature)"),
    ("records_seal", "sha256", "CAST(sha256 AS BLOB)"),
]


@pytest.mark.parametrize(("table", "column", "trick"), TYPE_TRICKS)
def test_the_same_bytes_under_another_type_are_found(
    own_database, clean_seals, table, column, trick
):
    """SQLite lets any value stand in any column; a text is not the same as its bytes."""
    full_record()
    attacker = Attacker(own_database)
    attacker.run(f"UPDATE {table} SET {column} = {trick}")
    report = verify_here()
    assert not report.fits
    assert report.problems[0].table == table
