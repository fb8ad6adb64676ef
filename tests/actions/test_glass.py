"""A record is opened in an emergency: at once, briefly, for one person; told, ended and reviewed."""

from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest
from django.db import connection

from holdfast.actions import answers, people
from holdfast.actions.glass import chase_review, end_glass, record_miss
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.permission import refused
from holdfast.definitions.roles import roles
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.glass import Match
from holdfast.records.duty import DutyPage
from holdfast.records.glass import (
    GlassEnd,
    GlassMiss,
    GlassOpening,
    GlassReview,
    open_now,
    unreviewed_at,
)
from holdfast.records.glass_access import by_glass, may_break_glass
from holdfast.records.glass_search import by_name, by_number
from holdfast.records.histories import journal_page, last_position
from holdfast.records.journal import ORGANISATION, OutboxEntry
from holdfast.records.keys import opened
from holdfast.records.models import RoleAssignment
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import CANARY, IDENTITY, enrolled, written
from tests.actions.emergency import (
    WORDS,
    account,
    broken,
    far_site,
    faraway,
    lead,
    opened_glass,
    reviewed,
)


def may(clinic, user, enrollment, permission="verdict.see", **later):
    return refused(user, enrollment, permission, clinic.later(**later)) is None


def test_it_opens_at_once_for_an_hour_and_then_not_at_all(clinic, enrollment):
    doctor = faraway(clinic)
    assert not may(clinic, doctor, enrollment)
    opening = opened_glass(clinic, enrollment, doctor)
    assert opening.until - opening.opened_at == timedelta(hours=1)
    for permission in roles().break_glass:
        assert may(clinic, doctor, enrollment, permission)
    assert not may(clinic, doctor, enrollment, "erasure.request")
    assert not may(clinic, doctor, enrollment, "verdict.confirm")
    assert may(clinic, doctor, enrollment, minutes=59)
    assert not may(clinic, doctor, enrollment, minutes=1)
    assert verify_here().fits


def test_it_opens_nothing_of_anybody_else_and_nothing_of_the_site(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    doctor = faraway(clinic)
    opened_glass(clinic, enrollment, doctor)
    other = enrolled(clinic, bundle_sha256="cd" * 32, protocol="oehen-2013")
    assert other.id != enrollment.id
    assert not may(clinic, doctor, other)
    assert refused(doctor, clinic.site, "verdict.see", clinic.now) is not None
    assert refused(doctor, clinic.site, "worklist.see", clinic.now) is not None
    assert not may(clinic, clinic.rater, enrollment)


def test_what_was_learned_is_written_down_while_it_is_open(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    doctor = faraway(clinic)
    told = Answer(
        "able-to-swallow-pills", True, Source(SourceKind.TOLD, ""), date(2026, 3, 1), None
    )

    def record():
        return answers.record_answer(
            enrollment=enrollment, answer=told, entry_id=uuid4(), by=doctor, now=clinic.now
        )

    assert record().reason == "not-permitted"
    opened_glass(clinic, enrollment, doctor)
    written(record())
    clinic.later(hours=1)
    assert record().reason == "not-permitted"


def test_it_is_told_at_once_in_every_stream_by_ids_alone(clinic, enrollment):
    doctor = faraway(clinic)
    opening = opened_glass(clinic, enrollment, doctor)
    letter = OutboxEntry.objects.get(kind="glass-broken")
    body = orjson.loads(letter.body)
    assert body["person"] == clinic.coordinator.id.hex, "who opened the referral answers for it"
    assert CANARY not in letter.body
    page = DutyPage.objects.get()
    assert (page.site, page.post, page.reason) == (clinic.site, "site-lead", "glass-broken")
    assert page.asked_by == doctor
    assert kinds(enrollment.id)[0] == "glass-broken"
    assert kinds(clinic.site.id)[0] == "duty-paged"
    assert kinds(ORGANISATION)[0] == "glass-broken"
    assert opened(opening, "reason_words") == WORDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason_words FROM records_glassopening")
        assert CANARY not in str(cursor.fetchall())
        cursor.execute("SELECT event FROM records_journalentry")
        assert CANARY.encode() not in b"".join(bytes(event) for (event,) in cursor.fetchall())


def kinds(stream):
    return [line.event.kind for line in journal_page(stream, last_position(stream), 5)]


def test_the_same_opening_sent_again_gets_the_first_receipt(one_clinic):
    clinic = one_clinic
    enrollment, doctor, entry = enrolled(clinic), faraway(clinic), uuid4()
    first = written(broken(clinic, enrollment, doctor, entry_id=entry))
    assert broken(clinic, enrollment, doctor, entry_id=entry) == first
    other = broken(clinic, enrollment, doctor, entry_id=entry, words="something else")
    assert isinstance(other, Conflict)
    assert GlassOpening.objects.count() == 1
    assert DutyPage.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"words": "  "}, "words-missing"),
        ({"words": "x" * 2001}, "words-missing"),
        ({"reason_code": "curious"}, "reason-unknown"),
        ({"way": "list"}, "kind-unknown"),
        ({"proof": None}, "proof-missing"),
    ],
)
def test_without_reason_words_and_proof_nothing_opens(one_clinic, given, reason):
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    assert broken(clinic, enrollment, doctor, **given).reason == reason
    assert not GlassOpening.objects.exists()
    assert not may(clinic, doctor, enrollment)


