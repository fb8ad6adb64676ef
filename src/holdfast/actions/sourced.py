"""What is known of a person, from the rules' values to sealed facts.

Every word and code as somebody wrote it goes into one sealed column, with its place. A token,
keyed by the person's own key, makes the same content known again without reading it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from holdfast.domain.answers import Answer, HistoryEntry, MedicationEntry, Person, Referral
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.quantities import is_known_unit
from holdfast.domain.questions import Question
from holdfast.records.canonical import document
from holdfast.records.care import EligibilityAnswer, HistoryRecord, MedicationRecord
from holdfast.records.keys import DataKey, sealed
from holdfast.records.people import Identity

# Answers whose value tells who somebody is: kept sealed, never in a plain column.
IDENTIFYING_QUESTIONS = frozenset({"born-on", "died-on"})

Known = EligibilityAnswer | MedicationRecord | HistoryRecord


Questions = Mapping[str, Question]


def known_facts(
    enrollment_id: UUID, referral: Referral, key: DataKey, questions: Questions, held: set[str]
) -> list[Known]:
    """The facts of a referral that are not held yet; the order of entries changes nothing."""
    found: dict[str, Known] = {}
    for fact in _all_facts(enrollment_id, referral, key, questions):
        if fact.token not in held:
            found.setdefault(fact.token, fact)
    facts = [found[token] for token in sorted(found)]
    return sorted(facts, key=lambda fact: type(fact).__name__)


def _all_facts(
    enrollment_id: UUID, referral: Referral, key: DataKey, questions: Questions
) -> Iterable[Known]:
    for answer in referral.answers:
        yield answer_fact(enrollment_id, answer, key, questions)
    for medication in referral.medications:
        yield medication_fact(enrollment_id, medication, key)
    for entry in referral.history:
        yield history_fact(enrollment_id, entry, key)


def answer_fact(
    enrollment_id: UUID, answer: Answer, key: DataKey, questions: Questions, **corrected: Any
) -> EligibilityAnswer:
    """One answer as a fact. Free text and what tells who it is are sealed; the rest is plain."""
    kind, told = stored_value(answer.value)
    asked = questions.get(answer.question)
    is_free_text = kind == "choice" and (asked is None or told not in asked.choices)
    hidden = is_free_text or answer.question in IDENTIFYING_QUESTIONS
    plain_unit = answer.unit if answer.unit and is_known_unit(answer.unit) else None
    fact = EligibilityAnswer(
        enrollment_id=enrollment_id,
        source_kind=answer.source.kind.value,
        question=answer.question,
        value_kind=kind,
        value=None if hidden else told,
        unit=plain_unit,
        observed_on=answer.observed_on,
        **corrected,
    )
    words = {
        "place": answer.source.place,
        "corrects": answer.corrects,
        "value": told if hidden else None,
        "unit": None if plain_unit else answer.unit,
    }
    return _finished(fact, words, answer, key)


def medication_fact(
    enrollment_id: UUID, entry: MedicationEntry, key: DataKey, **corrected: Any
) -> MedicationRecord:
    """One medicine as a fact; its name and codes are sealed as written."""
    fact = MedicationRecord(
        enrollment_id=enrollment_id,
        source_kind=entry.source.kind.value,
        is_current=entry.is_current,
        last_taken_on=entry.last_taken_on,
        **corrected,
    )
    words = {"place": entry.source.place, "name": entry.name, "rxcuis": list(entry.rxcuis)}
    return _finished(fact, words, entry, key)


def history_fact(
    enrollment_id: UUID, entry: HistoryEntry, key: DataKey, **corrected: Any
) -> HistoryRecord:
    """One condition, procedure or allergy as a fact; its name and codes are sealed as written."""
    fact = HistoryRecord(
        enrollment_id=enrollment_id,
        source_kind=entry.source.kind.value,
        kind=entry.kind,
        is_active=entry.is_active,
        onset_on=entry.onset_on,
        abated_on=entry.abated_on,
        **corrected,
    )
    words = {"place": entry.source.place, "name": entry.name, "codes": list(entry.codes)}
    return _finished(fact, words, entry, key)


def identity_fact(
    person_id: UUID,
    identity: PersonIdentity,
    person: Person,
    key: DataKey,
    corrects_id: UUID | None = None,
) -> Identity:
    """Who somebody is, sealed under their identity key."""
    fact = Identity(
        id=uuid4(),
        person_id=person_id,
        sex=person.sex,
        is_deceased=person.is_deceased,
        corrects_id=corrects_id,
        correction_reason="changed-document" if corrects_id else "",
    )
    words = {
        "family": identity.family,
        "given": identity.given,
        "born_on": person.born_on or identity.born_on,
        "died_on": person.died_on,
        "identifiers": sorted(identity.identifiers),
        "contact": list(identity.contact),
    }
    text = document(words)
    fact.words = sealed(key, fact, "words", text.decode())
    plain = document([words, person.sex, person.is_deceased])
    fact.token = key.token("identity", plain)
    return fact


def stored_value(value: bool | Decimal | date | str) -> tuple[str, str]:
    """The kind of an answer's value and its stored text."""
    if isinstance(value, bool):
        return "yes-no", "true" if value else "false"
    if isinstance(value, Decimal):
        return "number", format(value, "f")
    if isinstance(value, date):
        return "date", value.isoformat()
    return "choice", value


def _finished(fact: Any, words: dict[str, Any], content: Any, key: DataKey) -> Any:
    """Seal the words; the id follows from nothing but chance, the token from the content."""
    fact.id = uuid4()
    fact.written = sealed(key, fact, "written", document(words).decode())
    fact.token = content_token(key, type(fact).__name__, content)
    return fact


def content_token(key: DataKey, kind: str, content: Any) -> str:
    """The keyed token of one answer, medicine or history entry as it came."""
    return key.token(kind, document(content))
