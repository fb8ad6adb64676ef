"""The page of a site's approvals: what stands, what is missing, what ends soon; and each form."""

from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from holdfast.definitions import jurisdictions
from holdfast.records.keys import opened
from holdfast.records.models import Approval, ApprovalChange, Site, SiteJurisdiction, User
from tests.web.clinic import PASSWORD

PAGE = "/NORTH/authority/"


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), "password": PASSWORD, **told}


def psychiatrist(**told: object) -> dict:
    today = timezone.now().date()
    given = {
        "person": str(User.objects.get(login="physician").id),
        "starts_on": "2026-01-01",
        "ends_on": (today + timedelta(days=20)).isoformat(),
        "number": "MED-4711",
    }
    return entry(**(given | told))


def record(client, **told):
    return client.post(f"{PAGE}record/specialist-psychiatrist/", psychiatrist(**told))


def test_the_page_says_what_is_missing_and_where_it_says_so(as_role, clinic):
    text = as_role("auditor").get(PAGE).content.decode()
    assert "Permit of the state: none is on record." in text
    assert "tga.gov.au" in text
    assert "Six" not in text  # a duty is told as the source words it
    assert "every six months" in text
    assert "record/state-permit" not in text
    assert "record/state-permit" in as_role("coordinator").get(PAGE).content.decode()


def test_an_approval_is_recorded_with_its_document(as_role, clinic):
    scan = SimpleUploadedFile("scan.pdf", b"a scanned page")
    assert record(as_role("coordinator"), document=scan).status_code == 302
    row = Approval.objects.get(kind="specialist-psychiatrist")
    assert row.document_sha256 == sha256(b"a scanned page").hexdigest()
    assert opened(row, "number") == "MED-4711"
    text = as_role("monitor").get(PAGE).content.decode()
    assert "ends in 19 days" in text or "ends in 20 days" in text
    assert "MED-4711" not in text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"person": ""}, "This field is required."),
        ({"person": str(uuid4())}, "Select a valid choice"),
        ({"ends_on": "2025-01-01"}, "The last day is before the first."),
        ({"is_open_ended": "on"}, "There is a last day already."),
    ],
)
def test_a_slip_is_an_error_at_its_field(as_role, clinic, told, words):
    answer = record(as_role("physician"), **told)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Approval.objects.filter(kind="specialist-psychiatrist").exists()


def test_a_correction_begins_with_what_stood_and_keeps_the_document(as_role, clinic):
    client = as_role("physician")
    record(client, document=SimpleUploadedFile("scan.pdf", b"page"))
    row = Approval.objects.get(kind="specialist-psychiatrist")
    address = f"{PAGE}{row.id}/correct/"
    assert "MED-4711" in client.get(address).content.decode()
    told = psychiatrist(number="MED-4712", reason="typing-error")
    assert client.post(address, told).status_code == 302
    again = Approval.objects.get(corrects=row)
    assert (opened(again, "number"), again.document_sha256) == ("MED-4712", row.document_sha256)
    late = client.post(address, psychiatrist(reason="typing-error"))
    assert "corrected already" in late.content.decode()


def test_a_withdrawn_approval_is_missing(as_role, clinic):
    client = as_role("coordinator")
    record(client)
    row = Approval.objects.get(kind="specialist-psychiatrist")
    address = f"{PAGE}{row.id}/change/"
    assert client.get(address).status_code == 200
    told = entry(change="withdrawn", from_on="2026-02-01")
    assert client.post(address, told).status_code == 302
    assert ApprovalChange.objects.get().change == "withdrawn"
    text = client.get(PAGE).content.decode()
    assert (
        "Registration as a specialist psychiatrist (FRANZCP): withdrawn from 1 February 2026."
        in text
    )
    again = client.post(address, entry(change="suspended", from_on="2026-02-01"))
    assert "was withdrawn already" in again.content.decode()


def test_another_law_asks_for_other_approvals(as_role, clinic):
    client = as_role("physician")
    told = entry(jurisdiction="switzerland")
    assert client.post(f"{PAGE}jurisdiction/", told).status_code == 302
    assert SiteJurisdiction.objects.filter(site__code="NORTH", corrected_by=None).count() == 1
    text = client.get(PAGE).content.decode()
    assert "Exceptional licence of the FOPH" in text
    assert "counts for nothing here" in text
    assert client.get(f"{PAGE}record/state-permit/").status_code == 404


def test_an_act_is_checked_for_exactly_what_was_named(as_role, clinic):
    row = Approval.objects.get()
    asked = {
        "act": "prescribing",
        "on": row.starts_on.isoformat(),
        "product": row.product,
        "person": str(row.holder_id),
        "patient": "",
        "protocol": "",
        "consent": "",
    }
    text = as_role("therapist").get(f"{PAGE}check/", asked).content.decode()
    assert (
        "TGA Authorised Prescriber approval for this product: on record, valid to the end" in text
    )
    text = as_role("therapist").get(f"{PAGE}check/", asked | {"person": ""}).content.decode()
    assert "still to name for this act: person." in text
    assert as_role("therapist").get(f"{PAGE}check/", {"act": "fly"}).status_code == 422


def test_an_approval_of_another_site_is_not_found(as_role, clinic):
    row = Approval.objects.get()
    assert Site.objects.get(code="SOUTH").approvals.count() == 0
    for place in ("correct", "change"):
        assert as_role("stranger").get(f"/SOUTH/authority/{row.id}/{place}/").status_code == 404


def test_the_report_to_the_tga_is_shown_where_the_law_knows_it_alone(as_role, clinic, monkeypatch):
    desk = as_role("coordinator")
    assert "/NORTH/reports/tga/" in desk.get(PAGE).content.decode()
    assert "/NORTH/reports/tga/" not in as_role("auditor").get(PAGE).content.decode()
    assert "/NORTH/reports/tga/" not in desk.get("/NORTH/board/").content.decode()
    swiss = jurisdictions.load("switzerland")
    monkeypatch.setattr("holdfast.web.staff.authority.jurisdiction_of", lambda site: swiss)
    assert "/NORTH/reports/tga/" not in desk.get(PAGE).content.decode()
