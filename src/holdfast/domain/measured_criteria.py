"""The kinds of eligibility criterion that weigh several readings or several facts together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from holdfast.domain.answers import Answer
from holdfast.domain.case import Case, Ruling, answers_conflict, failed, origin, passed, unknown
from holdfast.domain.criteria import Choice, Rule
from holdfast.domain.findings import Outcome, Value
from holdfast.domain.limits import LimitInForce


@dataclass(frozen=True)
class AppliesWhen:
    """For whom a criterion is meant. Who it is not meant for meets it; where that is not known, ask.

    ``childbearing`` means people who could become pregnant: never inferred from age. With
    ``stops_anyway`` an answer that stops the person does so whoever they are.
    """

    sex_question: str = "sex-assigned-at-birth"
    childbearing_question: str = "childbearing-potential"
    childbearing: bool = False
    sex: str | None = None
    question: str | None = None
    answer: bool = True
    stops_anyway: bool = False

    def exemption(self, case: Case) -> Ruling | None:
        """PASSED where the criterion is not meant for this person, UNKNOWN, or None where it is."""
        if self.childbearing:
            return not_able_to_bear(case, self.sex_question, self.childbearing_question)
        if self.sex:
            return self._by_sex(case, self.sex)
        assert self.question is not None
        asked = case.settled(self.question)
        if asked.says(self.answer):
            return None
        return asked.ruling(
            lambda answer: (
                passed("not-applicable", **origin(answer))
                if answer.value is not self.answer
                else unknown("answers-conflict", self.question)
            )
        )

    def _by_sex(self, case: Case, sex: str) -> Ruling | None:
        known = case.settled(self.sex_question)
        if known.says(sex):
            return None
        return known.ruling(
            lambda answer: (
                passed("not-applicable-by-sex", sex=str(answer.value), **origin(answer))
                if answer.value != sex
                else unknown("answers-conflict", self.sex_question)
            )
        )


def not_able_to_bear(case: Case, sex_question: str, childbearing_question: str) -> Ruling | None:
    """PASSED where someone said that pregnancy is not possible, UNKNOWN, or None where it is."""
    sex, potential = case.settled(sex_question), case.settled(childbearing_question)
    if sex.says("male"):
        return passed("not-applicable-by-sex", sex="male", **origin(sex.answers[0]))
    if sex.missing and sex.missing != "not-asked":
        return unknown(sex.missing, sex_question)
    if sex.mentions("male"):
        return sex.conflict()
    if potential.missing:
        ask = sex_question if sex.missing else childbearing_question
        return unknown("childbearing-unknown", ask)
    if potential.says("possible"):
        return None
    return potential.ruling(
        lambda answer: (
            passed("not-of-childbearing-potential", **origin(answer))
            if answer.value != "possible"
            else failed("childbearing-possible")
        )
    )


@dataclass(frozen=True)
class Conditional:
    """A criterion that is meant for some people only."""

    inner: Rule
    applies_when: AppliesWhen

    def rule(self, case: Case) -> Ruling:
        exemption = self.applies_when.exemption(case)
        judged = self.inner.rule(case)
        if exemption is None:
            return judged
        if judged.outcome is Outcome.FAILED and self.applies_when.stops_anyway:
            return judged
        if exemption.outcome is Outcome.UNKNOWN and judged.outcome is Outcome.PASSED:
            return judged  # met whoever it is meant for
        return exemption


@dataclass(frozen=True)
class Pregnancy:
    """Not pregnant: a recent negative test wherever pregnancy is possible.

    A pregnancy that is on record, told or tested stops whoever it is.
    """

    pregnant: str
    test: str
    valid_days: str
    sex: str
    childbearing: str

    def rule(self, case: Case) -> Ruling:
        told, test = case.settled(self.pregnant), case.settled(self.test)
        if told.mentions(True) and test.mentions("negative"):
            return answers_conflict(self.pregnant, told.answers[0], test.answers[0])
        if told.mentions(True):
            return told.ruling(
                lambda answer: (
                    failed("is-pregnant", **origin(answer))
                    if answer.value
                    else passed("test-negative")
                )
            )
        tested = Choice(self.test, ("negative",), self.valid_days).rule(case)
        if tested.outcome is Outcome.FAILED:
            return failed("test-positive", **tested.values)
        if exemption := not_able_to_bear(case, self.sex, self.childbearing):
            return exemption
        if tested.outcome is Outcome.PASSED:
            return passed("test-negative", **tested.values)
        return tested


@dataclass(frozen=True)
class _PressureReading:
    """One blood pressure with what is known of it, in mmHg."""

    place: str
    observed_on: date
    systolic_mmhg: Decimal | None
    diastolic_mmhg: Decimal | None

    @property
    def is_complete(self) -> bool:
        return self.systolic_mmhg is not None and self.diastolic_mmhg is not None

    def is_high(self, systolic: LimitInForce, diastolic: LimitInForce) -> bool:
        """True if either part is at or above its limit."""
        return (self.systolic_mmhg is not None and self.systolic_mmhg >= systolic.value) or (
            self.diastolic_mmhg is not None and self.diastolic_mmhg >= diastolic.value
        )


@dataclass(frozen=True)
class BloodPressure:
    """No uncontrolled hypertension: not high on as many separate readings as the protocol asks.

    Two answers with the same source place and day are one reading. Fewer readings than asked for,
    none of them enough to exclude, are UNKNOWN: measure again.
    """

    systolic: str
    diastolic: str
    systolic_high: str
    diastolic_high: str
    readings: str
    valid_days: str

    def rule(self, case: Case) -> Ruling:
        codes = (self.systolic_high, self.diastolic_high, self.readings, self.valid_days)
        if awaited := case.unsigned(*codes):
            return case.asks_signature(awaited, self.systolic)
        systolic, diastolic, required, valid = (case.running(code) for code in codes)
        oldest = valid.days_before(case.as_of)
        recent = [r for r in self._readings(case) if r.observed_on >= oldest]
        high = [r for r in recent if r.is_high(systolic, diastolic)]
        complete = [r for r in recent if r.is_complete]
        values: dict[str, Value] = {"high": len(high), "readings": len(complete)}
        values |= {"required": required.value, "systolic": systolic.value}
        values |= {"diastolic": diastolic.value, "limit": systolic.code}
        if len(high) >= required.value:
            return Ruling(
                Outcome.FAILED, "pressure-uncontrolled", values, standing=systolic.standing
            )
        if len(complete) < required.value:
            return unknown("too-few-readings", self.systolic, **values)
        return Ruling(Outcome.PASSED, "pressure-controlled", values, standing=systolic.standing)

    def _readings(self, case: Case) -> list[_PressureReading]:
        systolic = _highest_by_reading(case, case.readings(self.systolic))
        diastolic = _highest_by_reading(case, case.readings(self.diastolic))
        return [
            _PressureReading(*key, systolic.get(key), diastolic.get(key))
            for key in sorted({*systolic, *diastolic})
        ]


def _highest_by_reading(case: Case, answers: Iterable[Answer]) -> dict[tuple[str, date], Decimal]:
    """The number of each dated reading; of two under one place and day, the higher."""
    found: dict[tuple[str, date], Decimal] = {}
    for answer in answers:
        if answer.observed_on is None:
            continue
        key = (answer.source.place, answer.observed_on)
        number = case.number(answer)
        found[key] = max(number, found.get(key, number))
    return found


@dataclass(frozen=True)
class Qtc:
    """No repeated QTc above the ceiling for the sex assigned at birth.

    One reading above the ceiling asks for another; two exclude. A repeat, on that day or later, that
    is not above it shows that the first was not repeated. On long-term hormone therapy a
    physician says which ceiling applies. Where the outcome is the same by either, no one need ask.
    """

    question: str
    male: str
    female: str
    sex: str
    hormones: str
    ceiling: str
    valid_days: str

    def rule(self, case: Case) -> Ruling:
        if awaited := case.unsigned(self.male, self.female, self.valid_days):
            return case.asks_signature(awaited, self.question)
        valid = case.running(self.valid_days)
        oldest = valid.days_before(case.as_of)
        readings = _highest_by_reading(case, case.readings(self.question))
        recent = sorted((day, value) for (_, day), value in readings.items() if day >= oldest)
        if not recent:
            return unknown("answer-stale-or-missing", self.question, limit=valid.code)
        ceilings, ask = self._ceilings(case)
        rulings = [self._judge(recent, case.running(code)) for code in ceilings]
        if len({ruling.outcome for ruling in rulings}) == 1:
            return rulings[0]
        return unknown("ceiling-unknown", ask, highest_ms=max(value for _, value in recent))

    def _judge(self, recent: list[tuple[date, Decimal]], ceiling: LimitInForce) -> Ruling:
        above = [(day, value) for day, value in recent if value > ceiling.value]
        highest = max(value for _, value in recent)
        values: dict[str, Value] = {"highest_ms": highest, "above": len(above)}
        values |= {"readings": len(recent), "limit": ceiling.code, "limit_value": ceiling.value}
        if not above:
            return Ruling(Outcome.PASSED, "qtc-in-range", values, standing=ceiling.standing)
        if len(above) == 1:
            if sum(day >= above[0][0] for day, _ in recent) > 1:
                return Ruling(Outcome.PASSED, "qtc-not-repeated", values, standing=ceiling.standing)
            return unknown("qtc-to-repeat", self.question, **values)
        return Ruling(Outcome.FAILED, "qtc-prolonged", values, standing=ceiling.standing)

    def _ceilings(self, case: Case) -> tuple[tuple[str, ...], str]:
        """The limits that may apply, and the question that would leave one of them."""
        by_choice = {"male": self.male, "female": self.female}
        hormones, sex, chosen = (
            case.settled(question) for question in (self.hormones, self.sex, self.ceiling)
        )
        decides = chosen if hormones.says(True) else sex
        candidates = tuple(by_choice[str(answer.value)] for answer in decides.answers)
        if hormones.says(False) or hormones.says(True):
            return candidates or (self.male, self.female), decides.question
        return (self.male, self.female), self.hormones if sex.answers else self.sex
