"""The page of a person's dose orders: to sign one, to see why one ended, to take one back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from holdfast.records.models import DoseOrder, DoseOrderCancelled, Enrollment, Site, User
from tests.actions.clinic import Clinic
from tests.actions.ordering import PRODUCT, approved, let_in
from tests.web.clinic import PASSWORD


@pytest.fixture
def person(as_role):
    """The canary, eligible and confirmed, with a prescriber who may."""
    accounts = {user.login: user for user in User.objects.all()}
    now = timezone.now()
    clinic = Clinic(Site.objects.get(code="NORTH"), accounts["admin"], accounts, now)
    enrollment = Enrollment.objects.select_related("site").get()
    approved(clinic, enrollment, "victoria", ends_on=now.date() + timedelta(days=300))
    let_in(clinic, enrollment)
    return enrollment


def told(**changed: object) -> dict:
    last = timezone.localdate() + timedelta(days=9)
    given = {"doses": "v5|80|40", "last_day": last.isoformat(), "password": PASSWORD}
    return {"entry_id": str(uuid4()), **(given | changed)}


def test_an_order_is_signed_seen_and_taken_back(as_role, person):
    address = f"/NORTH/people/{person.id}/orders/"
    physician = as_role("physician")
    page = physician.get(address).content.decode()
    assert "Nothing was ordered yet." in page
    assert PRODUCT not in page  # a blinded course: no product to choose
    slip = physician.post(f"{address}sign/", told(password="wrong"))
    assert (slip.status_code, DoseOrder.objects.count()) == (422, 0)
    assert physician.post(f"{address}sign/", told()).status_code == 302
    order = DoseOrder.objects.get()
    page = physician.get(address).content.decode()
    assert "80 mg, and 40 mg if the gate of the supplement opens" in page
    assert "The order that was signed for this session stands." in page
    seen = as_role("pharmacist").get(address).content.decode()
    assert "Cancel the order" not in seen
    assert "Sign the order" not in seen
    back = {"entry_id": str(uuid4()), "order": str(order.id), "reason": "session-put-off"}
    wrong = physician.post(f"{address}cancel/", back | {"reason": "mood"})
    assert wrong.status_code == 422
    assert physician.post(f"{address}cancel/", back).status_code == 302
    assert DoseOrderCancelled.objects.get().cancelled_by.login == "physician"
    assert "The order was cancelled" in physician.get(address).content.decode()
    assert as_role("therapist").post(f"{address}cancel/", back).status_code == 404


def test_a_dose_that_is_on_no_menu_is_refused_in_words(as_role, person):
    address = f"/NORTH/people/{person.id}/orders/"
    answer = as_role("physician").post(f"{address}sign/", told(doses="v5|125|60"))
    assert answer.status_code == 422
    early = as_role("physician").post(f"{address}sign/", told(last_day="2020-01-01"))
    assert "An order ends later than now." in early.content.decode()
    assert not DoseOrder.objects.exists()
