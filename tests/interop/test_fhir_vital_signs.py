"""An Observation of vital signs becomes a reading, in its own units, or is refused with its place."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from holdfast.interop.fhir.refusal import ReferralRefused
from holdfast.interop.fhir.vital_signs import read_observation


def quantity(value: Any, unit: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "code": unit, "system": "http://unitsofmeasure.org"} | more


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def observation(**told: Any) -> dict[str, Any]:
    """A blood pressure, as http://hl7.org/fhir/R4/observation-example-bloodpressure.json has it."""
    pressure = {
        "resourceType": "Observation",
        "id": "blood-pressure",
        "status": "final",
        "code": coded("85354-9"),
        "effectiveDateTime": "2026-05-04T10:12:00+02:00",
        "component": [
            {"code": coded("8480-6"), "valueQuantity": quantity(107, "mm[Hg]")},
            {"code": coded("8462-4"), "valueQuantity": quantity(60, "mm[Hg]")},
        ],
    }
    return {name: value for name, value in (pressure | told).items() if value is not None}


def of(code: str, value: Any, unit: str, **more: Any) -> dict[str, Any]:
    """One value."""
    return observation(
        code=coded(code), valueQuantity=quantity(value, unit, **more), component=None
    )


def test_a_blood_pressure_is_one_reading_at_its_own_time():
    read = read_observation(observation())
    assert read.fields == {"systolic_mmhg": 107, "diastolic_mmhg": 60}
    assert read.at == datetime(2026, 5, 4, 8, 12, tzinfo=UTC)
    assert read.id == "blood-pressure"


@pytest.mark.parametrize(
    ("subject", "ids"),
    [
        (None, ()),
        ({"reference": "Patient/NORTH-0001"}, ("NORTH-0001",)),
        ({"reference": "https://hospital.example/fhir/Patient/p.1/_history/2"}, ("p.1",)),
        (
            {"reference": "urn:uuid:0a4bd3b2-8f7e-4a0e-8a52-1f2f6ad3f6b1"},
            ("0a4bd3b2-8f7e-4a0e-8a52-1f2f6ad3f6b1",),
        ),
        ({"identifier": {"value": "NORTH-0001"}, "display": "?"}, ("NORTH-0001",)),
        ({"reference": "Patient/a", "identifier": {"value": "b"}}, ("a", "b")),
    ],
)
def test_it_says_whose_it_is_by_reference_or_identifier_or_both(subject, ids):
    assert read_observation(observation(subject=subject)).subjects == ids


def test_what_was_amended_or_corrected_says_so():
    told = {status: observation(status=status) for status in ("final", "amended", "corrected")}
    found = {status: read_observation(one).is_correction for status, one in told.items()}
    assert found == {"final": False, "amended": True, "corrected": True}


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        (of("8867-4", 96, "/min"), {"heart_rate_per_min": 96}),
        (of("8310-5", 37.4, "Cel"), {"temperature_celsius": Decimal("37.4")}),
        (of("59408-5", 98, "%"), {"oxygen_saturation_percent": 98}),
        (of("2708-6", 97, "%"), {"oxygen_saturation_percent": 97}),
        (of("2951-2", 133.5, "mmol/L"), {"sodium_mmol_per_l": Decimal("133.5")}),
    ],
)
def test_each_vital_sign_is_the_field_of_its_code(told, fields):
    assert read_observation(told).fields == fields


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (None, "Observation"),
        ({"resourceType": "Patient"}, "Observation"),
        (observation(status="preliminary"), "Observation.status"),
        (observation(status=None), "Observation.status"),
        (observation(effectiveDateTime=None), "Observation.effectiveDateTime"),
        (observation(effectiveDateTime="2026-05-04"), "Observation.effectiveDateTime"),
        (observation(effectiveDateTime="2026-05-04T10:12:00"), "Observation.effectiveDateTime"),
        (observation(subject="Patient/1"), "Observation.subject"),
        (observation(subject={"display": "Somebody"}), "Observation.subject"),
        (observation(subject={"reference": "Group/1"}), "Observation.subject.reference"),
        (observation(subject={"reference": "#p1"}), "Observation.subject.reference"),
        (observation(subject={"reference": 7}), "Observation.subject.reference"),
        (observation(subject={"identifier": {}}), "Observation.subject.identifier.value"),
        (observation(component=None), "Observation.component"),
        (observation(component=[]), "Observation.code"),
        (observation(component=["?"]), "Observation.component[0]"),
        (observation(code={"text": "pressure"}), "Observation.code"),
        (of("29463-7", 80, "kg"), "Observation.code"),
        (of("8310-5", 98.6, "[degF]"), "Observation.valueQuantity.code"),
        (of("8867-4", 96, "/min", system="http://elsewhere"), "Observation.valueQuantity.code"),
        (of("8867-4", 96, "/min", comparator=">"), "Observation.valueQuantity.comparator"),
        (of("8867-4", "96", "/min"), "Observation.valueQuantity.value"),
        (of("8867-4", True, "/min"), "Observation.valueQuantity.value"),
        (observation(code=coded("8867-4"), component=None), "Observation.valueQuantity"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_a_mend(told, place):
    with pytest.raises(ReferralRefused) as refused:
        read_observation(told)
    assert refused.value.place == place
    assert refused.value.mend
