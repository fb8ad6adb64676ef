"""One address names the database; what is written is on the disk before a receipt is given."""

import pytest
from django.db import connection

from holdfast.records.database import database, databases


def test_without_an_address_the_record_is_a_file_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert databases({})["default"]["NAME"] == "var/holdfast.sqlite3"


def test_sqlite_begins_immediately_and_waits_for_the_disk(own_database):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    with connection.cursor() as cursor:
        for pragma, value in wanted.items():
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,), pragma
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.postgres
def test_postgres_waits_for_the_disk(postgres_database):
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_an_address_of_postgres_is_taken_apart():
    found = database("postgresql://holder:a%2Fb@db.example:5433/clinic?pool=4&sslmode=verify-full")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("holder", "a/b", "clinic")
    assert (found["HOST"], found["PORT"]) == ("db.example", "5433")
    assert found["OPTIONS"]["pool"]["max_size"] == 4
    assert found["OPTIONS"]["sslmode"] == "verify-full"


@pytest.mark.parametrize("wrong", ["mysql://a:geheim@b/c", "geheim", "http://geheim"])
def test_any_other_address_is_refused_without_repeating_it(wrong):
    with pytest.raises(ValueError, match="sqlite:///") as told:
        database(wrong)
    assert "geheim" not in str(told.value)
