"""How imported history becomes answers: only a positive record does, and only by a rule that is data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from holdfast.domain.answers import Answer, HistoryEntry

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"

_QUALIFIER = re.compile(
    r"\((?:disorder|finding|situation|procedure|event|morphologic abnormality)\)"
)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = str.maketrans("", "", "'’")
# What follows one of these is said to be absent: "migraine without aura".
_ABSENT = re.compile(r" (?:without|with no|absence of) .*")


@dataclass(frozen=True)
class ConditionRule:
    """One rule: which records it knows, and the answers they give.

    ``words`` are phrases of whole normalized words; the parts of "a + b" may stand apart. A record
    whose words hold one of ``except_words``, or whose code begins with one of ``icd10cm_except``,
    is not meant. ``active_only`` rules answer for what is so now: a record must say that it is
    active, and none that has ended counts.
    """

    code: str
    answers: tuple[tuple[str, bool | str], ...]
    words: tuple[str, ...] = ()
    except_words: tuple[str, ...] = ()
    icd10cm: tuple[str, ...] = ()
    icd10cm_except: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("condition",)
    active_only: bool = False
    onset_question: str | None = None
    ended_question: str | None = None


@dataclass(frozen=True)
class ConditionTable:
    """Every rule, and the phrases by which a record says that it is not sure or not about them."""

    rules: tuple[ConditionRule, ...]
    uncertain: tuple[str, ...]
    uncertain_at_start: tuple[str, ...]
    sha256: str

    def __hash__(self) -> int:
        return hash(self.sha256)  # the whole table would be hashed again for every record


@lru_cache(maxsize=4096)
def normalized(words: str) -> str:
    """Lower-case whole words with a space at each end: how a phrase is looked for.

    Examples
    --------
    >>> normalized("Alzheimer's disease (disorder)")
    ' alzheimers disease '
    """
    plain = _QUALIFIER.sub(" ", words.lower()).translate(_APOSTROPHES)
    return f" {_NOT_A_WORD.sub(' ', plain).strip()} "


def answers_from_history(
    history: Iterable[HistoryEntry], table: ConditionTable, as_of: date
) -> tuple[Answer, ...]:
    """The answers that positive records give. No record, or one that is not sure, gives none."""
    found = (
        answer
        for entry in history
        if not _is_later(entry, as_of)
        for rule in _rules_for(entry.kind, entry.name, entry.codes, table)
        for answer in _answers(rule, entry, as_of)
    )
    return tuple(dict.fromkeys(found))


def _is_later(entry: HistoryEntry, as_of: date) -> bool:
    return entry.onset_on is not None and entry.onset_on > as_of


@lru_cache(maxsize=4096)
def _rules_for(
    kind: str, name: str, codes: tuple[tuple[str, str], ...], table: ConditionTable
) -> tuple[ConditionRule, ...]:
    text = normalized(name)
    if any(phrase in text for phrase in table.uncertain) or text.startswith(
        table.uncertain_at_start
    ):
        return ()
    text = _ABSENT.sub(" ", text)
    icd = tuple(code.upper() for system, code in codes if system == ICD_10_CM)
    return tuple(rule for rule in table.rules if kind in rule.kinds and _is_meant(rule, text, icd))


def _is_meant(rule: ConditionRule, text: str, icd: tuple[str, ...]) -> bool:
    if any(
        code.startswith(rule.icd10cm) and not code.startswith(rule.icd10cm_except) for code in icd
    ):
        return True
    if any(phrase in text for phrase in rule.except_words):
        return False
    return any(all(part in text for part in phrase.split("+")) for phrase in rule.words)


def _answers(rule: ConditionRule, entry: HistoryEntry, as_of: date) -> Iterable[Answer]:
    has_ended = entry.abated_on is not None and entry.abated_on <= as_of
    if rule.active_only:
        if not entry.is_active or has_ended:
            return
        # A record that says "active" has no day on which that was true: it is not replaced by a
        # later answer, which must say that it corrects it.
        for question, value in rule.answers:
            yield Answer(question, value, entry.source)
        return
    for question, value in rule.answers:
        yield Answer(question, value, entry.source, entry.onset_on)
    if rule.onset_question and entry.onset_on:
        yield Answer(rule.onset_question, entry.onset_on, entry.source, entry.onset_on)
    if rule.ended_question and entry.abated_on and has_ended:
        yield Answer(rule.ended_question, entry.abated_on, entry.source, entry.abated_on)
