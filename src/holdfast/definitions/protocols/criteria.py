"""Reads one criterion of a protocol file: its kind decides which keys it has."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from holdfast.definitions.loading import Table, nearest, read_source
from holdfast.definitions.questions import Catalogue
from holdfast.domain import criteria as kinds
from holdfast.domain import measured_criteria as measured
from holdfast.domain.criteria import Rule
from holdfast.domain.findings import Reference
from holdfast.domain.limits import Limit
from holdfast.domain.protocol import Criterion
from holdfast.domain.questions import QuestionKind

YES_NO, NUMBER = QuestionKind.YES_NO, QuestionKind.NUMBER
DATE, CHOICE = QuestionKind.DATE, QuestionKind.CHOICE
SEVERITIES = {"none", "mild", "moderate", "severe"}


@dataclass
class CriterionReader:
    """The table of a criterion, and the questions and limits that it turned out to name."""

    table: Table
    catalogue: Catalogue
    known_limits: Mapping[str, Limit]
    questions: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)

    def question(self, key: str, kind: QuestionKind, choices: Set[str] = frozenset()) -> str:
        """A question of a kind, by its code."""
        return self._named(key, self.table.text(key), kind, choices)

    def optional_question(self, key: str, kind: QuestionKind) -> str | None:
        """A question of a kind, or None where the key is absent."""
        return self.question(key, kind) if key in self.table else None

    def question_list(self, key: str, kind: QuestionKind | None = None) -> tuple[str, ...]:
        """Several questions, of one kind if one is given."""
        codes = self.table.texts(key, required=True)
        return tuple(self._named(key, code, kind, frozenset()) for code in codes)

    def accepted(self, key: str, question: str) -> tuple[str, ...]:
        """Those of a question's choices that meet the criterion: some, not all."""
        accepted = self.table.texts(key, required=True)
        asked = self.catalogue.questions.get(question)
        for choice in accepted:
            if asked and choice not in asked.choices:
                mend = nearest(choice, asked.choices)
                self.table.problem(key, f"{question!r} has no choice {choice!r}", mend)
        return accepted

    def limit(self, key: str, unit: str | None) -> str:
        """A limit by its code, in the unit that the rule counts in."""
        return self._limit(key, self.table.text(key), unit)

    def optional_limit(self, key: str, unit: str | None) -> str | None:
        """A limit by its code, or None where the key is absent."""
        return self.limit(key, unit) if key in self.table else None

    def limit_list(self, key: str) -> tuple[str, ...]:
        """Several limits, of any unit."""
        return tuple(self._limit(key, code, None) for code in self.table.texts(key))

    def unit_of(self, question: str) -> str | None:
        """The unit in which a question is kept."""
        asked = self.catalogue.questions.get(question)
        return asked.unit if asked else None

    def _named(self, key: str, code: str, kind: QuestionKind | None, choices: Set[str]) -> str:
        asked = self.catalogue.questions.get(code)
        if asked is None:
            if code:
                mend = nearest(code, self.catalogue.questions)
                self.table.problem(key, f"no question is called {code!r}", mend)
            return code
        if kind is not None and asked.kind is not kind:
            meant = f"Name a {kind} question"
            self.table.problem(key, f"{code!r} is a {asked.kind} question", meant)
        elif not choices <= set(asked.choices):
            lacking = ", ".join(sorted(choices - set(asked.choices)))
            self.table.problem(key, f"{code!r} has no choice {lacking}", "Name one that has")
        else:
            self.questions.append(code)
        return code

    def _limit(self, key: str, code: str, unit: str | None) -> str:
        limit = self.known_limits.get(code)
        if limit is None:
            if code:
                mend = nearest(code, self.known_limits)
                self.table.problem(key, f"no limit is called {code!r}", mend)
        elif unit is not None and limit.unit != unit:
            self.table.problem(key, f"limit {code!r} is in {limit.unit}", f"Name one in {unit}")
        self.limits.append(code)
        return code


def read_criterion(
    table: Table,
    catalogue: Catalogue,
    limits: Mapping[str, Limit],
    references: Mapping[str, Reference],
) -> Criterion:
    """One criterion; what is wrong with it is noted in its document."""
    reader = CriterionReader(table, catalogue, limits)
    code, kind = table.code("code"), table.one_of("kind", KINDS)
    rule: Rule = KINDS[kind](reader) if kind in KINDS else kinds.YesNo("", required=True)
    if "applies_when" in table:
        rule = measured.Conditional(rule, _applies_when(table, catalogue, reader))
    reference, standing = read_source(table, references)
    criterion = Criterion(
        code=code,
        kind=kind,
        rule=rule,
        wording=table.text("wording"),
        reference=reference,
        standing=standing,
        questions=tuple(dict.fromkeys(reader.questions)),
        limits=tuple(dict.fromkeys(reader.limits)),
        override=_override(table),
    )
    if kind in KINDS:  # the keys of a kind that is not known are not known either
        table.finish()
    return criterion


def _override(table: Table) -> str | None:
    override = table.table("override")
    if override is None:
        return None
    by = override.one_of("by", ["physician"])
    override.finish()
    return by


