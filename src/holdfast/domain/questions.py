"""The questions of eligibility: what may be asked, and what may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from holdfast.domain.answers import Answer
from holdfast.domain.quantities import Quantity

LONGEST_TEXT = 200


class QuestionKind(StrEnum):
    """What an answer to the question is."""

    YES_NO = "yes-no"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"
    ENTRY = "entry"  # answered by entering or correcting a medicine, not here


@dataclass(frozen=True)
class CodedResult:
    """What an observation must say to give one answer: a LOINC answer code, words, true or false.

    ``words`` are whole and folded (small letters, single blanks); ``boolean`` is None where neither
    true nor false says it.
    """

    answer: str | bool
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    boolean: bool | None = None


@dataclass(frozen=True)
class Question:
    """One question of the catalogue.

    ``unit`` is the UCUM unit in which a number is kept and ``accepts`` the units in which it may
    come; ``lowest`` and ``highest`` catch typing slips, in ``unit``. ``changes`` is true where a
    later answer replaces an earlier one. ``many`` is true where several answers stand together.
    ``sentences`` holds the sentence to ask, by language; English is always there. ``loinc`` are the
    observations that answer it: with a number, or with one of ``results``.
    """

    code: str
    kind: QuestionKind
    sentences: Mapping[str, str]
    answered_by: tuple[str, ...]
    choices: tuple[str, ...] = ()
    unit: str | None = None
    accepts: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    changes: bool = False
    many: bool = False
    loinc: tuple[str, ...] = ()
    results: tuple[CodedResult, ...] = ()

    def problem_with(self, value: object, unit: str | None) -> str | None:
        """What is wrong with an answer, in words that help the person who typed it; None if fit."""
        match self.kind:
            case QuestionKind.YES_NO:
                return None if isinstance(value, bool) else f"{self.code} is answered yes or no."
            case QuestionKind.DATE:
                fits = type(value) is date  # a datetime would not compare with a date
                return None if fits else f"{self.code} is answered with a date, like 2026-03-31."
            case QuestionKind.CHOICE:
                if isinstance(value, str) and value in self.choices:
                    return None
                return f"{self.code} is answered with one of: {', '.join(self.choices)}."
            case QuestionKind.TEXT:
                fits = isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT
                return None if fits else f"{self.code} is answered in 1 to {LONGEST_TEXT} letters."
            case QuestionKind.ENTRY:
                return f"{self.code} is answered by entering or correcting the medicine itself."
            case QuestionKind.NUMBER:
                return self._problem_with_number(value, unit)

    def number(self, answer: Answer) -> Decimal:
        """The number of an answer that fits, in the question's own unit."""
        assert isinstance(answer.value, Decimal)
        return self._kept(answer.value, answer.unit or "")

    def _kept(self, value: Decimal, unit: str) -> Decimal:
        if unit == self.unit or self._is_the_same(unit):
            return value
        return Quantity(value, unit).in_unit(self.unit or "").value

    def _is_the_same(self, unit: str) -> bool:
        # One milliequivalent of an ion with one charge is one millimole; the catalogue accepts
        # the pair only for such ions (sodium, potassium).
        return {unit, self.unit} == {"mmol/L", "meq/L"}

    def _problem_with_number(self, value: object, unit: str | None) -> str | None:
        if not isinstance(value, Decimal) or not value.is_finite():
            return f"{self.code} is answered with a number."
        if unit is None:
            return f"{self.code} needs a unit: write one of {', '.join(self.accepts)}."
        if unit not in self.accepts:
            return (
                f"{self.code} is not measured in {unit!r}: write one of {', '.join(self.accepts)}."
            )
        kept = self._kept(value, unit)
        if self.lowest is None or self.highest is None or self.lowest <= kept <= self.highest:
            return None
        expected = f"{self.lowest} to {self.highest} {self.unit}"
        return f"{self.code} {value} {unit}: expected {expected}."
