"""No capsule is lost or created, whoever moves what at the same moment (PostgreSQL, real threads)."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from holdfast.actions import stores
from holdfast.domain.movements import Place
from holdfast.records.models import CustodyPlace, DrugStore
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.actions.custody import Pharmacy, a_session, pharmacy
from tests.actions.custody_batches import Ground, Step, batches, from_file, kept, must_hold

AT_ONCE = [
    Step("pharmacist", "therapist", "receive", 3, "1-4", "", "safe"),
    Step("pharmacist", "physician", "receive", 3, "1-4", "", "cabinet"),
    Step("therapist", "physician", "swallowed", 0, "1-2"),
    Step("physician", "therapist", "swallowed", 0, "2"),
    Step("pharmacist", "therapist", "transfer-in", 0, "3-4", "", "cabinet"),
    Step("pharmacist", "physician", "find", 0, "1", "", "cabinet"),
    Step("pharmacist", "therapist", "transfer-out", 1, "1-4", "safe", "cabinet"),
    Step("pharmacist", "therapist", "destroy", 1, "3-4", "safe"),
    Step("pharmacist", "pharmacist", "store", 2, "1", "safe", "quarantine"),
]


@pytest.fixture
def ground(postgres_database: str) -> Ground:
    """A clinic with two stores, and a session."""
    built = pharmacy()
    clinic = built.clinic
    told = {"by": clinic.pharmacist, "now": clinic.now}
    made = stores.open_store(site=clinic.site, code="ward", title="Ward", entry_id=uuid4(), **told)
    store = DrugStore.objects.select_related("site").get(id=written(made).stream_id)
    given = {"code": "cabinet", "title": "Cabinet", "kind": Place.SAFE, "entry_id": uuid4()}
    written(stores.add_place(store=store, **given, **told))
    other = Pharmacy(clinic, store, {"cabinet": CustodyPlace.objects.get(store=store)})
    return Ground(built, other, a_session(clinic))


def explore(ground: Ground, examples: int, folder: Path) -> None:
    """Batch after batch of whatever may happen; one that fails is kept as a file."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=[*HealthCheck])
    @given(batches)
    def each(batch: list[Step]) -> None:
        try:
            must_hold(ground, batch)
        except AssertionError as error:
            file = kept(batch, folder / "failing-batch.json")
            raise AssertionError(f"HOLDFAST_BATCH={file} runs it again: {error}") from error

    each()


@pytest.mark.postgres
def test_no_capsule_is_made_or_lost_when_everybody_moves_at_once(ground, tmp_path):
    if asked := os.environ.get("HOLDFAST_BATCH"):
        must_hold(ground, from_file(Path(asked)))
        return
    must_hold(ground, from_file(kept(AT_ONCE, tmp_path / "batch.json")))
    explore(ground, 3, tmp_path)
    assert verify_here().fits


@pytest.mark.postgres
@pytest.mark.nightly
def test_no_capsule_is_made_or_lost_in_many_batches(ground, tmp_path):
    explore(ground, 300, tmp_path)
    assert verify_here().fits
