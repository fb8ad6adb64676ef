"""A consent from the document to both signatures; what counts for nothing; what is never refused."""

import secrets
import shutil
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from holdfast.actions.agreements import agree, choose_stop_word, withdraw_consent
from holdfast.actions.consent import record_explanation, record_paper_consent
from holdfast.actions.consent_documents import give_consent_document
from holdfast.actions.consent_gates import consent_answers
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.actions.papers import attach_scan
from holdfast.definitions import consent as documents
from holdfast.domain.findings import Outcome
from holdfast.domain.identity import PersonIdentity
from holdfast.records.consents import agreements_of
from holdfast.records.keys import opened
from holdfast.records.models import (
    AgreementItem,
    ComprehensionAttempt,
    ConsentSignature,
    Enrollment,
    Scan,
    Signature,
    User,
)
from holdfast.records.protocols import protocol_of
from tests import databases
from tests.actions import consents
from tests.actions.clinic import CANARY, NOW, enrolled, found, written
from tests.actions.consents import (
    answered,
    consent_given,
    consented,
    countersigned,
    dosed,
    given,
    impairment,
    not_impaired,
    outcomes,
    patient,
    put_in_force,
    signed,
    talked,
    understood,
)

KEY = secrets.token_hex(32)
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(scope="module")
def prepared(migrated_file, django_db_blocker, tmp_path_factory):
    """A clinic with the canary person and their account, made once and copied by every test."""
    path = tmp_path_factory.mktemp("consent") / "clinic.sqlite3"
    shutil.copyfile(migrated_file, path)
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock():
        patched.delenv("HOLDFAST_KEY_FILE", raising=False)
        patched.setenv("HOLDFAST_KEY", KEY)
        with databases.pointed_at(f"sqlite:///{path}"):
            made = found()
            patient(made, enrolled(made))
    return path, made


@pytest.fixture
def clinic(prepared, tmp_path, django_db_blocker, monkeypatch):
    path, made = prepared
    mine = tmp_path / "clinic.sqlite3"
    shutil.copyfile(path, mine)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{mine}"):
        yield replace(made, now=NOW)


@pytest.fixture
def enrollment(clinic):
    return Enrollment.objects.select_related("site").get()


@pytest.fixture
def person(enrollment):
    return User.objects.get(login=consents.LOGIN)


def agreed(clinic, enrollment, item, allowed, by, at=None):
    told = {"entry_id": uuid4(), "by": by, "now": clinic.now, "agreed_at": at or clinic.now}
    return agree(enrollment=enrollment, item=item, allowed=allowed, **told)


def on_paper(clinic, enrollment, row, **changed):
    told = {"entry_id": uuid4(), "by": clinic.coordinator, "now": clinic.now}
    kept = written(attach_scan(enrollment=enrollment, data=PDF, **told | {"entry_id": uuid4()}))
    told |= {"scan": Scan.objects.get(id=kept.fact_id("records_scan")), "witness": f"W {CANARY}"}
    told |= {"proof": clinic.proof(clinic.coordinator), "signed_at": clinic.now}
    return record_paper_consent(enrollment=enrollment, given=row, **told | changed)


def test_the_whole_way_opens_the_gate_and_each_step_before_does_not(clinic, enrollment, person):
    assert outcomes(clinic, enrollment) == {"consent-document": "no-document-in-force"}
    row = consented(clinic, enrollment, person)
    assert outcomes(clinic, enrollment) == {}
    mine, theirs = ConsentSignature.objects.order_by("position")
    assert (mine.party, mine.signed_by, theirs.party) == ("person", person, "clinician")
    statement = Signature.objects.get(id=mine.signature_id).statement
    assert row.id.hex in statement, "bound to exactly what was given"


def test_nobody_signs_before_the_steps_that_come_first(clinic, enrollment, person):
    row = consent_given(clinic, enrollment)
    assert signed(clinic, enrollment, person, row) == Refusal("before-signing-conversation-held")
    written(talked(clinic, enrollment, identity_check="not-checked"))
    assert signed(clinic, enrollment, person, row) == Refusal("before-signing-identity-checked")
    clinic.later(minutes=5)
    written(talked(clinic, enrollment))
    assert signed(clinic, enrollment, person, row) == Refusal("before-signing-comprehension-shown")
    understood(clinic, enrollment, person)
    assert signed(clinic, enrollment, person, row) == Refusal("before-signing-time-to-consider")
    clinic.later(hours=consents.CONSIDER_HOURS)
    assert countersigned(clinic, enrollment, row, clinic.therapist) == Refusal(
        "person-has-not-signed"
    )
    written(signed(clinic, enrollment, person, row))
    assert countersigned(clinic, enrollment, row, clinic.physician) == Refusal(
        "conversation-not-yours"
    )


def test_only_the_person_signs_for_the_person(clinic, enrollment):
    row = consent_given(clinic, enrollment)
    for who in (clinic.coordinator, clinic.physician, clinic.therapist):
        refusal = signed(clinic, enrollment, who, row)
        assert refusal == Refusal("not-permitted", {"permission": "own.consent"})


