"""Opening a course of 5,000 journal entries, beside the same course when it had a few dozen.

Each page is asked for through its address: log-in, permissions, the look that is noted, names
opened, the page rendered. The entries are written by the pen, each with its own fact.
"""

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "5000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
PAGES = {"course": "course/", "screening": "", "journal": "journal/"}


def main() -> list[dict[str, Any]]:
    """One row for each page that opens a course, on SQLite as a clinic begins."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ["HOLDFAST_SECOND_FACTOR"] = "optional"
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    disk = Path(__file__).resolve().parent.parent / "var"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        return _measured(f"sqlite:///{folder}/course.sqlite3")


def _measured(url: str) -> list[dict[str, Any]]:
    from django.core.management import call_command
    from django.test import Client

    from holdfast.records.histories import last_position
    from tests import databases

    with databases.pointed_at(url):
        call_command("migrate", verbosity=0)
        clinic, enrollment = _begun()
        client = Client(headers={"host": "localhost"})
        client.force_login(clinic.physician)
        few = {name: _opened(client, enrollment, path) for name, path in PAGES.items()}
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
            "with a few dozen, ms": 1000 * median(few[name][0]),
            "ratio": median(many[name][0]) / median(few[name][0]),
        }
        for name in PAGES
    ]


def _opened(client: Any, enrollment: Any, path: str) -> tuple[list[float], list[float]]:
    """Seconds of each request, and those that this process spent in it."""
    address = f"/NORTH/people/{enrollment.id}/{path}"
    assert client.get(address).status_code == 200
    taken, spent = [], []
    for _ in range(ROUNDS):
        began, begun = time.perf_counter(), time.process_time()
        client.get(address)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() - begun)
    return taken, spent


def _begun() -> tuple[Any, Any]:
    from django.utils import timezone

    from tests.actions.clinic import enrolled, found
    from tests.actions.courses import course, half_way

    clinic = found(timezone.now())
    enrollment = enrolled(clinic)
    today = clinic.now.astimezone(ZoneInfo(clinic.site.zone)).date()
    course(clinic, enrollment, today - timedelta(days=45))
    half_way(clinic, enrollment, today - timedelta(days=45))
    return clinic, enrollment


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
