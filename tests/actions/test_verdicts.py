"""Verdicts follow what is known; old ones stay; a physician confirms the one that stands."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import orjson
import pytest

from holdfast.actions import answers, limits, verdicts
from holdfast.actions.judging import latest_verdict, local_date, signed_limits
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.definitions import protocols
from holdfast.domain.answers import Answer, MedicationEntry, Person, Referral, SourceKind
from holdfast.records import worklist
from holdfast.records.canonical import fact_sha256
from holdfast.records.histories import enrollment_as_of
from holdfast.records.keys import opened
from holdfast.records.models import (
    Confirmation,
    EligibilityAnswer,
    MedicationRecord,
    OutboxEntry,
    Override,
    Signature,
    SignedLimit,
    VerdictShown,
    WorklistMoment,
)
from tests.actions.clinic import CANARY, enrolled, source, written

HARDLY_KNOWN = Referral(Person(date(1984, 6, 3), "female", False))


def told(question, value, unit=None, on=None):
    return Answer(question, value, source(SourceKind.TOLD), on, unit)


def record(clinic, enrollment, answer, entry_id=None):
    return answers.record_answer(
        enrollment=enrollment,
        answer=answer,
        entry_id=entry_id or uuid4(),
        by=clinic.coordinator,
        now=clinic.later(minutes=1),
    )


def confirm(clinic, verdict, by=None, proof=None, entry_id=None):
    by = by or clinic.physician
    return verdicts.confirm_verdict(
        verdict=verdict,
        proof=proof or clinic.proof(by),
        entry_id=entry_id or uuid4(),
        by=by,
        now=clinic.now,
    )


def outcome_of(verdict, code):
    return next(row for row in orjson.loads(verdict.outcomes) if row[0] == code)


def test_an_answer_is_judged_at_once_and_the_old_verdict_stays(clinic):
    enrollment = enrolled(clinic)
    first = latest_verdict(enrollment.id)
    before = opened(first, "shown")
    written(record(clinic, enrollment, told("pregnant", True)))
    second = latest_verdict(enrollment.id)
    assert second.id != first.id
    assert second.because == "answer"
    assert outcome_of(second, "pregnancy") != outcome_of(first, "pregnancy")
    assert opened(VerdictShown.objects.get(id=first.id), "shown") == before


def test_an_answer_that_changes_nothing_shown_makes_no_new_verdict(one_clinic):
    enrollment = enrolled(one_clinic)
    judged = verdicts.judge(
        enrollment=enrollment,
        as_of=local_date(one_clinic.site, one_clinic.now),
        by=one_clinic.coordinator,
        now=one_clinic.now,
    )
    assert judged is None
    assert VerdictShown.objects.count() == 1


def test_an_answer_that_does_not_fit_is_refused_in_words(one_clinic):
    enrollment = enrolled(one_clinic)
    wrong = record(one_clinic, enrollment, told("weight", Decimal("62"), "stone"))
    assert wrong.reason == "answer-does-not-fit"
    assert "kg" in wrong.values["problem"]
    assert record(one_clinic, enrollment, told("no-such", True)).reason == "question-unknown"


def test_a_correction_names_what_it_corrects_and_why(clinic):
    enrollment = enrolled(clinic)
    old = EligibilityAnswer.objects.get()
    given = {"by": clinic.coordinator, "now": clinic.later(hours=1)}
    new_value = told("weight", Decimal("63.5"), "kg")
    written(
        answers.correct_answer(
            answer=old,
            value=new_value,
            reason="typing-error",
            words=f"{CANARY} read it out",
            entry_id=uuid4(),
            **given,
        )
    )
    new = EligibilityAnswer.objects.get(corrects=old)
    assert opened(new, "correction_words") == f"{CANARY} read it out"
    past = enrollment_as_of(enrollment)
    assert [row.id for row in past.answers] == [new.id]
    again = answers.correct_answer(
        answer=old, value=None, reason="typing-error", words="", entry_id=uuid4(), **given
    )
    assert again == Refusal("already-corrected")


def test_a_withdrawn_answer_is_not_known_any_more(clinic):
    enrollment = enrolled(clinic)
    written(
        answers.correct_answer(
            answer=EligibilityAnswer.objects.get(),
            value=None,
            reason="wrong-person",
            words="",
            entry_id=uuid4(),
            by=clinic.coordinator,
            now=clinic.later(hours=1),
        )
    )
    assert enrollment_as_of(enrollment).answers == []
    assert EligibilityAnswer.objects.count() == 2


def test_a_medicine_is_recorded_and_corrected(one_clinic):
    enrollment = enrolled(one_clinic)
    hand = source(SourceKind.LETTER)
    given = {"by": one_clinic.physician, "now": one_clinic.later(hours=1)}
    medicine = MedicationEntry("phenelzine", (), True, None, hand)
    written(
        answers.record_medication(
            enrollment=enrollment, medication=medicine, entry_id=uuid4(), **given
        )
    )
    row = MedicationRecord.objects.get(source_kind="letter")
    shown = verdicts.shown(latest_verdict(enrollment.id))
    assert "phenelzine" in [medication["name"] for medication in shown["medications"]]
    written(
        answers.correct_medication(
            medication=row,
            value=None,
            reason="wrong-person",
            words="",
            entry_id=uuid4(),
            **given,
        )
    )
    shown = verdicts.shown(latest_verdict(enrollment.id))
    assert "phenelzine" not in [medication["name"] for medication in shown["medications"]]


def test_a_physician_confirms_what_was_shown(clinic):
    enrollment = enrolled(clinic)
    verdict = latest_verdict(enrollment.id)
    receipt = confirm(clinic, verdict)
    assert isinstance(receipt, Receipt)
    confirmation, signature = Confirmation.objects.get(), Signature.objects.get()
    statement = orjson.loads(signature.statement)
    assert signature.statement_sha256 == sha256(signature.statement.encode()).hexdigest()
    assert statement["meaning"] == "confirms-verdict"
    assert statement["facts"] == [
        ["records_verdictshown", verdict.id.hex, fact_sha256(verdict)],
        ["records_confirmation", confirmation.id.hex, fact_sha256(confirmation)],
    ]
    assert opened(signature, "printed_name") == f"Physician {CANARY}"
    assert (signature.role, signature.signed_by_id) == ("physician", clinic.physician.id)
    assert WorklistMoment.objects.get().kind == "done"
    assert OutboxEntry.objects.filter(kind="verdict-confirmed").count() == 1


def test_an_undetermined_verdict_is_signed_as_what_it_is(clinic):
    """The signature says that it cannot be decided today; nobody is done, and nothing is a yes."""
    verdict = latest_verdict(enrolled(clinic, told=HARDLY_KNOWN).id)
    assert verdict.decision == "undetermined"
    written(confirm(clinic, verdict))
    statement = orjson.loads(Signature.objects.get().statement)
    assert statement["meaning"] == "cannot-be-decided-today"
    assert Confirmation.objects.get().decision == "undetermined"
    moment = WorklistMoment.objects.get()
    assert (moment.kind, moment.decision) == ("ask", "undetermined")
    assert moment.questions > 0
    assert worklist.compare() == []


def test_an_answer_after_it_makes_a_verdict_that_needs_its_own_signature(one_clinic):
    enrollment = enrolled(one_clinic, told=HARDLY_KNOWN)
    written(confirm(one_clinic, latest_verdict(enrollment.id)))
    one_clinic.later(hours=1)
    written(record(one_clinic, enrollment, told("able-to-swallow-pills", False)))
    assert WorklistMoment.objects.get().kind == "confirm"
    written(confirm(one_clinic, latest_verdict(enrollment.id)))
    decisions = Confirmation.objects.order_by("position").values_list("decision", flat=True)
    assert list(decisions) == ["undetermined", "ineligible"]


def test_the_same_confirmation_again_gets_the_first_receipt(one_clinic):
    """Even though its proof was used: it is the same entry, sent twice."""
    verdict = latest_verdict(enrolled(one_clinic).id)
    entry_id, proof = uuid4(), one_clinic.proof(one_clinic.physician)
    first = confirm(one_clinic, verdict, proof=proof, entry_id=entry_id)
    assert confirm(one_clinic, verdict, proof=proof, entry_id=entry_id) == first
    assert confirm(one_clinic, verdict) == Refusal("already-confirmed")


def test_a_verdict_that_is_not_the_latest_cannot_be_confirmed(clinic):
    enrollment = enrolled(clinic)
    stale = latest_verdict(enrollment.id)
    written(record(clinic, enrollment, told("pregnant", True)))
    refusal = confirm(clinic, stale)
    assert refusal.reason == "verdict-not-latest"
    assert refusal.values["latest"] == str(latest_verdict(enrollment.id).id)
    assert not Confirmation.objects.exists()


def test_a_verdict_that_time_overtook_cannot_be_confirmed(one_clinic):
    """Judged again on the day of signing: a measurement that became too old changes it."""
    enrollment = enrolled(one_clinic)
    written(
        record(
            one_clinic,
            enrollment,
            told("pregnant", False, on=local_date(one_clinic.site, one_clinic.now)),
        )
    )
    stale = latest_verdict(enrollment.id)
    stopped = MedicationEntry(
        "fluoxetine",
        ("4493",),
        False,
        local_date(one_clinic.site, one_clinic.now),
        source(SourceKind.TOLD),
    )
    written(
        answers.record_medication(
            enrollment=enrollment,
            medication=stopped,
            entry_id=uuid4(),
            by=one_clinic.physician,
            now=one_clinic.now,
        )
    )
    stale = latest_verdict(enrollment.id)
    one_clinic.later(days=365)
    assert confirm(one_clinic, stale).reason == "verdict-not-latest"
    assert latest_verdict(enrollment.id).because == "date"


@pytest.mark.parametrize(
    ("passed", "of", "reason"),
    [
        (timedelta(minutes=2), "physician", "proof-expired"),
        (timedelta(seconds=-1), "physician", "proof-expired"),
        (timedelta(0), "coordinator", "proof-of-another"),
    ],
)
def test_a_proof_that_does_not_hold_signs_nothing(one_clinic, passed, of, reason):
    verdict = latest_verdict(enrolled(one_clinic).id)
    proof = one_clinic.proof(one_clinic.accounts[of], one_clinic.now - passed)
    assert confirm(one_clinic, verdict, proof=proof) == Refusal(reason)
    assert not Signature.objects.exists()


def test_no_proof_signs_nothing(one_clinic):
    verdict = latest_verdict(enrolled(one_clinic).id)
    answered = verdicts.confirm_verdict(
        verdict=verdict, proof=None, entry_id=uuid4(), by=one_clinic.physician, now=one_clinic.now
    )
    assert answered == Refusal("proof-missing")


def sign(clinic, code, value, unit, proof=None, by=None, protocol="mapp2"):
    by = by or clinic.physician
    return limits.sign_limit(
        site=clinic.site,
        protocol=protocols.load(protocol),
        code=code,
        value=Decimal(value),
        unit=unit,
        proof=proof or clinic.proof(by),
        entry_id=uuid4(),
        by=by,
        now=clinic.now,
    )


def test_a_proof_is_good_once(one_clinic):
    proof = one_clinic.proof(one_clinic.physician)
    assert isinstance(sign(one_clinic, "weight-floor-kg", "48", "kg", proof), Receipt)
    assert sign(one_clinic, "weight-floor-kg", "49", "kg", proof) == Refusal("proof-used")


def test_a_signed_limit_runs_and_is_judged_with(clinic):
    enrollment = enrolled(clinic)
    before = outcome_of(latest_verdict(enrollment.id), "weight")
    assert before[1:3] == ["unknown", "limit-unsigned"]
    assert isinstance(sign(clinic, "weight-valid-days", "60", "d"), Receipt)
    assert isinstance(sign(clinic, "weight-floor-kg", "48", "kg"), Receipt)
    after = latest_verdict(enrollment.id)
    assert after.because == "limit"
    assert outcome_of(after, "weight")[1] == "passed"
    protocol = protocols.load("mapp2")
    assert signed_limits(clinic.site, protocol)["weight-floor-kg"].value == Decimal("48")
    assert isinstance(sign(clinic, "weight-floor-kg", "70", "kg"), Receipt)
    assert outcome_of(latest_verdict(enrollment.id), "weight")[1] == "failed"
    assert SignedLimit.objects.count() == 3
    assert signed_limits(clinic.site, protocol)["weight-floor-kg"].value == Decimal("70")


@pytest.mark.parametrize(
    ("code", "value", "unit", "reason"),
    [
        ("no-such-limit", "1", "kg", "limit-unknown"),
        ("age-at-least-years", "16", "a", "limit-is-the-protocols-own"),
        ("weight-floor-kg", "48", "ms", "unit-does-not-fit"),
        ("weight-floor-kg", "48", "stone", "unit-does-not-fit"),
        ("weight-floor-kg", "-1", "kg", "value-does-not-fit"),
        ("weight-floor-kg", "NaN", "kg", "value-does-not-fit"),
    ],
)
def test_a_limit_that_does_not_fit_is_not_signed(one_clinic, code, value, unit, reason):
    assert sign(one_clinic, code, value, unit).reason == reason
    assert not SignedLimit.objects.exists()


def test_only_a_physician_signs(one_clinic):
    refusal = sign(one_clinic, "weight-floor-kg", "48", "kg", by=one_clinic.coordinator)
    assert refusal == Refusal("not-permitted", {"permission": "limit.sign"})
    verdict = latest_verdict(enrolled(one_clinic).id)
    refusal = confirm(one_clinic, verdict, by=one_clinic.therapist)
    assert refusal == Refusal("not-permitted", {"permission": "verdict.confirm"})


def override(clinic, verdict, criterion, by=None, reason="specialist-opinion"):
    by = by or clinic.physician
    return verdicts.override_finding(
        verdict=verdict,
        criterion=criterion,
        reason=reason,
        words=f"{CANARY} was seen by a specialist",
        proof=clinic.proof(by),
        entry_id=uuid4(),
        by=by,
        now=clinic.now,
    )


def overridable(verdict) -> str:
    shown = verdicts.shown(verdict)
    return next(
        finding["code"]
        for finding in shown["findings"]
        if finding["may_override"] and finding["outcome"] != "passed"
    )


def test_a_finding_is_set_aside_where_the_protocol_allows_and_still_listed(clinic):
    enrollment = enrolled(clinic, protocol="tga-authorised-prescriber")
    verdict = latest_verdict(enrollment.id)
    code = overridable(verdict)
    assert isinstance(override(clinic, verdict, code), Receipt)
    row = Override.objects.get()
    assert opened(row, "reason_words").startswith(CANARY)
    second = latest_verdict(enrollment.id)
    assert (second.id != verdict.id, second.because) == (True, "override")
    was, now = outcome_of(verdict, code), outcome_of(second, code)
    assert now == [*was[:4], "physician"]
    finding = next(f for f in verdicts.shown(second)["findings"] if f["code"] == code)
    assert finding["outcome"] == was[1]
    assert finding["set_aside"]["role"] == "physician"
    assert override(clinic, second, code).reason == "nothing-to-override"


def test_an_override_stops_applying_when_the_finding_changes(one_clinic):
    enrollment = enrolled(one_clinic, protocol="tga-authorised-prescriber")
    verdict = latest_verdict(enrollment.id)
    assert isinstance(override(one_clinic, verdict, "pregnancy"), Receipt)
    written(record(one_clinic, enrollment, told("pregnant", True)))
    after = outcome_of(latest_verdict(enrollment.id), "pregnancy")
    assert after[1] == "failed"
    assert after[4] is None
    assert latest_verdict(enrollment.id).decision == "ineligible"


def test_a_hard_criterion_cannot_be_set_aside(one_clinic):
    verdict = latest_verdict(enrolled(one_clinic).id)
    assert override(one_clinic, verdict, "pregnancy").reason == "not-overridable"
    assert override(one_clinic, verdict, "no-such").reason == "not-overridable"
    assert override(one_clinic, verdict, "pregnancy", reason="x").reason == "reason-unknown"
    assert not Override.objects.exists()
