"""Approvals are recorded with a signature, corrected by name, suspended, withdrawn, and hold by day."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions import authority
from holdfast.actions.authority import ApprovalTold
from holdfast.domain.authority import Act, ChangeKind, Intent
from holdfast.domain.findings import Outcome
from holdfast.records.approvals import findings_of_act, jurisdiction_of
from holdfast.records.keys import opened
from holdfast.records.models import Approval, ApprovalChange, JournalEntry, Signature
from holdfast.records.verification_run import verify_here
from tests.actions.approvals import approval, in_jurisdiction, prescriber, recorded
from tests.actions.clinic import CANARY, enrolled, written

PRODUCT = "mdma-40-mg"


def intent(clinic, **changed):
    given = {"act": Act.PRESCRIBING, "person": clinic.physician.id.hex, "product": PRODUCT}
    return Intent(**(given | changed))


def of_prescriber(clinic, on, **changed):
    found = findings_of_act(clinic.site, intent(clinic, **changed), on)
    return next(f for f in found if f.code == "tga-authorised-prescriber")


def change(clinic, row, kind, from_on, **given):
    return authority.change_approval(
        **(
            {
                "approval": row,
                "change": kind,
                "from_on": from_on,
                "proof": clinic.proof(clinic.physician),
                "entry_id": uuid4(),
                "by": clinic.physician,
                "now": clinic.now,
            }
            | given
        )
    )


def test_what_was_known_on_a_day_can_be_asked_later(clinic):
    """The act was in March; its approval was recorded in April, and found to be an error in May."""
    in_jurisdiction(clinic)
    march, april, may = clinic.now, clinic.later(days=30), clinic.later(days=30)
    clinic.now = april
    row = approval(clinic)
    clinic.now = may
    written(change(clinic, row, ChangeKind.IN_ERROR, row.starts_on, reason="of-another"))
    act_on, second = date(2026, 3, 2), timedelta(seconds=1)
    answers = {
        known: next(
            found.reason
            for found in findings_of_act(clinic.site, intent(clinic), act_on, known_at=known)
            if found.code == "tga-authorised-prescriber"
        )
        for known in (march, april - second, april, may - second, may)
    }
    assert list(answers.values()) == [
        "approval-missing",
        "approval-missing",
        "approval-stands",
        "approval-stands",
        "approval-missing",
    ]
    assert of_prescriber(clinic, act_on).reason == "approval-missing"
    assert verify_here().fits


def test_a_corrected_approval_is_read_as_it_was_known(one_clinic):
    clinic = one_clinic
    in_jurisdiction(clinic)
    row, before = approval(clinic), clinic.now
    clinic.later(days=3)
    told = prescriber(clinic, ends_on=date(2026, 6, 30))
    approval(clinic, told, corrects=row, correction_reason="typing-error")
    ends = [
        next(
            found.values["until"]
            for found in findings_of_act(clinic.site, intent(clinic), date(2026, 3, 2), known_at=at)
            if found.code == "tga-authorised-prescriber"
        )
        for at in (before, clinic.now, None)
    ]
    assert ends == [date(2026, 12, 31), date(2026, 6, 30), date(2026, 6, 30)]


def test_an_error_says_why_and_is_entered_once(one_clinic):
    clinic = one_clinic
    in_jurisdiction(clinic)
    row = approval(clinic)
    without = change(clinic, row, ChangeKind.IN_ERROR, row.starts_on)
    assert without.reason == "reason-unknown"
    misplaced = change(clinic, row, ChangeKind.SUSPENDED, row.starts_on, reason="typing-error")
    assert misplaced.reason == "reason-unknown"
    written(change(clinic, row, ChangeKind.IN_ERROR, row.starts_on, reason="typing-error"))
    again = change(clinic, row, ChangeKind.IN_ERROR, row.starts_on, reason="typing-error")
    assert again.reason == "already-corrected"
    kept = ApprovalChange.objects.get()
    assert (kept.change, kept.correction_reason) == ("entered-in-error", "typing-error")


def test_an_approval_holds_on_its_first_and_last_day(clinic):
    in_jurisdiction(clinic)
    approval(clinic)
    met = {
        on: of_prescriber(clinic, on).outcome is Outcome.PASSED
        for on in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(met.values()) == [False, True, True, False]
    assert verify_here().fits


def test_an_approval_is_for_its_person_and_its_product_alone(one_clinic):
    in_jurisdiction(one_clinic)
    approval(one_clinic)
    day = date(2026, 6, 1)
    assert of_prescriber(one_clinic, day, product="mdma-60-mg").reason == "approval-for-another"
    other = one_clinic.therapist.id.hex
    assert of_prescriber(one_clinic, day, person=other).outcome is Outcome.FAILED
    assert of_prescriber(one_clinic, day, person=None).reason == "not-named"


def test_a_suspension_a_resumption_and_a_withdrawal_count_from_their_day(clinic):
    in_jurisdiction(clinic)
    row = approval(clinic)
    written(change(clinic, row, ChangeKind.SUSPENDED, date(2026, 3, 1)))
    written(change(clinic, row, ChangeKind.RESUMED, date(2026, 4, 1)))
    written(change(clinic, row, ChangeKind.WITHDRAWN, date(2026, 5, 1)))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    reasons = [of_prescriber(clinic, day).reason for day in [*days, date(2026, 5, 1)]]
    assert reasons == [
        "approval-stands",
        "approval-suspended",
        "approval-suspended",
        "approval-stands",
        "approval-withdrawn",
    ]
    assert change(clinic, row, ChangeKind.RESUMED, date(2026, 6, 1)).reason == "already-withdrawn"
    assert verify_here().fits


def test_a_correction_names_what_it_corrects_and_keeps_what_befell_it(one_clinic):
    in_jurisdiction(one_clinic)
    row = approval(one_clinic)
    written(change(one_clinic, row, ChangeKind.SUSPENDED, date(2026, 3, 1)))
    longer = prescriber(one_clinic, ends_on=date(2027, 12, 31))
    again = approval(one_clinic, longer, corrects=row, correction_reason="typing-error")
    assert again.corrects_id == row.id
    assert of_prescriber(one_clinic, date(2026, 3, 2)).reason == "approval-suspended"
    refused = recorded(one_clinic, longer, corrects=row, correction_reason="typing-error")
    assert refused.reason == "already-corrected"
    assert change(one_clinic, row, ChangeKind.RESUMED, date(2026, 4, 1)).reason == (
        "already-corrected"
    )
    written(change(one_clinic, again, ChangeKind.RESUMED, date(2026, 4, 1)))
    assert of_prescriber(one_clinic, date(2027, 6, 1)).reason == "approval-stands"


def test_the_number_is_sealed_and_in_no_plain_column(one_clinic):
    in_jurisdiction(one_clinic)
    row = approval(one_clinic)
    assert opened(row, "number") == f"AP-{CANARY}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_approval")
        assert CANARY not in str(cursor.fetchall())
    assert all(CANARY.encode() not in bytes(e.event) for e in JournalEntry.objects.all())


def test_every_record_of_authority_is_signed(one_clinic):
    in_jurisdiction(one_clinic)
    row = approval(one_clinic)
    written(change(one_clinic, row, ChangeKind.WITHDRAWN, date(2026, 3, 1)))
    meanings = list(Signature.objects.order_by("position").values_list("meaning", flat=True))
    assert meanings == ["records-jurisdiction", "records-approval", "changes-approval"]
    assert recorded(one_clinic, prescriber(one_clinic), proof=None).reason == "proof-missing"


def test_the_same_entry_gets_the_same_receipt_and_another_is_a_conflict(clinic):
    in_jurisdiction(clinic)
    entry = uuid4()
    first = written(recorded(clinic, prescriber(clinic), entry_id=entry))
    assert recorded(clinic, prescriber(clinic), entry_id=entry) == first
    other = recorded(clinic, prescriber(clinic, product="mdma-60-mg"), entry_id=entry)
    assert other.of_entry == entry
    assert Approval.objects.count() == 1


def test_who_may_not_records_nothing(one_clinic):
    in_jurisdiction(one_clinic)
    therapist = one_clinic.therapist
    told = prescriber(one_clinic)
    answer = recorded(one_clinic, told, by=therapist, proof=one_clinic.proof(therapist))
    assert answer.reason == "not-permitted"
    row = approval(one_clinic)
    withdrawn = change(one_clinic, row, ChangeKind.WITHDRAWN, date(2026, 3, 1), by=therapist)
    assert withdrawn.reason == "not-permitted"
    assert not ApprovalChange.objects.exists()


def test_without_a_jurisdiction_nothing_is_known_and_no_approval_fits(one_clinic):
    (finding,) = findings_of_act(one_clinic.site, intent(one_clinic), date(2026, 6, 1))
    assert (finding.outcome, finding.reason) == (Outcome.UNKNOWN, "jurisdiction-not-recorded")
    assert recorded(one_clinic, prescriber(one_clinic)).reason == "jurisdiction-missing"


def test_another_jurisdiction_corrects_the_first(one_clinic):
    in_jurisdiction(one_clinic)
    in_jurisdiction(one_clinic, "switzerland")
    assert jurisdiction_of(one_clinic.site).code == "switzerland"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": CANARY}, "approval-kind-unknown"),
        ({"ends_on": date(2025, 12, 31)}, "approval-days-do-not-fit"),
        ({"is_open_ended": True}, "approval-days-do-not-fit"),
        ({"product": CANARY}, "product-does-not-fit"),
        ({"product": None}, "scope-missing"),
        ({"holder": None}, "scope-missing"),
        ({"protocol": ("mapp2", 1)}, "scope-not-of-this-kind"),
        ({"permits": (Act.PRESCRIBING,)}, "scope-not-of-this-kind"),
        ({"document_sha256": CANARY}, "document-does-not-fit"),
        ({"number": "x" * 121}, "document-does-not-fit"),
    ],
)
def test_what_cannot_be_an_approval_is_refused(one_clinic, changed, reason):
    in_jurisdiction(one_clinic)
    assert recorded(one_clinic, prescriber(one_clinic, **changed)).reason == reason
    assert not Approval.objects.exists()


def test_an_ethics_approval_is_for_one_protocol_version_and_one_consent_version(one_clinic):
    in_jurisdiction(one_clinic)
    told = ApprovalTold(
        kind="ethics-approval",
        starts_on=date(2026, 1, 1),
        is_open_ended=True,
        protocol=("tga-authorised-prescriber", 1),
        consent_version="2.1",
    )
    approval(one_clinic, told)
    outcomes = {}
    for consent in ("2.1", "2.2"):
        asked = intent(one_clinic, protocol="tga-authorised-prescriber/1", consent=consent)
        found = findings_of_act(one_clinic.site, asked, date(2026, 6, 1))
        outcomes[consent] = next(f.outcome for f in found if f.code == "ethics-approval")
    assert outcomes == {"2.1": Outcome.PASSED, "2.2": Outcome.FAILED}
    unknown = ApprovalTold(
        kind="ethics-approval",
        starts_on=date(2026, 1, 1),
        protocol=("mapp2", 99),
        consent_version="2.1",
    )
    assert recorded(one_clinic, unknown).reason == "protocol-unknown"


def test_the_swiss_licence_is_for_one_person_and_sealed_under_their_key(clinic):
    in_jurisdiction(clinic, "switzerland")
    enrollment = enrolled(clinic)
    told = ApprovalTold(
        kind="foph-licence",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        product="mdma",
        enrollment=enrollment,
        number="AB-1",
    )
    row = approval(clinic, told)
    assert opened(row, "number") == "AB-1"
    for patient, outcome in ((enrollment.id.hex, Outcome.PASSED), (uuid4().hex, Outcome.FAILED)):
        asked = Intent(act=Act.DOSING, product="mdma", patient=patient)
        (finding,) = findings_of_act(clinic.site, asked, clinic.now.date() + timedelta(days=1))
        assert finding.outcome is outcome
    assert verify_here().fits
