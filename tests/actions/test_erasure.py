"""Erasure: two people sign, the keys are destroyed, the record still verifies and says so."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions import erasure
from holdfast.actions.answers import record_answer
from holdfast.actions.judging import latest_verdict
from holdfast.actions.limits import sign_limit
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.people import house
from holdfast.actions.prescreening import record_prescreening
from holdfast.actions.replay import differing_verdicts
from holdfast.actions.retention import sign_retention
from holdfast.actions.site_key import rotate_site_key
from holdfast.actions.verdicts import confirm_verdict, judge
from holdfast.definitions import protocols, retention
from holdfast.domain.answers import Answer
from holdfast.records import worklist
from holdfast.records.forgotten import what_was_erased
from holdfast.records.histories import enrollment_as_of
from holdfast.records.keys import Erased, SiteKey, opened
from holdfast.records.models import (
    Enrollment,
    Erasure,
    Identity,
    IdentityToken,
    PersonKey,
    Signature,
)
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import Clinic, enrolled, refer, source, written

YEARS = 7


def sign_all_years(clinic: Clinic, years: int = YEARS) -> None:
    for code, rule in retention.rules().items():
        if rule.needs_signature:
            written(
                sign_retention(
                    site=clinic.site,
                    rule=code,
                    years=years,
                    proof=clinic.proof(clinic.physician),
                    entry_id=uuid4(),
                    by=clinic.physician,
                    now=clinic.now,
                )
            )


def ask(clinic: Clinic, enrollment: Enrollment, classes=("identity", "words"), **changed):
    given = {"reason": "person-asked", "by": clinic.coordinator, "entry_id": uuid4()} | changed
    return erasure.request_erasure(enrollment=enrollment, classes=classes, now=clinic.now, **given)


def sign(clinic: Clinic, request, by, **changed):
    given = {"proof": clinic.proof(by), "entry_id": uuid4()} | changed
    return erasure.sign_erasure(request=request, by=by, now=clinic.now, **given)


def asked(clinic: Clinic, enrollment: Enrollment, **given):
    """A request that the rules permit: every year signed and long past."""
    sign_all_years(clinic)
    clinic.later(days=366 * (YEARS + 1))
    written(ask(clinic, enrollment, **given))
    return enrollment.erasure_requests.get()


def erased(clinic: Clinic, enrollment: Enrollment, **given) -> Erasure:
    """The words of the canary person, erased."""
    request = asked(clinic, enrollment, **given)
    written(sign(clinic, request, clinic.coordinator))
    written(sign(clinic, request, clinic.physician))
    return Erasure.objects.get()


def test_two_signatures_destroy_the_keys_and_the_record_still_holds(clinic, enrollment):
    done = erased(clinic, enrollment)
    keys = PersonKey.objects.filter(owner=enrollment.person_id)
    assert {key.wrapped for key in keys} == {None}
    assert {key.destroyed_by for key in keys} == {clinic.physician}
    assert not IdentityToken.objects.filter(person_id=enrollment.person_id).exists()
    with pytest.raises(Erased):
        opened(Identity.objects.get(), "words")
    report = verify_here()
    assert report.fits, list(report.lines())
    (line, _) = report.erased
    assert "person-asked" in line
    assert done.rule in line
    assert "coordinator and physician" in line
    told = what_was_erased(enrollment.person_id)
    assert [signer.name.split()[0] for signer in told.signers] == ["Coordinator", "Physician"]
    assert told.rule in {"everywhere/electronic-record", "victoria/health-record"}


def test_the_same_person_does_not_sign_twice(clinic, enrollment):
    request = asked(clinic, enrollment)
    written(sign(clinic, request, clinic.physician))
    assert sign(clinic, request, clinic.physician) == Refusal("another-person-signs")
    assert not Erasure.objects.exists()


def test_a_signature_needs_who_one_is(clinic, enrollment):
    request = asked(clinic, enrollment)
    assert sign(clinic, request, clinic.physician, proof=None) == Refusal("proof-missing")
    other = clinic.proof(clinic.coordinator)
    assert sign(clinic, request, clinic.physician, proof=other) == Refusal("proof-of-another")


def test_only_who_may_asks_and_signs(clinic, enrollment):
    request = asked(clinic, enrollment)
    for role in ("therapist", "monitor", "rater"):
        who = getattr(clinic, role)
        assert sign(clinic, request, who).reason == "not-permitted"
        assert ask(clinic, enrollment, by=who).reason == "not-permitted"


def test_without_signed_years_nothing_is_erased(clinic, enrollment):
    clinic.later(days=40_000)
    written(ask(clinic, enrollment))
    request = enrollment.erasure_requests.get()
    assert sign(clinic, request, clinic.physician) == Refusal("retention-forbids")


def test_before_the_period_is_over_nothing_is_erased(clinic, enrollment):
    sign_all_years(clinic)
    clinic.later(days=365 * YEARS - 1)
    written(ask(clinic, enrollment))
    request = enrollment.erasure_requests.get()
    assert sign(clinic, request, clinic.physician) == Refusal("retention-forbids")


def test_a_new_entry_makes_the_period_begin_again(clinic, enrollment):
    """Between the first signature and the second, somebody recorded an answer."""
    request = asked(clinic, enrollment)
    written(sign(clinic, request, clinic.coordinator))
    written(answer(clinic, enrollment))
    assert sign(clinic, request, clinic.physician) == Refusal("retention-forbids")


def answer(clinic, enrollment):
    return record_answer(
        enrollment=enrollment,
        answer=Answer("able-to-swallow-pills", True, source()),
        entry_id=uuid4(),
        by=clinic.coordinator,
        now=clinic.now,
    )


def test_the_same_entries_again_get_their_first_receipts(clinic, enrollment):
    request = asked(clinic, enrollment)
    first, second = uuid4(), uuid4()
    one = written(sign(clinic, request, clinic.coordinator, entry_id=first))
    two = written(sign(clinic, request, clinic.physician, entry_id=second))
    assert sign(clinic, request, clinic.coordinator, entry_id=first) == one
    assert sign(clinic, request, clinic.physician, entry_id=second) == two
    assert Signature.objects.filter(meaning="erases-words").count() == 2


def test_a_second_request_and_a_request_after_erasure_are_refused(clinic, enrollment):
    asked(clinic, enrollment)
    assert ask(clinic, enrollment) == Refusal("erasure-requested-already")


@pytest.mark.parametrize("classes", [("identity", "words"), ("identity",), ("words",)])
def test_every_act_about_an_erased_person_is_a_value_and_none_raises(clinic, enrollment, classes):
    erased(clinic, enrollment, classes=classes)
    verdict = latest_verdict(enrollment.id)
    before = enrollment_as_of(enrollment).exact
    assert ask(clinic, enrollment, classes=classes) == Refusal("words-erased")
    assert answer(clinic, enrollment) == Refusal("words-erased")
    assert judge_today(clinic, enrollment) is None
    assert confirm(clinic, verdict) == Refusal("words-erased")
    assert enrollment_as_of(enrollment).exact == before
    assert differing_verdicts() == []
    worklist.rebuild()
    assert len(worklist.worklist(clinic.site, clinic.now)) == 1
    assert isinstance(refer(clinic), Receipt)  # the same document: the first receipt
    assert isinstance(prescreened(clinic, enrollment), Receipt)
    assert isinstance(signed_limit(clinic), Receipt)
    new = SiteKey(b"n" * 32)
    written(rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=clinic.now))


def test_another_document_about_them_is_another_person_or_refused(clinic, enrollment):
    """With the identity gone nobody can tell; with the words alone gone it cannot be added."""
    erased(clinic, enrollment)
    made = written(refer(clinic, bundle_sha256="cd" * 32))
    assert made.stream_id != enrollment.id


def test_another_document_cannot_be_added_where_the_words_alone_are_gone(clinic, enrollment):
    erased(clinic, enrollment, classes=("words",))
    assert refer(clinic, bundle_sha256="cd" * 32) == Refusal("words-erased")


def test_an_entry_that_comes_again_with_other_content_keeps_no_words(clinic, enrollment):
    entry = uuid4()
    first = Answer("able-to-swallow-pills", True, source())
    given = {"enrollment": enrollment, "entry_id": entry, "by": clinic.coordinator}
    written(record_answer(answer=first, now=clinic.now, **given))
    erased(clinic, enrollment)
    other = Answer("able-to-swallow-pills", False, source(place="Zebediah Canarybird"))
    assert record_answer(answer=other, now=clinic.now, **given) == Refusal("words-erased")


def judge_today(clinic, enrollment):
    today = clinic.now.date() + timedelta(days=1)
    return judge(enrollment=enrollment, as_of=today, by=clinic.physician, now=clinic.now)


def confirm(clinic, verdict):
    return confirm_verdict(
        verdict=verdict,
        proof=clinic.proof(clinic.physician),
        entry_id=uuid4(),
        by=clinic.physician,
        now=clinic.now,
    )


def prescreened(clinic, enrollment):
    return record_prescreening(
        site=clinic.site,
        referral_source="psychiatrist",
        outcome="no-contact",
        reasons=["no-reply"],
        decided_at=clinic.now,
        entry_id=uuid4(),
        by=clinic.coordinator,
        now=clinic.now,
    )


def signed_limit(clinic):
    protocol = protocols.load("mapp2")
    limit = next(iter(protocol.limits_to_sign()))
    return sign_limit(
        site=clinic.site,
        protocol=protocol,
        code=limit.code,
        value=Decimal(3),
        unit=limit.unit,
        proof=clinic.proof(clinic.physician),
        entry_id=uuid4(),
        by=clinic.physician,
        now=clinic.now,
    )


def test_where_anything_fails_nothing_is_erased(clinic, enrollment, monkeypatch):
    request = asked(clinic, enrollment)
    written(sign(clinic, request, clinic.coordinator))

    def broken(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(erasure, "destroy_keys", broken)
    with pytest.raises(OSError, match="disk"):
        sign(clinic, request, clinic.physician)
    assert not Erasure.objects.exists()
    assert not PersonKey.objects.filter(wrapped=None).exists()


def test_no_byte_of_a_destroyed_key_is_left_in_the_files(one_clinic):
    enrollment = enrolled(one_clinic)
    wrapped = [k.wrapped.encode() for k in PersonKey.objects.filter(owner=enrollment.person_id)]
    erased(one_clinic, enrollment)
    path = Path(connection.settings_dict["NAME"])
    stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert not any(key in stored for key in wrapped)
