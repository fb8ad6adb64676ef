"""The kinds of eligibility criterion that ask one thing: each a small rule with its reason.

A kind's ``rule`` says what follows for one case. It never looks at another criterion, so that no
finding hides another, and what it cannot tell is UNKNOWN with the question to ask.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from holdfast.domain.answers import Answer
from holdfast.domain.calendar_months import full_years, months_after
from holdfast.domain.case import (
    Case,
    Ruling,
    Settled,
    answers_conflict,
    failed,
    origin,
    passed,
    unknown,
)
from holdfast.domain.findings import Outcome, Value


class Rule(Protocol):
    """What every kind of criterion can do: judge one case."""

    def rule(self, case: Case) -> Ruling:
        """What follows for the case, with its reason."""
        ...


@dataclass(frozen=True)
class Living:
    """The person is alive. No record of a death is not a record of life."""

    question: str

    def rule(self, case: Case) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            values = origin(answer)
            return passed("is-living", **values) if answer.value else failed("has-died", **values)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class Age:
    """The person has completed the least age, in years, on the date."""

    question: str
    at_least: str

    def rule(self, case: Case) -> Ruling:
        limit = case.limit(self.at_least)
        if limit is None:
            return case.asks_signature((self.at_least,), self.question)

        def judge(answer: Answer) -> Ruling:
            assert isinstance(answer.value, date)
            years = full_years(answer.value, case.as_of)
            values: dict[str, Value] = {"age_years": years, "limit": limit.code}
            values |= {"at_least": limit.value, **origin(answer)}
            if years < limit.value:
                return failed("is-a-child", **values)
            return passed("old-enough", **values)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class YesNo:
    """A question that must be answered one way.

    ``uses`` are limits whose numbers the question relies on. With ``valid_days`` an answer that
    meets the criterion must be recent; one that stops the person stands until it is known to be old.
    """

    question: str
    required: bool
    uses: tuple[str, ...] = ()
    valid_days: str | None = None

    def rule(self, case: Case) -> Ruling:
        if awaited := case.unsigned(*self.uses):
            return case.asks_signature(awaited, self.question)

        def judge(answer: Answer) -> Ruling:
            values = origin(answer)
            if answer.value is not self.required:
                old = _known_to_be_stale(case, answer, self.valid_days)
                return old or failed("answered-otherwise", **values)
            return _too_old(case, answer, self.valid_days) or passed("answered-so", **values)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class Choice:
    """A question whose answer must be among the accepted choices."""

    question: str
    accepted: tuple[str, ...]
    valid_days: str | None = None

    def rule(self, case: Case) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            values: dict[str, Value] = {"answer": str(answer.value), **origin(answer)}
            if answer.value not in self.accepted:
                old = _known_to_be_stale(case, answer, self.valid_days)
                return old or failed("choice-excludes", **values)
            return _too_old(case, answer, self.valid_days) or passed("choice-accepted", **values)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class Threshold:
    """A measured number that must be at least, or at most, a limit; and recent where that is asked."""

    question: str
    at_least: str | None = None
    at_most: str | None = None
    valid_days: str | None = None

    def rule(self, case: Case) -> Ruling:
        code = self.at_least or self.at_most or ""
        if awaited := case.unsigned(code, self.valid_days):
            return case.asks_signature(awaited, self.question)
        limit = case.running(code)

        def judge(answer: Answer) -> Ruling:
            if old := _too_old(case, answer, self.valid_days):
                return old
            number = case.number(answer)
            values: dict[str, Value] = {"value": number, "limit": limit.code}
            values |= {"limit_value": limit.value, "unit": limit.unit, **origin(answer)}
            if self.at_least:
                enough = number >= limit.value
                reason = "at-or-above-limit" if enough else "below-limit"
            else:
                enough = number <= limit.value
                reason = "at-or-below-limit" if enough else "above-limit"
            outcome = Outcome.PASSED if enough else Outcome.FAILED
            return Ruling(outcome, reason, values, standing=limit.standing)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class Duration:
    """Something has lasted for at least some calendar months."""

    question: str
    at_least: str

    def rule(self, case: Case) -> Ruling:
        limit = case.limit(self.at_least)
        if limit is None:
            return case.asks_signature((self.at_least,), self.question)

        def judge(answer: Answer) -> Ruling:
            assert isinstance(answer.value, date)
            reached_on = months_after(answer.value, int(limit.value))
            values: dict[str, Value] = {"began_on": answer.value, "reached_on": reached_on}
            values |= {"limit": limit.code, "months": limit.value, **origin(answer)}
            if case.as_of < reached_on:
                return Ruling(Outcome.FAILED, "too-short-so-far", values, standing=limit.standing)
            return Ruling(Outcome.PASSED, "long-enough", values, standing=limit.standing)

        return case.settled(self.question).ruling(judge)


@dataclass(frozen=True)
class ConfirmedDiagnosis:
    """A diagnosis that a clinician must confirm. One on record is a reason to ask, not the answer."""

    question: str
    on_record: str

    def rule(self, case: Case) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            values = origin(answer)
            if answer.value:
                return passed("diagnosis-confirmed", **values)
            return failed("diagnosis-not-met", **values)

        confirmed = case.settled(self.question)
        recorded = case.settled(self.on_record)
        if confirmed.missing == "not-asked" and recorded.mentions(True):
            return unknown("recorded-not-confirmed", self.question, **origin(recorded.answers[0]))
        return confirmed.ruling(judge)


@dataclass(frozen=True)
class ManagedCondition:
    """A condition that is allowed only while every one of some questions is answered yes."""

    question: str
    managed: tuple[str, ...]

    def rule(self, case: Case) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            values = origin(answer)
            if not answer.value:
                return passed("condition-absent", **values)
            return self._managed(case, values)

        return case.settled(self.question).ruling(judge)

    def _managed(self, case: Case, values: dict[str, Value]) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            if answer.value:
                return passed("condition-managed", **values)
            return failed("condition-not-managed", question=answer.question, **values)

        rulings = [case.settled(question).ruling(judge) for question in self.managed]
        return _worst(rulings)


@dataclass(frozen=True)
class Severity:
    """A use disorder: severe stops; moderate stops unless it is in early remission.

    A record that names the disorder without its severity is a reason to ask. It contradicts the
    answer "none" until that answer names the record that it corrects.
    """

    question: str
    remission: str
    on_record: str

    def rule(self, case: Case) -> Ruling:
        severity = case.settled(self.question)
        recorded = case.settled(self.on_record, corrected_by=(self.question,))
        is_recorded = recorded.mentions(True)
        if severity.missing == "not-asked" and is_recorded:
            return unknown(
                "recorded-severity-unknown", self.question, **origin(recorded.answers[0])
            )

        def judge(answer: Answer) -> Ruling:
            values: dict[str, Value] = {"answer": str(answer.value), **origin(answer)}
            match answer.value:
                case "severe":
                    return failed("severe", **values)
                case "moderate":
                    return self._in_remission(case, values)
                case "none" if is_recorded:
                    return answers_conflict(self.question, answer, recorded.answers[0])
                case _:
                    return passed("not-severe", **values)

        return severity.ruling(judge)

    def _in_remission(self, case: Case, values: dict[str, Value]) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            if answer.value:
                return passed("moderate-in-remission", **values)
            return failed("moderate-not-in-remission", **values)

        return case.settled(self.remission).ruling(judge)


@dataclass(frozen=True)
class TimeSince:
    """Something never happened, or ended at least some calendar months ago.

    ``now`` is the question whether it still goes on; then no number is needed to say no.
    """

    ever: str
    last: str
    at_least: str
    now: str | None = None

    def rule(self, case: Case) -> Ruling:
        ever, last = case.settled(self.ever), case.settled(self.last)
        if self.now and (going_on := case.settled(self.now)).mentions(True):
            return self._still(going_on)
        if ever.missing != "not-asked":
            judged = ever.ruling(lambda answer: self._never(answer, last))
            if judged.reason != "has-happened":
                return judged
        elif last.missing == "not-asked":
            return unknown("not-asked", self.ever)
        if awaited := case.unsigned(self.at_least):
            return case.asks_signature(awaited, self.last)
        return last.ruling(lambda answer: self._long_ago(case, answer))

    def _still(self, going_on: Settled) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            values = origin(answer)
            return failed("still-so", **values) if answer.value else passed("never", **values)

        return going_on.ruling(judge)

    def _never(self, answer: Answer, last: Settled) -> Ruling:
        if answer.value:
            return unknown("has-happened", self.last)
        if last.answers:
            return answers_conflict(self.ever, answer, last.answers[0])
        return passed("never", **origin(answer))

    def _long_ago(self, case: Case, answer: Answer) -> Ruling:
        limit = case.running(self.at_least)
        assert isinstance(answer.value, date)
        clear_on = months_after(answer.value, int(limit.value))
        values: dict[str, Value] = {"last_on": answer.value, "clear_on": clear_on}
        values |= {"limit": limit.code, "months": limit.value, **origin(answer)}
        if case.as_of < clear_on:
            return Ruling(Outcome.FAILED, "too-recent", values, standing=limit.standing)
        return Ruling(Outcome.PASSED, "long-enough-ago", values, standing=limit.standing)


@dataclass(frozen=True)
class Recorded:
    """A history that must be on record, whatever it says; its details too where it is yes.

    "Never" beside a detail of what never was (a day, a setting, a number above 0) is a conflict.
    """

    question: str
    details: tuple[str, ...]

    def rule(self, case: Case) -> Ruling:
        def judge(answer: Answer) -> Ruling:
            return (self._detailed if answer.value else self._denied)(case, answer)

        return case.settled(self.question).ruling(judge)

    def _denied(self, case: Case, answer: Answer) -> Ruling:
        for other in (a for detail in self.details for a in case.settled(detail).answers):
            if other.value != 0:
                return answers_conflict(self.question, answer, other)
        return passed("history-recorded", **origin(answer))

    def _detailed(self, case: Case, answer: Answer) -> Ruling:
        rulings = [
            case.settled(detail).ruling(lambda _: passed("history-recorded", **origin(answer)))
            for detail in self.details
        ]
        return _worst(rulings) if rulings else passed("history-recorded", **origin(answer))


@dataclass(frozen=True)
class PhysicianReview:
    """A physician weighs what no rule here knows; the conditions on record are named to them."""

    question: str
    listed: str

    def rule(self, case: Case) -> Ruling:
        found = {str(answer.value) for answer in case.settled(self.listed).answers}
        listed: dict[str, Value] = {"conditions": ", ".join(sorted(found))} if found else {}

        def judge(answer: Answer) -> Ruling:
            values = {**listed, **origin(answer)}
            if answer.value:
                return failed("physician-excludes", **values)
            return passed("physician-accepts", **values)

        review = case.settled(self.question)
        if review.missing == "not-asked" and found:
            return unknown("physician-to-weigh", self.question, **listed)
        return review.ruling(judge)


def _worst(rulings: list[Ruling]) -> Ruling:
    """The first that stops, else the first that is not known, else the first."""
    for outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        for ruling in rulings:
            if ruling.outcome is outcome:
                return ruling
    return rulings[0]


def _known_to_be_stale(case: Case, answer: Answer, valid_days: str | None) -> Ruling | None:
    """UNKNOWN if the answer is older than a signed validity; None where that cannot be said."""
    if valid_days is None or answer.observed_on is None:
        return None
    validity = case.limit(valid_days)
    if validity is None:
        return None
    if answer.observed_on >= validity.days_before(case.as_of):
        return None
    values: dict[str, Value] = {"limit": validity.code, "valid_days": validity.value}
    return unknown("answer-stale", answer.question, **values, **origin(answer))


def _too_old(case: Case, answer: Answer, valid_days: str | None) -> Ruling | None:
    """UNKNOWN unless the answer is known to be recent enough; None where it is, or need not be."""
    if valid_days is None:
        return None
    if awaited := case.unsigned(valid_days):
        return case.asks_signature(awaited, answer.question)
    if answer.observed_on is None:
        return unknown("answer-undated", answer.question, **origin(answer))
    return _known_to_be_stale(case, answer, valid_days)
