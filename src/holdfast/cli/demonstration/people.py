"""Reads ``people.toml``: who the forty invented people are and what each is there to show."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Measure:
    """Something measured: how a laboratory or a nurse would send it.

    ``spread`` is the size of one step of the seed's small variation, in ``ucum``; at most three
    steps either way, and 0 where a limit is near.
    """

    loinc: str
    name: str
    category: str  # vital-signs | laboratory | procedure
    ucum: str = ""
    spread: float = 0
    decimals: int = 0


@dataclass(frozen=True)
class Measured:
    """One result: a number in the measure's unit, or a word with its SNOMED CT code."""

    measure: Measure
    days_ago: int
    value: float = 0
    word: str | None = None
    word_snomed: str | None = None


@dataclass(frozen=True)
class Condition:
    """A diagnosis, coded in ICD-10-CM; ``status`` as FHIR's condition-clinical."""

    icd10cm: str
    name: str
    years_ago: int
    status: str = "active"
    ended_days_ago: int | None = None


@dataclass(frozen=True)
class Medicine:
    """A medicine as a hospital would send it; ``rxnorm`` only where the code was verified.

    ``form`` is ``request`` (a prescription, which never says when the last dose was taken) or
    ``statement`` (which may).
    """

    name: str
    started_days_ago: int
    rxnorm: str | None = None
    stopped_days_ago: int | None = None
    form: str = "statement"


@dataclass(frozen=True)
class Named:
    """A procedure or an allergy."""

    name: str
    years_ago: int
    snomed: str | None = None


@dataclass(frozen=True)
class Somebody:
    """One invented person, and the case that he or she argues.

    ``arrives`` is the verdict from the bundle alone; ``once_asked`` the verdict once every
    question has its ``answers`` (dates as ``answered_days_ago``, medicines ``reviewed`` by
    pharmacist and physician, what was ``first_measured`` a week before), with the demonstration's limits signed; ``stops`` and ``asks`` are
    the codes of the findings that then stop or stay open. ``source`` is a code of the
    pre-screening log.
    """

    case: str
    why: str
    site: str
    protocol: str
    stage: str
    source: str
    sex: str
    age: int
    arrives: str
    once_asked: str
    stops: tuple[str, ...]
    asks: tuple[str, ...]
    answers: Mapping[str, Any]
    answered_days_ago: Mapping[str, int]
    first_measured: Mapping[str, Any]
    reviewed: tuple[str, ...]
    conditions: tuple[Condition, ...]
    medications: tuple[Medicine, ...]
    pressures: tuple[tuple[int, int, int], ...]
    measured: tuple[Measured, ...]
    allergies: tuple[Named, ...]
    procedures: tuple[Named, ...]
    language: str
    died_days_ago: int | None
    last_seen_days_ago: int
    arrived_days_ago: int


@cache
def _document() -> dict[str, Any]:
    text = files("holdfast.cli.demonstration").joinpath("people.toml").read_text("utf-8")
    return tomllib.loads(text)


def load_names() -> Mapping[str, Sequence[str]]:
    """Invented names: ``female`` and ``male`` given names, and a ``family`` name for each."""
    names: Mapping[str, Sequence[str]] = _document()["names"]
    return names


def usual_answers(sex: str) -> Mapping[str, Any]:
    """What everybody of a sex answers when asked, by question, unless there is more to tell."""
    usual = _document()["answers"]
    return {**usual["everybody"], **usual[sex]}


@cache
def load_people() -> tuple[Somebody, ...]:
    """The forty, in the order of the file."""
    document = _document()
    measures = {key: Measure(**value) for key, value in document["measure"].items()}
    return tuple(
        _somebody(entry, measures, document["panel"], document["answers"])
        for entry in document["person"]
    )


def _somebody(
    entry: dict[str, Any],
    measures: Mapping[str, Measure],
    panels: Mapping[str, Mapping[str, Any]],
    usual: Mapping[str, Mapping[str, Any]],
) -> Somebody:
    results = dict(panels[entry.get("panel", entry["sex"])]) | entry.get("results", {})
    days = entry.get("results_days_ago", 9)
    recorded = entry.get("from_record", ())
    answers = {**usual["everybody"], **usual[entry["sex"]], **entry.get("answers", {})}
    return Somebody(
        case=entry["case"],
        why=entry["why"],
        site=entry["site"],
        protocol=entry.get("protocol", "mapp2"),
        stage=entry["stage"],
        source=entry["source"],
        sex=entry["sex"],
        age=entry["age"],
        arrives=entry["arrives"],
        once_asked=entry["once_asked"],
        stops=tuple(entry.get("stops", ())),
        asks=tuple(entry.get("asks", ())),
        answers={k: v for k, v in answers.items() if k not in recorded},
        answered_days_ago=entry.get("answered_days_ago", {}),
        first_measured=entry.get("first_measured", {}),
        reviewed=tuple(entry.get("reviewed", ())),
        conditions=tuple(Condition(**c) for c in entry.get("conditions", ())),
        medications=tuple(Medicine(**m) for m in entry.get("medications", ())),
        pressures=tuple((d, s, p) for d, s, p in entry.get("pressures", ())),
        measured=tuple(_measured(measures[k], v, days) for k, v in results.items()),
        allergies=tuple(Named(**a) for a in entry.get("allergies", ())),
        procedures=tuple(Named(**p) for p in entry.get("procedures", ())),
        language=entry.get("language", "en"),
        died_days_ago=entry.get("died_days_ago"),
        last_seen_days_ago=entry.get("last_seen_days_ago", 12),
        arrived_days_ago=entry["arrived_days_ago"],
    )


def _measured(measure: Measure, value: Any, days_ago: int) -> Measured:
    if isinstance(value, dict):
        return Measured(measure, value.get("days_ago", days_ago), 0, value["word"], value["snomed"])
    return Measured(measure, days_ago, value)
