"""Records that capsules were swallowed, in processes that are killed; each is forked from one that is ready.

``python -m tests.faults.custody_mover STORE BOTTLE SESSION FILE`` with the settings of a record in the
environment. For each line on stdin it forks a writer and says its process id. The writer adds to FILE, before
it asks, the entry and the capsule (``asked``), and after it the entry whose receipt was given (``given``).
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4


def administer(
    store_id: UUID, bottle: UUID, session_id: UUID, entry_id: UUID, capsule: int
) -> None:
    """One capsule was seen swallowed, by the therapist with the physician beside."""
    from holdfast.actions.movements import MovementTold, record_movement
    from holdfast.actions.outcomes import Receipt
    from holdfast.actions.second_person import SecondProof
    from holdfast.actions.signatures import ReauthenticationProof
    from holdfast.domain.movements import Kind
    from holdfast.records.models import DosingSession, DrugStore, User

    store = DrugStore.objects.select_related("site").get(id=store_id)
    session = DosingSession.objects.get(id=session_id)
    by, beside = User.objects.get(login="therapist"), User.objects.get(login="physician")
    now = datetime.now(UTC)
    told = MovementTold(
        kind=Kind.SWALLOWED,
        container=bottle,
        capsules=str(capsule),
        at=session.opened_at + timedelta(hours=1),
        enrollment=session.enrollment_id,
        session=session.id,
    )
    answered = record_movement(
        store=store,
        told=told,
        second=SecondProof.made(user=beside, beside=by, now=now, method="pin"),
        proof=ReauthenticationProof.made(user=by, now=now),
        entry_id=entry_id,
        by=by,
        now=now,
    )
    assert isinstance(answered, Receipt), answered


def write(store: UUID, bottle: UUID, session: UUID, file: Path, first: int) -> None:
    """Capsule after capsule until killed or left alone."""
    said, parent = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.getppid()
    for capsule in range(first, 10_000):
        if os.getppid() != parent:
            os._exit(0)  # the test was ended from outside
        entry_id = uuid4()
        os.write(said, f"asked {entry_id.hex} {capsule}\n".encode())
        administer(store, bottle, session, entry_id, capsule)
        os.write(said, f"given {entry_id.hex} {capsule}\n".encode())


def main(store: UUID, bottle: UUID, session: UUID, file: Path) -> None:
    """Fork a writer for each line that is read; the line is the first capsule it gives."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    import holdfast.actions.movements  # noqa: F401 - what a writer needs is there before it is forked

    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write(store, bottle, session, file, int(line))
        print(child, flush=True)


if __name__ == "__main__":
    main(*(UUID(each) for each in sys.argv[1:4]), Path(sys.argv[4]))
