"""Writes entries of a dosing session in processes that are killed; each is forked from one that is ready.

``python -m tests.faults.session_appender SESSION FILE`` with the settings of a record in the environment.
For each line on stdin it forks a writer and says its process id. The writer adds to FILE the id of every
entry whose receipt was given, before it writes the next.
"""

import os
import sys
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4


def write(session_id: UUID, file: Path) -> None:
    """Write high readings until killed or left alone: each raises an alarm in its own entry."""
    from holdfast.actions.outcomes import Receipt
    from holdfast.actions.session_entries import EntryTold, record_entry
    from holdfast.records.models import DosingSession, User

    rows = DosingSession.objects.select_related("enrollment__site", "site", "closing")
    session, by = rows.get(id=session_id), User.objects.get(login="therapist")
    given, parent = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.getppid()
    for number in count():
        if os.getppid() != parent:
            os._exit(0)  # the test was ended from outside
        now, entry_id = datetime.now(UTC), uuid4()
        fields = {"systolic_mmhg": Decimal(165 + number % 30), "diastolic_mmhg": Decimal(85)}
        told = EntryTold(entry_id, "reading", now, fields, words="as the cuff says")
        answered = record_entry(session=session, told=told, came="interface", by=by, now=now)
        assert isinstance(answered, Receipt), answered
        os.write(given, entry_id.hex.encode() + b"\n")


def main(session_id: UUID, file: Path) -> None:
    """Fork a writer for each line that is read."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    import holdfast.actions.session_entries  # noqa: F401 - what a writer needs is there before it is forked
    from holdfast.definitions import monitoring
    from holdfast.definitions.session import gates

    monitoring.load()
    gates.load()
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            write(session_id, file)
        print(child, flush=True)


if __name__ == "__main__":
    main(UUID(sys.argv[1]), Path(sys.argv[2]))
