"""Results that are no number: an observation answers a question by a code, by words, or by true or false."""

from typing import Any

from holdfast.definitions.questions import as_result_words
from holdfast.domain.questions import Question
from holdfast.interop.fhir.elements import (
    LOINC_SYSTEMS,
    Json,
    concept_in,
    flag_in,
    list_in,
    object_in,
    one_of,
    quantity_in,
    text_in,
)
from holdfast.interop.fhir.report import LeftOutReason


def coded_result(part: Json, question: Question, at: str) -> str | bool | LeftOutReason:
    """The answer that an Observation, or a component of one, gives to a question with results.

    A LOINC answer code decides, unless a word beside it says another answer. Without one, every
    word there must say the same. What says none of the answers, or two, is no answer at all.

    Raises
    ------
    ReferralRefused
        Where the value has a shape that R4 does not allow.
    """
    if part.get("dataAbsentReason") is not None:
        return LeftOutReason.NO_VALUE
    key = one_of(part, tuple(k for k in part if k.startswith("value")))
    match key:
        case None:
            return LeftOutReason.NO_VALUE
        case "valueCodeableConcept":
            return _of_concept(part, question, at)
        case "valueString":
            words = text_in(part, key, at)
            return _agreed(question, (), (words,)) if words else LeftOutReason.NO_VALUE
        case "valueBoolean":
            said = flag_in(part, key, at)
            found = [r.answer for r in question.results if r.boolean is said]
            return found[0] if found else LeftOutReason.NOT_A_RESULT
        case "valueQuantity":
            quantity_in(part, key, at)  # a number is no answer here, and still must be one
    return LeftOutReason.NOT_A_RESULT


def _of_concept(part: Json, question: Question, at: str) -> str | bool | LeftOutReason:
    key = "valueCodeableConcept"
    found = concept_in(part, key, at)
    if found is None:
        return LeftOutReason.NO_VALUE
    raw: Any = object_in(part, key, at)
    inside = f"{at}{key}."
    words = [text_in(raw, "text", inside)]
    for index, coding in enumerate(list_in(raw, "coding", inside)):
        words.append(text_in(coding, "display", f"{inside}coding[{index}]."))
    return _agreed(question, found.in_systems(LOINC_SYSTEMS), tuple(filter(None, words)))


def _agreed(
    question: Question, codes: tuple[str, ...], words: tuple[str, ...]
) -> str | bool | LeftOutReason:
    """The one answer that codes and words give."""
    coded = {r.answer for r in question.results for code in codes if code in r.codes}
    met = [as_result_words(each) for each in words]
    named = {r.answer for r in question.results for each in met if each in r.words}
    is_understood = coded or all(any(each in r.words for r in question.results) for each in met)
    answers = coded | named
    return answers.pop() if is_understood and len(answers) == 1 else LeftOutReason.NOT_A_RESULT
