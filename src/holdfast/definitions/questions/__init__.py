"""The catalogue of questions: what may be asked of a person, in which unit, by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    refuse_duplicates,
)
from holdfast.domain.drug_names import folded
from holdfast.domain.quantities import Quantity, UnitMismatch, is_known_unit, known_units
from holdfast.domain.questions import CodedResult, Question, QuestionKind

FORMAT = 1
LANGUAGES = ("en", "de", "es", "fr")
ROLES = ("person", "coordinator", "therapist", "physician", "rater", "pharmacist")
CODED = (QuestionKind.CHOICE, QuestionKind.YES_NO)
OBSERVED = (QuestionKind.NUMBER, *CODED)
FILE = FOLDER / "questions" / "eligibility.toml"


@dataclass(frozen=True)
class Catalogue:
    """Every question by its code, and the hash of the file they are from."""

    questions: Mapping[str, Question]
    sha256: str

    def by_loinc(self) -> Mapping[str, Question]:
        """The question that each observation code answers, for whoever reads an imported record."""
        return {code: q for q in self.questions.values() for code in q.loinc}


@cache
def load() -> Catalogue:
    """The catalogue that ships with this release."""
    return read(FILE)


def read(path: Path) -> Catalogue:
    """A catalogue from a file.

    Raises
    ------
    DefinitionRefused
        With every problem of the file, each with its line and mend.
    """
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    tables = root.tables("question", required=True)
    questions = [_question(table) for table in tables]
    refuse_duplicates(zip(tables, (q.code for q in questions), strict=True), "question")
    _refuse_shared_loinc(tables, questions)
    root.finish()
    document.finish()
    by_code = {question.code: question for question in questions}
    return Catalogue(MappingProxyType(by_code), document.sha256)


def _question(table: Table) -> Question:
    kind_name = table.one_of("kind", [kind.value for kind in QuestionKind])
    kinds = {kind.value: kind for kind in QuestionKind}
    kind = kinds.get(kind_name, QuestionKind.TEXT)
    answered_by = table.texts("answered_by", required=True)
    for role in answered_by:
        if role not in ROLES:
            table.problem("answered_by", f"nobody is a {role!r}", nearest(role, ROLES))
    lowest, highest = _range(table) if kind is QuestionKind.NUMBER else (None, None)
    question = Question(
        code=table.code("code"),
        kind=kind,
        sentences=MappingProxyType(_sentences(table)),
        answered_by=answered_by,
        choices=_choices(table) if kind is QuestionKind.CHOICE else (),
        unit=table.unit("unit") if kind is QuestionKind.NUMBER else None,
        accepts=_accepts(table) if kind is QuestionKind.NUMBER else (),
        lowest=lowest,
        highest=highest,
        changes=table.flag("changes", default=False),
        many=table.flag("many", default=False),
        loinc=table.texts("loinc") if kind in OBSERVED else (),
        results=_results(table, kind) if kind in CODED else (),
    )
    if kind in CODED:
        _refuse_half_a_coding(table, question)
    table.finish()
    return question


def _sentences(table: Table) -> dict[str, str]:
    found = {"en": table.text("en")}
    for language in LANGUAGES[1:]:
        if language in table:
            found[language] = table.text(language)
    return found


def _choices(table: Table) -> tuple[str, ...]:
    choices = table.texts("choices", required=True)
    if len(choices) == 1:
        table.problem("choices", "one choice is no choice", "Write at least two")
    return choices


def _results(table: Table, kind: QuestionKind) -> tuple[CodedResult, ...]:
    """How an observation answers the question; no code, word or boolean gives two answers."""
    found: list[CodedResult] = []
    for one in table.tables("result"):
        result = CodedResult(
            answer=one.flag("answer") if kind is QuestionKind.YES_NO else _choice(one, table),
            codes=one.texts("codes"),
            words=one.texts("words"),
            boolean=one.flag("boolean") if "boolean" in one else None,
        )
        for words in result.words:
            if words != as_result_words(words):
                mend = f"Write {as_result_words(words)!r}"
                one.problem("words", f"{words!r} is not in the form in which words are met", mend)
        if not _ways(result):
            one.problem(None, f"nothing says {result.answer!r}", "Give codes, words or boolean")
        for other in found:
            if other.answer == result.answer:
                one.problem("answer", f"{result.answer!r} is here twice", "Join the two")
            for way in sorted(_ways(result) & _ways(other)):
                one.problem(None, f"{way} means two answers", "Leave it with one of them")
        found.append(result)
        one.finish()
    return tuple(found)


def as_result_words(text: str) -> str:
    """The one form of the words of a result, in which they are compared whole."""
    return " ".join(folded(text).split())


def _choice(result: Table, question: Table) -> str:
    return result.one_of("answer", question.texts("choices"))


def _ways(result: CodedResult) -> set[str]:
    said = {repr(each) for each in (*result.codes, *result.words)}
    return said if result.boolean is None else said | {f"boolean = {str(result.boolean).lower()}"}


def _refuse_half_a_coding(table: Table, question: Question) -> None:
    if question.loinc and not question.results:
        table.problem("loinc", "no result says what it answers", "Add a [[question.result]]")
    if question.results and not question.loinc:
        table.problem("result", "no observation code leads to its results", "Add loinc")


def _accepts(table: Table) -> tuple[str, ...]:
    """The units that may come in; each must turn into the unit that is kept."""
    accepts, kept = table.texts("accepts", required=True), str(table.value("unit"))
    if accepts and kept not in accepts:
        table.problem("accepts", f"accepts leaves out the unit {kept!r}", f"Add {kept!r}")
    for unit in accepts:
        if not is_known_unit(unit):
            table.problem("accepts", f"unit {unit!r} is not known", nearest(unit, known_units()))
        elif is_known_unit(kept) and {unit, kept} != {"mmol/L", "meq/L"}:
            try:
                Quantity(Decimal(1), unit).in_unit(kept)
            except UnitMismatch as error:
                table.problem("accepts", str(error).rstrip("."), f"Leave out {unit!r}")
    return accepts


def _range(table: Table) -> tuple[Decimal | None, Decimal | None]:
    value = table.value("range")
    is_pair = isinstance(value, list) and len(value) == 2
    if not is_pair or not all(isinstance(v, int | Decimal) for v in value) or value[0] >= value[1]:
        table.problem(
            "range" if "range" in table else None,
            "range is not two numbers, low to high",
            "Write range = [20, 400]",
        )
        return None, None
    return Decimal(value[0]), Decimal(value[1])


def _refuse_shared_loinc(tables: list[Table], questions: list[Question]) -> None:
    owner: dict[str, str] = {}
    for table, question in zip(tables, questions, strict=True):
        for code in question.loinc:
            if code in owner:
                mend = f"Leave it with {owner[code]!r}"
                table.problem("loinc", f"LOINC {code} answers two questions", mend)
            owner[code] = question.code
