"""The page of a site's people: open an account, give a role for a study, end it; each in the journal."""

from uuid import uuid4

import pytest
from django.utils import timezone

from holdfast.records import access
from holdfast.records.events import read_event
from holdfast.records.models import JournalEntry, RoleAssignment, Site, User

GIVE = {"role": "monitor", "study": "mapp2", "valid_from": "", "valid_until": ""}


@pytest.fixture
def admin(as_role):
    return as_role("admin")


def opened(admin, login="new.monitor") -> User:
    told = {"entry_id": uuid4(), "login": login, "printed_name": "Nia Monitor"}
    assert admin.post("/NORTH/people/open/", told).status_code == 302
    return User.objects.get(login=login)


def give(admin, **changed):
    return admin.post("/NORTH/people/give/", GIVE | {"entry_id": uuid4()} | changed)


def kinds() -> list[str]:
    rows = JournalEntry.objects.order_by("-recorded_at", "-position")[:3]
    return [read_event(bytes(row.event)).kind for row in rows]


def test_from_a_new_account_to_a_role_for_one_study_and_its_end(admin, clinic):
    user = opened(admin)
    assert not user.has_usable_password()
    assert "account-opened" in kinds()
    assert give(admin, person="new.monitor").status_code == 302
    assert "role-given" in kinds()
    page = admin.get("/NORTH/people/").content.decode()
    assert "Nia Monitor" in page
    assert access.studies_of(user, clinic.site, "verdict.see", timezone.now()) == {"mapp2"}
    row = RoleAssignment.objects.get(user=user)
    told = {"entry_id": uuid4(), "reason": "left-the-site", "valid_until": ""}
    assert admin.post(f"/NORTH/people/end/{row.id}/", told).status_code == 302
    assert "role-ended" in kinds()
    assert "Nia Monitor" not in admin.get("/NORTH/people/").content.decode()
    assert access.assignments_of(user, timezone.now()) == []
    assert admin.post(f"/NORTH/people/end/{row.id}/", told).status_code == 404


def test_a_moment_is_of_the_sites_clock(admin, clinic):
    user = opened(admin)
    give(admin, person="new.monitor", valid_from="2031-07-01T09:00", valid_until="2031-07-02T09:00")
    row = RoleAssignment.objects.get(user=user)
    assert row.valid_from.isoformat() == "2031-06-30T23:00:00+00:00"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"person": "nobody.here"}, "no such account"),
        ({"role": "patient"}, "valid choice"),
        ({"role": ""}, "required"),
        ({"study": "no-such"}, "valid choice"),
        ({"person": "therapist", "role": "pharmacist-unblinded"}, "other side of the blind"),
        ({"person": "therapist", "role": "complaint-recipient"}, "stands alone"),
        ({"person": "admin", "role": "statistician-unblinded"}, "themselves"),
        ({"valid_from": "2031-07-02T09:00", "valid_until": "2031-07-01T09:00"}, "before it begins"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(admin, changed, said):
    opened(admin)
    before = RoleAssignment.objects.count()
    answer = give(admin, **({"person": "new.monitor"} | changed))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert f'value="{changed.get("person", "new.monitor")}"' in page
    assert RoleAssignment.objects.count() == before


def test_an_account_cannot_take_a_name_that_is_taken(admin):
    told = {"entry_id": uuid4(), "login": "therapist", "printed_name": "Another"}
    answer = admin.post("/NORTH/people/open/", told)
    assert answer.status_code == 422
    assert "This login name is taken" in answer.content.decode()


def test_neither_patients_nor_outside_recipients_are_listed_or_ended(admin):
    page = admin.get("/NORTH/people/").content.decode()
    for login in ("patient", "complaint-recipient"):
        row = RoleAssignment.objects.get(user__login=login)
        assert str(row.id) not in page
        assert admin.get(f"/NORTH/people/end/{row.id}/").status_code == 404


def test_a_role_of_another_site_is_not_found(admin):
    row = RoleAssignment.objects.get(user__login="stranger")
    assert admin.get(f"/NORTH/people/end/{row.id}/").status_code == 404
    assert admin.get(f"/SOUTH/people/end/{row.id}/").status_code == 200


def test_who_sits_at_the_roster_and_on_licences_is_staff(clinic):
    logins = {
        user.login for user in access.staff_at(Site.objects.get(code="NORTH"), timezone.now())
    }
    assert {"therapist", "physician"} <= logins
    assert not {"patient", "complaint-recipient"} & logins
