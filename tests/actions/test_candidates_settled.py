"""Each possible event is linked to an adverse event or dismissed by itself, by a physician who signs."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from holdfast.actions.candidate_settling import Settled, settle_candidate
from holdfast.actions.care_entries import record_care
from holdfast.actions.clinical import Entry
from holdfast.actions.outcomes import Refusal
from holdfast.actions.session_planning import outside_mg
from holdfast.records.clinical_now import standing
from holdfast.records.keys import opened
from holdfast.records.models import AdverseEvent, CandidateSettled, EventCandidate
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import written
from tests.actions.sessions import nothing_kept, sitting, sitting_template

__all__ = ["nothing_kept", "sitting", "sitting_template"]
LINK, DISMISS = Settled("adverse-event"), Settled("dismissed", reason="not-adverse")


@pytest.fixture
def felt(sitting):
    """Two things that were felt; their candidates by term."""
    written(sitting.write("event", term="nausea", severity="mild", serious="no"))
    written(sitting.write("event", term="euphoria", valence="good"))
    return sitting


def candidate(sitting, term="nausea"):
    found = standing(EventCandidate, sitting.enrollment)
    return next(row for row in found if opened(row, "words") == term)


def settle(sitting, row, told, by=None, **given):
    by = by or sitting.clinic.physician
    entry = Entry(
        enrollment=sitting.enrollment, entry_id=uuid4(), by=by, now=sitting.clinic.later(seconds=5)
    )
    proof = given.pop("proof", sitting.clinic.proof(by))
    return settle_candidate(entry=entry, candidate=row, told=told, proof=proof)


def test_one_is_linked_and_another_dismissed_each_with_a_signature(felt):
    written(settle(felt, candidate(felt), LINK))
    written(settle(felt, candidate(felt, "euphoria"), DISMISS))
    event = AdverseEvent.objects.get()
    assert (opened(event, "words"), event.is_serious) == ("nausea", False)
    linked, dismissed = CandidateSettled.objects.order_by("position")
    assert (linked.outcome, linked.event, dismissed.event) == ("adverse-event", event, None)
    assert dismissed.reason == "not-adverse"
    assert linked.signature.meaning == "settles-possible-event"
    for row in (linked, dismissed):
        assert row.candidate_id.hex in row.signature.statement
        assert row.signature.signed_by == felt.clinic.physician
    assert event.id.hex in linked.signature.statement
    assert verify_here().fits


def test_several_may_belong_to_one_adverse_event(felt):
    written(settle(felt, candidate(felt), LINK))
    event = AdverseEvent.objects.get()
    told = replace(LINK, event=event.id)
    written(settle(felt, candidate(felt, "euphoria"), told))
    assert AdverseEvent.objects.count() == 1
    assert event.candidates.count() == 2


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Settled("other"), "outcome-unknown"),
        (Settled("dismissed"), "dismissal-reason-missing"),
        (Settled("dismissed", reason="because"), "dismissal-reason-missing"),
        (Settled("dismissed", reason="other", words="  "), "words-missing"),
        (Settled("dismissed", uuid4(), "not-adverse"), "event-not-asked"),
        (Settled("adverse-event", reason="not-adverse"), "reason-not-asked"),
        (Settled("adverse-event", uuid4()), "event-unknown"),
    ],
)
def test_what_does_not_fit_together_is_refused(felt, told, why):
    assert settle(felt, candidate(felt), told) == Refusal(why)


def test_only_a_physician_with_a_proof_and_only_once(felt):
    row = candidate(felt)
    assert settle(felt, row, DISMISS, by=felt.clinic.therapist).reason == "not-permitted"
    assert settle(felt, row, DISMISS, proof=None) == Refusal("proof-missing")
    written(settle(felt, row, DISMISS))
    assert settle(felt, row, LINK) == Refusal("already-settled")


def test_a_repeat_of_what_was_settled_waits_again_and_so_does_what_is_more_serious(felt):
    first = candidate(felt)
    felt.clinic.later(minutes=1)
    written(felt.write("event", term="nausea", severity="severe"))
    assert candidate(felt) == first  # it still waits, its course is in the entries
    written(settle(felt, first, DISMISS))
    felt.clinic.later(minutes=1)
    written(felt.write("event", term="nausea", severity="moderate"))
    second = candidate(felt)
    assert (second.corrects, second.intensity, second.is_serious) == (first, "moderate", False)
    assert not hasattr(second, "settled")
    felt.clinic.later(minutes=1)
    written(felt.write("event", term="nausea", serious="unknown"))
    third = candidate(felt)
    assert (third.corrects, third.is_serious, third.source_id) == (second, None, first.source_id)
    assert settle(felt, second, DISMISS) == Refusal("already-corrected")
    assert verify_here().fits


USE = {"substance": "mdma", "last_used_on": None, "in_treatment": None, "words": ""}


def use(sitting, **told):
    by, now = sitting.clinic.physician, sitting.clinic.later(seconds=5)
    entry = Entry(enrollment=sitting.enrollment, entry_id=uuid4(), by=by, now=now)
    given = {"times": None, "total_mg": None, "how_known": None} | told
    return record_care(entry=entry, kind="psychedelic-use", told=USE | given)


def test_what_was_taken_outside_is_unknown_until_somebody_told_the_milligrams(sitting):
    person = sitting.enrollment
    assert outside_mg(person) is None
    written(use(sitting, substance="lsd", times=0))
    assert outside_mg(person) is None
    written(use(sitting, times=4))
    assert outside_mg(person) is None
    written(use(sitting, times=4, total_mg=Decimal("420.5"), how_known="told"))
    assert outside_mg(person) in (None, Decimal("420.5"))
    assert verify_here().fits


def test_never_taken_is_nothing_and_known(sitting):
    written(use(sitting, times=0))
    assert outside_mg(sitting.enrollment) == Decimal(0)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"total_mg": Decimal(80)}, "milligrams-and-how-they-are-known"),
        ({"how_known": "told"}, "milligrams-and-how-they-are-known"),
        ({"total_mg": Decimal(80), "how_known": "guess"}, "milligrams-do-not-fit"),
        ({"total_mg": Decimal(-1), "how_known": "told"}, "milligrams-do-not-fit"),
        ({"times": 0, "total_mg": Decimal(80), "how_known": "told"}, "milligrams-do-not-fit"),
        ({"times": 2, "total_mg": Decimal(0), "how_known": "told"}, "milligrams-do-not-fit"),
    ],
)
def test_milligrams_say_how_they_are_known_and_fit_the_times(sitting, told, why):
    assert use(sitting, **told) == Refusal(why)
