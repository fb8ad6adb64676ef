"""The first call, papers, the waiting list, letters and crisis numbers, on both databases."""

from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from holdfast.actions.calls import open_call, standing_permission
from holdfast.actions.crisis_numbers import crisis_numbers, set_crisis_number
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.papers import attach_scan, record_letter
from holdfast.actions.waiting_list import record_waiting_step, waiting_at
from holdfast.definitions import calls, letters, protocols
from holdfast.domain.calls import FirstContact
from holdfast.domain.identity import PersonIdentity
from holdfast.records.calls import DuplicateDecision, Letter, Scan
from holdfast.records.calls import FirstContact as FirstContactFact
from holdfast.records.keys import opened
from holdfast.records.models import Enrollment, Person, PrescreeningEntry, Referral
from tests.actions.clinic import IDENTITY, enrolled, written
from tests.domain.test_calls import PDF

WHO = PersonIdentity("Canarybird", "Zebediah", date(1984, 6, 3), (), ("+61 canarybird",))
CONTACT = FirstContact(
    "call", "en", "safe", True, ("telephone", "post"), True, False, "evenings, says Canarybird"
)


def call(clinic, **given):
    told = {
        "site": clinic.site,
        "protocol": protocols.load("mapp2"),
        "script": calls.load("mapp2"),
        "contact": CONTACT,
        "identity": WHO,
        "sex": "female",
        "source": "self",
        "decided": {},
        "entry_id": uuid4(),
        "by": clinic.coordinator,
        "now": clinic.later(minutes=1),
    }
    return open_call(**(told | given))


def called(clinic, **given) -> Enrollment:
    receipt = written(call(clinic, **given))
    return Enrollment.objects.select_related("site").get(id=receipt.stream_id)


def reason(answered) -> str:
    assert isinstance(answered, Refusal), answered
    return answered.reason


def test_a_call_opens_a_referral_by_hand_with_what_was_permitted(clinic):
    enrollment = called(clinic)
    assert Referral.objects.get(enrollment=enrollment).form == "hand"
    first = FirstContactFact.objects.get(enrollment=enrollment)
    assert (first.script_sha256, first.safety) == (calls.load("mapp2").sha256, "safe")
    permission = standing_permission(enrollment)
    assert permission is not None
    assert permission.may_leave_message
    assert not permission.may_tell_referrer
    assert "Canarybird" in (opened(permission, "when_words") or "")
    assert PrescreeningEntry.objects.get(enrollment=enrollment).outcome == "screening"


def test_the_same_call_twice_is_one_and_with_other_content_a_conflict(clinic):
    entry, now = uuid4(), clinic.later(minutes=1)
    first = written(call(clinic, entry_id=entry, now=now))
    assert written(call(clinic, entry_id=entry, now=now)) == first
    assert FirstContactFact.objects.count() == Enrollment.objects.count() == 1
    other = replace(CONTACT, may_leave_message=False)
    assert isinstance(call(clinic, entry_id=entry, now=now, contact=other), Conflict)


def test_a_possible_duplicate_is_offered_and_never_merged_silently(clinic):
    known = enrolled(clinic)
    assert reason(call(clinic)) == "duplicates-undecided"
    assert Enrollment.objects.count() == 1
    other = called(clinic, decided={known.person_id: "another"})
    assert other.person_id != known.person_id
    row = DuplicateDecision.objects.get(enrollment=other)
    assert (row.candidate_id, row.decision) == (known.person_id, "another")


def test_the_same_person_keeps_one_record_and_their_identifiers(clinic):
    known = enrolled(clinic)
    same = called(clinic, decided={known.person_id: "same"})
    assert same.id == known.id
    assert Person.objects.count() == 1
    other = called(
        clinic,
        decided={known.person_id: "same"},
        protocol=protocols.load("oehen-2013"),
        script=calls.load("oehen-2013"),
    )
    assert other.person_id == known.person_id
    again = enrolled(clinic, bundle_sha256="cd" * 32, identity=IDENTITY)
    assert again.id == known.id, "known again by the identifier that the call did not tell"


def test_who_shares_a_birthday_or_a_family_name_alone_is_not_offered(clinic):
    enrolled(clinic)
    called(clinic, identity=replace(WHO, family="Otherbird"))
    called(clinic, identity=replace(WHO, given="Ada", born_on=date(1990, 1, 1)))
    assert Person.objects.count() == 3


def test_a_decision_about_somebody_who_was_not_offered_is_refused(clinic):
    known = enrolled(clinic)
    given = {known.person_id: "another", uuid4(): "same"}
    assert reason(call(clinic, decided=given)) == "not-a-duplicate"


