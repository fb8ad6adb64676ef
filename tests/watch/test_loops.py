"""Each loop does its work once, leaves a sign of life, and is loud when it fails."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.actions.people import house
from holdfast.records import heartbeats
from holdfast.records.journal import Heartbeat, OutboxEntry, Seal
from holdfast.records.models import Enrollment, WorklistMoment
from holdfast.records.seals import SealsDiffer, export_missing
from holdfast.records.verification_run import verify_here
from holdfast.watch import integrity, overdue, seals
from holdfast.watch.runner import TURNS, Watch, take_turn
from tests.records.attacker import Attacker
from tests.records.full_record import FullRecord, full_record


@pytest.fixture
def record(any_database: str, clean_seals: Path) -> FullRecord:
    return full_record()


@pytest.fixture
def small(own_database: str, clean_seals: Path) -> FullRecord:
    return full_record()


def test_what_became_overdue_is_told_once(record):
    now = record.clinic.now
    enrollment = Enrollment.objects.get(id=record.enrollments[1])
    moment = WorklistMoment(
        enrollment=enrollment,
        site=enrollment.site,
        kind="confirm",
        since=now - timedelta(hours=3),
        overdue_at=now - timedelta(hours=1),
        decision="eligible",
        position=1,
    )
    WorklistMoment.objects.bulk_create([moment])
    assert overdue.tell(now - timedelta(hours=2)) == 0
    assert overdue.tell(now) == 1
    assert overdue.tell(now + timedelta(hours=1)) == 0
    (told,) = OutboxEntry.objects.filter(kind="overdue")
    assert told.about == enrollment.id
    assert verify_here().fits


def test_a_seal_is_made_and_every_missing_file_written(record, clean_seals):
    files = sorted(clean_seals.glob("seal-*.json"))
    files[0].unlink()
    assert seals.seal(record.now()) == 2  # the seal that was gone, and the list of erasures
    assert Seal.objects.count() == 3
    assert len(list(clean_seals.glob("seal-*.json"))) == 3
    assert list(clean_seals.glob(".seal-*")) == []
    assert verify_here().unsealed_entries == 0


def test_a_folder_that_cannot_be_written_is_loud_and_tried_again(small, clean_seals, monkeypatch):
    """The seal itself is made; its file comes when the folder is back."""
    monkeypatch.setenv("HOLDFAST_SEALS", "/proc/no-such-folder")
    assert take_turn("seals", small.now()) is False
    assert Heartbeat.objects.get(loop="seals").outcome == "failed"
    assert Seal.objects.count() == 3
    monkeypatch.setenv("HOLDFAST_SEALS", str(clean_seals))
    assert take_turn("seals", small.now()) is True
    assert len(list(clean_seals.glob("seal-*.json"))) == 4


def test_an_exported_seal_is_never_written_over(small, clean_seals):
    path = max(clean_seals.glob("seal-*.json"))
    path.chmod(0o644)
    path.write_bytes(b"something else")
    with pytest.raises(SealsDiffer):
        export_missing(clean_seals)
    assert path.read_bytes() == b"something else"


def test_seals_name_what_moved_and_now_and_then_everything(small, monkeypatch):
    """By induction each covers the heads of all streams."""
    import orjson

    first, second = (orjson.loads(seal.body) for seal in Seal.objects.order_by("number"))
    assert first["is_full"]
    assert len(first["heads"]) == first["streams"]
    third = orjson.loads(small.seal().body)
    assert third["heads"] == []
    assert third["keys"] == []
    assert third["entries"] == second["entries"]
    monkeypatch.setattr("holdfast.records.seals.ALL_HEADS_EVERY", 3)
    assert len(orjson.loads(small.seal().body)["heads"]) == third["streams"]


def test_the_nightly_check_names_the_row(small, own_database, monkeypatch):
    for judged_again in ("differing_verdicts", "differing_sessions"):  # its facts follow no rules
        monkeypatch.setattr(integrity, judged_again, lambda *_now: [])
    monkeypatch.setattr(integrity.board, "differing", lambda _now: [])
    monkeypatch.setattr("holdfast.records.worklist.compare", list)
    assert take_turn("integrity", small.now()) is True
    Attacker(own_database).run("UPDATE records_outboxentry SET kind = 'x'")
    assert take_turn("integrity", small.now()) is False
    row = Heartbeat.objects.get(loop="integrity")
    assert row.outcome == "failed"
    assert "records_outboxentry" in row.detail


def test_a_failing_loop_is_loud(small, caplog):
    def fails(now: datetime) -> int:
        raise RuntimeError("anything")

    with caplog.at_level(logging.ERROR, "holdfast.watch"):
        assert take_turn("outbox", small.clinic.now, fails) is False
    assert "watch-failed" in caplog.text
    assert [
        stale.reason for stale in heartbeats.stale(small.clinic.now) if stale.loop == "outbox"
    ] == ["failed"]


def test_a_bug_ends_the_watch_instead_of_going_on_in_silence(small):
    def bug(now: datetime) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_turn("outbox", small.clinic.now, bug)


def test_silence_is_stale(small):
    now = small.clinic.now
    assert {stale.reason for stale in heartbeats.stale(now)} == {"never"}
    assert {stale.loop for stale in heartbeats.stale(now)} == set(TURNS)
    for loop in TURNS:
        heartbeats.beat(loop, now=now)
    assert heartbeats.stale(now) == ()
    later = now + timedelta(minutes=4)
    assert {(s.loop, s.reason) for s in heartbeats.stale(later)} == {
        ("sessions", "silent"),
        ("paging", "silent"),
        ("overdue", "silent"),
        ("concerns", "silent"),
        ("outbox", "silent"),
    }


def test_the_watch_runs_its_loops_and_stops_cleanly(small):
    beaten: list[str] = []

    def turn(now: datetime) -> int:
        beaten.append("turn")
        return 0

    watch = Watch({"outbox": turn, "overdue": turn}).start()
    until = datetime.now(UTC) + timedelta(seconds=10)
    while Heartbeat.objects.count() < 2 and datetime.now(UTC) < until:
        pass
    assert watch.stop(10)
    assert len(beaten) == 2
    assert not watch.broken.is_set()
    assert house().login == "holdfast"
