"""Every form: a slip is an error at its field with 422, and what is right becomes one fact."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from holdfast import actions
from holdfast.actions.judging import latest_verdict
from holdfast.records.models import (
    Confirmation,
    EligibilityAnswer,
    HistoryRecord,
    MedicationRecord,
    PrescreeningEntry,
    SignedLimit,
)
from holdfast.web.refusals import REFUSALS
from holdfast.web.staff.journal import EVENTS
from tests.web.clinic import PASSWORD

# Refusals of acts that have no page yet: accounts, sites, roles and targets are set up by commands.
NOT_FROM_A_PAGE = {
    "already-received",
    "not-a-code",
    "already-founded",
    "ends-before-it-begins",
    "hours-not-fit",
    "login-not-fit",
    "login-taken",
    "moment-unknown",
    "same-key",
    "role-unknown",
    "site-code-not-fit",
    "site-code-taken",
    "zone-unknown",
}


def person(clinic, rest: str = "") -> str:
    return f"/NORTH/people/{clinic.pk}/{rest}"


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), **told}


def test_an_answer_is_recorded_and_judged(as_role, clinic):
    address = person(clinic, "answers/able-to-swallow-pills/")
    told = entry(value="true", source="told", observed_on="2026-01-05")
    before = latest_verdict(clinic.pk)
    assert as_role("therapist").post(address, told).status_code == 302
    answer = EligibilityAnswer.objects.get(question="able-to-swallow-pills")
    assert (answer.value, answer.source_kind) == ("true", "told")
    assert latest_verdict(clinic.pk) != before


@pytest.mark.parametrize(
    ("question", "told", "words"),
    [
        ("able-to-swallow-pills", {"source": "told"}, "This field is required"),
        ("able-to-swallow-pills", {"value": "true"}, "This field is required"),
        ("weight", {"value": "ten", "unit": "kg", "source": "seen"}, "Enter a number"),
        ("weight", {"value": "6", "unit": "kg", "source": "seen"}, "expected"),
        ("weight", {"value": "60", "unit": "mmHg", "source": "seen"}, "valid choice"),
        (
            "able-to-swallow-pills",
            {"value": "true", "source": "told", "observed_on": "2999-01-01"},
            "has not come yet",
        ),
    ],
)
def test_a_slip_in_an_answer_is_said_at_its_field(as_role, clinic, question, told, words):
    before = EligibilityAnswer.objects.count()
    answer = as_role("physician").post(person(clinic, f"answers/{question}/"), entry(**told))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert EligibilityAnswer.objects.count() == before


def test_a_conversation_records_what_was_answered_and_leaves_the_rest_open(as_role, clinic):
    told = entry(source="told", observed_on="2026-01-05")
    told |= {"able-to-swallow-pills": "true", "agrees-to-recording": "false"}
    answer = as_role("coordinator").post(person(clinic, "ask/"), told)
    assert answer.status_code == 302
    assert EligibilityAnswer.objects.get(question="agrees-to-recording").value == "false"
    assert not EligibilityAnswer.objects.filter(question="fluent-in-site-language").exists()


def test_a_conversation_without_an_answer_records_nothing(as_role, clinic):
    answer = as_role("coordinator").post(
        person(clinic, "ask/"), entry(source="told", observed_on="2026-01-05")
    )
    assert answer.status_code == 422


def test_a_medication_and_a_condition_are_recorded(as_role, clinic):
    client = as_role("coordinator")
    medicine = entry(name="Lithium carbonate", is_current="true", source="letter")
    condition = entry(kind="condition", name="Asthma", is_active="", source="told")
    before = MedicationRecord.objects.count(), HistoryRecord.objects.count()
    assert client.post(person(clinic, "medications/"), medicine).status_code == 302
    assert client.post(person(clinic, "conditions/"), condition).status_code == 302
    after = MedicationRecord.objects.count(), HistoryRecord.objects.count()
    assert after == (before[0] + 1, before[1] + 1)
    assert "Lithium carbonate" in client.get(person(clinic)).content.decode()


def test_a_code_needs_its_system(as_role, clinic):
    told = entry(kind="condition", name="Asthma", code="195967001", source="told")
    answer = as_role("coordinator").post(person(clinic, "conditions/"), told)
    assert answer.status_code == 422
    assert "A code needs its system" in answer.content.decode()


def test_a_correction_names_what_it_corrects_and_why(as_role, clinic):
    client = as_role("coordinator")
    told = entry(value="true", source="told", observed_on="2026-01-05")
    client.post(person(clinic, "answers/able-to-swallow-pills/"), told)
    first = EligibilityAnswer.objects.get(question="able-to-swallow-pills")
    address = person(clinic, f"correct/answer/{first.pk}/")
    assert "slip while typing" in client.get(address).content.decode()
    without_reason = entry(value="false", source="told")
    assert client.post(address, without_reason).status_code == 422
    told = entry(value="false", source="told", reason="typing-error", words="She said no")
    assert client.post(address, told).status_code == 302
    second = EligibilityAnswer.objects.get(corrects=first)
    assert (second.value, second.correction_reason) == ("false", "typing-error")
    assert client.get(address).status_code == 404  # it was corrected already


def test_an_entry_can_be_withdrawn(as_role, clinic):
    client = as_role("coordinator")
    client.post(
        person(clinic, "medications/"), entry(name="Zopiclone", is_current="", source="told")
    )
    row = MedicationRecord.objects.order_by("-position").first()
    told = entry(reason="wrong-person", is_withdrawn="on")
    address = person(clinic, f"correct/medication/{row.pk}/")
    assert client.post(address, told).status_code == 302
    assert "Zopiclone" not in client.get(person(clinic)).content.decode()


def test_a_wrong_password_signs_nothing(as_role, clinic):
    address = "/NORTH/limits/mapp2/caps-5-total-at-least/"
    answer = as_role("physician").post(address, entry(value="28", password="not-this-one"))
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert not SignedLimit.objects.exists()


def test_a_limit_is_signed_with_value_and_password(as_role, clinic):
    client = as_role("physician")
    address = "/NORTH/limits/mapp2/caps-5-total-at-least/"
    assert client.post(address, entry(value="28", password=PASSWORD)).status_code == 302
    signed = SignedLimit.objects.get()
    assert (signed.code, str(signed.value)) == ("caps-5-total-at-least", "28")
    assert "signed for this site" in client.get("/NORTH/limits/").content.decode()


def test_a_limit_that_is_the_protocols_own_cannot_be_signed(as_role, clinic):
    assert as_role("physician").get("/NORTH/limits/mapp2/age-at-least-years/").status_code == 404


def test_a_verdict_that_is_not_the_latest_cannot_be_confirmed(as_role, clinic):
    old = latest_verdict(clinic.pk)
    client = as_role("physician")
    told = entry(value="false", source="told", observed_on="2026-01-05")
    client.post(person(clinic, "answers/able-to-swallow-pills/"), told)
    answer = client.post(person(clinic, "confirm/"), entry(verdict=str(old.pk), password=PASSWORD))
    assert answer.status_code == 422
    assert "has changed since this page was shown" in answer.content.decode()
    assert not Confirmation.objects.exists()


def test_a_physician_confirms_what_was_shown(as_role, clinic):
    client = as_role("physician")
    told = entry(value="false", source="told", observed_on="2026-01-05")
    client.post(person(clinic, "answers/able-to-swallow-pills/"), told)
    assert "Sign and confirm" in client.get(person(clinic)).content.decode()
    verdict = latest_verdict(clinic.pk)
    sent = entry(verdict=str(verdict.pk), password=PASSWORD)
    assert client.post(person(clinic, "confirm/"), sent).status_code == 302
    assert Confirmation.objects.get().verdict_id == verdict.pk
    page = client.get(person(clinic)).content.decode()
    assert "confirms this verdict" in page
    assert "Physician Zebediah Canarybird" in page


def test_a_prescreening_entry_needs_a_reason_where_somebody_goes_no_further(as_role, clinic):
    client = as_role("coordinator")
    told = entry(source="self", outcome="excluded")
    assert client.post("/NORTH/prescreening/record/", told).status_code == 422
    told = entry(source="self", outcome="excluded", reasons=["distance"])
    assert client.post("/NORTH/prescreening/record/", told).status_code == 302
    assert PrescreeningEntry.objects.filter(outcome="excluded").count() == 1
    page = client.get("/NORTH/prescreening/").content.decode()
    assert "<svg" in page
    assert "Too far, or no transport" in page


def test_the_journal_shows_the_record_as_it_stood(as_role, clinic):
    client = as_role("coordinator")
    told = entry(value="true", source="told", observed_on="2026-01-05")
    client.post(person(clinic, "answers/able-to-swallow-pills/"), told)
    now = client.get(person(clinic, "journal/")).content.decode()
    then = client.get(person(clinic, "journal/?position=1")).content.decode()
    assert "Can you swallow pills?" in now
    assert "Can you swallow pills?" not in then
    assert client.get(person(clinic, "journal/?position=x")).status_code == 422


def test_a_monitor_sees_the_verdict_and_no_name(as_role, clinic):
    page = as_role("monitor").get(person(clinic)).content.decode()
    journal = as_role("monitor").get(person(clinic, "journal/")).content.decode()
    assert "What must still be asked" in page
    assert "Canarybird" not in page + journal


def test_the_paper_names_the_record_and_its_hash(as_role, clinic):
    from io import BytesIO

    from pypdf import PdfReader

    answer = as_role("coordinator").get(person(clinic, "verdict.pdf"))
    paper = PdfReader(BytesIO(answer.content))
    text = paper.pages[0].extract_text()
    assert answer["Content-Type"] == "application/pdf"
    assert paper.metadata.title == "Verdict on eligibility"
    assert paper.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in paper.trailer["/Root"]
    assert "NORTH-0001" in text
    assert "Ineligible" in text or "Undetermined" in text


def test_every_refusal_of_an_action_has_words():
    """A code is for programs; whoever pressed the button reads a sentence."""
    folder = Path(actions.__file__).parent
    found = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r'Refusal\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert found - set(REFUSALS) - NOT_FROM_A_PAGE == set()


def test_every_event_of_an_enrollment_has_words():
    """The journal page says what happened in words; a code there would be for programs."""
    folder = Path(actions.__file__).parent
    elsewhere = {
        "account-recovered",
        "api-key-made",
        "api-key-withdrawn",
        "factors-key-made",
        "password-changed",
        "pin-removed",
        "pin-set",
        "recovery-code-used",
        "recovery-issued",
        "recovery-witnessed",
        "second-factor-added",
        "second-factor-removed",
        "sessions-ended",
        "account-opened",
        "approval-end-told",
        "approval-recorded",
        "jurisdiction-recorded",
        "crisis-number-set",
        "on-call-number-set",
        "consent-put-in-force",
        "access-looked-at",
        "access-review-chased",
        "access-reviewed",
        "glass-review-chased",
        "glass-search-missed",
        "operational-time-signed",
        "duty-condition-told",
        "duty-contact-kept",
        "duty-paged",
        "duty-roster-changed",
        "duty-rostered",
        "duty-test-begun",
        "duty-time-signed",
        "limit-signed",
        "organisation-founded",
        "page-answered",
        "prescreening-recorded",
        "report-made",
        "role-ended",
        "room-added",
        "booking-cancelled",
        "booking-made",
        "booking-moved",
        "room-closed",
        "room-device-enrolled",
        "room-device-revoked",
        "room-key-kept",
        "room-opened",
        "role-given",
        "site-key-rotated",
        "site-opened",
        "stream-opened",
        "assignments-paused",
        "assignments-resumed",
        "concern-acknowledged",
        "concern-closed",
        "concern-handed-over",
        "concern-raised",
        "concern-time-signed",
        "pause-decided",
        "pause-lifted",
        "recipient-box-made",
        "recipient-letter-tried",
        "recipient-named",
        "recipient-test-answered",
        "recipient-test-begun",
        "target-set",
        # of a drug store or a site: no page of a person tells them
        "drug-store-opened",
        "custody-place-added",
        "two-person-policy-signed",
        "drug-counted",
        "discrepancy-reported",
        "discrepancy-settled",
        "custody-confirmed",
        "stock-held",
        "stock-released",
        "temperature-read",
    }
    pattern = r'(?:sent|Sent|_record|_correct)\(\s*"([a-z-]+)"'
    found = {
        kind
        for path in folder.glob("*.py")
        for kind in re.findall(pattern, path.read_text(encoding="utf-8"))
    }
    assert found - elsewhere - set(EVENTS) == set()
