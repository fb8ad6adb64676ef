"""A FHIR R4 bundle as a referral: what it says that bears on eligibility, each with its place.

Absence is nothing: a bundle that does not mention a condition does not say that there is none.
Reading the same bundle twice gives equal values, and the order of its entries changes nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from holdfast.definitions import questions as catalogue
from holdfast.domain.answers import Answer, HistoryEntry, MedicationEntry, Referral
from holdfast.domain.identity import PersonIdentity
from holdfast.interop.fhir.bundle import Bundle, Entry, read_bundle
from holdfast.interop.fhir.document import read_gzip
from holdfast.interop.fhir.history import read_allergy, read_condition, read_procedure
from holdfast.interop.fhir.identity import identity_of
from holdfast.interop.fhir.medications import read_request, read_statement
from holdfast.interop.fhir.modifiers import refuse_modifiers
from holdfast.interop.fhir.observations import Wanted, read_observation
from holdfast.interop.fhir.patient import read_person
from holdfast.interop.fhir.refusal import Problems, ReferralRefused
from holdfast.interop.fhir.report import ImportReport, LeftOutReason, Tally
from holdfast.interop.fhir.resource_types import ANSWERING

__all__ = [
    "ImportedReferral",
    "ReferralRefused",
    "read_gzip",
    "read_import",
    "read_referral",
]

ZONE_TOLERANCE = timedelta(days=1)
"""It is tomorrow already somewhere; a date later than that lies in the future everywhere."""


@dataclass(frozen=True)
class ImportedReferral:
    """Everything one bundle gives: for the rules, for the sealed record, and for the reader."""

    referral: Referral
    identity: PersonIdentity
    report: ImportReport


def read_referral(data: bytes, *, as_of: date) -> Referral:
    """The referral in a bundle, without anything that says who it is.

    Parameters
    ----------
    data
        The bundle as JSON in UTF-8; for a gzip file, what ``read_gzip`` returns.
    as_of
        The day on which it is read. A date more than one day later is refused.

    Raises
    ------
    ReferralRefused
        With every problem found, each with its place and its mend.
    """
    referral, _ = _read(read_bundle(data), as_of)
    return referral


def read_import(data: bytes, *, as_of: date) -> ImportedReferral:
    """The referral, the identity to be sealed and the report of the import, from one reading."""
    bundle = read_bundle(data)
    referral, report = _read(bundle, as_of)
    return ImportedReferral(referral, identity_of(bundle), report)


class _Reading:
    """One reading of a bundle: what was found so far, and what is wrong with it."""

    def __init__(self, bundle: Bundle, wanted: Wanted, latest: date) -> None:
        self.bundle = bundle
        self.wanted = wanted
        self.latest = latest
        self.tally = Tally()
        self.problems = Problems()
        self.answers: list[Answer] = []
        self.medications: list[MedicationEntry] = []
        self.history: list[HistoryEntry] = []

    def take(self, entry: Entry) -> None:
        """Read one entry of a type that gives answers."""
        if entry.is_not_sent:
            self.tally.leave_out(entry.place, LeftOutReason.DELETED)
            return
        if not entry.is_about_patient:
            self.tally.leave_out(entry.place, LeftOutReason.NOT_THIS_PERSON)
            return
        refuse_modifiers(entry.resource)
        self.tally.read[entry.kind] += 1
        match entry.kind:
            case "Observation":
                self.answers += read_observation(entry, self.wanted, self.latest, self.tally)
            case "Condition":
                self._remember(read_condition(entry, self.latest, self.tally))
            case "AllergyIntolerance":
                self._remember(read_allergy(entry, self.latest, self.tally))
            case "Procedure":
                self._remember(read_procedure(entry, self.latest, self.tally))
            case "MedicationRequest":
                self._take(read_request(self.bundle, entry, self.latest, self.tally))
            case "MedicationStatement":
                self._take(read_statement(self.bundle, entry, self.latest, self.tally))

    def _remember(self, found: HistoryEntry | None) -> None:
        if found is not None:
            self.history.append(found)

    def _take(self, found: MedicationEntry | None) -> None:
        if found is not None:
            self.medications.append(found)


def _read(bundle: Bundle, as_of: date) -> tuple[Referral, ImportReport]:
    reading = _Reading(bundle, _wanted(), min(as_of, date.max - ZONE_TOLERANCE) + ZONE_TOLERANCE)
    person = None
    for entry in bundle.entries:
        try:
            if entry is bundle.patient:
                person = read_person(bundle, reading.latest, reading.tally)
            elif entry.kind in ANSWERING:
                reading.take(entry)
            else:
                reading.tally.not_read[entry.kind] += 1
        except ReferralRefused as refusal:
            reading.problems.add_under(entry.path, refusal)
    reading.problems.refuse_if_any()
    assert person is not None
    referral = Referral(
        person=person,
        answers=tuple(sorted(reading.answers, key=_answer_order)),
        medications=tuple(sorted(reading.medications, key=_medication_order)),
        history=tuple(sorted(reading.history, key=_history_order)),
    )
    return referral, reading.tally.report()


@lru_cache(maxsize=1)
def _wanted() -> Wanted:
    return catalogue.load().by_loinc()


def _answer_order(answer: Answer) -> tuple[str, date, str]:
    return answer.question, answer.observed_on or date.min, answer.source.place


def _medication_order(entry: MedicationEntry) -> tuple[str, str]:
    return entry.name, entry.source.place


def _history_order(entry: HistoryEntry) -> tuple[str, date, str]:
    return entry.kind, entry.onset_on or date.min, entry.source.place
