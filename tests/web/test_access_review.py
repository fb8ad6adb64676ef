"""The pages of access review: signed as shown, refused when changed; my access; who looked; times."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from holdfast.records import access
from holdfast.records.access_lists import list_of_roles, shown_text
from holdfast.records.models import AccessLook, AccessReview, SignedTime, Site, User
from tests.web.clinic import PASSWORD, access_reviewed, account, emergency_opening

REVIEW = "/NORTH/access-review/"


def north() -> Site:
    return Site.objects.get(code="NORTH")


def filled(who: str = "site-lead", ends: str = "", **given: object) -> dict:
    """A form in which every line of somebody else is decided."""
    lines = list_of_roles(north(), timezone.now())
    decided = {
        f"decide-{line['assignment']}": "end" if line["login"] == ends else "keep"
        for line in lines
        if line["login"] != who
    }
    told = {"entry_id": str(uuid4()), "shown": shown_text(north(), lines), "password": PASSWORD}
    return told | decided | given


def test_the_list_shows_everybody_and_how_they_sign_in(as_role):
    page = as_role("site-lead").get(REVIEW).content.decode()
    for words in ("Physician Zebediah Canarybird", "Coordinator", "password alone", "no PIN"):
        assert words in page
    assert "Your own: another reviewer decides." in page
    assert "The whole organisation" in page
    assert "Next review due" in page
    assert AccessLook.objects.get().viewer.login == "site-lead"


def test_who_may_only_see_signs_nothing(as_role):
    page = as_role("auditor").get(REVIEW).content.decode()
    assert "Sign this list" not in page
    assert as_role("auditor").post(f"{REVIEW}sign/", filled("auditor")).status_code == 404
    for who in ("physician", "coordinator", "rater"):
        assert as_role(who).get(REVIEW).status_code == 404


def test_a_review_is_signed_and_what_it_ends_ends(as_role):
    lead = as_role("site-lead")
    lead.get(REVIEW)
    answer = lead.post(f"{REVIEW}sign/", filled(ends="monitor"))
    assert answer.status_code == 302, answer.content.decode()
    review = AccessReview.objects.get()
    monitor = User.objects.get(login="monitor")
    assert access.roles_of(monitor, north(), timezone.now()) == ()
    page = lead.get(REVIEW).content.decode()
    assert "Signed. What you ended is ended." in page
    assert "1 ended" in page
    past = lead.get(f"{REVIEW}{review.id}/").content.decode()
    assert "Monitor Zebediah Canarybird" in past, "as it was shown"
    assert review.shown_sha256 in past
    assert "not decided" in past, "the reviewer's own line"
    assert lead.get(f"{REVIEW}{uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"password": ""}, "Show who you are to sign."),
        ({"shown": "{}"}, "Not signed: the list changed meanwhile."),
        ({"shown": "no list"}, "Not signed: the list changed meanwhile."),
        ({"shown": '{"site":"NORTH","lines":[1]}'}, "Not signed: the list changed meanwhile."),
    ],
)
def test_a_slip_is_said_and_nothing_is_signed_or_lost(as_role, slip, words):
    answer = as_role("site-lead").post(f"{REVIEW}sign/", filled(ends="monitor", **slip))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    if "password" in slip:
        assert 'value="end"' in page
        assert page.count("checked") == len(filled()) - 3, "what was decided is kept"
    assert not AccessReview.objects.exists()


def test_each_line_must_be_decided(as_role):
    lead, told = as_role("site-lead"), filled()
    left = next(name for name in told if name.startswith("decide-"))
    del told[left]
    answer = lead.post(f"{REVIEW}sign/", told)
    assert answer.status_code == 422
    assert "Keep it or end it." in answer.content.decode()


def test_ones_own_line_sent_along_decides_nothing(as_role):
    lead = User.objects.get(login="site-lead")
    own = next(
        line["assignment"]
        for line in list_of_roles(north(), timezone.now())
        if line["account"] == lead.id.hex
    )
    answer = as_role("site-lead").post(f"{REVIEW}sign/", filled(**{f"decide-{own}": "end"}))
    assert answer.status_code == 302
    assert own not in AccessReview.objects.get().decisions
    assert "site-lead" in access.roles_of(lead, north(), timezone.now())


def test_a_list_that_changed_is_refused_with_what_changed_and_the_rest_kept(as_role):
    lead, told = as_role("site-lead"), filled(ends="monitor")
    account("newcomer", "therapist", north(), User.objects.get(login="admin"))
    answer = lead.post(f"{REVIEW}sign/", told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Newcomer was given this role: Therapist" in page
    decided = sum(name.startswith("decide-") for name in told)
    assert page.count("checked") == decided, "the new line is not decided, the others are"
    assert not AccessReview.objects.exists()


def test_a_role_of_the_whole_organisation_is_not_ended_here(as_role):
    answer = as_role("site-lead").post(f"{REVIEW}sign/", filled(ends="admin"))
    assert answer.status_code == 422
    assert "A site cannot end it" in answer.content.decode()
    assert not AccessReview.objects.exists()


def test_a_review_that_is_due_stands_on_the_pages_of_who_signs_it(as_role, monkeypatch):
    assert "review of access" not in as_role("site-lead").get("/NORTH/duty/").content.decode()
    start = timezone.now()
    for days, words in ((80, "The review of access is due"), (91, "review of access is overdue")):
        monkeypatch.setattr(timezone, "now", lambda days=days: start + timedelta(days=days))
        assert words in as_role("site-lead").get("/NORTH/duty/").content.decode()
        assert "review of access" not in as_role("physician").get("/NORTH/duty/").content.decode()
    assert "overdue, since" in " ".join(
        as_role("site-lead").get(REVIEW).content.decode().replace("</strong>", "").split()
    )


def test_a_site_lead_signs_another_time_and_its_bounds_hold(as_role):
    lead = as_role("site-lead")
    page = lead.get("/NORTH/times/").content.decode()
    assert "our own default" in page
    told = {"entry_id": str(uuid4()), "code": "glass-open-for", "password": PASSWORD}
    too_long = lead.post("/NORTH/times/", told | {"value": "1000"})
    assert too_long.status_code == 422
    assert "cannot stand" in too_long.content.decode()
    assert lead.post("/NORTH/times/", told | {"value": "30"}).status_code == 302
    assert SignedTime.objects.get().value == Decimal(30)
    opening = emergency_opening()
    assert opening.until - opening.opened_at == timedelta(minutes=30)
    assert as_role("physician").get("/NORTH/times/").status_code == 404


def test_my_access_says_who_gave_what_who_reviewed_and_who_looked(as_role):
    access_reviewed()
    as_role("auditor").get(REVIEW)
    client = as_role("stranger")
    client.post("/emergency/", {})
    page = as_role("physician").get("/my-access/").content.decode()
    for words in (
        "North clinic",
        "every study",
        "given by Admin Zebediah Canarybird",
        "Confirm a verdict with a signature.",
        "Who reviewed my access",
        "Physician: kept",
        "Site-Lead, North clinic",
        "Auditor, Auditor",
    ):
        assert words in page, words


def test_my_access_shows_log_ins_and_refused_tries_by_time_alone(as_role, clinic):
    client = as_role("nobody")
    for password in ("wrong-one", PASSWORD):
        client.post("/log-in/", {"login_name": "therapist", "password": password})
    page = as_role("therapist").get("/my-access/").content.decode()
    assert "A try was refused" in page
    assert "127.0.0.1" not in page
    assert "wrong-one" not in page


def test_my_access_shows_what_i_opened_in_an_emergency(as_role):
    emergency_opening()
    page = as_role("faraway").get("/my-access/").content.decode()
    assert "Records I opened in an emergency" in page
    assert "NORTH-0001" in page
    assert "Waits for a review." in page
    assert "Records I opened" not in as_role("physician").get("/my-access/").content.decode()


def test_who_looked_says_role_name_and_emergency(as_role, clinic):
    emergency_opening()
    as_role("faraway").get(f"/NORTH/people/{clinic.id}/")
    as_role("physician").get(f"/NORTH/people/{clinic.id}/")
    page = as_role("auditor").get(f"/NORTH/people/{clinic.id}/disclosures/").content.decode()
    assert "Opened in an emergency" in page
    assert "Faraway, Therapist, in an emergency" in " ".join(page.split())
    assert "Physician Zebediah Canarybird, Physician" in page
