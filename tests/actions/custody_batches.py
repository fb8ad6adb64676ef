"""Batches of movements by arbitrary people, each batch in real threads behind a barrier.

A batch is plain data, so that one that failed can be kept as a file and run again:
``HOLDFAST_BATCH=FILE pytest tests/actions/test_custody_batches.py``.
"""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connections
from hypothesis import strategies as st

from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.domain.accountability import BUCKETS, Bucket, Status
from holdfast.domain.movements import Kind, capsules_of
from holdfast.records.models import Container, DosingSession, DrugMovement
from holdfast.records.supply_reads import ledger_at
from tests.actions.clinic import written
from tests.actions.custody import BOTTLE, Pharmacy

PEOPLE = ("pharmacist", "therapist", "physician")
PLACES = ("safe", "quarantine", "room-lock", "cabinet")
REASONS = {"waste": "other", "destroy": "other", "return": "other", "lose": "other"}


@dataclass(frozen=True)
class Step:
    """One movement of a batch: who, what, of which container, and from where to where by code."""

    by: str
    second: str
    kind: str
    container: int
    capsules: str
    source: str = ""
    target: str = ""


@dataclass
class Ground:
    """What a batch runs on: the stores, a session, and what was received before it."""

    pharmacy: Pharmacy
    other: Pharmacy  # the same clinic, at its second store
    session: DosingSession
    containers: list[UUID] = field(default_factory=list)
    receipts: int = 0

    def store_of(self, place: str) -> Pharmacy:
        return self.other if place == "cabinet" else self.pharmacy

    def place(self, code: str) -> UUID | None:
        return self.store_of(code).place(code) if code else None

    def told(self, step: Step) -> MovementTold:
        kind = Kind(step.kind)
        container: Any = self.containers[step.container % len(self.containers)]
        if kind is Kind.RECEIVE and step.container >= len(self.containers):
            container = self.new(f"label-{self.containers[0].hex[:8]}-{step.container}")
        return MovementTold(
            kind=kind,
            container=container,
            capsules=step.capsules,
            at=self.pharmacy.clinic.now,
            from_place=self.place(step.source),
            to_place=self.place(step.target),
            enrollment=self.session.enrollment_id,
            session=self.session.id,
            dose="initial" if kind is Kind.ISSUE_BOX else "",
            seal="S-1" if kind in (Kind.OPEN, Kind.ISSUE_BOX) or "transfer" in kind else "",
            reason=REASONS.get(kind.value, ""),
            minutes=5 if kind is Kind.VOMITED else None,
            happened=True,
        )

    def new(self, code: str) -> NewContainer:
        return replace(BOTTLE, code=code, size=4)

    def receive(self, several: int = 3) -> None:
        """Containers of four capsules each that every step of a batch may name."""
        self.containers = []
        for _ in range(several):
            label = self.new(f"b-{uuid4().hex[:12]}")
            told = {"to_place": self.place("safe")}
            written(self.pharmacy.move(Kind.RECEIVE, label, "1-4", **told))
            self.containers.append(Container.objects.get(code=label.code).id)
            self.receipts += 1


batches = st.lists(
    st.builds(
        Step,
        by=st.sampled_from(PEOPLE),
        second=st.sampled_from(PEOPLE),
        kind=st.sampled_from([kind.value for kind in Kind if kind is not Kind.CORRECT]),
        container=st.integers(0, 4),
        capsules=st.sampled_from(["1", "2", "1-2", "3-4", "1-4", "2,4"]),
        source=st.sampled_from([*PLACES, ""]),
        target=st.sampled_from([*PLACES, ""]),
    ),
    min_size=2,
    max_size=8,
)


def kept(batch: Sequence[Step], file: Path) -> Path:
    """A batch as a file from which it can be run again."""
    file.write_text(json.dumps([asdict(step) for step in batch], indent=1), encoding="utf-8")
    return file


def from_file(file: Path) -> list[Step]:
    """The batch of a file."""
    return [Step(**each) for each in json.loads(file.read_text("utf-8"))]


def run(ground: Ground, batch: Sequence[Step]) -> list[Any]:
    """Each step in a thread of its own, all let go at once; what each was answered."""
    barrier, clinic = threading.Barrier(len(batch)), ground.pharmacy.clinic

    def one(step: Step) -> Any:
        by, second = clinic.accounts[step.by], clinic.accounts[step.second]
        pharmacy, told = ground.store_of(step.target or step.source), ground.told(step)
        proofs = {"proof": clinic.proof(by), "second": pharmacy.second(second, by)}
        given = {"store": pharmacy.store, "told": told, "entry_id": uuid4()} | proofs
        barrier.wait(timeout=60)
        try:
            return record_movement(by=by, now=clinic.now, **given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(batch)) as pool:
        asked = [pool.submit(one, step) for step in batch]
        return [each.exception() or each.result() for each in asked]


def must_hold(ground: Ground, batch: Sequence[Step]) -> None:
    """Run a batch; afterwards no capsule is made or lost, per lot, kit, place and site."""
    ground.receive()
    answers = run(ground, batch)
    strange = [each for each in answers if not isinstance(each, Receipt | Refusal)]
    assert not strange, strange
    ground.receipts += sum(isinstance(each, Receipt) for each in answers)
    ledger = ledger_at(ground.pharmacy.clinic.site)
    assert ledger.broken() == []
    rows = list(DrugMovement.objects.select_related("container").order_by("container", "turn"))
    assert len(rows) == ground.receipts
    turns: dict[UUID, list[int]] = {}
    for row in rows:
        turns.setdefault(row.container_id, []).append(row.turn)
    assert all(each == [*range(1, len(each) + 1)] for each in turns.values())
    assert counted_by_hand(rows) == Counter(
        {
            bucket: total
            for bucket in Bucket
            if (total := sum(one.now[bucket] for one in ledger.by_lot().values()))
        }
    )


# What a movement makes of a capsule, said once more and otherwise than the fold says it.
_BECOMES = {
    "swallowed": Status.ADMINISTERED,
    "part-taken": Status.ADMINISTERED,
    "vomited": Status.ADMINISTERED,
    "return": Status.RETURNED,
    "destroy": Status.DESTROYED,
    "lose": Status.LOST,
}


def counted_by_hand(rows: Sequence[DrugMovement]) -> Counter[Bucket]:
    """The totals, one capsule after another and without the fold."""
    state: dict[tuple[UUID, int], Status] = {}
    for row in sorted(rows, key=lambda each: (each.at, each.kind != "receive", each.turn)):
        for number in capsules_of(row.capsules):
            key = (row.container_id, number)
            if row.kind == "receive":
                state.setdefault(key, Status.STOCK)
            elif key in state and row.kind == "waste":
                state[key] = state[key] if state[key] is Status.ADMINISTERED else Status.WASTED
            elif key in state:
                state[key] = _BECOMES.get(row.kind, Status.STOCK)
    return Counter(BUCKETS[each] for each in state.values())
