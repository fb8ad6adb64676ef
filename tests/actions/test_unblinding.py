"""Breaking a blind: one physician, never refused, told once; reviewed by somebody else, and counted."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest
from django.db import connection, transaction

from holdfast.actions import people
from holdfast.actions.code_breaks import TOLD, review_break
from holdfast.actions.outcomes import Conflict, Receipt, Refusal
from holdfast.actions.safety_breaks import break_for_safety, notes_on
from holdfast.actions.unblinding_reports import name_seat, report_accident
from holdfast.domain.unblinding import SEATS, Outcome
from holdfast.records.models import (
    AccidentalUnblinding,
    CodeBreak,
    JournalEntry,
    OutboxEntry,
    SafetyBreak,
    Stream,
    User,
)
from holdfast.records.unblinding_reads import counts_at, seat_holders
from holdfast.records.verification_run import verify_here
from holdfast.unblinded import doors
from tests import canary
from tests.actions.blinded import ARM, CANARY_ARM, allocated, broke, broken, randomized_truly
from tests.actions.clinic import IDENTITY, Clinic, enrolled, written

NIGHTLY = pytest.mark.nightly
WORDS = "cyanosis after canarywords of the broken blind"


def account(clinic: Clinic, role: str) -> User:
    told = {"by": clinic.administrator, "now": clinic.now}
    written(
        people.create_user(
            login=role, printed_name=role, password_hash="!", entry_id=uuid4(), **told
        )
    )
    user = User.objects.get(login=role)
    given = {"site": clinic.site, "role": role, "valid_from": clinic.now}
    written(people.assign_role(user=user, entry_id=uuid4(), **given, **told))
    return user


def reviewed(clinic: Clinic, row: CodeBreak, by: User, verdict: str = "needed"):
    told = {"proof": clinic.proof(by), "entry_id": uuid4(), "by": by, "now": clinic.now}
    return review_break(code_break=row, verdict=verdict, **told)


def test_one_physician_is_given_the_arm_once(clinic, enrollment, tmp_path, monkeypatch):
    arm = randomized_truly(clinic, enrollment, tmp_path, monkeypatch)
    entry = uuid4()
    first = broke(clinic, enrollment, entry_id=entry, words=WORDS)
    assert (first.outcome, first.arm) == (Outcome.SHOWN, arm)
    again = broke(clinic, enrollment, entry_id=entry)
    assert (again.answered, again.outcome, again.arm) == (first.answered, None, "")
    other = broke(clinic, enrollment, entry_id=entry, reason_code="other")
    assert isinstance(other.answered, Conflict)
    assert other.arm == ""
    assert broke(clinic, enrollment).arm == arm, "who needs it again breaks it again"
    assert CodeBreak.objects.count() == 2
    assert arm not in repr(first)
    assert verify_here().fits

    def gone(*_: object):
        raise doors.NotInTheRoom

    monkeypatch.setattr(doors, "arm_of", gone)
    lost = broke(clinic, enrollment)
    assert (lost.outcome, lost.arm) == (Outcome.NOT_READABLE, ""), "who has a slot has an arm"


def test_who_is_no_physician_there_or_does_not_prove_it_is_refused_and_nobody_else(one_clinic):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    allocated(enrollment)
    for role in ("coordinator", "therapist", "monitor", "rater"):
        answer = broke(clinic, enrollment, by=clinic.accounts[role])
        assert answer.answered == Refusal("not-permitted", {"permission": "unblind.emergency"})
        assert answer.arm == ""
    for proof, why in (
        (None, "proof-missing"),
        (clinic.proof(clinic.therapist), "proof-of-another"),
        (clinic.proof(clinic.physician, clinic.now - timedelta(minutes=5)), "proof-expired"),
    ):
        answer = broke(clinic, enrollment, proof=proof)
        assert (answer.answered, answer.arm) == (Refusal(why), "")
    assert broke(clinic, enrollment, reason_code="curious").answered == Refusal("reason-unknown")
    assert not CodeBreak.objects.exists()
    assert not OutboxEntry.objects.filter(kind=TOLD).exists()


def test_who_was_never_randomized_or_cannot_be_read_is_said_and_recorded(one_clinic):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    answer = broke(clinic, enrollment, words=WORDS)
    assert (answer.outcome, answer.words_kept) == (Outcome.NOT_RANDOMIZED, False)
    somebody = replace(IDENTITY, family="Other", identifiers=(("urn:hospital", "MRN-2"),))
    other = enrolled(clinic, bundle_sha256="cd" * 32, identity=somebody)
    allocated(other)
    assert broke(clinic, enrollment).outcome is Outcome.NOT_RANDOMIZED
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER unblinded_given_no_update")
        cursor.execute("UPDATE unblinded_given SET sealed = zeroblob(1052)")
    answer = broke(clinic, other)
    assert (answer.outcome, answer.arm) == (Outcome.NOT_READABLE, "")
    outcomes = CodeBreak.objects.order_by("recorded_at", "position").values_list(
        "outcome", flat=True
    )
    assert sorted(outcomes) == ["not-randomized", "not-randomized", "not-readable"]


def test_the_sponsors_side_is_told_in_ids_and_codes(one_clinic):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    allocated(enrollment)
    lead = account(clinic, "site-lead")
    told = {"by": lead, "now": clinic.now, "site": clinic.site}
    for seat, user in (("sponsor", lead), ("medical-monitor", lead), ("sponsor", clinic.monitor)):
        written(name_seat(seat=seat, user=user, entry_id=uuid4(), **told))
    assert seat_holders(clinic.site) == {"sponsor": clinic.monitor, "medical-monitor": lead}
    assert name_seat(seat="chief", user=lead, entry_id=uuid4(), **told) == Refusal("seat-unknown")
    row = broken(clinic, enrollment)
    letters = {
        orjson.loads(each.body)["seat"]: each for each in OutboxEntry.objects.filter(kind=TOLD)
    }
    assert set(letters) == set(SEATS)
    assert letters["sponsor"].about == clinic.monitor.id
    assert letters["ethics-board"].about == row.id, "told by the site's own channel"
    keys = {"schema", "kind", "about", "break", "enrollment", "seat", "site", "reason"}
    assert all(set(orjson.loads(each.body)) == keys for each in letters.values())


def test_nobody_reviews_their_own_and_nothing_is_reviewed_twice(clinic, enrollment):
    lead = account(clinic, "site-lead")
    row = broken(clinic, enrollment)
    assert counts_at(clinic.site, None).unreviewed == 1
    assert reviewed(clinic, row, clinic.physician).reason == "not-permitted"
    assert reviewed(clinic, row, lead, "maybe") == Refusal("outcome-unknown")
    written(reviewed(clinic, row, lead))
    assert reviewed(clinic, row, lead) == Refusal("unblinding-reviewed-already")
    told = {"role": "site-lead", "site": clinic.site, "valid_from": clinic.now, "now": clinic.now}
    doctor = {"user": clinic.physician, "entry_id": uuid4(), "by": clinic.administrator}
    written(people.assign_role(**doctor, **told))
    own = broken(clinic, enrollment)
    assert reviewed(clinic, own, clinic.physician) == Refusal("unblinding-own-review")
    counts = counts_at(clinic.site, None)
    assert (counts.emergencies, counts.people_in_emergencies, counts.unreviewed) == (2, 1, 1)
    assert counts_at(clinic.site, frozenset({"oehen-2013"})).emergencies == 0
    assert verify_here().fits


def test_the_arm_and_the_words_lie_nowhere_but_in_the_sealed_room(one_clinic):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    allocated(enrollment, CANARY_ARM)
    answer = broke(clinic, enrollment, words=WORDS)
    assert (answer.arm, answer.words_kept) == (CANARY_ARM, True)
    assert canary.in_database([CANARY_ARM, "canarywords"]) == []
    unit = account(clinic, "safety-unit")
    assert opened_for_safety(clinic, enrollment, unit).arm == CANARY_ARM
    assert [words for _, words in notes_on(enrollment)] == [WORDS]
    assert canary.in_database([CANARY_ARM, "canarywords"]) == []


def opened_for_safety(clinic: Clinic, enrollment, by: User, **given):
    told = {"reason_code": "expedited-report", "entry_id": uuid4(), "proof": clinic.proof(by)}
    return break_for_safety(case=enrollment, by=by, now=clinic.now, **(told | given))


def test_the_safety_unit_opens_one_case_and_leaves_no_trace_at_the_site(
    clinic, enrollment, tmp_path, monkeypatch
):
    arm = randomized_truly(clinic, enrollment, tmp_path, monkeypatch)
    unit = account(clinic, "safety-unit")
    mine = [enrollment.id, clinic.site.id]
    before = list(Stream.objects.filter(id__in=mine).order_by("id").values_list("head", flat=True))
    letters = OutboxEntry.objects.count()
    answer = opened_for_safety(clinic, enrollment, unit)
    assert (answer.outcome, answer.arm) == (Outcome.SHOWN, arm)
    after = Stream.objects.filter(id__in=mine).order_by("id").values_list("head", flat=True)
    assert list(after) == before
    assert OutboxEntry.objects.count() == letters
    assert SafetyBreak.objects.get().case_id == enrollment.id
    assert counts_at(clinic.site, None).emergencies == 0
    refused = opened_for_safety(clinic, enrollment, clinic.physician)
    assert refused.answered == Refusal("not-permitted", {"permission": "unblind.safety"})
    assert opened_for_safety(clinic, enrollment, unit, proof=None).answered == Refusal(
        "proof-missing"
    )
    odd = opened_for_safety(clinic, enrollment, unit, reason_code="x")
    assert odd.answered == Refusal("reason-unknown")
    assert verify_here().fits


@pytest.mark.parametrize(
    "role", ["rater", *(pytest.param(one, marks=NIGHTLY) for one in ("therapist", "coordinator"))]
)
def test_anybody_of_the_staff_reports_an_accident(one_clinic, role):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    told = {"learner": "rater", "way": "said-by-participant", "is_certain": True}
    told |= {"learned_on": date(2026, 3, 1), "by": clinic.accounts[role], "now": clinic.now}
    entry = uuid4()
    first = written(report_accident(enrollment=enrollment, entry_id=entry, **told))
    assert report_accident(enrollment=enrollment, entry_id=entry, **told) == first
    for slip, why in (
        ({"learner": "dog"}, "reason-unknown"),
        ({"way": "dream"}, "reason-unknown"),
        ({"learned_on": date(2026, 3, 4)}, "day-to-come"),
    ):
        answer = report_accident(enrollment=enrollment, entry_id=uuid4(), **(told | slip))
        assert answer == Refusal(why)
    assert AccidentalUnblinding.objects.count() == 1
    assert counts_at(clinic.site, None).by_learner == {"rater": 1}
    kinds = JournalEntry.objects.filter(stream=enrollment.id, entry_id=entry)
    assert ARM.encode() not in bytes(kinds.get().event)


def test_a_receipt_is_what_the_record_says(one_clinic):
    clinic, enrollment = one_clinic, enrolled(one_clinic)
    answer = broke(clinic, enrollment)
    assert isinstance(answer.answered, Receipt)
    event = orjson.loads(bytes(JournalEntry.objects.get(entry_id=answer.answered.entry_id).event))
    assert set(event["values"]) == {"break", "reason", "outcome"}
