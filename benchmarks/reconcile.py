"""A ledger of a million movements reconciled with everything else on record; the aim is under 20 s.

Twenty thousand bottles of ten capsules, each capsule received, assigned, issued, opened, handed over and
swallowed in a session, each bottle counted at the end. Rows are inserted in bulk into a scratch database:
what is measured reads them and compares, as ``holdfast reconcile`` and the watch do. ``BENCH_ROWS`` makes
fewer.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
CAPSULES = 10
A_BOTTLE = 1 + 5 * CAPSULES  # movements
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

    disk = Path(__file__).resolve().parent.parent / "var"  # most of a gigabyte, not in memory
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
        from holdfast.records.reconciling import reconciled
        from tests.actions.custody import pharmacy

        made = pharmacy()
        began = time.perf_counter()
        _fill(made)
        filled = time.perf_counter() - began
        began, cpu = time.perf_counter(), time.process_time()
        found = reconciled(made.clinic.site, NOW + timedelta(days=900))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert found.movements >= ROWS - A_BOTTLE
    assert found.fits, found.differences[:3]
    return {
        "database": name,
        "movements": f"{found.movements:,}",
        "capsules": f"{found.capsules:,}",
        "filled in s": round(filled),
        "reconciled in s": seconds,
        "of it on the processor": cpu,
        "aim": "under 20 s",
        "memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _fill(made: Any) -> None:
    """Bottles, movements and counts, as the product stores them."""
    from django.db import connection, transaction

    from tests.actions.custody import a_session

    session = a_session(made.clinic)
    with transaction.atomic(), connection.cursor() as cursor:
        for rows in _batches(_rows(made, session)):
            for model, several in rows.items():
                _insert(cursor, model, several)


def _batches(rows: Iterable[Any]) -> Iterator[dict[Any, list[Any]]]:
    """Rows of each table, so many at a time; what others name comes first."""
    told = iter(rows)
    while several := list(islice(told, BATCH)):
        found: dict[Any, list[Any]] = {}
        for row in several:
            found.setdefault(type(row), []).append(row)
        yield found


def _insert(cursor: Any, model: Any, rows: list[Any]) -> None:
    from django.db import connection

    from holdfast.records.canonical import row_plan

    plan = row_plan(model)
    values = [plan.for_insert(plan.stored(row), connection.vendor) for row in rows]
    cursor.executemany(plan.insert, values)


def _rows(made: Any, session: Any) -> Iterator[Any]:
    """For each bottle its session, its movements, the doses of the session, and a count at the end."""
    from holdfast.records.models import CustodyAct

    store, by = made.store, made.clinic.pharmacist
    act = CustodyAct(id=uuid4(), store_id=store.id, kind="move", first_id=by.id, policy="one")
    yield _placed(act, store.id, by.id, 2)
    for bottle in range(max(1, ROWS // A_BOTTLE)):
        yield from _Bottle(made, session, act.id, bottle).rows()


def _placed(row: Any, stream: UUID, by: UUID, position: int) -> Any:
    vars(row).update(
        stream_id=stream, recorded_at=NOW, recorded_by_id=by, schema=1, position=position
    )
    return row


class _Bottle:
    """One bottle of ten capsules, all of it given in one session."""

    def __init__(self, made: Any, session: Any, act: UUID, number: int) -> None:
        self.made, self.template, self.act, self.number = made, session, act, number
        self.by = made.clinic.pharmacist.id
        self.at = NOW + timedelta(minutes=number)
        self.container, self.session, self.turn = uuid4(), uuid4(), 0

    def placed(self, row: Any, of_person: bool = False) -> Any:
        stream = self.template.enrollment_id if of_person else self.made.store.id
        return _placed(row, stream, self.by, 10 + self.number * 100 + self.turn)

    def rows(self) -> Iterator[Any]:
        from holdfast.records.models import Container, CountTaken, DosingSession, SessionFact

        safe, of = self.made.places["safe"].id, self.template
        told = {"store_id": self.made.store.id, "part": "bottle", "product": "MDMA 40 mg"}
        label = {"lot": f"L-{self.number % 50}", "size": CAPSULES, "nominal_mg": Decimal(40)}
        yield self.placed(
            Container(
                id=self.container,
                code=f"bench-{self.number}",
                use_by=date(2030, 1, 1),
                **told,
                **label,
            )
        )
        names = ("site_id", "enrollment_id", "visit", "protocol_name", "protocol_version")
        same = {name: getattr(of, name) for name in (*names, "protocol_sha256", "number", "came")}
        opened = {"opened_at": self.at, "opened_by_id": self.by}
        yield self.placed(DosingSession(id=self.session, **same, **opened), of_person=True)
        yield self.moved("receive", f"1-{CAPSULES}", to_place_id=safe)
        for kind in ("order", *["dose-given"] * CAPSULES):
            self.turn += 1
            fields = '{"dose":"initial","nominal_mg":"40"}'
            fact = SessionFact(
                session_id=self.session, kind=kind, at=self.at, fields=fields, came="page"
            )
            yield self.placed(fact, of_person=True)
        for capsule in range(1, CAPSULES + 1):
            yield from self.given(str(capsule))
        counted = {"counted": 0, "counted_at": self.at + timedelta(hours=1)}
        where = {"store_id": self.made.store.id, "place_id": safe, "container_id": self.container}
        count = CountTaken(counted_by_id=self.by, act_id=self.act, **counted, **where)
        yield self.placed(count)

    def given(self, capsule: str) -> Iterator[Any]:
        """One capsule from the safe to the mouth."""
        safe, lock_ = self.made.places["safe"].id, self.made.places["room-lock"].id
        person = {"enrollment_id": self.template.enrollment_id, "session_id": self.session}
        yield self.moved("assign", capsule, from_place_id=safe, **person)
        yield self.moved("issue-box", capsule, from_place_id=safe, to_place_id=lock_, **person)
        yield self.moved("open", capsule, from_place_id=lock_, **person)
        yield self.moved("hand-over", capsule, from_place_id=lock_, **person)
        yield self.moved("swallowed", capsule, **person)

    def moved(self, kind: str, capsules: str, **given: Any) -> Any:
        from holdfast.records.models import DrugMovement

        self.turn += 1
        return self.placed(
            DrugMovement(
                store_id=self.made.store.id,
                container_id=self.container,
                act_id=self.act,
                moved_by_id=self.by,
                kind=kind,
                capsules=capsules,
                turn=self.turn,
                at=self.at + timedelta(seconds=self.turn),
                came="page",
                **given,
            )
        )
