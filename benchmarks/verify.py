"""``verify`` over a million journal rows and a million facts, and beside it bare SHA-256 of the same bytes.

The rows are made by the code that makes the product's bytes, and inserted in bulk into a scratch
database; the triggers allow adding. Aims: 200,000 rows a second for the chain, 50,000 with the facts.
``BENCH_ROWS`` makes fewer.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
STREAMS = max(1, ROWS // 500)  # five hundred entries an enrollment
BATCH = 5_000
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def main() -> list[dict[str, Any]]:
    """One row for each database found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    for name in ("HOLDFAST_KEY_FILE", "HOLDFAST_SEALS"):
        os.environ.pop(name, None)
    import django

    django.setup()
    return [_measured(name, url) for name, url in _databases()]


def _databases() -> Iterator[tuple[str, str]]:
    from tests import databases

    disk = Path(__file__).resolve().parent.parent / "var"  # a gigabyte, not in memory
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        yield "SQLite", f"sqlite:///{Path(folder) / 'million.sqlite3'}"
    programs = databases.postgres_programs()
    if programs is not None:
        with databases.cluster(programs) as cluster:
            yield "PostgreSQL", cluster.url(cluster.create_empty())


def _measured(name: str, url: str) -> dict[str, Any]:
    from tests import databases

    databases.migrate(url)
    with databases.pointed_at(url):
        began = time.perf_counter()
        _fill()
        filled = time.perf_counter() - began
        (chain, chain_cpu), (bare_chain, _), (whole, whole_cpu), (bare_whole, _) = (
            _seconds(url, measure) for measure in (_chain, _bare_chain, _whole, _bare_whole)
        )
    return {
        "database": name,
        "journal rows": float(ROWS),
        "facts": float(ROWS),
        "chain, rows/s (aim 200,000)": ROWS / chain,
        "chain, rows per CPU second of verify": ROWS / chain_cpu,
        "chain to bare SHA-256": chain / bare_chain,
        "with facts, rows/s (aim 50,000)": ROWS / whole,
        "with facts, rows per CPU second of verify": ROWS / whole_cpu,
        "with facts to bare SHA-256": whole / bare_whole,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "filled in, s": filled,
    }


@contextmanager
def _moment(url: str) -> Iterator[Any]:
    from holdfast.records.database import database
    from holdfast.records.verification_snapshot import snapshot

    with snapshot(database(url)) as moment:
        yield moment


def _seconds(url: str, measure: Any) -> tuple[float, float]:
    """Seconds by the clock, and seconds that this process had a processor."""
    with _moment(url) as moment:
        began, began_cpu = time.perf_counter(), time.process_time()
        measure(moment)
        return time.perf_counter() - began, time.process_time() - began_cpu


def _chain(moment: Any) -> None:
    from holdfast.records.verification_journal import JournalWalk
    from holdfast.records.verification_report import Report
    from holdfast.records.verification_seals import check_seals

    report = Report()
    JournalWalk(moment, report, None, check_seals(moment, report, None, None)).walk()
    assert report.fits, list(report.lines())
    assert report.entries >= ROWS


def _bare_chain(moment: Any) -> None:
    for (event,) in moment.rows(
        "SELECT event FROM records_journalentry ORDER BY stream_id, position"
    ):
        sha256(event).digest()


def _whole(moment: Any) -> None:
    from holdfast.records.keys import site_key
    from holdfast.records.verification import Wanted, verify

    report = verify(moment, Wanted(key=site_key()))
    assert report.fits, list(report.lines())
    assert report.facts >= ROWS


def _bare_whole(moment: Any) -> None:
    """Both passes, with nothing done but reading the rows and hashing their bytes."""
    from holdfast.records.canonical import row_bytes
    from holdfast.records.models import EligibilityAnswer
    from holdfast.records.verification_facts import FactTable

    _bare_chain(moment)
    for row in moment.rows(FactTable.of(EligibilityAnswer, moment).select):
        sha256(row_bytes(row)).digest()


