"""One person's case on one date: every answer settled, corrected and checked before a rule sees it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from holdfast.domain.answers import Answer, Person, Source, SourceKind
from holdfast.domain.findings import Outcome, Standing, Value
from holdfast.domain.limits import Limit, LimitInForce, SignedLimit
from holdfast.domain.questions import Question, QuestionKind


@dataclass(frozen=True)
class Ruling:
    """What a rule says of one case: a finding before its code and reference are put to it.

    ``question`` is what to ask next; ``standing`` is that of the number which decided, if any.
    """

    outcome: Outcome
    reason: str
    values: Mapping[str, Value]
    question: str | None = None
    standing: Standing | None = None


def passed(reason: str, **values: Value) -> Ruling:
    """A ruling that a criterion is met."""
    return Ruling(Outcome.PASSED, reason, values)


def failed(reason: str, **values: Value) -> Ruling:
    """A ruling that a criterion stops this person."""
    return Ruling(Outcome.FAILED, reason, values)


def unknown(reason: str, question: str | None, **values: Value) -> Ruling:
    """A ruling that something must still be asked, examined or signed."""
    return Ruling(Outcome.UNKNOWN, reason, values, question)


@dataclass(frozen=True)
class Settled:
    """The answers to one question that still stand on the date, in one order whatever came first.

    ``missing`` is set instead where none may be used: the reason code why.
    """

    question: str
    answers: tuple[Answer, ...]
    missing: str | None = None

    def ruling(self, judge: Callable[[Answer], Ruling]) -> Ruling:
        """What the answers come to: the ruling they agree on, or that they are in conflict.

        Answers that differ and yet lead to the same outcome are no conflict for the rule.
        """
        if self.missing:
            return unknown(self.missing, self.question)
        rulings = [judge(answer) for answer in self.answers]
        if len({ruling.outcome for ruling in rulings}) == 1:
            return rulings[0]
        other = next(
            answer
            for answer, ruling in zip(self.answers, rulings, strict=True)
            if ruling.outcome is not rulings[0].outcome
        )
        return answers_conflict(self.question, self.answers[0], other)

    def conflict(self) -> Ruling:
        """UNKNOWN, naming two answers that differ; for a rule that has seen that some do."""
        first = self.answers[0]
        other = next(answer for answer in self.answers if answer.value != first.value)
        return answers_conflict(self.question, first, other)

    def says(self, value: object) -> bool:
        """True if every standing answer says so, and there is one."""
        return bool(self.answers) and all(answer.value == value for answer in self.answers)

    def mentions(self, value: object) -> bool:
        """True if any standing answer says so."""
        return any(answer.value == value for answer in self.answers)


def answers_conflict(question: str, first: Answer, other: Answer) -> Ruling:
    """UNKNOWN, naming where two answers that disagree came from."""
    places: dict[str, Value] = {"place": first.source.place, "other_place": other.source.place}
    return unknown("answers-conflict", question, **places)


def origin(answer: Answer) -> dict[str, Value]:
    """Where an answer came from, as values of a finding."""
    values: dict[str, Value] = {"source": answer.source.kind.value}
    if answer.source.place:
        values["place"] = answer.source.place
    if answer.observed_on:
        values["observed_on"] = answer.observed_on
    return values


class Case:
    """Everything a criterion may ask about one person on one date. It holds no clock and no file."""

    def __init__(
        self,
        *,
        questions: Mapping[str, Question],
        limits: Mapping[str, Limit],
        person: Person,
        answers: Iterable[Answer],
        as_of: date,
        signed: Mapping[str, SignedLimit],
    ) -> None:
        self.questions = questions
        self.as_of = as_of
        self._limits = limits
        self._signed = signed
        self._answers: dict[str, list[Answer]] = {}
        for answer in (*_answers_about(person), *answers):
            self._answers.setdefault(answer.question, []).append(answer)
        self._settled: dict[tuple[str, tuple[str, ...]], Settled] = {}

    def limit(self, code: str) -> LimitInForce | None:
        """The number that runs on the date, or None while it awaits a signature."""
        return self._limits[code].in_force(self._signed, self.as_of)

    def running(self, code: str) -> LimitInForce:
        """The number that runs, for a rule that has seen that none it needs awaits a signature."""
        limit = self.limit(code)
        if limit is None:
            raise LookupError(f"limit {code!r} awaits a signature")
        return limit

    def unsigned(self, *codes: str | None) -> tuple[str, ...]:
        """Those of the limits that await a signature."""
        return tuple(code for code in codes if code is not None and self.limit(code) is None)

    def asks_signature(self, codes: tuple[str, ...], question: str | None = None) -> Ruling:
        """UNKNOWN, naming every limit that awaits a signature, and the question if it is open too."""
        is_open = question is not None and self.settled(question).missing is not None
        standing = self._limits[codes[0]].standing
        values: dict[str, Value] = {"limit": codes[0], "limits": ", ".join(codes)}
        ask = question if is_open else None
        return Ruling(Outcome.UNKNOWN, "limit-unsigned", values, ask, standing)

    def settled(self, question: str, corrected_by: tuple[str, ...] = ()) -> Settled:
        """The answers that stand: not from the future, not corrected, and the latest of what changes.

        ``corrected_by`` names other questions whose answers may correct an answer to this one.
        """
        key = (question, corrected_by)
        if key not in self._settled:
            self._settled[key] = self._settle(question, corrected_by)
        return self._settled[key]

    def readings(self, question: str) -> tuple[Answer, ...]:
        """Every usable answer to a question that is measured several times, none replaced."""
        asked = self.questions[question]
        usable = self._uncorrected(self._present(question), ())
        return tuple(sorted((a for a in usable if _fits(asked, a)), key=_order))

    def number(self, answer: Answer) -> Decimal:
        """The number of an answer, in its question's own unit."""
        return self.questions[answer.question].number(answer)

    def _present(self, question: str) -> list[Answer]:
        answers = self._answers.get(question, [])
        return [a for a in answers if a.observed_on is None or a.observed_on <= self.as_of]

    def _uncorrected(self, answers: list[Answer], corrected_by: tuple[str, ...]) -> list[Answer]:
        correcting = list(answers)
        for question in corrected_by:
            correcting += self._present(question)
        return [
            answer
            for answer in answers
            if not any(
                other.corrects
                and other.corrects == answer.source.place
                and other is not answer
                and other != answer
                for other in correcting
            )
        ]

    def _settle(self, question: str, corrected_by: tuple[str, ...]) -> Settled:
        asked = self.questions[question]
        if not self._answers.get(question):
            return Settled(question, (), "not-asked")
        present = self._present(question)
        if not present:
            return Settled(question, (), "answer-in-the-future")
        standing = self._uncorrected(present, corrected_by)
        if not standing:
            return Settled(question, (), "not-asked")
        if asked.changes and not asked.many:
            standing = _latest(standing)
        if not all(_fits(asked, answer) for answer in standing):
            return Settled(question, (), "answer-unreadable")
        if asked.kind is QuestionKind.DATE and not all(_is_past(a, self.as_of) for a in standing):
            return Settled(question, (), "date-in-the-future")
        return Settled(question, tuple(sorted(standing, key=_order)))


def _answers_about(person: Person) -> Iterable[Answer]:
    """What the referral's own head says, as answers, so that a correction can name ``Patient``."""
    source = Source(SourceKind.RECORD, "Patient")
    if person.born_on is not None:
        yield Answer("born-on", person.born_on, source)
    if person.sex is not None:
        yield Answer("sex-assigned-at-birth", person.sex, source)
    if person.is_deceased is not None:
        yield Answer("is-living", not person.is_deceased, source)


def _latest(answers: list[Answer]) -> list[Answer]:
    """The answers of the latest day; an answer without a day neither replaces nor is replaced."""
    latest = max((a.observed_on for a in answers if a.observed_on), default=None)
    return [a for a in answers if a.observed_on is None or a.observed_on == latest]


def _fits(asked: Question, answer: Answer) -> bool:
    return asked.problem_with(answer.value, answer.unit) is None


def _is_past(answer: Answer, as_of: date) -> bool:
    return isinstance(answer.value, date) and answer.value <= as_of


def _order(answer: Answer) -> tuple[str, str, str, str, str]:
    return (
        str(answer.observed_on or ""),
        str(answer.value),
        answer.source.kind.value,
        answer.source.place,
        answer.corrects or "",
    )
