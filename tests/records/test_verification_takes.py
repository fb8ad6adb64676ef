"""Rows deleted, inserted, swapped, cut off and put back are found, each at the row it concerns."""

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from holdfast.records.database import database
from holdfast.records.events import chained
from holdfast.records.facts import append_only_models
from holdfast.records.journal import OutboxEntry
from holdfast.records.verification_report import Report
from holdfast.records.verification_run import verify_here
from tests.records.attacker import Attacker
from tests.records.full_record import FullRecord, full_record

JOURNAL = "records_journalentry"


@pytest.fixture
def record(any_database: str, clean_seals: Path) -> FullRecord:
    return full_record()


@pytest.fixture
def attacker(any_database: str) -> Attacker:
    return Attacker(any_database)


def first(report: Report) -> str:
    assert not report.fits
    return str(report.problems[0])


def test_a_deleted_row_of_any_table_is_found(record, attacker):
    """Taken out one table after the other; each is put back before the next goes."""
    unseen = []
    for model in append_only_models():
        table, key = model._meta.db_table, model._meta.pk.column
        (row,) = attacker.ask(f'SELECT * FROM {table} ORDER BY "{key}" LIMIT 1')
        names = [field.column for field in model._meta.concrete_fields]
        listed = ", ".join(f'"{name}"' for name in names)
        (row,) = attacker.ask(f'SELECT {listed} FROM {table} ORDER BY "{key}" LIMIT 1')
        gone = row[names.index(key)]
        attacker.run(f'DELETE FROM {table} WHERE "{key}" = %s', [gone])
        report = verify_here()
        marks = ", ".join(["%s"] * len(row))
        attacker.run(f"INSERT INTO {table} ({listed}) VALUES ({marks})", row)
        if report.fits or report.problems[0].table != table:
            unseen.append((table, report.problems[:2]))
    assert unseen == []
    assert verify_here().fits


def test_a_deleted_stream_is_found(record, attacker):
    """All its journal rows, all its facts and its own row: nothing in it is left to contradict."""
    gone = record.enrollments[1]
    statements = [
        (f"DELETE FROM {model._meta.db_table} WHERE stream_id = %s", [form(attacker, gone)])
        for model in append_only_models()
        if model.__name__ != "Seal"
    ]
    statements.append(("DELETE FROM records_stream WHERE id = %s", [form(attacker, gone)]))
    attacker.run_all(statements)
    report = verify_here()
    assert "is gone" in first(report)
    assert str(gone) in first(report)


def form(attacker: Attacker, identifier):
    """An identifier as the database of the attacker holds it."""
    return identifier.hex if attacker.is_sqlite else identifier


def test_a_deleted_stream_is_found_before_any_seal(any_database, clean_seals):
    """The stream above it names it, from the moment it was opened."""
    record = full_record()
    attacker = Attacker(any_database)
    attacker.run("DELETE FROM records_seal")
    shutil.rmtree(clean_seals)
    gone = record.enrollments[1]
    attacker.run_all(
        [
            (f"DELETE FROM {model._meta.db_table} WHERE stream_id = %s", [form(attacker, gone)])
            for model in append_only_models()
            if model.__name__ != "Seal"
        ]
        + [("DELETE FROM records_stream WHERE id = %s", [form(attacker, gone)])]
    )
    assert "is gone" in first(verify_here())


def test_a_fact_without_a_journal_row_is_found(record, attacker):
    attacker.run(
        "INSERT INTO records_outboxentry (id, stream_id, position, schema, recorded_at, "
        "recorded_by_id, kind, about, body) SELECT %s, stream_id, position, schema, recorded_at, "
        "recorded_by_id, kind, about, body FROM records_outboxentry LIMIT 1",
        [form(attacker, uuid4())],
    )
    assert "no journal row names it" in first(verify_here())


def test_two_swapped_journal_rows_are_found(record, attacker):
    """Everything of two rows is exchanged but their places."""
    stream = form(attacker, record.enrollments[1])
    rows = attacker.ask(
        f"SELECT entry_id, event, entry_hash, recorded_at FROM {JOURNAL} "
        "WHERE stream_id = %s ORDER BY position DESC LIMIT 2",
        [stream],
    )
    (id_a, *a), (id_b, *b) = rows
    put = f"UPDATE {JOURNAL} SET event = %s, entry_hash = %s, recorded_at = %s WHERE entry_id = %s"
    attacker.run_all([(put, [*b, id_a]), (put, [*a, id_b])])
    assert JOURNAL in first(verify_here())


def test_two_swapped_positions_are_found(record, attacker):
    stream = form(attacker, record.enrollments[1])
    move = f"UPDATE {JOURNAL} SET position = %s WHERE stream_id = %s AND position = %s"
    attacker.run_all([(move, [99, stream, 2]), (move, [2, stream, 3]), (move, [3, stream, 99])])
    assert f"stream {record.enrollments[1]}, position 2" in first(verify_here())


