"""The watch over custody: duties chased, the night's reconciliation, and patterns sent past who is in them."""

import shutil
from datetime import timedelta

import pytest

from holdfast.domain.movements import Kind
from holdfast.records.journal import OutboxEntry
from holdfast.records.models import CustodyPattern
from holdfast.watch import custody
from tests import databases
from tests.actions import custody as kit
from tests.actions.approvals import in_jurisdiction
from tests.actions.clinic import written


@pytest.fixture
def pharmacy(migrated_file, tmp_path, monkeypatch, django_db_blocker):
    """A clinic with a drug store."""
    own = tmp_path / "pharmacy.sqlite3"
    shutil.copyfile(migrated_file, own)
    monkeypatch.setenv("HOLDFAST_KEY", "ab" * 32)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{own}"):
        yield kit.pharmacy()


def told(kind: str) -> int:
    return OutboxEntry.objects.filter(kind=kind).count()


def test_the_night_chases_reconciles_and_sends_a_pattern_to_somebody_outside_it(pharmacy):
    clinic = pharmacy.clinic
    in_jurisdiction(clinic, "united-states")
    part = pharmacy.kit()["initial"]
    assert custody.chase(clinic.now) == 3  # two order forms and the first inventory
    assert custody.chase(clinic.now) == 0
    assert custody.look(clinic.now) == 0
    room = kit.in_session(clinic)
    written(pharmacy.move(Kind.SWALLOWED, part.id, "1", **room))
    assert custody.look(clinic.now) == 2
    assert custody.look(clinic.now + timedelta(hours=1)) == 0
    assert told("custody-differs") == 1
    pattern = CustodyPattern.objects.get()
    assert pattern.pattern == "given-without-vital-signs"
    assert pattern.told == clinic.accounts["site-lead"]
    assert clinic.therapist.id.hex in pattern.people
    assert clinic.accounts["site-lead"].id.hex not in pattern.people
    assert told("custody-pattern") == 1
    assert custody.chase(clinic.now + timedelta(days=2)) == 1  # the inventory is overdue
