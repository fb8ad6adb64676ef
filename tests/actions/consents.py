"""A consent to act on: put in force at a site, given to a person, and carried as far as a test asks."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from holdfast.actions.agreements import record_impairment
from holdfast.actions.consent import (
    answer_comprehension,
    countersign_consent,
    record_consent_conversation,
    sign_consent,
)
from holdfast.actions.consent_documents import give_consent_document, put_consent_in_force
from holdfast.actions.consent_gates import found_of
from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.recovery import hash_of, new_code
from holdfast.definitions import consent as documents
from holdfast.definitions.consent.document import ConsentDocument
from holdfast.records.consents import consent_now
from holdfast.records.models import ConsentGiven, Enrollment, User
from holdfast.records.protocols import protocol_of
from tests.actions.clinic import Clinic, written

LOGIN = "maple-river-42"
CONSIDER_HOURS = 24
LOCAL = {
    "people": "About one hundred people.",
    "injury": "The clinic treats you and pays for it.",
    "costs": "It costs you nothing. You get your travel back.",
    "contact": "Ask at the desk, at any hour.",
    "committee": "The committee of the region; the desk has its number.",
}


def newest() -> ConsentDocument:
    code = documents.codes()[0]
    return documents.load(code, documents.versions(code)[-1])


def put_in_force(clinic: Clinic, enrollment: Enrollment, **changed: Any) -> Any:
    told = {
        "site": clinic.site,
        "protocol": protocol_of(enrollment),
        "document": newest(),
        "consider_hours": CONSIDER_HOURS,
        "signed_figures": (),
        "proof": clinic.proof(clinic.physician),
        "entry_id": uuid4(),
        "by": clinic.physician,
        "now": clinic.now,
    } | changed
    wanted = told["document"].local_for(told["protocol"])
    return put_consent_in_force(**{"local": {c: LOCAL[c] for c in wanted}} | told)


def given(clinic: Clinic, enrollment: Enrollment, **changed: Any) -> ConsentGiven:
    told = {"language": "en", "way": "own-account", "given_at": clinic.now, "now": clinic.now}
    told |= {"entry_id": uuid4(), "by": clinic.coordinator} | changed
    receipt = written(give_consent_document(enrollment=enrollment, **told))
    return ConsentGiven.objects.get(id=receipt.fact_id("records_consentgiven"))


def consent_given(clinic: Clinic, enrollment: Enrollment, **changed: Any) -> ConsentGiven:
    """In force, and in the person's hands."""
    written(put_in_force(clinic, enrollment))
    return given(clinic, enrollment, **changed)


def patient(clinic: Clinic, enrollment: Enrollment) -> User:
    """The person of an enrollment, in an account of their own."""
    code = new_code()
    told = {"code_sha256": hash_of(code), "entry_id": uuid4(), "by": clinic.coordinator}
    written(invite_patient(enrollment=enrollment, now=clinic.now, **told))
    made = {"code": code, "login": LOGIN, "password_hash": "!", "entry_id": uuid4()}
    written(accept_invitation(**made, now=clinic.now))
    return User.objects.get(login=LOGIN)


def talked(clinic: Clinic, enrollment: Enrollment, **changed: Any) -> Any:
    told = {"place": "site", "identity_check": "photo-document", "talked": ""}
    told |= {"held_at": clinic.now, "entry_id": uuid4(), "by": clinic.therapist, "now": clinic.now}
    return record_consent_conversation(enrollment=enrollment, **told | changed)


def answered(clinic: Clinic, enrollment: Enrollment, by: User, code: str, answer: str) -> Any:
    return answer_comprehension(
        enrollment=enrollment,
        question=code,
        answer=answer,
        entry_id=uuid4(),
        by=by,
        now=clinic.now,
    )


def understood(clinic: Clinic, enrollment: Enrollment, by: User) -> None:
    """Every question is answered rightly."""
    for question in newest().questions_for(protocol_of(enrollment)):
        written(answered(clinic, enrollment, by, question.code, question.right))


def signed(clinic: Clinic, enrollment: Enrollment, by: User, row: ConsentGiven) -> Any:
    told = {"entry_id": uuid4(), "by": by, "now": clinic.now, "proof": clinic.proof(by)}
    return sign_consent(enrollment=enrollment, given=row, **told)


def countersigned(clinic: Clinic, enrollment: Enrollment, row: ConsentGiven, by: User) -> Any:
    told = {"entry_id": uuid4(), "by": by, "now": clinic.now, "proof": clinic.proof(by)}
    return countersign_consent(enrollment=enrollment, given=row, **told)


def consented(clinic: Clinic, enrollment: Enrollment, person: User) -> ConsentGiven:
    """The whole way: given, talked over, understood, considered, signed by both."""
    row = consent_given(clinic, enrollment)
    clinic.later(hours=1)
    written(talked(clinic, enrollment))
    understood(clinic, enrollment, person)
    clinic.later(hours=CONSIDER_HOURS)
    written(signed(clinic, enrollment, person, row))
    clinic.later(minutes=1)
    written(countersigned(clinic, enrollment, row, clinic.therapist))
    clinic.later(minutes=1)
    return row


def dosed(clinic: Clinic, enrollment: Enrollment, at: datetime | None = None) -> Any:
    return impairment(clinic, enrollment, "dosed", "dose-given", at)


def not_impaired(clinic: Clinic, enrollment: Enrollment, at: datetime | None = None) -> Any:
    return impairment(clinic, enrollment, "not-impaired", "criteria-met", at)


def impairment(
    clinic: Clinic, enrollment: Enrollment, step: str, basis: str, at: datetime | None
) -> Any:
    told = {"entry_id": uuid4(), "by": clinic.therapist, "now": clinic.now}
    when = at or clinic.now
    return record_impairment(enrollment=enrollment, step=step, basis=basis, found_at=when, **told)


def outcomes(clinic: Clinic, enrollment: Enrollment) -> dict[str, str]:
    """What the consent answers to a gate now: the reason of each finding that does not pass."""
    found = found_of(consent_now(enrollment, protocol_of(enrollment)), clinic.now)
    return {f.code: f.reason for f in found if f.outcome != "passed"}
