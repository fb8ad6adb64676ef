"""Invented people whose answers leave nothing in the way of a protocol, by the seed of a course."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from holdfast.cli.demonstration.asked import is_told
from holdfast.cli.demonstration.people import load_names, usual_answers
from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.questions import Question, QuestionKind

_READINGS = ("blood-pressure-systolic", "blood-pressure-diastolic")
# Answered with who somebody is, when they are taken in.
_WITH_IDENTITY = ("born-on", "sex-assigned-at-birth")


@dataclass(frozen=True)
class Applicant:
    """Somebody who calls: their sex as recorded at birth, a name that nobody bears, a birthday."""

    sex: str
    identity: PersonIdentity


@cache
def _document() -> dict[str, Any]:
    text = files("holdfast.cli.courses").joinpath("applicants.toml").read_text("utf-8")
    return tomllib.loads(text)


def invented_limits() -> Mapping[str, Decimal]:
    """Values for limits that have no public number; made up, and recognisably so."""
    return {code: Decimal(value) for code, value in _document()["invented"].items()}


def applicant(chance: Random, key: str, called_on: date) -> Applicant:
    """An invented person of 21 to 64 years; ``key`` makes the family name theirs alone."""
    sex = chance.choice(("female", "male"))
    born_on = called_on - timedelta(days=chance.randrange(21 * 366, 65 * 365))
    given = chance.choice(load_names()[sex])
    family = f"{chance.choice(load_names()['family'])} {key}"
    number = f"555 {chance.randrange(10**7):07d}"
    return Applicant(sex, PersonIdentity(family, given, born_on, (), (number,)))


def answers(protocol: ProtocolVersion, sex: str, on: date, *, told: bool) -> tuple[Answer, ...]:
    """What is answered on a day: what a person can be asked (``told``), or what a clinician saw."""
    known = [each for each in _known(sex, on) if each[0] in protocol.questions]
    every = ((protocol.questions[code], value, day) for code, value, day in known)
    return tuple(_answer(q, value, day) for q, value, day in every if is_told(q) is told)


def _known(sex: str, on: date) -> Iterator[tuple[str, Any, date]]:
    document = _document()
    values = {**usual_answers(sex), **document["answers"]}
    for code, value in values.items():
        if code in _READINGS:
            for days in document["pressures"]["days-before"]:
                yield code, value, on - timedelta(days=days)
        elif code not in _WITH_IDENTITY:
            yield code, value, on
    for code, days in document["answers-days-before"].items():
        yield code, on - timedelta(days=days), on


def _answer(question: Question, value: Any, on: date) -> Answer:
    unit = None
    if question.kind is QuestionKind.NUMBER:
        value, unit = Decimal(str(value)), question.unit
    kind = SourceKind.TOLD if is_told(question) else SourceKind.SEEN
    # The two parts of one reading share its place.
    what = "blood-pressure" if question.code in _READINGS else question.code
    return Answer(question.code, value, Source(kind, f"asked/{what}/{on}"), on, unit)
