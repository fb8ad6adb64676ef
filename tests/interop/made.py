"""Small bundles made for tests: one invented person, and one resource of each kind we read."""

import copy
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.domain.answers import Referral
from holdfast.interop.fhir.referral import read_referral

AS_OF = date(2026, 11, 23)
BUNDLES = Path(__file__).parent / "bundles"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ME = {"reference": "Patient/p1"}

Json = dict[str, Any]


def concept(text: str, *codings: tuple[str, str]) -> Json:
    """A CodeableConcept."""
    return {"text": text, "coding": [{"system": s, "code": c} for s, c in codings]}


def status(kind: str, code: str) -> Json:
    """A status that is kept as a CodeableConcept."""
    return {"coding": [{"system": TERMINOLOGY + kind, "code": code}]}


def patient(**changes: Any) -> Json:
    """The invented person; a change to None leaves the element out."""
    return _made(
        {
            "resourceType": "Patient",
            "id": "p1",
            "name": [{"use": "official", "family": "Quillfeather", "given": ["Orrin"]}],
            "gender": "female",
            "birthDate": "1980-02-29",
        },
        changes,
    )


def condition(**changes: Any) -> Json:
    """A confirmed, active post-traumatic stress disorder."""
    return _made(
        {
            "resourceType": "Condition",
            "id": "c1",
            "clinicalStatus": status("condition-clinical", "active"),
            "verificationStatus": status("condition-ver-status", "confirmed"),
            "code": concept(
                "Posttraumatic stress disorder", ("http://snomed.info/sct", "47505003")
            ),
            "subject": ME,
            "onsetDateTime": "2019-05-31",
        },
        changes,
    )


def request(**changes: Any) -> Json:
    """An active prescription of sertraline."""
    return _made(
        {
            "resourceType": "MedicationRequest",
            "id": "r1",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept("sertraline 100 MG", (RXNORM, "328670")),
            "subject": ME,
            "authoredOn": "2025-01-10T09:00:00+01:00",
        },
        changes,
    )


def statement(**changes: Any) -> Json:
    """A statement that phenelzine was taken until a day."""
    return _made(
        {
            "resourceType": "MedicationStatement",
            "id": "s1",
            "status": "completed",
            "medicationCodeableConcept": concept("phenelzine", (RXNORM, "8123")),
            "subject": ME,
            "effectivePeriod": {"start": "2024-01-01", "end": "2026-08-31"},
        },
        changes,
    )


def weight(**changes: Any) -> Json:
    """A body weight."""
    return _made(
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": concept("Body weight", ("http://loinc.org", "29463-7")),
            "subject": ME,
            "effectiveDateTime": "2026-10-01T08:00:00Z",
            "valueQuantity": quantity(70.5, "kg"),
        },
        changes,
    )


def quantity(value: Any, unit: str) -> Json:
    """A Quantity in UCUM."""
    return {
        "value": value,
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": unit,
    }


def pressure(systolic: float, diastolic: float, *, panel: str = "85354-9", **changes: Any) -> Json:
    """A blood pressure as a panel of two components."""
    return _made(
        {
            "resourceType": "Observation",
            "id": "bp1",
            "status": "final",
            "code": concept("Blood pressure", ("http://loinc.org", panel)),
            "subject": ME,
            "effectiveDateTime": "2026-10-01",
            "component": [
                {
                    "code": concept("Diastolic", ("http://loinc.org", "8462-4")),
                    "valueQuantity": quantity(diastolic, "mm[Hg]"),
                },
                {
                    "code": concept("Systolic", ("http://loinc.org", "8480-6")),
                    "valueQuantity": quantity(systolic, "mm[Hg]"),
                },
            ],
        },
        changes,
    )


def allergy(**changes: Any) -> Json:
    """A confirmed allergy."""
    return _made(
        {
            "resourceType": "AllergyIntolerance",
            "id": "a1",
            "clinicalStatus": status("allergyintolerance-clinical", "active"),
            "verificationStatus": status("allergyintolerance-verification", "confirmed"),
            "code": concept("Penicillin allergy", ("http://snomed.info/sct", "91936005")),
            "patient": ME,
        },
        changes,
    )


def procedure(**changes: Any) -> Json:
    """A completed procedure."""
    return _made(
        {
            "resourceType": "Procedure",
            "id": "pr1",
            "status": "completed",
            "code": concept("Hysterectomy", ("http://snomed.info/sct", "236886002")),
            "subject": ME,
            "performedDateTime": "2015-03-04",
        },
        changes,
    )


def bundle(*resources: Json, kind: str = "collection", **changes: Any) -> Json:
    """A bundle of these resources."""
    return _made(
        {
            "resourceType": "Bundle",
            "type": kind,
            "entry": [{"resource": resource} for resource in resources],
        },
        changes,
    )


def data(*resources: Json, **changes: Any) -> bytes:
    """The bytes of a bundle of these resources."""
    return json.dumps(bundle(*resources, **changes)).encode()


def read(*resources: Json, as_of: date = AS_OF) -> Referral:
    """The referral in a bundle of the invented person and these resources."""
    return read_referral(data(patient(), *resources), as_of=as_of)


def _made(resource: Json, changes: Mapping[str, Any]) -> Json:
    made = copy.deepcopy(resource) | copy.deepcopy(dict(changes))
    return {key: value for key, value in made.items() if value is not None}
