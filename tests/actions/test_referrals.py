"""A referral becomes a person, an enrollment, facts and a verdict; again, it changes nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import orjson
import pytest
from django.db import connection

from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.verdicts import shown
from holdfast.domain.answers import Answer, MedicationEntry, SourceKind
from holdfast.domain.identity import PersonIdentity
from holdfast.records.histories import answers_of, enrollment_as_of, identity_of, referral_of
from holdfast.records.models import (
    EligibilityAnswer,
    Enrollment,
    HistoryRecord,
    Identity,
    JournalEntry,
    MedicationRecord,
    Person,
    PrescreeningEntry,
    Referral,
    VerdictShown,
    WorklistMoment,
)
from holdfast.records.search import people_named, people_with_identifier
from tests.actions.clinic import CANARY, IDENTITY, enrolled, refer, referral, source, written


def test_what_was_referred_can_be_read_again(clinic):
    enrollment = enrolled(clinic)
    past = enrollment_as_of(enrollment)
    told, read = referral(), referral_of(past)
    assert read.person == told.person
    assert set(read.answers) == set(told.answers)
    assert set(read.medications) == set(told.medications)
    assert set(read.history) == set(told.history)
    assert identity_of(past) == IDENTITY
    assert enrollment.label == "NORTH-0001"


def test_it_is_judged_at_once_and_logged(clinic):
    enrollment = enrolled(clinic)
    verdict = VerdictShown.objects.get()
    assert (verdict.because, verdict.as_of) == ("opened", date(2026, 3, 2))
    assert verdict.decision == shown(verdict)["verdict"] == "ineligible"
    line = PrescreeningEntry.objects.get()
    assert (line.outcome, line.referral_source) == ("screening", "psychiatrist")
    assert WorklistMoment.objects.get().enrollment_id == enrollment.id


def test_the_same_document_again_changes_nothing(clinic):
    first = written(refer(clinic))
    entries = JournalEntry.objects.count()
    clinic.later(days=2)
    assert refer(clinic) == first
    assert JournalEntry.objects.count() == entries
    assert Enrollment.objects.count() == 1


def test_a_changed_document_of_the_same_person_adds_only_what_is_new(clinic):
    enrollment = enrolled(clinic)
    more = Answer(
        "weight",
        Decimal("60.0"),
        source(place="Observation/new"),
        date(2026, 3, 1),
        "kg",
    )
    again = written(refer(clinic, bundle_sha256="cd" * 32, told=referral(more)))
    assert again.stream_id == enrollment.id
    assert Person.objects.count() == 1
    assert Identity.objects.count() == 1
    assert EligibilityAnswer.objects.count() == 2
    assert MedicationRecord.objects.count() == HistoryRecord.objects.count() == 1
    assert Referral.objects.count() == 2


def test_a_newer_version_of_the_same_resource_corrects_the_older(clinic):
    enrollment = enrolled(clinic)
    stopped = MedicationEntry(
        f"sertraline for {CANARY}",
        ("36437",),
        False,
        date(2026, 2, 1),
        source(place="MedicationRequest/1"),
    )
    written(refer(clinic, bundle_sha256="cd" * 32, told=referral(medications=(stopped,))))
    old, new = MedicationRecord.objects.order_by("position")
    assert (new.corrects_id, new.correction_reason) == (old.id, "changed-document")
    assert referral_of(enrollment_as_of(enrollment)).medications == (stopped,)


def test_the_order_of_entries_changes_nothing(one_clinic):
    more = Answer("weight", Decimal("60"), source(place="Observation/2"), None, "kg")
    told = referral(more)
    written(refer(one_clinic, told=told))
    turned = replace(told, answers=told.answers[::-1])
    written(refer(one_clinic, bundle_sha256="cd" * 32, told=turned))
    assert EligibilityAnswer.objects.count() == 2
    assert VerdictShown.objects.count() == 1


def test_the_same_name_and_birth_date_is_another_person(one_clinic):
    """Patients matched by name and date of birth are a trap: only an identifier tells."""
    written(refer(one_clinic))
    other = replace(IDENTITY, identifiers=(("urn:hospital", "another"),))
    written(refer(one_clinic, bundle_sha256="cd" * 32, identity=other))
    assert Person.objects.count() == 2
    assert Enrollment.objects.count() == 2


def test_the_same_person_in_another_protocol_has_two_enrollments(one_clinic):
    written(refer(one_clinic))
    written(refer(one_clinic, protocol="tga-authorised-prescriber"))
    assert Person.objects.count() == 1
    assert Enrollment.objects.count() == 2


def test_a_person_is_found_by_keyed_tokens_alone(one_clinic):
    enrollment = enrolled(one_clinic)
    site = one_clinic.site
    person = Person.objects.get(id=enrollment.person_id)
    assert people_with_identifier(site, IDENTITY.identifiers) == [person]
    assert people_with_identifier(site, [("urn:other", "MRN-CANARYBIRD-1")]) == []
    assert people_named(site, "  CANARYBIRD ") == [person]
    assert people_named(site, "zebediah canarybird") == [person]
    assert people_named(site, "") == []


def test_only_who_may_opens_a_referral(one_clinic):
    one_clinic.accounts["coordinator"] = one_clinic.rater
    assert refer(one_clinic) == Refusal("not-permitted", {"permission": "referral.import"})
    assert not Enrollment.objects.exists()


def test_an_unknown_source_of_referral_is_refused(one_clinic):
    from holdfast.actions.referrals import open_referral
    from holdfast.definitions import protocols

    answered = open_referral(
        site=one_clinic.site,
        protocol=protocols.load("mapp2"),
        referral=referral(),
        identity=PersonIdentity(),
        source=CANARY,
        bundle_sha256="",
        entry_id=uuid4(),
        by=one_clinic.coordinator,
        now=one_clinic.now,
    )
    assert answered == Refusal("source-unknown")


def every_text(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return repr([[bytes(v) if isinstance(v, memoryview) else v for v in r] for r in cursor])


def test_no_canary_is_readable_anywhere_in_the_database(clinic):
    """Every word of the person is a canary; so are the printed names of the staff."""
    from holdfast.actions.answers import record_answer, record_medication

    enrollment = enrolled(clinic)
    hand = source(SourceKind.TOLD, CANARY)
    weight = Answer("weight", Decimal("62"), hand, date(2026, 3, 1), "kg", CANARY)
    for action, given in (
        (record_answer, {"answer": weight}),
        (record_answer, {"answer": Answer("born-on", date(1984, 6, 3), hand)}),
        (record_answer, {"answer": Answer("medicine-reviewed", CANARY, hand)}),
        (record_medication, {"medication": MedicationEntry(CANARY, (CANARY,), None, None, hand)}),
    ):
        entry_id = uuid4()
        answered = action(
            enrollment=enrollment, entry_id=entry_id, by=clinic.coordinator, now=clinic.now, **given
        )
        assert isinstance(answered, Receipt)
    assert {a.value for a in answers_of(enrollment_as_of(enrollment))} > {CANARY, date(1984, 6, 3)}
    refer(clinic, entry_id=entry_id)  # a conflict, with everything in it
    tables = connection.introspection.table_names()
    assert "records_identity" in tables
    words = ("anarybird", "Zebediah", "MRN-CANARY", "1984-06-03")
    for table in tables:
        told = every_text(table)
        assert [word for word in words if word.lower() in told.lower()] == [], table


@pytest.mark.parametrize("column", ["words", "written", "shown"])
def test_ciphertext_moved_between_rows_does_not_open(one_clinic, column):
    from holdfast.records.keys import SealBroken, opened

    written(refer(one_clinic))
    written(refer(one_clinic, protocol="oehen-2013"))
    model = {"words": Identity, "written": MedicationRecord, "shown": VerdictShown}[column]
    first, second = model.objects.order_by("recorded_at", "id")[:2]
    assert opened(first, column)
    setattr(first, column, getattr(second, column))
    with pytest.raises(SealBroken):
        opened(first, column)


def test_the_exact_bytes_shown_are_kept(one_clinic):
    enrolled(one_clinic)
    from holdfast.records.canonical import document
    from holdfast.records.keys import opened

    verdict = VerdictShown.objects.get()
    text = opened(verdict, "shown")
    assert document(orjson.loads(text)).decode() == text
