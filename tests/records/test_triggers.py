"""The database itself refuses to change or remove a fact, whoever asks and however."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from holdfast.records.facts import AppendOnly, append_only_models
from holdfast.records.models import JournalEntry, RoleAssignment, Site
from holdfast.records.triggers import (
    TriggersMissing,
    install,
    missing_triggers,
    require_triggers,
)

TABLES = [model._meta.db_table for model in append_only_models()]


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_migrated_database_has_every_trigger(clinic):
    assert missing_triggers(connection) == ()
    require_triggers(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_roleassignment SET role = 'physician'",
        "UPDATE records_journalentry SET position = position + 1000",
        "DELETE FROM records_roleassignment",
        "DELETE FROM records_journalentry WHERE position = 1",
    ],
)
def test_plain_sql_cannot_change_or_remove(clinic, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def test_truncate_is_refused_on_postgres(clinic):
    if connection.vendor != "postgresql":
        with pytest.raises(DatabaseError, match="append-only"):
            run("DELETE FROM records_site")  # SQLite's own form of TRUNCATE
        return
    for table in TABLES:
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"TRUNCATE {table} CASCADE")


def test_every_append_only_table_refuses_an_update(clinic):
    """Also those that hold no row yet: the trigger is looked up, not only tried."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid=t.tgrelid")
        else:
            cursor.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        assert {row[0] for row in cursor.fetchall()} >= set(TABLES)


def test_replace_cannot_take_the_place_of_a_fact(one_clinic):
    """Not even from a shell that never heard of recursive triggers."""
    path = connection.settings_dict["NAME"]
    connection.close()
    with sqlite3.connect(path) as other:
        for table in ("records_site", "records_journalentry"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_replace_by_another_unique_column_is_refused_too(one_clinic):
    """A new id with a taken site code would remove the old site."""
    path = connection.settings_dict["NAME"]
    columns = [f.column for f in Site._meta.concrete_fields]
    picked = ", ".join(f"'{'f' * 32}'" if c == "id" else c for c in columns)
    connection.close()
    replace = (
        f"INSERT OR REPLACE INTO records_site ({', '.join(columns)}) "
        f"SELECT {picked} FROM records_site"
    )
    with (
        sqlite3.connect(path) as other,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        other.execute(replace)


def test_the_orm_refuses_in_words(clinic):
    row = RoleAssignment.objects.first()
    for attempt in (
        row.save,
        row.delete,
        RoleAssignment.objects.all().delete,
        lambda: RoleAssignment.objects.update(role="physician"),
        lambda: RoleAssignment.objects.bulk_create([row]),
        lambda: RoleAssignment.objects.bulk_update([row], ["role"]),
        lambda: JournalEntry.objects.all().delete(),
    ):
        with pytest.raises(AppendOnly):
            attempt()


def test_the_orm_below_its_own_words_is_refused_by_the_database(clinic):
    """``_raw_delete`` and the base manager go round the words, not round the trigger."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RoleAssignment.objects.all()._raw_delete("default")


def test_a_removed_or_weakened_trigger_is_named(clinic):
    table = "records_site"
    if connection.vendor == "postgresql":
        run(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change")
        run(f"DROP TRIGGER {table}_no_truncate ON {table}")
        expected = (f"{table}_no_change", f"{table}_no_truncate")
    else:
        run(f"DROP TRIGGER {table}_no_update")
        run(f"DROP TRIGGER {table}_no_delete")
        run(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        expected = (f"{table}_no_delete", f"{table}_no_update")
    assert missing_triggers(connection) == expected
    with pytest.raises(TriggersMissing, match="records_site"):
        require_triggers(connection)
    install(connection)
    assert missing_triggers(connection) == ()


def test_a_copied_file_keeps_its_triggers(one_clinic, tmp_path: Path):
    path = connection.settings_dict["NAME"]
    connection.close()
    copy = tmp_path / "copy.sqlite3"
    shutil.copyfile(path, copy)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            shutil.copyfile(path + suffix, f"{copy}{suffix}")
    with sqlite3.connect(copy) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute("DELETE FROM records_site")


@pytest.mark.postgres
def test_an_emptied_function_is_found(postgres_database):
    """On PostgreSQL the body is in one function; SQLite keeps it in each trigger."""
    run(
        "CREATE OR REPLACE FUNCTION holdfast_refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS $$BEGIN RETURN NEW; END$$"
    )
    assert len(missing_triggers(connection)) == 2 * len(TABLES)
