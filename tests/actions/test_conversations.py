"""Several answers of one conversation: all of them or none, one entry, judged once."""

from uuid import uuid4

from holdfast.actions.answers import record_answers
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.domain.answers import Answer, SourceKind
from holdfast.records.models import EligibilityAnswer, JournalEntry, VerdictShown
from tests.actions.clinic import NOW, Clinic, enrolled, source, written

SAID = tuple(
    Answer(question, True, source(SourceKind.TOLD), NOW.date())
    for question in ("fluent-in-site-language", "able-to-swallow-pills", "agrees-to-recording")
)


def said(clinic: Clinic, enrollment, answers=SAID, entry_id=None, by=None):
    return record_answers(
        enrollment=enrollment,
        answers=answers,
        entry_id=entry_id or uuid4(),
        by=by or clinic.coordinator,
        now=clinic.now,
    )


def test_a_conversation_is_one_entry_and_one_verdict(clinic):
    enrollment = enrolled(clinic)
    entries, verdicts = JournalEntry.objects.count(), VerdictShown.objects.count()
    receipt = written(said(clinic, enrollment))
    assert len(receipt.facts) == len(SAID)
    assert JournalEntry.objects.count() == entries + 2  # the conversation, and the verdict on it
    assert VerdictShown.objects.count() == verdicts + 1


def test_one_answer_that_does_not_fit_leaves_none_behind(clinic):
    enrollment = enrolled(clinic)
    before = EligibilityAnswer.objects.count()
    wrong = Answer("agrees-to-overnight-stay", "perhaps", source(SourceKind.TOLD), NOW.date())
    assert said(clinic, enrollment, (*SAID, wrong)).reason == "answer-does-not-fit"
    assert EligibilityAnswer.objects.count() == before


def test_the_same_conversation_again_gets_the_first_receipt(clinic):
    enrollment, entry_id = enrolled(clinic), uuid4()
    first = written(said(clinic, enrollment, entry_id=entry_id))
    assert said(clinic, enrollment, entry_id=entry_id) == first
    assert isinstance(said(clinic, enrollment, SAID[:1], entry_id), Conflict)


def test_a_conversation_without_answers_is_none(clinic):
    assert said(clinic, enrolled(clinic), ()) == Refusal("nothing-to-record")


def test_who_may_not_record_is_refused(clinic):
    answer = said(clinic, enrolled(clinic), by=clinic.monitor)
    assert answer.reason == "not-permitted"
