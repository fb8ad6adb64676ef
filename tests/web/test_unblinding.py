"""The pages of breaking a blind: the arm in one answer alone, and in nothing that is kept."""

import io
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from holdfast.actions import tries
from holdfast.records.models import (
    AccidentalUnblinding,
    BlindGuess,
    ClosedExportAsked,
    CodeBreak,
    CodeBreakReview,
    DatabaseLock,
    Enrollment,
    OutboxEntry,
    SafetyBreak,
    UnblindingSeat,
    User,
)
from tests import canary
from tests.actions.blinded import CANARY_ARM, allocated
from tests.web.clinic import PASSWORD
from tests.web.test_blind import _staff, sat

BLIND = "/NORTH/blind/"
WORDS = "canarywords of the broken blind"


def entry(**told: object) -> dict:
    return {"entry_id": str(uuid4()), "password": PASSWORD, **told}


def place(enrollment: Enrollment) -> str:
    return f"/NORTH/people/{enrollment.id}/unblind/"


def test_the_arm_is_in_one_answer_and_in_nothing_that_is_kept(as_role, clinic, caplog):
    allocated(clinic, CANARY_ARM)
    doctor = as_role("physician")
    for address in (f"/NORTH/people/{clinic.id}/course/", f"/NORTH/people/{clinic.id}/"):
        assert place(clinic) in doctor.get(address).content.decode(), "one act away"
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    told = entry(reason="life-threatening", words=WORDS)
    answer = doctor.post(place(clinic), told)
    logging.getLogger().removeHandler(handler)
    assert answer.status_code == 200
    assert CANARY_ARM in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    again = doctor.post(place(clinic), told)
    assert CANARY_ARM not in again.content.decode()
    assert "It was shown already" in again.content.decode()
    assert CANARY_ARM not in doctor.get(place(clinic)).content.decode()
    assert CodeBreak.objects.count() == 1
    assert OutboxEntry.objects.filter(kind="emergency-unblinding").count() == 3
    assert canary.in_database([CANARY_ARM, "canarywords"]) == []
    logged = said.getvalue() + caplog.text
    assert CANARY_ARM not in logged
    assert "canarywords" not in logged
    for role, address in (
        ("monitor", f"/NORTH/people/{clinic.id}/journal/"),
        ("site-lead", BLIND),
        ("auditor", BLIND),
        ("safety-unit", f"{BLIND}safety/"),
    ):
        page = as_role(role).get(address)
        assert page.status_code == 200
        assert CANARY_ARM not in page.content.decode()


def test_the_emergency_card_of_a_session_leads_there_for_a_physician_alone(as_role, clinic):
    staff = _staff()
    sat(staff, Enrollment.objects.select_related("site").get(id=clinic.id), "v5")
    page = f"/NORTH/people/{clinic.id}/session/"
    assert place(clinic) in as_role("physician").get(page).content.decode()
    assert place(clinic) not in as_role("therapist").get(page).content.decode()


def test_a_slip_says_what_it_is_and_breaks_nothing(as_role, clinic):
    doctor = as_role("physician")
    for slip, words in (
        ({"password": "wrong"}, "not your password"),
        ({"reason": ""}, "required"),
        ({"password": ""}, "Show who you are"),
    ):
        answer = doctor.post(place(clinic), entry(reason="other") | slip)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not CodeBreak.objects.exists()
    for role in ("therapist", "monitor", "stranger", "site-lead"):
        assert as_role(role).get(place(clinic)).status_code == 404


def test_nobody_shuts_an_emergency_with_wrong_secrets_elsewhere(as_role, clinic):
    """Not under the physician's name, not from their address, and not as who stands beside somebody."""
    allocated(clinic, CANARY_ARM)
    for number in range(40):
        tries.claim("physician", "127.0.0.1", timezone.now())
        tries.claim(f"name-{number}", "127.0.0.1", timezone.now())
    assert tries.is_locked("physician", timezone.now())
    doctor = as_role("physician")
    wrong = doctor.post(place(clinic), entry(reason="other", password="wrong"))
    assert "not your password" in wrong.content.decode()
    shown = doctor.post(place(clinic), entry(reason="other")).content.decode()
    assert CANARY_ARM in shown
    for _ in range(5):
        doctor.post(place(clinic), entry(reason="other", password="wrong"))
    barred = doctor.post(place(clinic), entry(reason="other"))
    assert "Too many wrong tries" in barred.content.decode(), "in one session they do count"
    other = as_role("physician")
    assert CANARY_ARM in other.post(place(clinic), entry(reason="other")).content.decode()


def test_where_there_is_no_arm_it_is_said_with_what_to_do(as_role, clinic):
    page = as_role("physician").post(place(clinic), entry(reason="other")).content.decode()
    assert "Nobody randomized this person" in page
    assert "Treat as active, with the highest possible dose." in page


def test_somebody_else_reviews_and_it_is_counted(as_role, clinic):
    as_role("physician").post(place(clinic), entry(reason="other"))
    row = CodeBreak.objects.get()
    lead = as_role("site-lead")
    assert "waits for a review" in lead.get(BLIND).content.decode()
    address = f"{BLIND}reviews/{row.id}/"
    wrong = lead.post(address, entry(verdict="needed", password="x"))
    assert wrong.status_code == 422
    assert lead.post(address, entry(verdict="needed")).status_code == 302
    assert CodeBreakReview.objects.get().verdict == "needed"
    assert "It was needed" in lead.get(BLIND).content.decode()


