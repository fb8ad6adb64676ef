"""A FHIR R4 reader that none of us wrote finds the same people, conditions and medicines."""

import gzip
import json
import warnings
from collections import Counter

import pytest

from holdfast.interop.fhir.referral import read_import
from tests.interop.made import AS_OF

pytestmark = pytest.mark.reference

READ = (
    "Patient",
    "Condition",
    "MedicationRequest",
    "Procedure",
    "AllergyIntolerance",
    "Observation",
)


@pytest.fixture(scope="module")
def fhir():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fhirclient.models import (
            allergyintolerance,
            condition,
            medicationrequest,
            observation,
            patient,
            procedure,
        )
    modules = (patient, condition, medicationrequest, procedure, allergyintolerance, observation)
    return {name: getattr(module, name) for name, module in zip(READ, modules, strict=True)}


def test_another_reader_finds_the_same(reference_data, fhir):
    for path in sorted((reference_data / "referrals").glob("*.json.gz")):
        raw = gzip.decompress(path.read_bytes())
        ours = read_import(raw, as_of=AS_OF)
        theirs = [
            fhir[resource["resourceType"]](resource)
            for entry in json.loads(raw)["entry"]
            if (resource := entry["resource"])["resourceType"] in fhir
        ]
        assert dict(Counter(each.resource_type for each in theirs)) == dict(ours.report.read)
        (person,) = (each for each in theirs if each.resource_type == "Patient")
        assert ours.referral.person.born_on == person.birthDate.date
        assert ours.referral.person.sex == person.gender
        assert ours.identity.family == person.name[0].family
        assert Counter(entry.name for entry in ours.referral.medications) == Counter(
            each.medicationCodeableConcept.text
            for each in theirs
            if each.resource_type == "MedicationRequest"
        )
        conditions = [each for each in theirs if each.resource_type == "Condition"]
        assert Counter(
            (entry.name, entry.is_active, entry.onset_on)
            for entry in ours.referral.history
            if entry.kind == "condition"
        ) == Counter(
            (
                each.code.text,
                each.clinicalStatus.coding[0].code == "active",
                each.onsetDateTime.date.date(),
            )
            for each in conditions
        )
        assert _pressures(ours.referral.answers) == sorted(
            (part.code.coding[0].code, str(part.valueQuantity.value))
            for each in theirs
            if each.resource_type == "Observation" and each.component
            for part in each.component
            if part.code.coding[0].code in ("8480-6", "8462-4")
        )


def _pressures(answers):
    codes = {"blood-pressure-systolic": "8480-6", "blood-pressure-diastolic": "8462-4"}
    return sorted((codes[a.question], str(a.value)) for a in answers if a.question in codes)
