"""The board of 2,000 courses through its address, beside the same made from the facts.

The courses are those of the populated record, driven through the actions, names and all; on a copy
of it their rows of the board are put at one site. Who is not eligible yet has no row of their own
and gets one like another's. Server time is the whole request: log-in, permissions, names opened,
the page rendered.
"""

import os
import time
from collections import defaultdict
from random import Random
from statistics import median, quantiles
from typing import Any

from benchmarks.populated import copied, populated

SITES = int(os.environ.get("BENCH_SITES", "20"))
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
    with copied(populated(1, SITES, COURSES)):
        return _measured()


def _measured() -> list[dict[str, Any]]:
    from django.test import Client

    from holdfast.records.models import CourseMoment, Site, User

    made = _made_from_facts()
    site = Site.objects.order_by("code").first()
    assert site is not None  # the populated record has some
    _all_at(site)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(login=f"coordinator-{site.code.lower()}"))
    courses = CourseMoment.objects.filter(site=site).count()
    return [
        {
            "asked": name,
            "courses": courses,
            **_asked(client, f"/{site.code}/board/", asked),
            "one row from facts, ms": made,
        }
        for name, asked in ASKED.items()
    ]


def _asked(client: Any, address: str, asked: dict[str, str]) -> dict[str, Any]:
    from django.db import connection

    queries = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    client.get(address, asked)
    with connection.execute_wrapper(counted):
        page = client.get(address, asked)
    assert page.status_code == 200
    taken, spent = [], []
    for _ in range(ROUNDS):
        began, begun = time.perf_counter(), time.process_time()
        client.get(address, asked)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() - begun)
    return {
        "rows shown": page.content.count(b"data-row"),
        "median ms": 1000 * median(taken),
        "p95 ms": 1000 * quantiles(taken, n=20)[-1],
        "of it this process, ms": 1000 * median(spent),
        "aim, ms": "100",
        "queries": len(queries),
    }


def _made_from_facts() -> float:
    """Milliseconds to make one row again: courses of every age."""
    from holdfast.actions.board import moment_of
    from holdfast.records.models import CourseMoment

    taken = []
    rows = CourseMoment.objects.select_related("enrollment__site", "enrollment__person")
    for row in Random(1).sample(list(rows.order_by("enrollment_id")), ROUNDS):
        began = time.perf_counter()
        moment_of(row.enrollment, row.judged_at)
        taken.append(time.perf_counter() - began)
    return 1000 * median(taken)


def _all_at(site: Any) -> None:
    """The rows of every site at one; a row for each person who has none yet."""
    from holdfast.records.models import CourseMoment, Enrollment

    CourseMoment.objects.update(site=site)
    alike, chance = defaultdict(list), Random(1)
    for row in CourseMoment.objects.select_related("enrollment").order_by("enrollment_id"):
        alike[row.enrollment.protocol_name].append(row)
    more = []
    for absent in Enrollment.objects.filter(on_board=None).order_by("id"):
        like = chance.choice(alike[absent.protocol_name])
        values = {field.attname: getattr(like, field.attname) for field in like._meta.fields}
        more.append(CourseMoment(**values | {"enrollment_id": absent.id}))
    CourseMoment.objects.bulk_create(more)


if __name__ == "__main__":
    for row in main():
        print(row)
