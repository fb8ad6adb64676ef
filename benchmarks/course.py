"""Opening a course of 5,000 journal entries, beside the same course as it was before.

The course is the one of the populated record to which most has happened, among 2,000. Each page is
asked for through its address: log-in, permissions, the look that is noted, names opened, the page
rendered. The entries up to 5,000 are written by the pen, each with its own fact.
"""

import os
import time
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.populated import copied, populated

SITES = int(os.environ.get("BENCH_SITES", "20"))
COURSES = int(os.environ.get("BENCH_COURSES", "2000"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "5000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
PAGES = {"course": "course/", "screening": "", "journal": "journal/"}


def main() -> list[dict[str, Any]]:
    """One row for each page that opens a course, on SQLite as a clinic begins."""
    with copied(populated(1, SITES, COURSES)):
        return _measured()


def _measured() -> list[dict[str, Any]]:
    from django.test import Client

    from holdfast.records.histories import last_position

    clinic, enrollment = _longest()
    client = Client(headers={"host": "localhost"})
    client.force_login(clinic.physician)
    few = {name: _opened(client, enrollment, path) for name, path in PAGES.items()}
    before = last_position(enrollment.id)
    _written(clinic, enrollment)
    many = {name: _opened(client, enrollment, path) for name, path in PAGES.items()}
    entries = last_position(enrollment.id)
    return [
        {
            "page": name,
            "journal entries": entries,
            "median ms": 1000 * median(many[name][0]),
            "p95 ms": 1000 * quantiles(many[name][0], n=20)[-1],
            "of it this process, ms": 1000 * median(many[name][1]),
            "aim, ms": "100",
            "before": before,
            "with so many, ms": 1000 * median(few[name][0]),
            "ratio": median(many[name][0]) / median(few[name][0]),
        }
        for name in PAGES
    ]


def _opened(client: Any, enrollment: Any, path: str) -> tuple[list[float], list[float]]:
    """Seconds of each request, and those that this process spent in it."""
    address = f"/{enrollment.site.code}/people/{enrollment.id}/{path}"
    assert client.get(address).status_code == 200
    taken, spent = [], []
    for _ in range(ROUNDS):
        began, begun = time.perf_counter(), time.process_time()
        client.get(address)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() - begun)
    return taken, spent


def _longest() -> tuple[Any, Any]:
    """The course with the longest journal, and its clinic."""
    from django.utils import timezone

    from holdfast.records.models import Enrollment, Stream, User
    from tests.actions.clinic import Clinic

    streams = Stream.objects.filter(kind="enrollment").order_by("-position", "id")
    stream = streams[0].id
    enrollment = Enrollment.objects.select_related("site", "person").get(id=stream)
    code = enrollment.site.code.lower()
    accounts = {
        role: User.objects.get(login=f"{role}{which}-{code}")
        for role, which in (("coordinator", ""), ("physician", "-1"))
    }
    administrator = User.objects.get(login="administrator")
    return Clinic(enrollment.site, administrator, accounts, timezone.now()), enrollment


def _written(clinic: Any, enrollment: Any) -> None:
    """Entries up to the number asked for: tries to reach the person, and a deviation in fifty."""
    from holdfast.actions.board import follow, put_off
    from holdfast.records.histories import last_position
    from holdfast.records.models import ContactAttempt
    from tests.actions.courses import deviated, wrote

    today = clinic.now.astimezone(ZoneInfo(clinic.site.zone)).date()
    with put_off():
        for number in range(ENTRIES - last_position(enrollment.id)):
            if number % 50 == 0:
                deviated(clinic, enrollment, "without-booking", "v1", today)
                continue
            tried = ContactAttempt(
                enrollment=enrollment,
                tried_at=clinic.now,
                tried_by=clinic.coordinator,
                channel="call",
                outcome="no-answer",
            )
            wrote(enrollment.id, tried, by=clinic.coordinator, now=clinic.now)
    follow([enrollment.id], clinic.now)


if __name__ == "__main__":
    for row in main():
        print(row)