def test_a_proof_opens_once(one_clinic):
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    proof = clinic.proof(doctor)
    opened_glass(clinic, enrollment, doctor, proof=proof)
    assert broken(clinic, enrollment, doctor, proof=proof).reason == "proof-used"
    assert broken(clinic, enrollment, doctor, proof=clinic.proof(clinic.therapist)).reason == (
        "proof-of-another"
    )


@pytest.mark.parametrize("role", ["coordinator", "monitor", "site-lead", "administrator"])
def test_who_is_no_clinician_opens_nothing(one_clinic, role):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    somebody = faraway(clinic, role, login=f"far-{role}")
    assert broken(clinic, enrollment, somebody).reason == "not-permitted"


@pytest.mark.parametrize(
    "role", sorted(roles().never_break_glass - {"complaint-recipient", "patient"})
)
def test_who_must_stay_blind_or_knows_who_gets_what_opens_nothing(one_clinic, role):
    """A rater who is also a physician elsewhere learns nothing by an emergency."""
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    assert may_break_glass(doctor, clinic.now)
    assigned = people.assign_role(
        user=doctor,
        site=clinic.site,
        role=role,
        valid_from=clinic.now,
        entry_id=uuid4(),
        by=clinic.administrator,
        now=clinic.now,
    )
    written(assigned)
    assert broken(clinic, enrollment, doctor).reason == "not-permitted"