def test_two_swapped_facts_are_found(record, attacker):
    rows = attacker.ask("SELECT id, body FROM records_outboxentry ORDER BY body DESC LIMIT 2")
    (id_a, body_a), (id_b, body_b) = rows
    put = "UPDATE records_outboxentry SET body = %s WHERE id = %s"
    attacker.run_all([(put, [body_b, id_a]), (put, [body_a, id_b])])
    assert "it was altered" in first(verify_here())


def cut(attacker: Attacker, stream, to: int) -> None:
    """Cut a stream's tail off without a trace inside it: rows, facts, and the head turned back."""
    at, by, head = attacker.ask(
        f"SELECT recorded_at, recorded_by_id, entry_hash FROM {JOURNAL} "
        "WHERE stream_id = %s AND position = %s",
        [stream, to],
    )[0]
    attacker.run_all(
        [
            (
                f"DELETE FROM {model._meta.db_table} WHERE stream_id = %s AND position > %s",
                [stream, to],
            )
            for model in append_only_models()
            if model.__name__ != "Seal"
        ]
        + [
            (
                "UPDATE records_stream SET position = %s, head = %s, recorded_at = %s, "
                "recorded_by_id = %s WHERE id = %s",
                [to, head, at, by, stream],
            )
        ]
    )


def test_a_tail_cut_after_a_seal_is_found(record, attacker):
    cut(attacker, form(attacker, record.enrollments[1]), 1)
    found = first(verify_here())
    assert "seal 2 sealed this stream to position 3, but it ends at 1: 2 rows are gone" in found


def test_a_tail_cut_with_its_seals_is_shown_by_the_exported_seals(record, attacker):
    attacker.run("DELETE FROM records_seal")
    cut(attacker, form(attacker, record.enrollments[1]), 1)
    report = verify_here()
    assert any("it was exported, but it is gone" in p.what for p in report.problems)
    assert "rows are gone" in first(report)


def test_without_exported_seals_what_was_cut_with_its_seals_is_said_not_to_be_checked(
    record, attacker, monkeypatch
):
    """The one thing that only another machine can show; the report says so."""
    attacker.run("DELETE FROM records_seal WHERE number = 2")
    cut(attacker, form(attacker, record.enrollments[1]), 2)
    monkeypatch.delenv("HOLDFAST_SEALS")
    report = verify_here()
    assert report.fits, list(report.lines())
    assert any("no folder of exported seals" in words for words in report.not_checked)
    assert any(line.startswith("Unsealed since") for line in report.lines())


def test_seals_removed_after_a_signature_are_found_without_any_exported_seal(
    record, attacker, monkeypatch
):
    """Each signature is sealed in its own transaction, so that one without a seal tells."""
    attacker.run("DELETE FROM records_seal")
    monkeypatch.delenv("HOLDFAST_SEALS")
    assert "no seal covers it" in first(verify_here())


def test_deleted_seals_are_found_by_those_that_follow_and_by_the_exported_ones(record, attacker):
    attacker.run("DELETE FROM records_seal WHERE number = 1")
    assert "records_seal" in first(verify_here())
    attacker.run("DELETE FROM records_seal")
    assert "it was exported, but it is gone" in first(verify_here())


def test_a_database_replaced_by_an_older_copy_of_itself_is_found(
    own_database, clean_seals, tmp_path
):
    record = full_record()
    path, copy = Path(database(own_database)["NAME"]), tmp_path / "older"
    Attacker(own_database).run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, copy)
    record.append(record.enrollments[0], [outbox(record)])
    record.seal()
    assert verify_here().fits
    Attacker(own_database).run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(copy, path)
    report = verify_here()
    assert "rows are gone" in first(report)
    assert any("replaced by an older one" in problem.what for problem in report.problems)


def outbox(record: FullRecord) -> OutboxEntry:
    return OutboxEntry(kind="later", about=record.enrollments[0], body="{}")


def forge(attacker: Attacker, record: FullRecord, position: int) -> None:
    """Write a journal row anew, and every row after it, with chains that fit."""
    stream = form(attacker, record.enrollments[1])
    rows = attacker.ask(
        f"SELECT entry_id, position, event, entry_hash FROM {JOURNAL} "
        "WHERE stream_id = %s ORDER BY position",
        [stream],
    )
    head, statements = "0" * 64, []
    for entry_id, at, event, entry_hash in rows:
        told = orjson.loads(bytes(event))
        if at == position:
            told["kind"] = "nothing-happened"
        data = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        head = chained(head, data) if at >= position else entry_hash
        put = f"UPDATE {JOURNAL} SET event = %s, entry_hash = %s WHERE entry_id = %s"
        statements.append((put, [data, head, entry_id]))
    statements.append(("UPDATE records_stream SET head = %s WHERE id = %s", [head, stream]))
    attacker.run_all(statements)


def test_a_chain_forged_anew_before_a_seal_is_found(record, attacker):
    """Every hash is right; only the seal knows that it was another."""
    forge(attacker, record, 2)
    assert "it is not the row that seal 2 sealed at this place" in first(verify_here())


