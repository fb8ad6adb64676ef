"""No fact without its journal entry, one receipt for one entry, and a chain that covers the facts."""

from datetime import timedelta
from hashlib import sha256
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from holdfast.actions import people, prescreening
from holdfast.actions.outcomes import Conflict, Receipt, Refusal
from holdfast.actions.writing import lock
from holdfast.records.canonical import row_sha256
from holdfast.records.events import read_event
from holdfast.records.facts import fact_models
from holdfast.records.journal import BEFORE_THE_FIRST, ORGANISATION
from holdfast.records.keys import opened
from holdfast.records.models import (
    JournalEntry,
    OutboxEntry,
    PrescreeningEntry,
    Stream,
    VerdictShown,
)
from tests.actions.clinic import CANARY, NOW, enrolled, refer, written


def line(clinic, entry_id=None, **changed):
    """One line of the pre-screening log."""
    told = {"referral_source": "self", "outcome": "declined", "reasons": ["distance"]}
    return prescreening.record_prescreening(
        site=clinic.site,
        entry_id=entry_id or uuid4(),
        by=clinic.coordinator,
        now=clinic.now,
        **(told | {"decided_at": clinic.now} | changed),
    )


def counted() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in fact_models()}


def break_the_journal() -> None:
    """From now on the database takes no journal entry."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION full_journal() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'the journal is full'; END$$"
            )
            cursor.execute(
                "CREATE TRIGGER full_journal BEFORE INSERT ON records_journalentry "
                "FOR EACH ROW EXECUTE FUNCTION full_journal()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER full_journal BEFORE INSERT ON records_journalentry "
                "BEGIN SELECT RAISE(ABORT, 'the journal is full'); END"
            )


def test_without_a_journal_entry_nothing_is_there(clinic):
    before = counted(), list(Stream.objects.order_by("id").values_list("id", "position", "head"))
    break_the_journal()
    with pytest.raises(DatabaseError, match="the journal is full"):
        refer(clinic)
    with pytest.raises(DatabaseError, match="the journal is full"):
        line(clinic)
    after = counted(), list(Stream.objects.order_by("id").values_list("id", "position", "head"))
    assert after == before
    assert not OutboxEntry.objects.exists()


def test_the_same_entry_gets_the_first_receipt(clinic):
    entry_id = uuid4()
    first = written(line(clinic, entry_id))
    clinic.later(hours=3)
    again = line(clinic, entry_id, decided_at=NOW)
    assert again == first
    assert PrescreeningEntry.objects.count() == 1


def test_the_same_id_with_other_content_is_kept_for_a_person(clinic):
    entry_id = uuid4()
    written(line(clinic, entry_id))
    kept = line(clinic, entry_id, outcome="not-now")
    assert isinstance(kept, Conflict)
    assert kept.of_entry == entry_id
    assert "not-now" in opened(Conflict.objects.get(), "sent")
    assert [row.outcome for row in PrescreeningEntry.objects.all()] == ["declined"]
    assert line(clinic, entry_id, outcome="not-now").id == kept.id
    assert Conflict.objects.count() == 1


def test_an_id_of_another_stream_is_a_conflict_too(clinic):
    entry_id = uuid4()
    written(line(clinic, entry_id))
    answered = people.create_user(
        login="somebody",
        printed_name="S",
        password_hash="!",
        entry_id=entry_id,
        by=clinic.administrator,
        now=NOW,
    )
    assert isinstance(answered, Conflict)


def test_a_conflict_about_a_person_is_sealed_under_their_own_key(clinic):
    entry_id = uuid4()
    written(refer(clinic, entry_id=entry_id))
    kept = refer(clinic, entry_id=entry_id, bundle_sha256="cd" * 32)
    assert isinstance(kept, Conflict)
    assert CANARY in opened(kept, "sent")
    from holdfast.records.keys import key_id_of
    from holdfast.records.models import Enrollment, PersonKey

    owner = PersonKey.objects.get(id=key_id_of(kept.sent)).owner
    assert owner == Enrollment.objects.get().person_id


def test_recorded_at_never_runs_backwards(clinic):
    times = [0, 60, -3600, 30, 120]
    for seconds in times:
        clinic.now = NOW + timedelta(hours=2, seconds=seconds)
        written(line(clinic, decided_at=NOW - timedelta(days=1)))
    for stream in Stream.objects.all():
        moments = list(stream.entries.order_by("position").values_list("recorded_at", flat=True))
        assert moments == sorted(moments)
    rows = PrescreeningEntry.objects.order_by("position")
    started = NOW + timedelta(hours=2)
    assert [(r.recorded_at - started).total_seconds() for r in rows] == [0, 60, 60, 60, 120]


def test_the_chain_covers_every_fact(clinic):
    enrolled(clinic)
    told = set()
    for stream in Stream.objects.all():
        previous = BEFORE_THE_FIRST
        entries = list(stream.entries.order_by("position"))
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
        for entry in entries:
            exact = bytes(entry.event)
            previous = sha256(bytes.fromhex(previous) + exact).hexdigest()
            assert entry.entry_hash == previous
            event = read_event(exact)
            assert (event.stream, event.position, event.entry) == (
                entry.stream_id,
                entry.position,
                entry.entry_id,
            )
            assert (event.recorded_at, event.by) == (entry.recorded_at, entry.recorded_by_id)
            told |= {(table, row) for table, row, _ in event.facts}
        assert stream.head == previous
    held = {
        (m._meta.db_table, pk)
        for m in fact_models()
        for pk in m.objects.values_list("pk", flat=True)
    }
    assert told == held


def test_every_stream_but_the_first_is_named_by_the_one_above(clinic):
    enrolled(clinic)
    events = [read_event(bytes(entry.event)) for entry in JournalEntry.objects.all()]
    named = {UUID(e.values["stream"]) for e in events if e.kind == "stream-opened"}
    assert named == set(Stream.objects.values_list("id", flat=True)) - {ORGANISATION}


def test_an_action_refuses_to_be_part_of_something_that_may_be_undone(clinic):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        line(clinic)


def test_nobody_may_by_default(clinic):
    from holdfast.records.models import User

    for by in (
        clinic.rater,
        clinic.administrator,
        clinic.therapist,
        User.objects.get(login="holdfast"),
    ):
        answered = prescreening.record_prescreening(
            site=clinic.site,
            referral_source="self",
            outcome="assessed",
            reasons=[],
            decided_at=clinic.now,
            entry_id=uuid4(),
            by=by,
            now=clinic.now,
        )
        assert answered == Refusal("not-permitted", {"permission": "prescreening.record"})


def test_two_writers_of_one_stream_queue(clinic):
    """Each has its own connection; no position is lost, doubled or left out."""
    barrier, outcomes = Barrier(2), []

    def write_ten() -> None:
        barrier.wait()
        try:
            outcomes.extend(line(clinic) for _ in range(10))
        finally:
            connection.close()

    threads = [Thread(target=write_ten) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    assert len({outcome.position for outcome in outcomes}) == 20
    positions = JournalEntry.objects.filter(stream_id=clinic.site.id).values_list(
        "position", flat=True
    )
    assert sorted(positions) == list(range(1, len(positions) + 1))


def test_two_writers_with_one_id_write_once(clinic):
    """The same entry from two tabs at the same moment."""
    barrier, outcomes, entry_id = Barrier(2), [], uuid4()

    def write() -> None:
        barrier.wait()
        try:
            outcomes.append(line(clinic, entry_id))
        finally:
            connection.close()

    threads = [Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes[0] == outcomes[1]
    assert PrescreeningEntry.objects.count() == 1


def test_a_head_that_moved_inside_the_lock_is_a_bug_and_loud(clinic):
    def behind() -> None:
        stream = lock(clinic.site.id, clinic.now)
        stream.position -= 1
        stream.write(stream.sent("test-happened", uuid4(), {}), [], by=clinic.coordinator)

    with pytest.raises((IntegrityError, RuntimeError)), transaction.atomic():
        behind()


def test_no_word_of_a_person_is_in_journal_or_outbox(clinic):
    enrolled(clinic)
    for entry in JournalEntry.objects.all():
        assert b"anary" not in bytes(entry.event).lower()
    for message in OutboxEntry.objects.all():
        assert "anary" not in message.body.lower()
    assert VerdictShown.objects.exists()
    assert row_sha256([]) == sha256(b"[]").hexdigest()
