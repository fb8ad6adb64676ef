"""The page of a person's randomization: what stands before it, the number, and kits by their numbers."""

from uuid import uuid4

import pytest
from django.utils import timezone

from holdfast.records.models import Enrollment, KitDispensed, Site, SlotTaken, User
from tests.actions.allocating import (
    ACTIVE,
    PLACEBO,
    activated,
    delivered,
    hold_open,
    sealed_list,
)
from tests.actions.clinic import Clinic, written
from tests.actions.running import add_person


@pytest.fixture
def trial(as_role):
    """The clinic of the pages, with those who allocate beside it."""
    accounts = {user.login: user for user in User.objects.all()}
    clinic = Clinic(Site.objects.get(code="NORTH"), accounts["admin"], accounts, timezone.now())
    for login, role in (("allocator", "site-lead"), ("keeper", "pharmacist-unblinded")):
        accounts[login] = add_person(clinic, login, role)
    accounts["lead"] = accounts["allocator"]
    return clinic


def test_a_person_is_randomized_and_a_kit_is_drawn_on_one_page(
    as_role, trial, tmp_path, monkeypatch
):
    person = Enrollment.objects.get()
    address = f"/NORTH/people/{person.id}/randomization/"
    coordinator = as_role("coordinator")
    assert "What stands before randomization" in coordinator.get(address).content.decode()
    told = {"entry_id": str(uuid4()), "level_sex": "female"}
    slip = coordinator.post(f"{address}take/", told)
    assert (slip.status_code, SlotTaken.objects.count()) == (422, 0)
    file = sealed_list(tmp_path)
    written(activated(trial, file))
    hold_open(monkeypatch)
    assert coordinator.post(f"{address}take/", told | {"level_sex": "x"}).status_code == 422
    assert coordinator.post(f"{address}take/", told).status_code == 302
    assert "Number 1" in coordinator.get(address).content.decode()
    pharmacist = as_role("pharmacist")
    kit = {"entry_id": str(uuid4()), "visit": "v5"}
    slip = pharmacist.post(f"{address}kit/", kit)
    assert slip.status_code == 422
    assert "No kit can be drawn at this site now." in slip.content.decode()
    trial.now = timezone.now()
    written(delivered(trial, file, 2))
    assert pharmacist.post(f"{address}kit/", kit).status_code == 302
    page = pharmacist.get(address).content.decode()
    assert KitDispensed.objects.get().kit.number in page
    assert not {word for word in (ACTIVE, PLACEBO, "placebo") if word in page}
    assert coordinator.post(f"{address}kit/", kit | {"entry_id": str(uuid4())}).status_code == 404
