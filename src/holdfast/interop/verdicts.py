"""A verdict as the JSON document that ``holdfast screen`` and the API give.

It names nobody: age, sex, whether the person has died, and the medicines as they were written.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from holdfast.definitions.questions import load as load_questions
from holdfast.definitions.sentences import question_sentence, sentence
from holdfast.domain.answers import Person, Referral
from holdfast.domain.calendar_months import full_years
from holdfast.domain.findings import Finding, Reference, Value, Verdict
from holdfast.domain.medications import MedicationAssessment
from holdfast.domain.protocol import ProtocolVersion
from holdfast.interop.fhir.report import ImportReport, Remark

SCHEMA = 1

_SAID_OF_EVERYBODY: dict[tuple[object, ...], dict[str, Any]] = {}
"""Findings that bear no value of a person: the same for everybody, and most of what is said."""


def verdict_document(
    protocol: ProtocolVersion,
    referral: Referral,
    as_of: date,
    verdict: Verdict,
    medications: Sequence[MedicationAssessment],
    *,
    report: ImportReport | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """The whole verdict: protocol, person, every finding with its sentence, every medicine."""
    document = {
        "schema": SCHEMA,
        "protocol": {
            "name": protocol.name,
            "version": protocol.version,
            "sha256": protocol.sha256,
        },
        "as_of": as_of.isoformat(),
        "patient": _person(referral.person, as_of),
        "verdict": verdict.decision.value,
        "is_eligible": verdict.is_eligible,
        "findings": [_finding(each, protocol, language) for each in verdict.findings],
        "medications": _medications(medications, protocol, language),
    }
    if report is not None:
        document["import"] = report_document(report)
    return document


def report_document(report: ImportReport) -> dict[str, Any]:
    """What an import read, what it left out and why."""
    return {
        "read": dict(report.read),
        "not_read": dict(report.not_read),
        "left_out": [_remark(each) for each in report.left_out],
        "notes": [_remark(each) for each in report.notes],
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {"place": remark.place, "reason": remark.sentence, "reason_code": str(remark.reason)}


def _person(person: Person, as_of: date) -> dict[str, Any]:
    is_born = person.born_on is not None and person.born_on <= as_of
    return {
        "age_years": full_years(person.born_on, as_of) if person.born_on and is_born else None,
        "sex": person.sex,
        "deceased": person.is_deceased,
    }


def _finding(finding: Finding, protocol: ProtocolVersion, language: str) -> dict[str, Any]:
    if finding.values:
        return _said(finding, protocol, language)
    key = (
        protocol.parsed_sha256,
        language,
        finding.code,
        finding.outcome,
        finding.reason,
        finding.question,
        finding.reference,
        finding.standing,
    )
    if key not in _SAID_OF_EVERYBODY:
        _SAID_OF_EVERYBODY[key] = _said(finding, protocol, language)
    return dict(_SAID_OF_EVERYBODY[key])


def _said(finding: Finding, protocol: ProtocolVersion, language: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "outcome": finding.outcome.value,
        "reason": sentence(finding, protocol, language),
        "reason_code": finding.reason,
        "values": _values(finding.values),
        "question": _question(finding.question, language),
        "reference": _reference(finding.reference),
        "standing": finding.standing.value,
    }


def _question(code: str | None, language: str) -> dict[str, Any] | None:
    if code is None:
        return None
    asked = load_questions().questions[code]
    return {
        "code": code,
        "sentence": question_sentence(code, language),
        "answered_by": list(asked.answered_by),
    }


def _medications(
    medications: Sequence[MedicationAssessment], protocol: ProtocolVersion, language: str
) -> list[dict[str, Any]]:
    """Each medicine; a record repeats its prescriptions, and each sentence is written once."""
    written: dict[tuple[object, ...], str] = {}
    found = []
    for assessed in medications:
        entry = assessed.entry
        key = (assessed.reason, entry.name, entry.rxcuis, entry.is_current, entry.last_taken_on)
        if key not in written:
            written[key] = _medication_sentence(assessed, protocol, language)
        found.append(_medication(assessed, written[key], language))
    return found


def _medication_sentence(
    assessed: MedicationAssessment, protocol: ProtocolVersion, language: str
) -> str:
    finding = Finding(
        code="medication",
        outcome=assessed.outcome,
        reason=assessed.reason,
        reference=assessed.reference,
        standing=assessed.standing,
        values=assessed.values,
    )
    return sentence(finding, protocol, language)


def _medication(assessed: MedicationAssessment, reason: str, language: str) -> dict[str, Any]:
    return assessed.fields() | {
        "reason": reason,
        "reason_code": assessed.reason,
        "question": _question(assessed.question, language),
        "source": assessed.entry.source.place,
    }


def _reference(reference: Reference) -> dict[str, str]:
    return {"title": reference.title, "href": reference.href}


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    """Values as JSON: dates in ISO 8601, decimals as text, so that no digit is lost."""
    return {
        key: value if isinstance(value, bool | int) else str(value) for key, value in values.items()
    }