def test_who_may_open_the_record_anyway_needs_no_emergency(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    assert broken(clinic, enrollment, clinic.physician) == Refusal("glass-not-needed")


def test_a_role_for_another_study_of_the_same_site_does(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    doctor = account(clinic, "other-study", "physician", clinic.site, study="oehen-2013")
    assert not may(clinic, doctor, enrollment)
    opened_glass(clinic, enrollment, doctor)
    assert may(clinic, doctor, enrollment)


def test_a_safety_unit_opens_nothing_for_it_may_know_an_arm(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    unit = faraway(clinic, "safety-unit", "safety")
    assert broken(clinic, enrollment, unit).reason == "not-permitted"
    assert not may(clinic, unit, enrollment, "referral.see")


def test_it_is_ended_by_who_opened_it_and_by_nobody_else(clinic, enrollment):
    doctor = faraway(clinic)
    opening = opened_glass(clinic, enrollment, doctor)
    assert [row.id for row in open_now(doctor, clinic.now)] == [opening.id]
    ended = {"opening": opening, "now": clinic.later(minutes=5)}
    assert end_glass(by=clinic.physician, entry_id=uuid4(), **ended).reason == "not-permitted"
    written(end_glass(by=doctor, entry_id=uuid4(), **ended))
    assert not may(clinic, doctor, enrollment)
    assert open_now(doctor, clinic.now) == []
    again = end_glass(by=doctor, entry_id=uuid4(), **ended)
    assert again == Refusal("glass-ended-already")
    assert GlassEnd.objects.count() == 1
    assert kinds(ORGANISATION)[0] == "glass-closed"
    assert verify_here().fits


def test_a_role_that_ends_ends_what_was_opened_by_it(one_clinic):
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    opened_glass(clinic, enrollment, doctor)
    assert by_glass(doctor, enrollment.id, clinic.now)
    role = RoleAssignment.objects.get(user=doctor)
    written(
        people.end_role(
            assignment=role,
            valid_until=clinic.later(minutes=1),
            reason="left",
            entry_id=uuid4(),
            by=clinic.administrator,
            now=clinic.now,
        )
    )
    assert by_glass(doctor, enrollment.id, clinic.later(minutes=1)) == frozenset()


def test_a_closed_account_has_nothing_open(one_clinic):
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    opened_glass(clinic, enrollment, doctor)
    doctor.is_active = False
    assert by_glass(doctor, enrollment.id, clinic.now) == frozenset()


def test_somebody_else_reviews_it_and_signs_with_their_words(clinic, enrollment):
    doctor, site_lead = faraway(clinic), lead(clinic)
    opening = opened_glass(clinic, enrollment, doctor)
    assert unreviewed_at(clinic.site) == [opening]
    assert reviewed(clinic, opening, clinic.physician).reason == "not-permitted"
    assert reviewed(clinic, opening, doctor).reason == "not-permitted"
    assert reviewed(clinic, opening, site_lead, words="").reason == "words-missing"
    assert reviewed(clinic, opening, site_lead, verdict="fine").reason == "outcome-unknown"
    assert reviewed(clinic, opening, site_lead, proof=None).reason == "proof-missing"
    written(reviewed(clinic, opening, site_lead, verdict="not-justified"))
    row = GlassReview.objects.select_related("signature").get()
    assert (row.verdict, row.signature.meaning) == ("not-justified", "reviews-emergency")
    assert row.signature.role == "site-lead"
    assert opening.id.hex in row.signature.statement
    assert opened(row, "words") == f"Right for {CANARY}"
    assert reviewed(clinic, opening, site_lead).reason == "glass-reviewed-already"
    assert unreviewed_at(clinic.site) == []
    assert verify_here().fits


def test_a_site_lead_who_opened_it_as_a_clinician_does_not_review_it(one_clinic):
    clinic = one_clinic
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    account(clinic, "faraway", "site-lead", clinic.site)
    opening = opened_glass(clinic, enrollment, doctor)
    assert reviewed(clinic, opening, doctor).reason == "glass-own-review"


def test_a_review_that_is_late_is_told_once_for_each_day(clinic, enrollment):
    opening = opened_glass(clinic, enrollment, faraway(clinic))
    told = {"opening": opening, "by": clinic.administrator, "now": clinic.now}
    assert chase_review(number=1, **told) is not None
    assert chase_review(number=1, **told) is None
    assert chase_review(number=2, **told) is not None
    assert OutboxEntry.objects.filter(kind="glass-review-overdue").count() == 2


def test_a_search_finds_by_exact_name_and_birth_date_or_by_number(one_clinic):
    clinic = one_clinic
    enrollment = enrolled(clinic)
    born = IDENTITY.born_on
    assert by_name(clinic.site, "Zebediah", "Canarybird", born).enrollment == enrollment
    assert by_name(clinic.site, " zebediah ", "CANARYBIRD", born).enrollment == enrollment
    assert by_name(clinic.site, "Zeb", "Canarybird", born).match is Match.NOBODY
    assert by_name(clinic.site, "", "Canarybird", born).match is Match.NOBODY
    next_day = born + timedelta(days=1)
    assert by_name(clinic.site, "Zebediah", "Canarybird", next_day).match is Match.NOBODY
    elsewhere = by_name(far_site(clinic), "Zebediah", "Canarybird", born)
    assert elsewhere.match is Match.NOBODY
    assert by_number(" north-0001 ").enrollment == enrollment
    for wrong in ("NORTH-0002", "SOUTH-0001", "1", "NORTH", "NORTH-%"):
        assert by_number(wrong).match is Match.NOBODY


def test_two_records_of_one_person_are_told_by_number_and_two_people_not_at_all(one_clinic):
    clinic = one_clinic
    first = enrolled(clinic)
    other = enrolled(clinic, bundle_sha256="cd" * 32, protocol="oehen-2013")
    same_person = first.person_id == other.person_id
    found = by_name(clinic.site, "Zebediah", "Canarybird", IDENTITY.born_on)
    assert found.enrollment is None
    if same_person:
        assert found.match is Match.SEVERAL_RECORDS
        assert list(found.numbers) == [first.label, other.label]
    else:
        assert found.match is Match.SEVERAL_PEOPLE
        assert list(found.numbers) == []


def test_a_search_that_opened_nothing_is_on_record_without_what_was_sought(clinic):
    doctor = faraway(clinic)
    told = {"site": clinic.site, "way": "name", "answered": Match.NOBODY, "now": clinic.now}
    written(record_miss(by=doctor, entry_id=uuid4(), **told))
    row = GlassMiss.objects.get()
    assert (row.sought_by, row.answered, row.way) == (doctor, "nobody", "name")
    assert record_miss(by=clinic.rater, entry_id=uuid4(), **told).reason == "not-permitted"
    assert verify_here().fits