def _applies_when(
    table: Table, catalogue: Catalogue, outer: CriterionReader
) -> measured.AppliesWhen:
    inner = table.table("applies_when", required=True)
    if inner is None:
        return measured.AppliesWhen()
    reader = CriterionReader(inner, catalogue, {}, outer.questions)
    stops_anyway = inner.flag("stops_anyway", default=False)
    if inner.flag("childbearing", default=False):
        applies = measured.AppliesWhen(childbearing=True, stops_anyway=stops_anyway)
        outer.questions += [applies.sex_question, applies.childbearing_question]
    elif "sex" in inner:
        sex = inner.one_of("sex", ["female", "male"])
        applies = measured.AppliesWhen(sex=sex, stops_anyway=stops_anyway)
        outer.questions.append(applies.sex_question)
    else:
        question = reader.question("question", YES_NO)
        answer = inner.flag("is", default=True)
        applies = measured.AppliesWhen(question=question, answer=answer, stops_anyway=stops_anyway)
    inner.finish()
    return applies


def _living(read: CriterionReader) -> Rule:
    return kinds.Living(read.question("question", YES_NO))


def _age(read: CriterionReader) -> Rule:
    return kinds.Age(read.question("question", DATE), read.limit("at_least", "a"))


def _yes_no(read: CriterionReader) -> Rule:
    return kinds.YesNo(
        read.question("question", YES_NO),
        required=read.table.flag("required"),
        uses=read.limit_list("uses"),
        valid_days=read.optional_limit("valid_days", "d"),
    )


def _choice(read: CriterionReader) -> Rule:
    question = read.question("question", CHOICE)
    accepted = read.accepted("accepted", question)
    return kinds.Choice(question, accepted, read.optional_limit("valid_days", "d"))


def _threshold(read: CriterionReader) -> Rule:
    question = read.question("question", NUMBER)
    unit = read.unit_of(question)
    if ("at_least" in read.table) == ("at_most" in read.table):
        read.table.problem(None, "a threshold has one limit", "Write at_least or at_most")
    return kinds.Threshold(
        question,
        at_least=read.optional_limit("at_least", unit),
        at_most=read.optional_limit("at_most", unit),
        valid_days=read.optional_limit("valid_days", "d"),
    )


def _duration(read: CriterionReader) -> Rule:
    return kinds.Duration(read.question("question", DATE), read.limit("at_least", "mo"))


def _confirmed_diagnosis(read: CriterionReader) -> Rule:
    return kinds.ConfirmedDiagnosis(
        read.question("question", YES_NO), read.question("on_record", YES_NO)
    )


def _managed_condition(read: CriterionReader) -> Rule:
    return kinds.ManagedCondition(
        read.question("question", YES_NO), read.question_list("managed", YES_NO)
    )


def _severity(read: CriterionReader) -> Rule:
    return kinds.Severity(
        read.question("question", CHOICE, SEVERITIES),
        read.question("remission", YES_NO),
        read.question("on_record", YES_NO),
    )


def _time_since(read: CriterionReader) -> Rule:
    return kinds.TimeSince(
        read.question("ever", YES_NO),
        read.question("last", DATE),
        read.limit("at_least", "mo"),
        now=read.optional_question("now", YES_NO),
    )


def _recorded(read: CriterionReader) -> Rule:
    return kinds.Recorded(read.question("question", YES_NO), read.question_list("details"))


def _physician_review(read: CriterionReader) -> Rule:
    return kinds.PhysicianReview(read.question("question", YES_NO), read.question("listed", CHOICE))


def _pregnancy(read: CriterionReader) -> Rule:
    return measured.Pregnancy(
        pregnant=read.question("pregnant", YES_NO),
        test=read.question("test", CHOICE, {"negative", "positive"}),
        valid_days=read.limit("valid_days", "d"),
        sex=read.question("sex", CHOICE, {"female", "male"}),
        childbearing=read.question("childbearing", CHOICE, {"possible"}),
    )


def _blood_pressure(read: CriterionReader) -> Rule:
    return measured.BloodPressure(
        systolic=read.question("systolic", NUMBER),
        diastolic=read.question("diastolic", NUMBER),
        systolic_high=read.limit("systolic_high", "mm[Hg]"),
        diastolic_high=read.limit("diastolic_high", "mm[Hg]"),
        readings=read.limit("readings", "{#}"),
        valid_days=read.limit("valid_days", "d"),
    )


def _qtc(read: CriterionReader) -> Rule:
    return measured.Qtc(
        question=read.question("question", NUMBER),
        male=read.limit("male", "ms"),
        female=read.limit("female", "ms"),
        sex=read.question("sex", CHOICE, {"female", "male"}),
        hormones=read.question("hormones", YES_NO),
        ceiling=read.question("ceiling", CHOICE, {"female", "male"}),
        valid_days=read.limit("valid_days", "d"),
    )


KINDS: Mapping[str, Callable[[CriterionReader], Rule]] = {
    "living": _living,
    "age": _age,
    "yes-no": _yes_no,
    "choice": _choice,
    "threshold": _threshold,
    "duration": _duration,
    "confirmed-diagnosis": _confirmed_diagnosis,
    "managed-condition": _managed_condition,
    "severity": _severity,
    "time-since": _time_since,
    "recorded": _recorded,
    "physician-review": _physician_review,
    "pregnancy": _pregnancy,
    "blood-pressure": _blood_pressure,
    "qtc": _qtc,
}