def test_every_try_is_kept_and_what_was_explained_by_whom(clinic, enrollment, person):
    consent_given(clinic, enrollment)
    written(answered(clinic, enrollment, person, "stop", "ask-first"))
    told = {"question": "stop", "words": f"Said to {CANARY}", "by": clinic.therapist}
    written(record_explanation(enrollment=enrollment, **told, entry_id=uuid4(), now=clinic.now))
    written(answered(clinic, enrollment, clinic.therapist, "stop", "any-time"))
    first, second = ComprehensionAttempt.objects.order_by("position")
    assert (first.attempt, first.is_right, first.way) == (1, False, "own-account")
    assert (second.attempt, second.is_right, second.way) == (2, True, "with-clinician")
    assert answered(clinic, enrollment, person, "group", "everybody") == Refusal(
        "answer-does-not-fit"
    )


def test_a_question_answered_wrongly_last_is_not_understood(clinic, enrollment, person):
    consented(clinic, enrollment, person)
    written(answered(clinic, enrollment, clinic.therapist, "risk", "none"))
    assert outcomes(clinic, enrollment)["consent-comprehension-shown"] == "step-missing"


def test_under_the_drug_nothing_is_signed_and_only_less_is_agreed(clinic, enrollment, person):
    row = consent_given(clinic, enrollment)
    written(talked(clinic, enrollment))
    understood(clinic, enrollment, person)
    written(agreed(clinic, enrollment, "touch", ["hand", "shoulder"], person))
    clinic.later(hours=consents.CONSIDER_HOURS)
    written(dosed(clinic, enrollment))
    clinic.later(hours=30)  # a day is no finding
    assert signed(clinic, enrollment, person, row) == Refusal("impaired")
    more = Refusal("impaired-only-less")
    for who in (person, clinic.therapist):
        assert agreed(clinic, enrollment, "touch", ["hand", "shoulder", "hug"], who) == more
        assert agreed(clinic, enrollment, "recording", ["film"], who) == more
    before = clinic.now - timedelta(hours=40)
    assert agreed(clinic, enrollment, "recording", ["film"], clinic.therapist, before) == more
    written(agreed(clinic, enrollment, "touch", ["hand"], person))
    written(agreed(clinic, enrollment, "touch", [], clinic.therapist))
    assert agreed(clinic, enrollment, "touch", ["hand"], person) == more, "a no stays a no"
    told = {"words": "red", "entry_id": uuid4(), "by": person, "now": clinic.now}
    written(choose_stop_word(enrollment=enrollment, **told))
    clinic.later(minutes=1)
    written(not_impaired(clinic, enrollment))
    clinic.later(minutes=1)
    written(agreed(clinic, enrollment, "touch", ["hug"], person))
    written(signed(clinic, enrollment, person, row))


def test_a_second_dose_needs_its_own_finding(clinic, enrollment, person):
    written(put_in_force(clinic, enrollment))
    written(dosed(clinic, enrollment))
    clinic.later(hours=8)
    written(not_impaired(clinic, enrollment))
    clinic.later(days=28)
    written(impairment(clinic, enrollment, "dosed", "dose-reported", None))
    clinic.later(hours=1)
    refusal = agreed(clinic, enrollment, "touch", ["hand"], person)
    assert refusal == Refusal("impaired-only-less")


def test_nobody_is_found_not_impaired_without_a_dose_before(clinic, enrollment):
    assert not_impaired(clinic, enrollment) == Refusal("no-dose-before")
    written(dosed(clinic, enrollment))
    early = clinic.now - timedelta(minutes=1)
    assert not_impaired(clinic, enrollment, early) == Refusal("no-dose-before")


def test_a_paper_is_recorded_whatever_it_counts_for(clinic, enrollment, person):
    row = consent_given(clinic, enrollment)
    written(dosed(clinic, enrollment))
    clinic.later(hours=1)
    written(on_paper(clinic, enrollment, row))
    kept = ConsentSignature.objects.get()
    assert (kept.way, opened(kept, "witness")) == ("paper", f"W {CANARY}")
    assert outcomes(clinic, enrollment)["consent-signed-by-person"] == "step-while-impaired"


def test_a_paper_needs_its_scan_and_its_witness(clinic, enrollment, person):
    row = consent_given(clinic, enrollment)
    assert on_paper(clinic, enrollment, row, witness=" ") == Refusal("witness-not-named")
    assert on_paper(clinic, enrollment, row, proof=None) == Refusal("proof-missing")
    another = PersonIdentity("Otherbird", "Ann", date(1990, 1, 1), (), ())
    other = enrolled(clinic, identity=another, bundle_sha256="b" * 64)
    kept = written(
        attach_scan(
            enrollment=other, data=PDF, entry_id=uuid4(), by=clinic.coordinator, now=clinic.now
        )
    )
    scan = Scan.objects.get(id=kept.fact_id("records_scan"))
    assert on_paper(clinic, enrollment, row, scan=scan) == Refusal("paper-of-another")


