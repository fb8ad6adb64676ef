"""The board of 2,000 courses through its address, beside the same made from the facts.

Each person is referred by the action that does it. Their rows of the board are put beside them in
every state there is; one course is whole, to measure what making a row from facts takes. Server
time is the whole request: log-in, permissions, names opened, the page rendered.
"""

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

COURSES = int(os.environ.get("BENCH_COURSES", "2000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
ASKED = {
    "first hundred": {},
    "blocked, by protocol": {"show": "blocked", "study": "mapp2"},
    "overdue, by number": {"show": "overdue", "sort": "number"},
    "by state": {"sort": "status"},
}


def main() -> list[dict[str, Any]]:
    """One row for each way of asking, on SQLite as a clinic begins."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ["HOLDFAST_SECOND_FACTOR"] = "optional"
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    disk = Path(__file__).resolve().parent.parent / "var"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        return _measured(f"sqlite:///{folder}/board.sqlite3")


def _measured(url: str) -> list[dict[str, Any]]:
    from django.core.management import call_command
    from django.test import Client

    from tests import databases

    with databases.pointed_at(url):
        call_command("migrate", verbosity=0)
        clinic, whole = _populated()
        client = Client(headers={"host": "localhost"})
        client.force_login(clinic.coordinator)
        made = _made_from_facts(whole, clinic.now)
        return [
            {"asked": name, **_asked(client, asked), "one row from facts, ms": made}
            for name, asked in ASKED.items()
        ]


def _asked(client: Any, asked: dict[str, str]) -> dict[str, Any]:
    from django.db import connection

    queries = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    client.get("/NORTH/board/", asked)
    with connection.execute_wrapper(counted):
        page = client.get("/NORTH/board/", asked)
    assert page.status_code == 200
    taken, spent = [], []
    for _ in range(ROUNDS):
        began, begun = time.perf_counter(), time.process_time()
        client.get("/NORTH/board/", asked)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() - begun)
    return {
        "courses": COURSES,
        "rows shown": page.content.count(b"data-row"),
        "median ms": 1000 * median(taken),
        "p95 ms": 1000 * quantiles(taken, n=20)[-1],
        "of it this process, ms": 1000 * median(spent),
        "aim, ms": "100",
        "queries": len(queries),
    }


def _made_from_facts(enrollment: Any, now: Any) -> float:
    from holdfast.actions.board import moment_of

    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        moment_of(enrollment, now)
        taken.append(time.perf_counter() - began)
    return 1000 * median(taken)


def _populated() -> tuple[Any, Any]:
    """The clinic, and one course that is whole; the rows of the others are like its own."""
    from django.utils import timezone

    from holdfast.actions.board import put_off, rebuild
    from holdfast.domain.identity import PersonIdentity
    from holdfast.records.models import CourseMoment, Enrollment
    from tests.actions.clinic import IDENTITY, enrolled, found, refer, written
    from tests.actions.courses import course, half_way

    clinic = found(timezone.now())
    with put_off():
        whole = enrolled(clinic)
        today = clinic.now.astimezone(ZoneInfo(clinic.site.zone)).date()
        course(clinic, whole, today - timedelta(days=45))
        half_way(clinic, whole, today - timedelta(days=45))
        for number in range(COURSES - 1):
            study = ("mapp2", "oehen-2013", "mdd-2022", "tga-authorised-prescriber")[number % 4]
            person = PersonIdentity(
                family=f"Person {number}", given="Somebody", born_on=IDENTITY.born_on
            )
            told = {"bundle_sha256": uuid4().hex * 2, "protocol": study, "identity": person}
            written(refer(clinic, **told))
    rebuild(clinic.now)
    others = Enrollment.objects.exclude(id=whole.id)
    CourseMoment.objects.bulk_create(
        _row(each, clinic, today, Random(each.number)) for each in others
    )
    return clinic, whole


def _row(enrollment: Any, clinic: Any, today: Any, chance: Random) -> Any:
    """A row in some state: the same for the same number."""
    from holdfast.definitions import protocols
    from holdfast.definitions.gates import load
    from holdfast.domain.gates import Act
    from holdfast.records.canonical import document
    from holdfast.records.models import CourseMoment

    schedule = protocols.load(enrollment.protocol_name).schedule
    assert schedule is not None
    visit, act = chance.choice(schedule.visits), chance.choice(list(Act))
    due = clinic.now + timedelta(days=chance.randint(-20, 40))
    open_conditions = chance.sample(load().gates[act].conditions, chance.randint(0, 4))
    blocked = [[each.code, chance.choice(["failed", "unknown"])] for each in open_conditions]
    lead, second = chance.sample([clinic.therapist, clinic.physician, clinic.monitor], 2)
    return CourseMoment(
        enrollment=enrollment,
        site=clinic.site,
        protocol_version=enrollment.protocol_version,
        status=chance.choice(["running"] * 8 + ["paused", "completed", "lost"]),
        lead=lead,
        second=second,
        as_of=today,
        judged_at=clinic.now,
        visit=visit.code,
        visit_kind=visit.kind.value,
        due_at=due,
        overdue_at=due + timedelta(days=5),
        act=act.value,
        blocked_by=document(blocked).decode(),
    )


if __name__ == "__main__":
    for row in main():
        print(row)
