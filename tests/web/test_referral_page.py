"""A bundle comes in by the page: read and judged, or refused with place and mend and nothing kept."""

import gzip
import json
from datetime import date

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from holdfast.cli.demonstration.bundles import SEED, bundles
from holdfast.records.models import Enrollment, JournalEntry, PrescreeningEntry, VerdictShown

ADDRESS = "/NORTH/referrals/import/"
BUNDLE = bundles(date(2026, 1, 5), SEED)[0]


def told(data: bytes = BUNDLE.data, name: str = "referral.json", **changed: str) -> dict:
    given = {
        "bundle": SimpleUploadedFile(name, data),
        "protocol": "mapp2",
        "source": "psychiatrist",
        "consent_to_hold": "yes",
        "entry_id": "7f5ce0c4-5b0e-4a53-9b57-0d5b3a9a1f10",
    }
    return given | changed


@pytest.mark.parametrize(("name", "pack"), [("r.json", bytes), ("r.json.gz", gzip.compress)])
def test_a_bundle_becomes_a_verdict(as_role, clinic, name, pack):
    answer = as_role("coordinator").post(ADDRESS, told(pack(BUNDLE.data), name))
    assert answer.status_code == 302
    new = Enrollment.objects.exclude(pk=clinic.pk).get()
    assert str(new.pk) in answer["Location"]
    assert VerdictShown.objects.filter(enrollment=new).exists()


def test_the_same_bundle_again_changes_nothing(as_role, clinic):
    client = as_role("coordinator")
    client.post(ADDRESS, told())
    before = JournalEntry.objects.count()
    again = client.post(ADDRESS, told(entry_id="7f5ce0c4-5b0e-4a53-9b57-0d5b3a9a1f11"))
    assert JournalEntry.objects.count() == before
    assert "imported before" in client.get(again["Location"]).content.decode()


def _changed(change) -> bytes:
    read = json.loads(BUNDLE.data)
    change(read)
    return json.dumps(read).encode()


def _second_patient(read: dict) -> None:
    patient = next(e for e in read["entry"] if e["resource"]["resourceType"] == "Patient")
    other = json.loads(json.dumps(patient))
    other["resource"]["id"] = "somebody-else"
    other["fullUrl"] = "urn:uuid:00000000-0000-4000-8000-0000000000ff"
    read["entry"].append(other)


BAD = {
    "not JSON": b"not json at all",
    "not a bundle": b'{"resourceType": "Patient"}',
    "an empty file of blanks": b"   ",
    "two patients": _changed(_second_patient),
    "deeply nested": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a cut gzip file": gzip.compress(BUNDLE.data)[:200],
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_and_leaves_nothing_behind(as_role, clinic, what):
    before = JournalEntry.objects.count(), Enrollment.objects.count()
    name = "referral.json.gz" if "gzip" in what else "referral.json"
    answer = as_role("coordinator").post(ADDRESS, told(BAD[what], name))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was imported." in page
    assert (JournalEntry.objects.count(), Enrollment.objects.count()) == before


def test_what_is_missing_is_said_at_its_field(as_role, clinic):
    answer = as_role("coordinator").post(ADDRESS, {"consent_to_hold": "yes"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a file" in page
    assert 'aria-invalid="true"' in page


def test_without_consent_nothing_of_the_file_is_kept_and_one_person_is_counted(as_role, clinic):
    before = Enrollment.objects.count(), PrescreeningEntry.objects.count()
    given = told(consent_to_hold="no")
    answer = as_role("coordinator").post(ADDRESS, given, follow=True)
    assert answer.status_code == 200
    assert Enrollment.objects.count() == before[0]
    assert PrescreeningEntry.objects.count() == before[1] + 1
    counted = PrescreeningEntry.objects.order_by("-position").first()
    assert counted.enrollment is None
    assert counted.reason_codes == '["no-consent-to-hold"]'


def test_a_body_over_the_limit_is_refused_before_it_is_parsed(as_role, clinic):
    with override_settings(UPLOAD_LIMIT_BYTES=10_000):
        answer = as_role("coordinator").post(ADDRESS, told(b"x" * 20_000))
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_an_upload_stays_in_memory():
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= settings.UPLOAD_LIMIT_BYTES
    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]


def test_the_script_is_told_where_to_go(as_role, clinic):
    answer = as_role("coordinator").post(ADDRESS, told(), headers={"x-upload": "script"})
    assert answer.status_code == 200
    assert answer["X-Location"].endswith("/read/")
