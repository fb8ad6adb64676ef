"""Locked data: two sign, nothing is written but what helps a person, two lift it; then the arms may be shown."""

from datetime import date
from uuid import uuid4

import orjson
import pytest
from django.db import transaction

from holdfast.actions import database_locks, people
from holdfast.actions.guesses import record_guess
from holdfast.actions.outcomes import Refusal
from holdfast.actions.paging import page_duty
from holdfast.actions.permission import refused
from holdfast.actions.planned_unblinding import open_planned, show_arms
from holdfast.actions.unblinding_reports import report_accident
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions.roles import roles
from holdfast.domain.unblinding import STAYS_OPEN, guess_refused, stays_open
from holdfast.records.models import (
    ArmsShown,
    BlindGuess,
    DatabaseLock,
    JournalEntry,
    LockAsked,
    PlannedUnblinding,
    Seal,
    Stream,
    User,
)
from holdfast.records.verification_run import verify_here
from tests.actions.blinded import ARM, allocated, broke, randomized_truly
from tests.actions.clinic import Clinic, enrolled, refer, written
from tests.actions.courses import paired

STUDY = "mapp2"


@pytest.fixture
def signed(one_clinic) -> Clinic:
    """The clinic with a site lead and somebody of the sponsor beside the monitor."""
    return with_signers(one_clinic)


def with_signers(clinic: Clinic) -> Clinic:
    told = {"by": clinic.administrator, "now": clinic.now}
    for role in ("site-lead", "sponsor"):
        opened = {"login": role, "printed_name": role, "password_hash": "!"}
        written(people.create_user(entry_id=uuid4(), **opened, **told))
        user = User.objects.get(login=role)
        given = {"user": user, "site": clinic.site, "role": role, "valid_from": clinic.now}
        written(people.assign_role(entry_id=uuid4(), **given, **told))
        clinic.accounts[role.replace("-", "_")] = user
    return clinic


def acted(clinic: Clinic, action, by: User, **given):
    told = {"proof": clinic.proof(by), "entry_id": uuid4(), "by": by, "now": clinic.now}
    return action(**(told | given))


def asked(clinic: Clinic, enrollment=None, by=None, **given):
    told = {"site": clinic.site, "study": STUDY, "reason_code": "study-ended"} | given
    return acted(
        clinic, database_locks.ask_lock, by or clinic.monitor, enrollment=enrollment, **told
    )


def newest() -> LockAsked:
    rows = LockAsked.objects.select_related("site", "enrollment__site")
    return rows.order_by("-position")[0]


def locked(clinic: Clinic, enrollment=None, **given) -> DatabaseLock:
    written(asked(clinic, enrollment, **given))
    written(acted(clinic, database_locks.sign_lock, clinic.sponsor, asked=newest()))
    rows = DatabaseLock.objects.select_related("site", "enrollment__site", "asked")
    return rows.order_by("-position")[0]


def reported(clinic: Clinic, enrollment):
    told = {"learner": "rater", "way": "effects", "learned_on": date(2026, 3, 1)}
    told |= {"is_certain": False, "entry_id": uuid4(), "by": clinic.rater, "now": clinic.now}
    return report_accident(enrollment=enrollment, **told)


def test_two_lock_one_person_and_nothing_is_written_until_two_lift_it(
    clinic, enrollment, tmp_path, monkeypatch
):
    with_signers(clinic)
    arm = randomized_truly(clinic, enrollment, tmp_path, monkeypatch)
    row = locked(clinic, enrollment)
    head = Stream.objects.get(id=enrollment.id)
    said = orjson.loads(row.asked.heads)["heads"]
    assert said == [[enrollment.id.hex, head.position, head.head]], "a hash of everything of theirs"
    assert Seal.objects.exists()
    closed = Refusal("database-locked")
    doctor = clinic.physician
    assert refused(doctor, enrollment, "answer.record", clinic.now) == closed
    assert refused(doctor, enrollment, "clinical.see", clinic.now) is None, "looking goes on"
    assert guessed(clinic, enrollment, clinic.therapist) == closed
    assert Stream.objects.get(id=enrollment.id).head == head.head
    helps = {"post": "", "reason": "come-now", "entry_id": uuid4(), "by": doctor, "now": clinic.now}
    written(page_duty(site=clinic.site, **helps))
    assert broke(clinic, enrollment).arm == arm, "an emergency asks no lock"
    written(reported(clinic, enrollment))
    assert asked(clinic, enrollment) == Refusal("locked-already")
    lift = {"locked": row, "reason_code": "late-safety-data"}
    written(acted(clinic, database_locks.ask_lift, clinic.sponsor, **lift))
    assert refused(doctor, enrollment, "answer.record", clinic.now) == closed, "one is not two"
    lifting = newest()
    for by, why in ((clinic.sponsor, "two-people-needed"), (clinic.site_lead, "")):
        answer = acted(clinic, database_locks.sign_lift, by, asked=lifting)
        assert (answer == Refusal(why)) is bool(why)
    assert refused(doctor, enrollment, "answer.record", clinic.now) is None
    assert acted(clinic, database_locks.ask_lift, clinic.sponsor, **lift) == Refusal(
        "lifted-already"
    )
    assert verify_here().fits


