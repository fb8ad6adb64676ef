"""One canonical form: what is hashed of a fact is what either database stores of it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from holdfast.records.canonical import (
    document,
    fact_sha256,
    row_plan,
    row_sha256,
    stored_columns,
)
from holdfast.records.columns import instant_of, instant_text
from holdfast.records.events import read_event
from holdfast.records.facts import fact_models
from holdfast.records.models import JournalEntry


def test_a_document_has_one_form():
    told = {
        "b": Decimal("1.50"),
        "a": datetime(2026, 2, 1, 10, 30, tzinfo=timezone(timedelta(hours=1))),
        "c": UUID("ABCDEF00-0000-4000-8000-000000000001"),
        "d": date(2026, 2, 1),
        "e": None,
    }
    assert document(told) == (
        b'{"a":"2026-02-01T09:30:00.000000Z","b":"1.50",'
        b'"c":"abcdef00-0000-4000-8000-000000000001","d":"2026-02-01","e":null}'
    )
    assert document(dict(reversed(told.items()))) == document(told)


def test_what_has_no_form_is_refused():
    with pytest.raises(TypeError):
        document({"a": object()})


def test_a_moment_without_a_zone_names_no_instant():
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 2, 1))


def test_moments_sort_as_text_and_come_back():
    first = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    moments = [first, first + timedelta(microseconds=1), first + timedelta(seconds=1)]
    texts = [instant_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert [instant_of(text) for text in texts] == moments


def test_every_column_of_every_fact_is_hashed():
    for model in fact_models():
        columns = {field.column for field in model._meta.concrete_fields}
        assert set(row_plan(model).columns) == columns, model


def test_raw_rows_give_the_hashes_that_the_journal_holds(clinic, enrollment):
    """The verifier's way: no ORM, either database, the same hash; and the ORM's way agrees."""
    told = {
        (table, row): digest
        for entry in JournalEntry.objects.all()
        for table, row, digest in read_event(bytes(entry.event)).facts
    }
    found = {}
    for model in fact_models():
        plan = row_plan(model)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {stored_columns(plan, connection.vendor)} FROM "{plan.table}"')
            for row in cursor.fetchall():
                found[(plan.table, UUID(row[0]))] = row_sha256(row)
        for fact in model.objects.all():
            assert fact_sha256(fact) == found[(plan.table, fact.pk)]
    assert found == told
    assert len(found) > 10