@pytest.mark.parametrize("role", ["therapist", "monitor", "rater"])
def test_only_who_may_takes_a_call(clinic, role):
    assert reason(call(clinic, by=clinic.accounts[role])) == "not-permitted"


def test_a_call_without_the_question_of_safety_is_refused(clinic):
    assert reason(call(clinic, contact=replace(CONTACT, safety=""))) == "safety-not-asked"


def test_a_scan_is_kept_sealed_with_the_hash_of_its_bytes(clinic):
    enrollment = called(clinic)
    told = {"enrollment": enrollment, "by": clinic.coordinator, "now": clinic.now}
    written(attach_scan(data=PDF, entry_id=uuid4(), **told))
    scan = Scan.objects.get()
    assert scan.content_sha256 == sha256(PDF).hexdigest()
    assert b64decode(opened(scan, "content") or "") == PDF
    assert reason(attach_scan(data=b"MZ", entry_id=uuid4(), **told)) == "scan-of-another-kind"
    stranger = told | {"by": clinic.rater}
    assert reason(attach_scan(data=PDF, entry_id=uuid4(), **stranger)) == "not-permitted"


def test_a_letter_is_kept_as_it_went_out_and_tells_a_referrer_nothing_unpermitted(clinic):
    enrollment = called(clinic)
    told = {"enrollment": enrollment, "pdf": PDF, "by": clinic.coordinator, "now": clinic.now}
    to_referrer = letters.load("en")["decline", "referrer"]
    to_person = letters.load("en")["accept", "person"]
    answered = record_letter(template=to_referrer, detail="psychosis", entry_id=uuid4(), **told)
    assert reason(answered) == "no-permission-to-tell"
    written(record_letter(template=to_referrer, detail="", entry_id=uuid4(), **told))
    written(record_letter(template=to_person, detail="", entry_id=uuid4(), **told))
    kept = Letter.objects.order_by("position").first()
    assert kept is not None
    assert kept.content_sha256 == sha256(PDF).hexdigest()
    assert b64decode(opened(kept, "content") or "") == PDF


def test_who_did_not_permit_contact_is_not_written_to(clinic):
    silent = FirstContact("call", "en", "safe")
    answered = record_letter(
        enrollment=called(clinic, contact=silent),
        template=letters.load("en")["not-now", "person"],
        detail="",
        pdf=PDF,
        entry_id=uuid4(),
        by=clinic.physician,
        now=clinic.now,
    )
    assert reason(answered) == "no-permission-to-contact"


def test_the_waiting_list_is_in_order_and_refuses_what_cannot_follow(clinic):
    today = date(2026, 3, 2)
    one = called(clinic)
    two = called(clinic, identity=replace(WHO, family="Otherbird"))

    def step(enrollment, kind, counts_from, why, by=clinic.coordinator):
        return record_waiting_step(
            enrollment=enrollment,
            step=kind,
            on_day=today,
            counts_from=counts_from,
            reason=why,
            entry_id=uuid4(),
            by=by,
            now=clinic.later(minutes=1),
        )

    written(step(one, "joined", today, "no-place-yet"))
    written(step(two, "joined", today, "no-place-yet"))
    assert reason(step(two, "joined", today, "own-wish")) == "already-waiting"
    assert [row.id for row, _place in waiting_at(clinic.site)] == [one.id, two.id]
    written(step(two, "moved", today - timedelta(days=30), "clinical-urgency"))
    assert [row.id for row, _place in waiting_at(clinic.site)] == [two.id, one.id]
    written(step(two, "left", today, "place-offered"))
    assert [row.id for row, _place in waiting_at(clinic.site)] == [one.id]
    assert reason(step(one, "left", today, "own-wish", clinic.monitor)) == "not-permitted"


def test_a_crisis_number_is_unknown_until_it_is_set_and_a_second_corrects_it(clinic):
    told = {"site": clinic.site, "country": "AU", "title": "Invented line", "now": clinic.now}
    assert crisis_numbers(clinic.site) == []
    by = clinic.administrator
    written(set_crisis_number(number="+61 2 5550 0000", entry_id=uuid4(), by=by, **told))
    written(set_crisis_number(number="+61 2 5550 0001", entry_id=uuid4(), by=by, **told))
    assert [row.number for row in crisis_numbers(clinic.site)] == ["+61 2 5550 0001"]
    wrong = set_crisis_number(number="call me", entry_id=uuid4(), by=by, **told)
    assert reason(wrong) == "number-does-not-fit"
    answered = set_crisis_number(number="000", entry_id=uuid4(), by=clinic.coordinator, **told)
    assert reason(answered) == "not-permitted"