@pytest.mark.parametrize("under_the_drug", [False, True])
def test_consent_is_taken_back_at_any_time_and_needs_the_whole_way_again(
    clinic, enrollment, person, under_the_drug
):
    consented(clinic, enrollment, person)
    if under_the_drug:
        written(dosed(clinic, enrollment))
        clinic.later(hours=1)
    told = {"way": "own-account", "words": "", "withdrawn_at": clinic.now, "now": clinic.now}
    written(withdraw_consent(enrollment=enrollment, entry_id=uuid4(), by=person, **told))
    clinic.later(minutes=1)
    assert outcomes(clinic, enrollment)["consent-withdrawal"] == "withdrawn"
    if under_the_drug:
        written(not_impaired(clinic, enrollment))
    clinic.later(minutes=1)
    given(clinic, enrollment)
    assert "consent-signed-by-person" in outcomes(clinic, enrollment)


def test_a_new_version_asks_everybody_again(clinic, enrollment, person, monkeypatch):
    consented(clinic, enrollment, person)
    second = replace(consents.newest(), version=2, sha256="2" * 64)
    monkeypatch.setattr(documents, "by_hash", lambda sha256: second)
    written(put_in_force(clinic, enrollment, document=second))
    found = outcomes(clinic, enrollment)
    assert found["consent-document-given"] == "step-of-an-earlier-version"
    assert found["consent-signed-by-person"] == "step-of-an-earlier-version"
    row = given(clinic, enrollment)
    assert signed(clinic, enrollment, person, row) == Refusal("before-signing-conversation-held")


def test_a_document_is_put_in_force_by_a_physician_who_signs_and_says_what_the_site_says(
    clinic, enrollment
):
    permission = Refusal("not-permitted", {"permission": "consent.set"})
    who = {"by": clinic.coordinator, "proof": clinic.proof(clinic.coordinator)}
    assert put_in_force(clinic, enrollment, **who) == permission
    assert put_in_force(clinic, enrollment, proof=None) == Refusal("proof-missing")
    missing = put_in_force(clinic, enrollment, local={})
    assert missing.reason == "site-words-missing"
    wrong = put_in_force(clinic, enrollment, consider_hours=0)
    assert wrong == Refusal("consider-hours-do-not-fit")
    checked = put_in_force(clinic, enrollment, signed_figures=["mapp1-no-diagnosis-mdma"])
    assert checked == Refusal("figure-needs-no-signature")
    told = {"language": "en", "way": "paper", "given_at": clinic.now, "now": clinic.now}
    early = give_consent_document(
        enrollment=enrollment, entry_id=uuid4(), by=clinic.coordinator, **told
    )
    assert early == Refusal("no-document-in-force")


def test_a_checked_figure_is_told_with_who_checked_it(clinic, enrollment):
    pair = ["mapp1-nausea-mdma", "mapp1-nausea-placebo"]
    written(put_in_force(clinic, enrollment, signed_figures=pair))
    text = opened(given(clinic, enrollment), "shown")
    assert "30 in a hundred people; with a dummy pill: 11 in a hundred people" in text
    assert text.count("We have no number that was checked") == 11


def test_the_gate_asks_every_item_and_the_stop_word(clinic, enrollment, person):
    consented(clinic, enrollment, person)
    for item in ("supplement", "touch", "observers", "contacting"):
        written(agreed(clinic, enrollment, item, [], person))
    told = consent_answers(enrollment, protocol_of(enrollment), clinic.now)["agreements"]
    still = {f.code for f in told if f.outcome is not Outcome.PASSED}
    assert still == {"agreement-recording", "agreement-stop-word"}
    written(agreed(clinic, enrollment, "recording", ["film"], clinic.therapist))
    told = {"words": "stop", "entry_id": uuid4(), "by": person, "now": clinic.now}
    written(choose_stop_word(enrollment=enrollment, **told))
    told = consent_answers(enrollment, protocol_of(enrollment), clinic.now)["agreements"]
    assert all(f.outcome is Outcome.PASSED for f in told)
    assert {a.item: a.allowed for a in agreements_of(enrollment)}["recording"] == {"film"}


def test_what_was_said_later_stands_though_the_earlier_is_written_down_last(
    clinic, enrollment, person
):
    consent_given(clinic, enrollment)
    clinic.later(hours=5)
    written(agreed(clinic, enrollment, "touch", [], person))
    early = clinic.now - timedelta(hours=2)
    assert isinstance(
        agreed(clinic, enrollment, "touch", ["hand"], clinic.therapist, early), Receipt
    )
    assert {a.item: a.allowed for a in agreements_of(enrollment)}["touch"] == frozenset()


def test_what_a_person_says_stands_in_no_plain_column(clinic, enrollment, person):
    consented(clinic, enrollment, person)
    told = {"words": CANARY, "entry_id": uuid4(), "by": person, "now": clinic.now}
    written(choose_stop_word(enrollment=enrollment, **told))
    row = AgreementItem.objects.get(item="stop-word")
    assert opened(row, "words") == CANARY
    assert CANARY not in "".join(str(v) for k, v in vars(row).items() if k != "words")
