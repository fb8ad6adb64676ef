"""What must hold for everybody, whoever they are."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.definitions import interactions, protocols
from holdfast.definitions.sentences import sentence
from holdfast.domain.answers import (
    Answer,
    HistoryEntry,
    MedicationEntry,
    Person,
    Referral,
    Source,
    SourceKind,
)
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Decision, Outcome
from holdfast.domain.medications import assess
from holdfast.domain.questions import Question, QuestionKind
from holdfast.domain.reasons import REASONS
from tests.spec.person import AS_OF, all_signed, everything_answered

PROTOCOLS = [protocols.load(name) for name in protocols.names()]
SIGNED = {protocol.name: all_signed(protocol) for protocol in PROTOCOLS}
NOBODY = Person(None, None, None)
BETTER = {(Outcome.FAILED, Outcome.PASSED), (Outcome.UNKNOWN, Outcome.PASSED)}

_days = st.dates(date(1940, 1, 1), date(2027, 1, 1))
_sources = st.builds(
    Source, st.sampled_from(SourceKind), st.sampled_from(["", "A", "B", "Condition/1", "Patient"])
)


def _values(question: Question) -> st.SearchStrategy:
    match question.kind:
        case QuestionKind.YES_NO:
            return st.booleans()
        case QuestionKind.CHOICE:
            return st.sampled_from(question.choices)
        case QuestionKind.DATE:
            return _days
        case QuestionKind.NUMBER:
            return st.integers(-5, 1000).map(lambda n: Decimal(n) / 2)
        case _:
            return st.sampled_from(["sertraline", "", "x" * 300])


def _answers_to(question: Question) -> st.SearchStrategy[Answer]:
    return st.builds(
        Answer,
        st.just(question.code),
        _values(question),
        _sources,
        st.none() | _days,
        st.sampled_from([None, *question.accepts, "stone"]),
        st.sampled_from([None, None, "A", "B", "Condition/1"]),
    )


def _history() -> st.SearchStrategy[HistoryEntry]:
    return st.builds(
        HistoryEntry,
        st.just("condition"),
        st.sampled_from(["Stroke", "Alcoholism", "PTSD", "Normal pregnancy", "Opioid abuse", ""]),
        st.just(()),
        st.sampled_from([True, False, None]),
        st.none() | _days,
        st.none() | _days,
        _sources,
    )


def _medicines() -> st.SearchStrategy[MedicationEntry]:
    return st.builds(
        MedicationEntry,
        st.sampled_from(["sertraline", "phenelzine", "lisinopril", "nobody knows this"]),
        st.just(()),
        st.sampled_from([True, False, None]),
        st.none() | _days,
        _sources,
    )


@st.composite
def cases(draw):
    """A protocol and a referral of anything at all, likely or not."""
    protocol = draw(st.sampled_from(PROTOCOLS))
    questions = list(protocol.questions.values())
    asked = draw(st.lists(st.sampled_from(questions), max_size=40))
    answers = tuple(draw(_answers_to(question)) for question in asked)
    history = tuple(draw(st.lists(_history(), max_size=3)))
    medicines = tuple(draw(st.lists(_medicines(), max_size=3)))
    person = Person(
        draw(st.none() | _days),
        draw(st.sampled_from(["female", "male", None])),
        draw(st.sampled_from([True, False, None])),
    )
    start = everything_answered(protocol).referral().answers if draw(st.booleans()) else ()
    left = tuple(a for a in start if a.question not in {answer.question for answer in answers})
    return protocol, Referral(person, left + answers, medicines, history)


def verdict_of(protocol, referral, as_of=AS_OF, signed=None):
    limits = SIGNED[protocol.name] if signed is None else signed
    medicines = assess(referral.medications, interactions.load(), as_of, limits, referral.answers)
    return screen(protocol, referral, as_of, limits, medicines)


@given(cases(), st.booleans())
def test_every_criterion_is_judged_with_a_reason_that_has_a_sentence(case, is_signed):
    protocol, referral = case
    verdict = verdict_of(protocol, referral, signed=None if is_signed else {})
    judged = verdict.findings[: len(protocol.criteria)]
    assert [f.code for f in judged] == [c.code for c in protocol.criteria]
    for finding in judged:
        assert set(REASONS[finding.reason]) <= set(finding.values), finding
        assert "{" not in sentence(finding, protocol).replace("{score}", "")
        if finding.reason != "limit-unsigned":  # what awaits only a signature asks nothing
            assert (finding.question is None) == (finding.outcome is not Outcome.UNKNOWN)
    assert verdict.is_eligible == (verdict.decision is Decision.ELIGIBLE)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(case, chance: random.Random):
    protocol, referral = case
    shuffled = Referral(
        referral.person,
        tuple(chance.sample(referral.answers, len(referral.answers))),
        tuple(chance.sample(referral.medications, len(referral.medications))),
        tuple(chance.sample(referral.history, len(referral.history))),
    )
    assert verdict_of(protocol, referral) == verdict_of(protocol, shuffled)


@given(cases())
def test_saying_everything_twice_changes_nothing(case):
    protocol, referral = case
    twice = replace(referral, answers=referral.answers * 2, history=referral.history * 2)
    assert verdict_of(protocol, referral) == verdict_of(protocol, twice)


@given(cases(), st.randoms(use_true_random=False))
def test_a_verdict_is_a_function_of_protocol_answers_and_date_alone(case, chance):
    """Another verdict in between, and equal values that are other objects, change nothing."""
    protocol, referral = case
    before = verdict_of(protocol, referral)
    verdict_of(chance.choice(PROTOCOLS), Referral(NOBODY))
    again = Referral(
        replace(referral.person),
        tuple(replace(answer) for answer in referral.answers),
        tuple(replace(medicine) for medicine in referral.medications),
        tuple(replace(entry) for entry in referral.history),
    )
    assert verdict_of(protocol, again) == before


# Somebody whose answers do not contradict one another across questions. (Where they do, dropping the
# one that contradicts can only leave the other: a man recorded as pregnant is not, once nothing says so.)
_FREE = {
    "pregnant",
    "other-substance-use-disorder-now",
    "alcohol-use-disorder-on-record",
    "cannabis-use-disorder-on-record",
}


def _coherent(answers: dict[str, Answer]) -> dict[str, Answer]:
    kept = {code: answer for code, answer in answers.items() if code not in _FREE}

    def says(code, value):
        return code in kept and kept[code].value == value

    for ever, details in (
        ("mdma-used-ever", ("mdma-lifetime-uses", "mdma-last-used-on", "mdma-use-context")),
        (
            "other-psychedelics-used-ever",
            (
                "other-psychedelics-agent",
                "other-psychedelics-lifetime-uses",
                "other-psychedelics-last-used-on",
                "other-psychedelics-use-context",
            ),
        ),
        ("other-substance-use-disorder-ever", ("other-substance-use-disorder-last-met",)),
    ):
        if says(ever, value=False):
            for detail in details:
                kept.pop(detail, None)
    if says("sex-assigned-at-birth", "male"):
        kept.pop("nursing", None)
    if not says("childbearing-potential", "possible") or says("sex-assigned-at-birth", "male"):
        kept.pop("pregnancy-test", None)
    return kept


@st.composite
def coherent_cases(draw):
    protocol = draw(st.sampled_from(PROTOCOLS))
    favourable = {a.question: a for a in everything_answered(protocol).referral().answers}
    found = dict(favourable)
    for question in protocol.questions.values():
        choice = draw(st.integers(0, 5))
        if choice == 0:
            found.pop(question.code, None)
        elif choice == 1:
            value = draw(_values(question))
            found[question.code] = Answer(
                question.code, value, Source(SourceKind.SEEN, "A"), date(2026, 3, 24), question.unit
            )
    pressures = ("blood-pressure-systolic", "blood-pressure-diastolic")
    several = [
        a for a in everything_answered(protocol).referral().answers if a.question in pressures
    ]
    rest = {code: a for code, a in _coherent(found).items() if code not in pressures}
    return protocol, (*rest.values(), *several)


@given(coherent_cases(), st.data())
def test_one_more_missing_answer_never_turns_a_no_or_an_unknown_into_a_yes(case, data):
    protocol, answers = case
    asked = sorted({answer.question for answer in answers})
    if not asked:
        return
    missing = data.draw(st.sampled_from(asked))
    left = tuple(answer for answer in answers if answer.question != missing)
    before = verdict_of(protocol, Referral(NOBODY, answers))
    after = verdict_of(protocol, Referral(NOBODY, left))
    assert not after.is_eligible or before.is_eligible
    for was, is_now in zip(before.findings, after.findings, strict=True):
        assert (was.outcome, is_now.outcome) not in BETTER, (missing, was, is_now)


@given(cases(), st.data())
def test_one_more_missing_signature_never_turns_a_no_or_an_unknown_into_a_yes(case, data):
    protocol, referral = case
    signed = SIGNED[protocol.name]
    missing = data.draw(st.sampled_from(sorted(code for code in signed if code in protocol.limits)))
    fewer = {code: limit for code, limit in signed.items() if code != missing}
    before = verdict_of(protocol, referral).findings[: len(protocol.criteria)]
    after = verdict_of(protocol, referral, signed=fewer).findings[: len(protocol.criteria)]
    for was, is_now in zip(before, after, strict=True):
        assert (was.outcome, is_now.outcome) not in BETTER, (missing, was, is_now)


TIMED = ("age", "ptsd-duration", "other-substances", "mdma-last-use")


@given(cases(), st.integers(0, 4000))
def test_waiting_never_makes_a_person_less_eligible_by_a_criterion_of_time(case, days):
    """An answer dated in between becomes known by waiting, so all answers here are of the past."""
    protocol, referral = case
    known = tuple(
        a
        for a in referral.answers
        if (a.observed_on is None or a.observed_on <= AS_OF)
        and not (isinstance(a.value, date) and a.value > AS_OF)
    )
    born_on = referral.person.born_on
    person = replace(referral.person, born_on=min(born_on, AS_OF) if born_on else None)
    past = Referral(person, known)
    before = {f.code: f.outcome for f in verdict_of(protocol, past).findings}
    later = verdict_of(protocol, past, AS_OF + timedelta(days=days))
    after = {f.code: f.outcome for f in later.findings}
    for code in set(TIMED) & set(before):
        order = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED)
        assert order.index(after[code]) >= order.index(before[code]), code
