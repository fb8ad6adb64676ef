"""Answers, medicines and history entered by hand, and their corrections; each is judged at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from holdfast.actions.judging import judge_after, local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.sourced import Known, answer_fact, history_fact, medication_fact
from holdfast.actions.writing import lock, one_transaction, refused_where_erased
from holdfast.definitions import questions
from holdfast.domain.answers import Answer, HistoryEntry, MedicationEntry
from holdfast.records.care import EligibilityAnswer, Enrollment, HistoryRecord, MedicationRecord
from holdfast.records.keys import DataKey, data_key_of, sealed
from holdfast.records.people import PersonKey, User

# Why an entry is corrected; free words may be added, sealed.
CORRECTION_REASONS = (
    "typing-error",
    "wrong-person",
    "source-corrected",
    "better-source",
    "no-longer-true",
    "changed-in-call",  # said otherwise on the same day, to who wrote it down the first time
)
HISTORY_KINDS = ("condition", "procedure", "allergy")


@refused_where_erased
@one_transaction
def record_answer(
    *, enrollment: Enrollment, answer: Answer, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Record one answer by hand. One that contradicts another names what it corrects."""
    if refusal := _answer_refused(answer):
        return refusal
    catalogue = questions.load().questions

    def facts(key: DataKey) -> list[Known]:
        return [answer_fact(enrollment.id, answer, key, catalogue)]

    return _record("answer-recorded", enrollment, answer, facts, entry_id, by, now)


@refused_where_erased
@one_transaction
def record_answers(
    *,
    enrollment: Enrollment,
    answers: Sequence[Answer],
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Record several answers of one conversation as one entry: all of them or none, judged once."""
    if not answers:
        return Refusal("nothing-to-record")
    for answer in answers:
        if refusal := _answer_refused(answer):
            return refusal
    catalogue = questions.load().questions

    def facts(key: DataKey) -> list[Known]:
        return [answer_fact(enrollment.id, answer, key, catalogue) for answer in answers]

    return _record("answers-recorded", enrollment, list(answers), facts, entry_id, by, now)


@refused_where_erased
@one_transaction
def record_medication(
    *, enrollment: Enrollment, medication: MedicationEntry, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Record one medicine by hand, as it was named."""

    def facts(key: DataKey) -> list[Known]:
        return [medication_fact(enrollment.id, medication, key)]

    return _record("medication-recorded", enrollment, medication, facts, entry_id, by, now)


@refused_where_erased
@one_transaction
def record_history(
    *, enrollment: Enrollment, history: HistoryEntry, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Record one condition, procedure or allergy by hand, as it was named."""
    if history.kind not in HISTORY_KINDS:
        return Refusal("kind-unknown")

    def facts(key: DataKey) -> list[Known]:
        return [history_fact(enrollment.id, history, key)]

    return _record("history-recorded", enrollment, history, facts, entry_id, by, now)


@refused_where_erased
@one_transaction
def correct_answer(
    *,
    answer: EligibilityAnswer,
    value: Answer | None,
    reason: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Correct an answer by a new one; without a value it is withdrawn: not known any more."""
    if value is not None:
        if value.question != answer.question:
            return Refusal("another-question")
        if refusal := _answer_refused(value):
            return refusal
    catalogue = questions.load().questions

    def fact(key: DataKey) -> Known:
        if value is None:
            return _withdrawn(answer, key)
        return answer_fact(answer.enrollment_id, value, key, catalogue)

    return _correct("answer-corrected", answer, value, fact, reason, words, entry_id, by, now)


@refused_where_erased
@one_transaction
def correct_medication(
    *,
    medication: MedicationRecord,
    value: MedicationEntry | None,
    reason: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Correct a medicine by a new entry; without a value it is withdrawn."""

    def fact(key: DataKey) -> Known:
        if value is None:
            return _withdrawn(medication, key)
        return medication_fact(medication.enrollment_id, value, key)

    return _correct(
        "medication-corrected", medication, value, fact, reason, words, entry_id, by, now
    )


@refused_where_erased
@one_transaction
def correct_history(
    *,
    history: HistoryRecord,
    value: HistoryEntry | None,
    reason: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Correct a condition, procedure or allergy by a new entry; without a value it is withdrawn."""
    if value is not None and value.kind not in HISTORY_KINDS:
        return Refusal("kind-unknown")

    def fact(key: DataKey) -> Known:
        if value is None:
            return _withdrawn(history, key)
        return history_fact(history.enrollment_id, value, key)

    return _correct("history-corrected", history, value, fact, reason, words, entry_id, by, now)


def _answer_refused(answer: Answer) -> Refusal | None:
    """A refusal where an answer does not fit its question; the words are for who typed it."""
    asked = questions.load().questions.get(answer.question)
    if asked is None:
        return Refusal("question-unknown")
    if problem := asked.problem_with(answer.value, answer.unit):
        return Refusal("answer-does-not-fit", {"problem": problem})
    return None


def _record(
    kind: str,
    enrollment: Enrollment,
    content: Any,
    facts: Callable[[DataKey], list[Known]],
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    if refusal := refused(by, enrollment, "answer.record", now):
        return refusal
    stream = lock(enrollment.id, now)
    sent = stream.sent(kind, entry_id, {"content": content})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    receipt = stream.write(sent, facts(key), by=by)
    as_of = local_date(enrollment.site, stream.now)
    judge_after(stream, enrollment, as_of=as_of, because="answer", key=key, by=by)
    return receipt


def _correct(
    kind: str,
    earlier_fact: Known,
    content: Any,
    fact: Callable[[DataKey], Known],
    reason: str,
    words: str,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    enrollment = Enrollment.objects.select_related("site").get(id=earlier_fact.enrollment_id)
    if refusal := refused(by, enrollment, "answer.record", now):
        return refusal
    if reason not in CORRECTION_REASONS:
        return Refusal("reason-unknown")
    stream = lock(enrollment.id, now)
    what = {"corrects": earlier_fact.id, "content": content, "reason": reason, "words": words}
    sent = stream.sent(kind, entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if type(earlier_fact).objects.filter(corrects_id=earlier_fact.id).exists():
        return Refusal("already-corrected")
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    new = fact(key)
    new.corrects_id = earlier_fact.id
    new.correction_reason = reason
    if words:
        new.correction_words = sealed(key, new, "correction_words", words)
    values = {"corrects": earlier_fact.id.hex, "reason": reason}
    receipt = stream.write(sent, [new], by=by, values=values)
    as_of = local_date(enrollment.site, stream.now)
    judge_after(stream, enrollment, as_of=as_of, because="answer", key=key, by=by)
    return receipt


def _withdrawn(earlier: Any, key: DataKey) -> Any:
    """The same entry, marked as not known any more; its words stay with the one it corrects."""
    kept = {
        field.attname: getattr(earlier, field.attname)
        for field in earlier._meta.concrete_fields
        if field.attname not in ("id", "stream_id", "position", "recorded_at", "recorded_by_id")
    }
    fact = type(earlier)(**kept)
    fact.id = uuid5(earlier.id, "withdrawn")
    fact.is_withdrawn = True
    fact.written = sealed(key, fact, "written", "{}")
    return fact