def test_what_is_appended_after_the_last_seal_is_reported_as_unsealed(record, attacker):
    record.append(record.enrollments[0], [outbox(record)])
    report = verify_here()
    assert report.fits
    assert (report.unsealed_entries, report.unsealed_facts) == (1, 1)
    assert any(line.startswith("Unsealed since 2026-") for line in report.lines())


def test_rows_count_as_sealed_only_where_the_seal_was_exported(record, attacker, clean_seals):
    """A seal that never left the machine can be removed with what it sealed."""
    (clean_seals / "seal-000000000002.json").unlink()
    report = verify_here()
    assert report.fits
    assert report.unsealed_entries > 0
    assert report.last_seal == 1


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("DELETE FROM records_personkey WHERE word_class = 'words'", []),
        ("UPDATE records_personkey SET owner = %s WHERE word_class = 'words'", [uuid4()]),
        ("UPDATE records_personkey SET wrapped = NULL WHERE word_class = 'words'", []),
        ("UPDATE records_personkey SET word_class = 'receipts-' WHERE word_class = 'words'", []),
        ("UPDATE records_personkey SET made_at = '2020-01-01T00:00:00.000000Z'", []),
    ],
)
@pytest.mark.parametrize("with_key", [True, False])
def test_a_key_that_was_altered_swapped_or_removed_is_found(
    record, attacker, monkeypatch, change, values, with_key
):
    attacker.run(change, [form(attacker, value) for value in values])
    if not with_key:
        monkeypatch.delenv("HOLDFAST_KEY")
    assert "records_personkey" in first(verify_here())


def test_two_swapped_keys_are_found_without_the_site_key(record, attacker, monkeypatch):
    rows = attacker.ask("SELECT id, wrapped FROM records_personkey ORDER BY id LIMIT 2")
    (id_a, wrapped_a), (id_b, wrapped_b) = rows
    put = "UPDATE records_personkey SET wrapped = %s WHERE id = %s"
    attacker.run_all([(put, [wrapped_b, id_a]), (put, [wrapped_a, id_b])])
    monkeypatch.delenv("HOLDFAST_KEY")
    assert "records_personkey" in first(verify_here())


def test_an_account_that_nobody_opened_is_found(record, attacker):
    attacker.run(
        "INSERT INTO records_user (id, login, password, is_active, last_login) "
        "SELECT %s, 'intruder', password, is_active, last_login FROM records_user LIMIT 1",
        [form(attacker, uuid4())],
    )
    assert "no journal row says that this account was opened" in first(verify_here())


def test_a_seal_signed_with_another_key_is_found(record, attacker, monkeypatch):
    """Somebody with the file but without the key seals a forged record with a key of their own."""
    monkeypatch.setenv("HOLDFAST_KEY", "ab" * 32)
    record.seal()
    monkeypatch.delenv("HOLDFAST_KEY")
    assert "a key that no earlier seal announced" in first(verify_here())


def test_the_wrong_site_key_is_said(record, monkeypatch):
    monkeypatch.setenv("HOLDFAST_KEY", "ab" * 32)
    assert "not signed with this site's key" in first(verify_here())


def test_a_trigger_taken_off_or_put_there_is_found(own_database, clean_seals):
    full_record()
    attacker = Attacker(own_database)
    with sqlite3.connect(database(own_database)["NAME"]) as connection:
        connection.execute("DROP TRIGGER records_seal_no_delete")
    assert "1 triggers are missing" in verify_here().protection[0]
    attacker.run("UPDATE records_seal SET sealed_at = sealed_at")
    with sqlite3.connect(database(own_database)["NAME"]) as connection:
        connection.execute("CREATE VIEW other AS SELECT * FROM records_seal")
    assert any("is none of ours" in words for words in verify_here().protection)


def test_an_exported_seal_that_was_altered_is_named(record, clean_seals):
    path = clean_seals / "seal-000000000001.json"
    told = orjson.loads(path.read_bytes())
    path.chmod(0o644)
    path.write_bytes(orjson.dumps(told | {"sha256": sha256(b"other").hexdigest()}))
    assert "not the seal that was exported" in first(verify_here())


def test_an_index_that_does_not_fit_its_table_is_found(own_database, clean_seals):
    """Rows hidden from those who read by the index, and there for those who walk the table."""
    full_record()
    with closing(sqlite3.connect(database(own_database)["NAME"])) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '\"outcome\"', '\"recorded_at\"') "
            "WHERE type = 'index' AND name = 'delivery_at'"
        )
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '\"position\"', '\"channel\"') "
            "WHERE type = 'index' AND name = 'delivery_at'"
        )
        connection.commit()
    assert any("the file is damaged" in words for words in verify_here().protection)


def test_a_file_with_a_page_of_noise_is_found(own_database, clean_seals):
    full_record()
    path = Path(database(own_database)["NAME"])
    Attacker(own_database).run("UPDATE records_stream SET kind = kind")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[4096 * 20 : 4096 * 21] = bytes(4096)
    path.write_bytes(data)
    report = verify_here()
    assert not report.fits
