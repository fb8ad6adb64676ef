"""Randomizes and dispenses in processes that are killed; each is forked from one that is ready.

``python -m tests.faults.allocator FILE`` with the settings of a record in the environment. For each line
on stdin, ``randomize ID`` or ``dispense ID``, it forks a process that does it and says its id. The process
adds the id to FILE once it has its receipt.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid5


def act(what: str, enrollment_id: UUID, file: Path) -> None:
    """Do it once, by an entry id that follows from the enrollment."""
    from holdfast.actions import dispensing, randomizing
    from holdfast.actions.outcomes import Receipt
    from holdfast.records.models import Enrollment, User
    from tests.actions.running import answer_of

    randomizing.answer_to = answer_of
    dispensing.standing_order = lambda *_: SimpleNamespace(id=enrollment_id)
    enrollment = Enrollment.objects.select_related("site").get(id=enrollment_id)
    told = {"enrollment": enrollment, "entry_id": uuid5(enrollment_id, what)}
    told["now"] = datetime.now(UTC)
    if what == "randomize":
        by = User.objects.get(login="coordinator")
        answer = randomizing.randomize(levels={"sex": "female"}, by=by, **told)
    else:
        answer = dispensing.dispense(visit="v5", by=User.objects.get(login="pharmacist"), **told)
    assert isinstance(answer, Receipt), answer
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{what} {enrollment_id.hex}\n".encode())


def main(file: Path) -> None:
    """Fork a process for each line that is read."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    import holdfast.actions.dispensing
    import holdfast.actions.randomizing  # noqa: F401 - what is needed is there before it is forked
    from holdfast.definitions import protocols
    from holdfast.definitions.gates import load

    load()
    protocols.load("mapp2")
    print("ready", flush=True)
    for line in sys.stdin:
        what, enrollment_id = line.split()
        child = os.fork()
        if child == 0:
            try:
                act(what, UUID(hex=enrollment_id), file)
            finally:
                os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)  # one at a time: the next line comes when this one is over or killed


if __name__ == "__main__":
    main(Path(sys.argv[1]))
