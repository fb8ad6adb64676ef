"""What is known of a person: answers, medications and history, each with where it came from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class SourceKind(StrEnum):
    """How an answer reached us."""

    TOLD = "told"  # the person, or somebody who knows them, said so
    LETTER = "letter"  # a letter or report from another clinician
    SEEN = "seen"  # examined, measured or observed here
    RECORD = "record"  # an imported record, for example a FHIR bundle


@dataclass(frozen=True)
class Source:
    """Where an answer came from: the kind, and enough to find it again.

    ``place`` is a path into the imported document (``Condition/47f2...``) or the identifier of
    the hand-made entry. It never holds a person's name.
    """

    kind: SourceKind
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer to one question of the eligibility catalogue.

    ``value`` has the type the question asks for: yes or no, a number with its UCUM ``unit``, a
    date, or one of the question's choices. ``observed_on`` is the day on which it was true; an
    answer whose day is not known keeps None, and a rule that needs the day then says UNKNOWN.
    ``corrects`` is the ``source.place`` of the answer or record that this one says was wrong.
    """

    question: str
    value: bool | Decimal | date | str
    source: Source
    observed_on: date | None = None
    unit: str | None = None
    corrects: str | None = None


@dataclass(frozen=True)
class MedicationEntry:
    """One medicine a person takes or took, as somebody recorded it.

    ``rxcuis`` are the RxNorm codes given, ``name`` the words given. ``is_current`` is None where
    the record does not say. ``last_taken_on`` is the last day it is known to have been taken.
    ``corrects`` is the ``source.place`` of the entry that this one says was wrong or unfinished.
    """

    name: str
    rxcuis: tuple[str, ...]
    is_current: bool | None
    last_taken_on: date | None
    source: Source
    corrects: str | None = None


@dataclass(frozen=True)
class HistoryEntry:
    """A condition, procedure or allergy as somebody recorded it.

    ``codes`` are (system, code) pairs; ``is_active`` is None where the record does not say.
    """

    kind: str  # condition | procedure | allergy
    name: str
    codes: tuple[tuple[str, str], ...]
    is_active: bool | None
    onset_on: date | None
    abated_on: date | None
    source: Source


@dataclass(frozen=True)
class Person:
    """The little that rules need to know of who it is: no name, no identifier."""

    born_on: date | None
    sex: str | None  # female | male | None where it is not recorded; assigned at birth
    is_deceased: bool | None
    died_on: date | None = None


@dataclass(frozen=True)
class Referral:
    """Everything one referral says that bears on eligibility; the order of entries means nothing."""

    person: Person
    answers: tuple[Answer, ...] = ()
    medications: tuple[MedicationEntry, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