@pytest.mark.parametrize(
    "role",
    [
        "rater",
        pytest.param("safety-unit", marks=pytest.mark.nightly),
        pytest.param("pharmacist-unblinded", marks=pytest.mark.nightly),
    ],
)
def test_anybody_reports_an_accident(as_role, clinic, role):
    client, today = as_role(role), (timezone.now() - timedelta(days=1)).date().isoformat()
    told = {"learner": "therapist", "way": "effects", "learned_on": today, "is_certain": "believed"}
    for number, status in (("SOUTH-0001", 422), ("NORTH-0099", 422), (clinic.label, 302)):
        answer = client.post(f"{BLIND}report/", entry(number=number, **told))
        assert answer.status_code == status
    assert AccidentalUnblinding.objects.get().is_certain is False


def test_the_safety_unit_sees_an_arm_once_and_nobody_else_sees_that_it_did(as_role, clinic):
    allocated(clinic, CANARY_ARM)
    pages = {
        role: f"/NORTH/people/{clinic.id}/{tail}"
        for role, tail in (("monitor", "journal/"), ("auditor", "disclosures/"), ("physician", ""))
    }
    for role, address in pages.items():  # that these people looked stands there already
        as_role(role).get(address)
    before = {role: _plain(as_role(role), address) for role, address in pages.items()}
    told = entry(number=clinic.label, reason="expedited-report")
    answer = as_role("safety-unit").post(f"{BLIND}safety/", told)
    assert CANARY_ARM in answer.content.decode()
    assert SafetyBreak.objects.count() == 1
    again = as_role("safety-unit").post(f"{BLIND}safety/", told)
    assert CANARY_ARM not in again.content.decode()
    assert {role: _plain(as_role(role), address) for role, address in pages.items()} == before
    assert "Nothing to review" in as_role("site-lead").get(BLIND).content.decode()
    assert as_role("physician").get(f"{BLIND}safety/").status_code == 404
    assert canary.in_database([CANARY_ARM]) == []


def _plain(client, address: str) -> bytes:
    content = client.get(address).content
    start, end = content.index(b"<main"), content.index(b"</main")
    lines = content[start:end].split(b"\n")
    return b"\n".join(each for each in lines if b"csrf" not in each and b"entry_id" not in each)


def test_a_guess_is_locked_by_signing_it(as_role, clinic):
    told = {"number": clinic.label, "moment": "before-unblinding", "guesser": "rater"}
    told |= {"guess": "mdma", "confidence": "70", "reason": "effects-seen"}
    rater = as_role("rater")
    assert rater.get(f"{BLIND}guess/").status_code == 200
    assert rater.post(f"{BLIND}guess/", entry(**told)).status_code == 302
    answer = rater.post(f"{BLIND}guess/", entry(**told | {"guess": "placebo"}))
    assert answer.status_code == 422
    assert "locked before" in answer.content.decode()
    assert BlindGuess.objects.get().guess == "mdma"


def test_two_lock_and_two_sign_an_export_each_on_their_own_page(as_role, clinic):
    monitor, sponsor = as_role("monitor"), as_role("sponsor")
    told = entry(study="mapp2", number=clinic.label, reason="person-complete")
    assert monitor.post("/NORTH/locks/", told).status_code == 302
    asked = clinic.site.locks_asked.get()
    address = f"/NORTH/locks/{asked.id}/"
    assert "Somebody else signs second." in monitor.get(address).content.decode()
    assert monitor.post(address, entry()).status_code == 422
    assert sponsor.post(address, entry()).status_code == 302
    lock = DatabaseLock.objects.get()
    page = as_role("coordinator").post(
        f"/NORTH/people/{clinic.id}/answers/weight/", entry(value="70", source="told")
    )
    assert page.status_code == 422
    shut = sponsor.post(f"{address}arms/", entry(reason="study-ended"))
    assert shut.status_code == 422
    assert "not locked yet" in shut.content.decode(), "guesses are missing"
    lift = monitor.post(address, entry(reason="error-found"))
    assert lift.status_code == 302
    lifting = clinic.site.locks_asked.get(lifts_key=lock.id)
    assert sponsor.post(f"/NORTH/locks/{lifting.id}/", entry()).status_code == 302
    knows = User.objects.get(login="statistician-unblinded")
    key = "holdfast-recipient-1 " + "ab" * 32
    told = entry(study="mapp2", statistician=str(knows.id), purpose="safety-board", public_key=key)
    assert monitor.post("/NORTH/closed-exports/", told).status_code == 302
    row = ClosedExportAsked.objects.get()
    assert sponsor.post(f"/NORTH/closed-exports/{row.id}/", entry()).status_code == 302
    assert (
        f"holdfast closed-export {row.id}"
        in sponsor.get(f"/NORTH/closed-exports/{row.id}/").content.decode()
    )


def test_who_is_told_is_named_by_the_site_lead(as_role, clinic):
    lead, told = as_role("site-lead"), {"seat": "sponsor"}
    person = str(User.objects.get(login="sponsor").id)
    assert lead.post(f"{BLIND}seats/", entry(person=person, **told)).status_code == 302
    assert UnblindingSeat.objects.get().seat == "sponsor"
    assert "Sponsor: Sponsor" in lead.get(f"{BLIND}seats/").content.decode()