def _fill() -> None:
    """Found a clinic, open the streams, add the rows, seal."""
    from django.db import transaction

    from holdfast.actions.people import name_stream
    from holdfast.actions.writing import lock, make_key, open_stream
    from holdfast.records.models import PersonKey
    from holdfast.records.seals import make_seal
    from tests.actions.clinic import found

    clinic = found(NOW)
    by = clinic.administrator
    streams = [uuid4() for _ in range(STREAMS)]
    with transaction.atomic():
        above = lock(clinic.site.id, NOW)
        key = make_key(owner=clinic.site.id, word_class=PersonKey.WORDS, by=by, now=NOW)
        above.write(above.sent("key-made", uuid4(), {}), [], by=by, keys=[key.id])
        for stream in streams:
            open_stream("enrollment", stream)
            name_stream(above, stream, "enrollment", uuid4(), by)
    enrollment = _enrollment(clinic, streams[0])
    rows = _rows(streams, by.id, enrollment, key)
    while batch := list(islice(rows, BATCH)):
        _insert(batch)
    make_seal(by=by, now=NOW + timedelta(days=2))


def _enrollment(clinic: Any, stream: UUID) -> UUID:
    """One enrollment, to which every answer of the scratch record points."""
    from django.db import transaction

    from holdfast.actions.writing import lock
    from holdfast.records.models import Enrollment, Person

    person = Person(site=clinic.site)
    enrollment = Enrollment(
        person=person,
        site=clinic.site,
        number=1,
        protocol_name="mapp2",
        protocol_version=1,
        protocol_sha256="00" * 32,
    )
    with transaction.atomic():
        locked = lock(clinic.site.id, NOW)
        sent = locked.sent("enrolled", uuid4(), {})
        locked.write(sent, [person, enrollment], by=clinic.administrator)
    return enrollment.id


def _rows(streams: list[UUID], by: UUID, enrollment: UUID, key: Any) -> Iterator[tuple[Any, ...]]:
    """Fact, journal row and, at the end of a stream, its head."""
    from holdfast.records.canonical import row_plan, row_sha256
    from holdfast.records.columns import instant_text
    from holdfast.records.events import chained, event_bytes
    from holdfast.records.journal import BEFORE_THE_FIRST
    from holdfast.records.models import EligibilityAnswer

    plan = row_plan(EligibilityAnswer)
    written = key.seal('{"place":"Observation/1"}', table=plan.table, column="written", row=uuid4())
    answer = EligibilityAnswer(
        recorded_by_id=by,
        enrollment_id=enrollment,
        source_kind="record",
        written=written,
        token="ab" * 32,
        question="body-weight",
        value_kind="number",
        value="61.5",
        unit="kg",
        observed_on=date(2026, 2, 20),
    )
    each = ROWS // STREAMS
    for stream in streams:
        head = BEFORE_THE_FIRST
        for position in range(1, each + 1):
            at, entry = NOW + timedelta(minutes=position), uuid4()
            answer.id, answer.stream_id = uuid4(), stream
            answer.position, answer.recorded_at = position, at
            stored = plan.stored(answer)
            event = event_bytes(
                stream=stream,
                position=position,
                entry=entry,
                kind="answer-recorded",
                recorded_at=at,
                by=by,
                content="cd" * 32,
                facts=[(plan.table, answer.id.hex, row_sha256(stored))],
            )
            head = chained(head, event)
            last = (each, head, instant_text(at), by.hex, stream.hex) if position == each else None
            yield (
                stored,
                (entry.hex, stream.hex, position, instant_text(at), by.hex, event, head),
                last,
            )


def _insert(batch: list[tuple[Any, ...]]) -> None:
    from django.db import connection, transaction

    from holdfast.records.canonical import row_plan
    from holdfast.records.models import EligibilityAnswer

    plan, vendor = row_plan(EligibilityAnswer), connection.vendor
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(plan.insert, [plan.for_insert(fact, vendor) for fact, _, _ in batch])
        cursor.executemany(
            "INSERT INTO records_journalentry (entry_id, stream_id, position, recorded_at, "
            "recorded_by_id, event, entry_hash) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [entry for _, entry, _ in batch],
        )
        cursor.executemany(
            "UPDATE records_stream SET position = %s, head = %s, recorded_at = %s, "
            "recorded_by_id = %s WHERE id = %s",
            [head for _, _, head in batch if head],
        )


if __name__ == "__main__":
    for row in main():
        print(row)
