"""Writes docs/courses.md: how many acts each role does in a lawful course of every released protocol.

``python -m tools.course_acts`` drives each course in a database of its own. The tests drive them too,
and hold the table to what they count.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.cli.courses.course import Course

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "courses.md"
ROLES = ("coordinator", "therapist", "physician", "patient", "pharmacist", "site-lead", "the watch")
BEGINS = datetime(2025, 1, 6, 16, tzinfo=UTC)
WORDS = """# A lawful course of every released protocol

Each protocol that ships is driven from the first call to the last follow-up by the same actions as
the pages, in simulated time: `tests/actions/test_liveness.py`, two in every run and the others every
night. A course here goes as planned: nothing is missed, put off or stopped, every gate is passed, and
every visit of every stage is held. What its site was set up with is not counted.

A window that no source gives is set aside by the physician with a reason, session by session.

Acts by role, made by `python -m tools.course_acts` (seed 1):

"""


def counted(course: "Course") -> Mapping[str, int]:
    """How many acts each role did."""
    found: Counter[str] = Counter()
    for (role, _), number in course.desk.counts.items():
        found[role] += number
    return {role: found[role] for role in ROLES}


def rows() -> dict[str, Mapping[str, int]]:
    """The table as it is written, by protocol."""
    found: dict[str, Mapping[str, int]] = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(ROLES) + 3 and cells[1].isdigit():
            numbers = map(int, cells[2:-1])
            found[cells[0].strip("`")] = dict(zip(ROLES, numbers, strict=True))
    return found


def drive(name: str) -> str:
    """One row: the visits, the acts of each role, and their sum."""
    from django.core.management import call_command

    from holdfast.actions.board import put_off
    from holdfast.cli.courses.clinics import alone
    from holdfast.cli.courses.clock import run

    call_command("migrate", verbosity=0, interactive=False)
    course = alone(name, seed=1, begins=BEGINS)
    with put_off():
        run([course.acts()], BEGINS + timedelta(days=1500))
    acts = counted(course)
    cells = [f"`{name}`", len(course.course.held), *acts.values(), sum(acts.values())]
    return "| " + " | ".join(map(str, cells)) + " |"


def main(words: list[str]) -> int:
    """Drive the protocol named, or write the page of all of them."""
    if words:
        import django

        django.setup()
        print(drive(words[0]))
        return 0
    from holdfast.definitions import protocols

    head = ["protocol", "visits", *ROLES, "together"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    lines += [_in_a_database_of_its_own(name) for name in protocols.names()]
    _, mark, rest = PAGE.read_text("utf-8").partition("\n## ")
    PAGE.write_text(WORDS + "\n".join(lines) + "\n" + mark + rest, "utf-8")
    return 0


def _in_a_database_of_its_own(name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        ours = {
            "DJANGO_SETTINGS_MODULE": "holdfast.settings",
            "HOLDFAST_DATABASE_URL": f"sqlite:///{folder}/course.sqlite3",
            "HOLDFAST_KEY": os.urandom(32).hex(),
        }
        command = [sys.executable, "-m", "tools.course_acts", name]
        ended = subprocess.run(
            command, cwd=ROOT, env=os.environ | ours, capture_output=True, text=True, check=True
        )
    return ended.stdout.splitlines()[-1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