def test_a_study_is_locked_whole_and_another_goes_on(signed):
    clinic, enrollment = signed, enrolled(signed)
    other = enrolled(clinic, protocol="oehen-2013", bundle_sha256="cd" * 32)
    locked(clinic)
    assert refused(clinic.physician, enrollment, "answer.record", clinic.now)
    assert refused(clinic.physician, other, "answer.record", clinic.now) is None
    assert refer(clinic, bundle_sha256="ef" * 32) == Refusal("database-locked")


def test_a_lock_that_cannot_be_is_refused(signed):
    enrolled(signed)
    for given, why in (
        ({"reason_code": "tired"}, "reason-unknown"),
        ({"study": "oehen-2013"}, "nobody-to-lock"),
        ({"proof": None}, "proof-missing"),
    ):
        assert asked(signed, **given) == Refusal(why)
    assert asked(signed, by=signed.physician).reason == "not-permitted"
    assert not LockAsked.objects.exists()


def test_the_second_is_somebody_else_and_signs_what_the_first_saw(signed):
    clinic, enrollment = signed, enrolled(signed)
    written(asked(clinic, enrollment))
    first = newest()
    sign = database_locks.sign_lock
    assert acted(clinic, sign, clinic.monitor, asked=first) == Refusal("two-people-needed")
    assert acted(clinic, sign, clinic.physician, asked=first).reason == "not-permitted"
    written(reported(clinic, enrollment))
    assert acted(clinic, sign, clinic.sponsor, asked=first) == Refusal("record-moved")
    written(asked(clinic, enrollment))
    written(acted(clinic, sign, clinic.sponsor, asked=newest()))
    assert acted(clinic, sign, clinic.site_lead, asked=newest()) == Refusal("signed-already")
    lifts = acted(clinic, database_locks.sign_lift, clinic.site_lead, asked=first)
    assert lifts == Refusal("lifted-already"), "what asked to lock lifts nothing"


def test_what_found_the_data_open_is_refused_where_they_are_locked_before_its_commit(signed):
    """As on PostgreSQL, where a lock may be signed between the question and the commit."""
    clinic, enrollment = signed, enrolled(signed)
    written(asked(clinic, enrollment))
    first = newest()
    signing = one_transaction(_slow)
    assert signing(clinic, enrollment, first) == Refusal("database-locked")
    assert not DatabaseLock.objects.exists()
    assert not JournalEntry.objects.filter(event__contains=b"slow-entry").exists()


def _slow(clinic: Clinic, enrollment, first: LockAsked):
    assert refused(clinic.physician, enrollment, "answer.record", clinic.now) is None
    stream = lock(enrollment.id, clinic.now)
    receipt = stream.write(stream.sent("slow-entry", uuid4(), {}), [], by=clinic.physician)
    with transaction.atomic():  # stands for the other transaction that was committed meanwhile
        signature = first.signature_id
        site = lock(clinic.site.id, clinic.now)
        row = DatabaseLock(
            site=clinic.site,
            study=STUDY,
            enrollment=enrollment,
            asked=first,
            heads_sha256="ab" * 32,
            signature_id=signature,
        )
        site.write(site.sent("database-locked", uuid4(), {}), [row], by=clinic.sponsor)
    return receipt


def test_what_stays_open_is_a_short_list_each_with_its_reason():
    known = roles().permissions
    families = {code.partition(".")[0] for code in known}
    assert set(STAYS_OPEN) <= set(known) | families
    assert all(len(why) > 15 for why in STAYS_OPEN.values())
    writing = {code for code in known if roles().classes[code].writes}
    shut = {code for code in writing if not stays_open(code)}
    assert {"answer.record", "visit.record", "clinical.record", "guess.record"} <= shut
    assert {"unblind.emergency", "session.run", "own.consent", "duty.page"} <= writing - shut


