"""A switch at a room's device, through its address: CSRF, PIN, one durable fact, JSON back.

Compared with one PIN checked alone, which is slow on purpose. What the person feels besides is the
browser's: one request, no page. The two are interleaved; the ratio is of medians.
"""

import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
PINS = {"therapist": "493817", "physician": "620518"}


def main() -> list[dict[str, Any]]:
    """One row, on SQLite as a clinic begins."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    os.environ["HOLDFAST_KEY"] = os.urandom(32).hex()
    os.environ["HOLDFAST_SECOND_FACTOR"] = "optional"
    os.environ.pop("HOLDFAST_KEY_FILE", None)
    import django

    django.setup()
    disk = Path(__file__).resolve().parent.parent / "var"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        return [_measured(f"sqlite:///{folder}/room.sqlite3")]


def _measured(url: str) -> dict[str, Any]:
    from django.core.management import call_command

    from holdfast.actions.pins import is_pin_of
    from holdfast.records.models import User
    from tests import databases

    with databases.pointed_at(url):
        call_command("migrate", verbosity=0)
        room = _opened_room()
        switches, checks = [], []
        for turn in range(ROUNDS):
            who = list(PINS)[turn % 2]
            began = time.perf_counter()
            answer = room.step(who, secret=PINS[who])
            switches.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.content
            began = time.perf_counter()
            assert is_pin_of(User.objects.get(login=who), PINS[who])
            checks.append(time.perf_counter() - began)
    return {
        "what": "a switch by PIN, SQLite",
        "median ms": 1000 * median(switches),
        "p95 ms": 1000 * quantiles(switches, n=20)[-1],
        "one PIN checked, ms": 1000 * median(checks),
        "ratio": median(switches) / median(checks),
    }


def _opened_room() -> Any:
    from django.test import Client
    from django.utils import timezone

    from holdfast.actions.pins import set_pin
    from holdfast.records.models import User
    from tests.web.clinic import build
    from tests.web.room import enrolled_tablet

    enrollment = build()
    for login, pin in PINS.items():
        user = User.objects.get(login=login)
        set_pin(user, pin, entry_id=uuid4(), by=user, now=timezone.now())
    room = enrolled_tablet(enrollment, lambda: Client(headers={"host": "localhost"}))
    assert room.open().status_code == 302
    return room
