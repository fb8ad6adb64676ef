"""What an invented person and the physician answer when asked, as answers of the catalogue."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from holdfast.cli.demonstration.people import Somebody
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.medications import REVIEWED
from holdfast.domain.questions import Question, QuestionKind

_A_WEEK = timedelta(days=7)
_TOLD_BY = frozenset({"person", "coordinator", "therapist"})


def answers_of(
    somebody: Somebody, on: date, questions: Mapping[str, Question]
) -> tuple[Answer, ...]:
    """Everything that somebody answers on the day ``on``, in the order of ``people.toml``.

    ``questions`` are those of the protocol; nobody is asked what it does not ask. What the person or a coordinator may answer was told; the rest a clinician saw.
    """
    given: list[tuple[str, Any, date]] = [
        *((code, value, on - _A_WEEK) for code, value in somebody.first_measured.items()),
        *((code, value, on) for code, value in somebody.answers.items()),
        *((code, on - timedelta(days=n), on) for code, n in somebody.answered_days_ago.items()),
        *((REVIEWED, medicine, on) for medicine in somebody.reviewed),
    ]
    return tuple(
        _answer(questions[code], value, day) for code, value, day in given if code in questions
    )


def is_told(question: Question) -> bool:
    """True if the coordinator can ask the person; else it waits for a clinician."""
    return question.answered_by[0] in _TOLD_BY


def _answer(question: Question, value: Any, on: date) -> Answer:
    unit = None
    if question.kind is QuestionKind.NUMBER:
        value, unit = Decimal(str(value)), question.unit
    kind = SourceKind.TOLD if is_told(question) else SourceKind.SEEN
    return Answer(question.code, value, Source(kind, f"asked/{question.code}/{on}"), on, unit)
