"""Answers, medicines and signed limits that a person wrote into a file, in TOML or JSON.

The form is in ``docs/answers-file.md``. Every problem is found at once, with its line and mend.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from holdfast.definitions.json_document import JsonDocument
from holdfast.definitions.loading import Document, Table, nearest, read_format
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.answers import Answer, MedicationEntry, Source, SourceKind
from holdfast.domain.limits import SignedLimit
from holdfast.domain.quantities import is_same_kind
from holdfast.domain.questions import Question, QuestionKind

FORMAT = 1
HAND_SOURCES = (SourceKind.TOLD.value, SourceKind.LETTER.value, SourceKind.SEEN.value)
_DAY_MEND = "Write a date like 2026-03-31"


@dataclass(frozen=True)
class AnswersFile:
    """What one file says, in its own order."""

    answers: tuple[Answer, ...] = ()
    medications: tuple[MedicationEntry, ...] = ()
    limits: tuple[SignedLimit, ...] = ()


def read(path: Path, *, limits: Mapping[str, str], as_of: date) -> AnswersFile:
    """The answers in a file.

    Parameters
    ----------
    limits
        The unit of each limit that may be signed, by its code.
    as_of
        The day of the verdict; an answer dated later is refused.

    Raises
    ------
    DefinitionRefused
        With every problem of the file, each with its line and mend.
    """
    document = JsonDocument(path) if path.suffix.lower() == ".json" else Document(path)
    root = document.root
    if "format" in root:
        read_format(root, FORMAT)
    reading = _Reading(limits, as_of)
    found = AnswersFile(
        answers=tuple(
            answer
            for number, table in enumerate(root.tables("answer"), start=1)
            if (answer := reading.answer(table, number)) is not None
        ),
        medications=tuple(
            reading.medication(table, number)
            for number, table in enumerate(root.tables("medication"), start=1)
        ),
        limits=tuple(
            limit for table in root.tables("limit") if (limit := reading.limit(table)) is not None
        ),
    )
    root.finish()
    document.finish()
    return found


class _Reading:
    """One reading of a file: the questions and limits there are, and the day."""

    def __init__(self, limits: Mapping[str, str], as_of: date) -> None:
        self.questions = load_questions().questions
        self.limits = limits
        self.as_of = as_of
        self._signed: set[str] = set()

    def answer(self, table: Table, number: int) -> Answer | None:
        """One answer, or None where a problem was noted."""
        code = table.one_of("question", self.questions)
        question = self.questions.get(code)
        value = _value(table, question)
        unit = table.text("unit", required=False) or None
        observed_on = self._past_day(table, "observed_on")
        source = _source(table, f"answer {number}")
        corrects = table.text("corrects", required=False) or None
        table.finish()
        if question is None or value is None:
            return None
        problem = question.problem_with(value, unit)
        if problem is not None:
            table.problem("value", problem.rstrip("."), "Correct the value or its unit")
            return None
        return Answer(code, value, source, observed_on, unit, corrects)

    def medication(self, table: Table, number: int) -> MedicationEntry:
        """One medicine."""
        rxcuis = table.texts("rxcuis")
        for rxcui in rxcuis:
            if not (rxcui.isascii() and rxcui.isdigit()):
                table.problem("rxcuis", "an RxNorm code is a number", 'Write it as "36437"')
        entry = MedicationEntry(
            name=table.text("name"),
            rxcuis=rxcuis,
            is_current=table.flag("is_current") if "is_current" in table else None,
            last_taken_on=self._past_day(table, "last_taken_on"),
            source=_source(table, f"medication {number}"),
            corrects=table.text("corrects", required=False) or None,
        )
        table.finish()
        return entry

    def limit(self, table: Table) -> SignedLimit | None:
        """One limit that a physician signed, or None where a problem was noted."""
        code = table.text("code")
        if code and code not in self.limits:
            table.problem(
                "code", f"limit {code!r} is not one to sign", nearest(code, sorted(self.limits))
            )
        if code in self._signed:
            table.problem("code", f"limit {code!r} is here twice", "Keep the one in force")
        self._signed.add(code)
        value, unit = table.decimal("value"), table.unit("unit")
        signed_by, signed_on = table.text("signed_by"), self._past_day(table, "signed_on")
        if "signed_on" not in table:
            table.problem(None, "signed_on is missing", _DAY_MEND)
        table.finish()
        if value is None or signed_on is None:
            return None
        wanted = self.limits.get(code, unit)
        if value < 0:
            table.problem("value", "a limit is not negative", "Correct the number")
        if unit and not is_same_kind(unit, wanted):
            table.problem("unit", f"{code} is not measured in {unit!r}", f"Write it in {wanted}")
        return SignedLimit(code, value, unit, signed_by, signed_on)

    def _past_day(self, table: Table, key: str) -> date | None:
        day = _day(table, key)
        if day is not None and day > self.as_of:
            table.problem(key, f"{key} lies after {self.as_of}", "Correct it, or judge as of then")
        return day


def _day(table: Table, key: str) -> date | None:
    """A date, also as a text: JSON has no dates."""
    value = table.value(key)
    if value is None or type(value) is date:
        return value
    day = _parsed_day(value)
    if day is None:
        table.problem(key, f"{key} is not a date", _DAY_MEND)
    return day


def _parsed_day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None


def _value(table: Table, question: Question | None) -> bool | Decimal | date | str | None:
    value = table.value("value")
    if "value" not in table or value is None:
        table.problem(None, "value is missing", "Add the value")
        return None
    if question is not None and question.kind is QuestionKind.DATE:
        return _day(table, "value")
    if isinstance(value, bool | str | Decimal) or type(value) is date:
        return value
    if isinstance(value, int):
        return Decimal(value)
    table.problem("value", "value is of the wrong type", "Write true, a number, a date or a text")
    return None


def _source(table: Table, fallback: str) -> Source:
    kind = table.one_of("source", HAND_SOURCES)
    place = table.text("place", required=False) or fallback
    return Source(SourceKind(kind) if kind in HAND_SOURCES else SourceKind.TOLD, place)