def guessed(clinic: Clinic, enrollment, by: User, guesser="therapist", **given):
    told = {"moment": "before-unblinding", "guess": "mdma", "confidence": 80}
    told |= {"reason_code": "effects-seen"} | given
    return acted(clinic, record_guess, by, enrollment=enrollment, guesser=guesser, **told)


def test_a_guess_is_signed_once_and_cannot_be_changed(clinic, enrollment):
    entry = uuid4()
    first = written(guessed(clinic, enrollment, clinic.therapist, entry_id=entry))
    assert guessed(clinic, enrollment, clinic.therapist, entry_id=entry) == first
    changed = guessed(clinic, enrollment, clinic.therapist, guess="placebo")
    assert changed == Refusal("guess-locked")
    taken = written(guessed(clinic, enrollment, clinic.coordinator, "participant"))
    again = guessed(clinic, enrollment, clinic.therapist, "participant", guess="placebo")
    assert again == Refusal("guess-locked"), "whoever takes it, a participant has one"
    assert guessed(clinic, enrollment, clinic.coordinator) == Refusal("seat-not-theirs")
    written(guessed(clinic, enrollment, clinic.rater, "rater", moment="after-first-session"))
    assert BlindGuess.objects.count() == 3
    assert taken.facts
    event = bytes(JournalEntry.objects.get(entry_id=entry).event)
    assert b"mdma" not in event, "the journal tells whose and when, never what"
    assert verify_here().fits


@pytest.mark.parametrize(
    ("guess", "confidence", "reason", "why"),
    [
        ("mdma", 0, "chance", ""),
        ("dont-know", 100, "chance", ""),
        ("no-guess", None, "declined", ""),
        ("no-guess", 50, "declined", "guess-does-not-fit"),
        ("no-guess", None, "chance", "guess-does-not-fit"),
        ("ketamine", 50, "chance", "guess-unknown"),
        ("mdma", None, "chance", "confidence-does-not-fit"),
        ("mdma", 101, "chance", "confidence-does-not-fit"),
        ("mdma", -1, "chance", "confidence-does-not-fit"),
        ("mdma", 50, "declined", "reason-unknown"),
    ],
)
def test_what_a_guess_may_be(guess, confidence, reason, why):
    assert guess_refused(guess, confidence, reason, ["mdma", "placebo"]) == why


def test_the_blind_is_opened_as_planned_after_a_lock_and_every_guess(signed):
    clinic, enrollment = signed, enrolled(signed)
    paired(clinic, enrollment, clinic.therapist, clinic.therapist, date(2026, 2, 1))
    allocated(enrollment)
    seats = [(clinic.coordinator, "participant"), (clinic.rater, "rater")]
    for by, guesser in seats:
        written(guessed(clinic, enrollment, by, guesser))
    row = locked(clinic, enrollment)
    opening = {"locked": row, "reason_code": "study-ended"}
    answer = acted(clinic, open_planned, clinic.sponsor, **opening)
    assert answer == Refusal("guesses-missing", {"count": 1})
    lift = {"locked": row, "reason_code": "error-found"}
    written(acted(clinic, database_locks.ask_lift, clinic.monitor, **lift))
    written(acted(clinic, database_locks.sign_lift, clinic.sponsor, asked=newest()))
    assert acted(clinic, open_planned, clinic.sponsor, **opening) == Refusal("lock-lifted")
    written(guessed(clinic, enrollment, clinic.therapist))
    opening["locked"] = locked(clinic, enrollment)
    written(acted(clinic, open_planned, clinic.sponsor, **opening))
    again = acted(clinic, open_planned, clinic.sponsor, **opening)
    assert again == Refusal("opened-already")
    opened = PlannedUnblinding.objects.select_related("lock__site", "lock__enrollment__site").get()
    told = {"opened": opened, "entry_id": uuid4(), "now": clinic.now}
    assert show_arms(by=clinic.physician, **told).answered.reason == "not-permitted"
    arms = show_arms(by=clinic.sponsor, **told)
    assert [(each.id, found.arm) for each, found in arms.people] == [(enrollment.id, ARM)]
    assert show_arms(by=clinic.sponsor, **told).people == (), "sent again it shows nothing"
    assert ArmsShown.objects.count() == 1
