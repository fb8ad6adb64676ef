"""How imported records become answers: our own words and public code prefixes, as data."""

from functools import cache
from pathlib import Path

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    refuse_duplicates,
)
from holdfast.definitions.questions import Catalogue
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.history import ConditionRule, ConditionTable, normalized
from holdfast.domain.questions import QuestionKind

FORMAT = 1
FILE = FOLDER / "terminology" / "conditions.toml"
KINDS = ("condition", "procedure")


@cache
def load_conditions() -> ConditionTable:
    """The table that ships with this release."""
    return read_conditions(FILE, load_questions())


def read_conditions(path: Path, catalogue: Catalogue) -> ConditionTable:
    """A table from a file; raises ``DefinitionRefused`` with every problem."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    uncertain, at_start = (
        tuple(normalized(phrase) for phrase in root.texts(key, required=True))
        for key in ("uncertain", "uncertain_at_start")
    )
    tables = root.tables("rule", required=True)
    rules = tuple(_rule(table, catalogue) for table in tables)
    refuse_duplicates(zip(tables, (rule.code for rule in rules), strict=True), "rule")
    root.finish()
    document.finish()
    return ConditionTable(rules, uncertain, at_start, document.sha256)


def _rule(table: Table, catalogue: Catalogue) -> ConditionRule:
    kinds = table.texts("kinds") or ("condition",)
    for kind in kinds:
        if kind not in KINDS:
            table.problem("kinds", f"no record is a {kind!r}", nearest(kind, KINDS))
    words, codes = table.texts("words"), table.texts("icd10cm")
    if not words and not codes:
        table.problem(None, "the rule knows no record", "Give it words or icd10cm")
    rule = ConditionRule(
        code=table.code("code"),
        answers=_answers(table, catalogue),
        words=tuple("+".join(normalized(part) for part in phrase.split("+")) for phrase in words),
        except_words=tuple(normalized(phrase) for phrase in table.texts("except_words")),
        icd10cm=codes,
        icd10cm_except=table.texts("icd10cm_except"),
        kinds=kinds,
        active_only=table.flag("active_only", default=False),
        onset_question=_date_question(table, "onset", catalogue),
        ended_question=_date_question(table, "ended", catalogue),
    )
    table.finish()
    return rule


def _answers(table: Table, catalogue: Catalogue) -> tuple[tuple[str, bool | str], ...]:
    answers = table.table("answers", required=True)
    if answers is None:
        return ()
    found = []
    for code in tuple(answers.keys()):
        value, question = answers.value(code), catalogue.questions.get(code)
        if question is None:
            mend = nearest(code, catalogue.questions)
            answers.problem(code, f"no question is called {code!r}", mend)
        elif problem := question.problem_with(value, None):
            answers.problem(code, problem.rstrip("."), "Write an answer that the question takes")
        else:
            found.append((code, value))
    return tuple(found)


def _date_question(table: Table, key: str, catalogue: Catalogue) -> str | None:
    code = table.text(key, required=False)
    if not code:
        return None
    question = catalogue.questions.get(code)
    if question is None or question.kind is not QuestionKind.DATE:
        dates = [q.code for q in catalogue.questions.values() if q.kind is QuestionKind.DATE]
        table.problem(key, f"{code!r} is no question after a date", nearest(code, dates))
    return code
