"""One FHIR R4 Observation of vital signs as the fields of a reading; anything else is refused.

Units are taken as they are written and never converted. http://hl7.org/fhir/R4/observation-vitalsigns.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from holdfast.interop.fhir.refusal import Problem, ReferralRefused

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
# The code of a value, the field of a reading that it is, and its unit.
VALUES: Mapping[str, tuple[str, str]] = {
    "8480-6": ("systolic_mmhg", "mm[Hg]"),
    "8462-4": ("diastolic_mmhg", "mm[Hg]"),
    "8867-4": ("heart_rate_per_min", "/min"),
    "8310-5": ("temperature_celsius", "Cel"),
    "59408-5": ("oxygen_saturation_percent", "%"),
    "2708-6": ("oxygen_saturation_percent", "%"),
    "2951-2": ("sodium_mmol_per_l", "mmol/L"),
}
PANELS = frozenset({"85354-9", "55284-4", "85353-1"})
CORRECTED = frozenset({"amended", "corrected"})
FINAL = frozenset({"final"}) | CORRECTED
# A patient by id, on whatever server: http://hl7.org/fhir/R4/references.html#literal
_PATIENT = re.compile(
    r"(?:https?://[^\s]+/)?Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?"
    r"|urn:uuid:([0-9A-Fa-f-]{36})"
)


@dataclass(frozen=True)
class ObservedReading:
    """What was observed, and when it was true. ``id`` is the sender's own, "" where there is none.

    ``subjects``: by which ids it says whose it is; none where it does not say. ``is_correction``: it
    takes the place of what was sent before under the same id.
    """

    id: str
    at: datetime
    fields: Mapping[str, int | Decimal]
    subjects: tuple[str, ...] = ()
    is_correction: bool = False


def read_observation(told: object) -> ObservedReading:
    """An Observation as a reading.

    Raises
    ------
    ReferralRefused
        Naming the place, what is wrong there and the mend.
    """
    if not isinstance(told, Mapping) or told.get("resourceType") != "Observation":
        raise _refused("Observation", "this is no Observation", "Send one FHIR R4 Observation")
    if told.get("status") not in FINAL:
        raise _refused(
            "Observation.status", "it is not final", f"One of {', '.join(sorted(FINAL))}"
        )
    id_, subjects = told.get("id", ""), tuple(_subjects(told.get("subject")))
    fields = dict(_fields(told))
    if not fields:
        mend = f"Send a value of one of the LOINC codes {', '.join(VALUES)}"
        raise _refused("Observation.code", "there is no vital sign in it", mend)
    return ObservedReading(
        id_ if isinstance(id_, str) else "",
        _moment(told),
        fields,
        subjects,
        told["status"] in CORRECTED,
    )


def _subjects(subject: object) -> Iterator[str]:
    """The ids of whom it is about: of its reference, of its identifier, or of both."""
    if subject is None:
        return
    mend = "Refer to Patient/<number or id of this enrollment>, or leave the subject out"
    told = subject if isinstance(subject, Mapping) else {}
    reference, identifier = told.get("reference"), told.get("identifier")
    if reference is None and not isinstance(identifier, Mapping):
        raise _refused("Observation.subject", "it does not say who it is", mend)
    if reference is not None:
        found = _PATIENT.fullmatch(reference) if isinstance(reference, str) else None
        if found is None:
            raise _refused("Observation.subject.reference", "this is no patient", mend)
        yield found[1] or found[2]
    if isinstance(identifier, Mapping):
        value = identifier.get("value")
        if not isinstance(value, str) or not value:
            raise _refused("Observation.subject.identifier.value", "there is none", mend)
        yield value


def _fields(told: Mapping[str, Any]) -> Iterator[tuple[str, int | Decimal]]:
    code = _code(told, "Observation")
    if code not in PANELS:
        yield from _value(told, code, "Observation")
        return
    components = told.get("component")
    if not isinstance(components, Sequence) or isinstance(components, str):
        raise _refused("Observation.component", "the panel has no parts", "Send its components")
    for number, part in enumerate(components):
        place = f"Observation.component[{number}]"
        if not isinstance(part, Mapping):
            raise _refused(place, "this is no component", "Send an object")
        yield from _value(part, _code(part, place), place)


def _code(told: Mapping[str, Any], place: str) -> str:
    concept = told.get("code")
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    for one in codings if isinstance(codings, list) else []:
        known = {*VALUES, *PANELS}
        if isinstance(one, Mapping) and one.get("system") == LOINC and one.get("code") in known:
            return str(one["code"])
    mend = f"Known LOINC codes: {', '.join((*VALUES, *sorted(PANELS)))}"
    raise _refused(f"{place}.code", "no code that is read here", mend)


def _value(told: Mapping[str, Any], code: str, place: str) -> Iterator[tuple[str, int | Decimal]]:
    name, unit = VALUES.get(code, ("", ""))
    quantity = told.get("valueQuantity")
    if not name or not isinstance(quantity, Mapping):
        raise _refused(f"{place}.valueQuantity", "there is no quantity", f"Send it in {unit}")
    if quantity.get("system") != UCUM or quantity.get("code") != unit:
        mend = f"Send it in {unit} ({UCUM})"
        raise _refused(f"{place}.valueQuantity.code", "another unit", mend)
    if "comparator" in quantity:
        raise _refused(f"{place}.valueQuantity.comparator", "not a value", "Send the value itself")
    value = quantity.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refused(f"{place}.valueQuantity.value", "this is no number", "Send a number")
    yield name, Decimal(str(value))


def _moment(told: Mapping[str, Any]) -> datetime:
    place, mend = "Observation.effectiveDateTime", "Like 2026-05-04T10:12:00+02:00"
    text = told.get("effectiveDateTime") or told.get("effectiveInstant")
    if not isinstance(text, str):
        raise _refused(place, "it does not say when", mend)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(place, f"{text[:40]!r} is no moment", mend) from None
    if moment.tzinfo is None or "T" not in text:
        raise _refused(place, f"{text[:40]!r} has no time with its offset", mend)
    return moment


def _refused(place: str, problem: str, mend: str) -> ReferralRefused:
    return ReferralRefused(place, problem, mend, problems=(Problem(place, problem, mend),))
