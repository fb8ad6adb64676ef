"""Randomizing with 32 clients on PostgreSQL: each in a process of its own, each once in so many seconds.

What is timed is the whole action, from the call to the receipt that is on the disk: every prerequisite of
the protocol judged, the next slot taken under the list's lock, the arm sealed. The clients wait for nobody
and are spread over the pause as people are; ``BENCH_PAUSE`` (seconds) says how long it is.
"""

import multiprocessing
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from uuid import UUID, uuid4

CLIENTS = 32
EACH = int(os.environ.get("BENCH_EACH", "12"))
PAUSE = float(os.environ.get("BENCH_PAUSE", "4"))


def main() -> list[dict[str, Any]]:
    """One row, where there is a PostgreSQL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    from tests import databases

    if not (programs := databases.postgres_programs()):
        return []
    with databases.cluster(programs, fsync="on") as running:
        running.create("randomize")
        url = running.url("randomize")
        databases.migrate(url)
        return [_measured(url)]


def _measured(url: str) -> dict[str, Any]:
    from tests import databases

    with databases.pointed_at(url), tempfile.TemporaryDirectory() as folder:
        people = _trial(Path(folder))
        taken = _by_clients(url, people)
    spread = quantiles(taken, n=100)
    return {
        "clients": CLIENTS,
        "randomized": len(taken),
        "pause of a client, s": PAUSE,
        "median, ms": median(taken) * 1000,
        "p99, ms": spread[98] * 1000,
        "most, ms": max(taken) * 1000,
        "aim, p99 ms": "50",
    }


def _trial(folder: Path) -> list[UUID]:
    """A list in force and as many people as will be randomized, everything before it met."""
    from tests.actions.allocating import DESIGN, activated, sealed_list, somebody, trial
    from tests.actions.clinic import written

    clinic = trial()
    design = DESIGN.replace("slots = 12", f"slots = {CLIENTS * (EACH + 1)}")
    written(activated(clinic, sealed_list(folder, design)))
    return [somebody(clinic).id for _ in range(CLIENTS * (EACH + 1))]


def _by_clients(url: str, people: list[UUID]) -> list[float]:
    """Seconds of every act but the first of each client, which warms it up."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    begin = time.time() + 20 + CLIENTS / 4
    clients = [
        context.Process(target=_client, args=(url, people[n::CLIENTS], n, begin, answers))
        for n in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    taken = [seconds for _ in clients for seconds in answers.get(timeout=600)]
    for client in clients:
        client.join()
    return taken


def _client(url: str, people: list[UUID], number: int, begin: float, answers: Any) -> None:
    os.environ["HOLDFAST_DATABASE_URL"] = url
    import django

    django.setup()
    from holdfast.records.models import Enrollment, User

    by = User.objects.get(login="coordinator")
    chance, taken = Random(number), []
    for place, enrollment_id in enumerate(people):
        enrollment = Enrollment.objects.select_related("site").get(id=enrollment_id)
        due = begin + (place + chance.random()) * PAUSE
        time.sleep(max(0.0, due - time.time()))
        seconds = _randomized(enrollment, by)
        if place:
            taken.append(seconds)
    answers.put(taken)


def _randomized(enrollment: Any, by: Any) -> float:
    """Everything is judged as it is, and then taken as met: no invented person is ready for it."""
    from holdfast.actions import randomizing
    from holdfast.actions.gates import answer_to
    from tests.actions.clinic import written
    from tests.actions.running import answer_of

    def judged(question: Any) -> Any:
        answer_to(question)
        return answer_of(question)

    randomizing.answer_to = judged  # type: ignore[attr-defined]
    told = {"levels": {"sex": "female"}, "entry_id": uuid4(), "now": datetime.now(UTC)}
    begun = time.perf_counter()
    written(randomizing.randomize(enrollment=enrollment, by=by, **told))
    return time.perf_counter() - begun
