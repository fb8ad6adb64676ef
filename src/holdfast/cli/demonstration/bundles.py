"""Forty invented people as FHIR R4 transaction bundles.

``people.toml`` says who they are and what each is there to show; this module writes them as a
hospital's system would. The same seed and the same day give the same bytes. Nobody in these
bundles exists: every family name is invented and says so by its sound, and every bundle carries
the tag ``demonstration``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from holdfast.cli.demonstration.people import (
    Condition,
    Measured,
    Medicine,
    Named,
    Somebody,
    load_names,
    load_people,
)

SEED = 20260201
_NAMESPACE = UUID("6f1d6c55-9d53-5a7b-9a53-0d1f5f3f6a10")

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
TAG = {
    "system": "https://holdfast.example/tags",
    "code": "demonstration",
    "display": "Invented for demonstration",
}


@dataclass(frozen=True)
class Bundle:
    """One invented person's bundle: its bytes, and the case they argue."""

    somebody: Somebody
    given: str
    family: str
    data: bytes

    @property
    def name(self) -> str:
        """The invented person's name, as a page shows it."""
        return f"{self.given} {self.family}"

    @property
    def filename(self) -> str:
        """The file's name: the case, never the person."""
        return f"{self.somebody.case}.json"


def bundles(as_of: date, seed: int = SEED) -> tuple[Bundle, ...]:
    """All forty bundles, as they would have been sent on ``as_of``.

    Parameters
    ----------
    as_of
        The day of referral, to which every date in the bundles is relative.
    seed
        Decides names, days within a year, small differences between measured values and the
        order of entries; never whether a person may enter.
    """
    return _written(lambda _: as_of, seed)


def bundles_as_they_arrived(
    day_of: Callable[[Somebody], date], seed: int = SEED
) -> tuple[Bundle, ...]:
    """All forty, each as sent on its own day of referral."""
    return _written(day_of, seed)


def _written(day_of: Callable[[Somebody], date], seed: int) -> tuple[Bundle, ...]:
    people = load_people()
    names = load_names()
    families = _shuffled(names["family"], seed, "family")
    given = {sex: _shuffled(names[sex], seed, sex) for sex in ("female", "male")}
    turns = {"female": 0, "male": 0}
    made = []
    for somebody, family in zip(people, families, strict=True):
        first = given[somebody.sex][turns[somebody.sex]]
        turns[somebody.sex] += 1
        data = _Writer(somebody, first, family, day_of(somebody), seed).bundle()
        made.append(Bundle(somebody, first, family, data))
    return tuple(made)


def _chance(seed: int, what: str) -> Random:
    """The seed's choices for one thing; a name for each, so that one more changes no other."""
    return Random(f"{seed}/{what}")  # noqa: S311 (chooses invented names, guards nothing)


def _shuffled(names: Sequence[str], seed: int, what: str) -> list[str]:
    mixed = list(names)
    _chance(seed, what).shuffle(mixed)
    return mixed


@dataclass
class _Writer:
    """Writes one person; holds the seed's choices for that person alone."""

    somebody: Somebody
    given: str
    family: str
    as_of: date
    seed: int
    chance: Random = field(init=False)
    counted: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.chance = _chance(self.seed, self.somebody.case)

    def bundle(self) -> bytes:
        """The bundle as canonical bytes: the patient first, the rest in the seed's order."""
        patient = self._patient()
        self.patient = f"urn:uuid:{patient['id']}"
        doctor = self._resource(
            "Practitioner", name=[{"family": "Zuweisend", "given": ["Dr"], "prefix": ["Dr."]}]
        )
        clinic = self._resource("Organization", active=True, name="Invented Family Practice")
        self.visit = self._visit(doctor["id"], clinic["id"])
        rest = [
            *(self._condition(c) for c in self.somebody.conditions),
            *(self._medicine(m) for m in self.somebody.medications),
            *(self._pressure(days, high, low) for days, high, low in self.somebody.pressures),
            *(self._measured(m) for m in self.somebody.measured),
            *(self._allergy(a) for a in self.somebody.allergies),
            *(self._procedure(p) for p in self.somebody.procedures),
        ]
        self.chance.shuffle(rest)
        document = {
            "resourceType": "Bundle",
            "type": "transaction",
            "meta": {"tag": [TAG]},
            "entry": [_entry(r) for r in (patient, clinic, doctor, self.visit, *rest)],
        }
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()

    def _resource(self, kind: str, **content: Any) -> dict[str, Any]:
        self.counted += 1
        made = uuid5(_NAMESPACE, f"{self.seed}/{self.somebody.case}/{kind}/{self.counted}")
        return {"resourceType": kind, "id": str(made), "meta": {"tag": [TAG]}, **content}

    def _moment(self, days: int) -> str:
        """A moment in office hours ``days`` before the day of referral."""
        day = self.as_of - timedelta(days=days)
        minute = self.chance.randrange(8 * 60, 17 * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), UTC).isoformat()

    def _patient(self) -> dict[str, Any]:
        somebody = self.somebody
        birthday = _years_before(self.as_of, somebody.age) - timedelta(
            days=self.chance.randrange(20, 340)
        )
        content: dict[str, Any] = {
            "identifier": [
                {
                    "system": "https://holdfast.example/demonstration-numbers",
                    "value": f"DEMO-{self.chance.randrange(100000, 999999)}",
                }
            ],
            "name": [{"use": "official", "family": self.family, "given": [self.given]}],
            "gender": somebody.sex,
            "birthDate": birthday.isoformat(),
            "communication": [
                {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": somebody.language}]}}
            ],
        }
        if somebody.died_days_ago is not None:
            content["deceasedDateTime"] = self._moment(somebody.died_days_ago)
        return self._resource("Patient", **content)

    def _visit(self, doctor: str, clinic: str) -> dict[str, Any]:
        start = self._moment(max(3, self.somebody.last_seen_days_ago))
        return self._resource(
            "Encounter",
            status="finished",
            **{"class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": "AMB"}},
            subject={"reference": self.patient},
            participant=[{"individual": {"reference": f"urn:uuid:{doctor}"}}],
            period={"start": start, "end": start},
            serviceProvider={"reference": f"urn:uuid:{clinic}"},
        )

    def _condition(self, condition: Condition) -> dict[str, Any]:
        onset = self._moment(condition.years_ago * 365 + self.chance.randrange(0, 90))
        content: dict[str, Any] = {
            "clinicalStatus": _status("condition-clinical", condition.status),
            "verificationStatus": _status("condition-ver-status", "confirmed"),
            "code": _coded(ICD_10_CM, condition.icd10cm, condition.name),
            "subject": {"reference": self.patient},
            "encounter": {"reference": f"urn:uuid:{self.visit['id']}"},
            "onsetDateTime": onset,
            "recordedDate": onset,
        }
        if condition.ended_days_ago is not None:
            content["abatementDateTime"] = self._moment(condition.ended_days_ago)
        return self._resource("Condition", **content)

    def _medicine(self, medicine: Medicine) -> dict[str, Any]:
        code = _coded(RXNORM, medicine.rxnorm, medicine.name)
        started = self._moment(medicine.started_days_ago)
        if medicine.form == "request":
            return self._resource(
                "MedicationRequest",
                status="active" if medicine.stopped_days_ago is None else "stopped",
                intent="order",
                medicationCodeableConcept=code,
                subject={"reference": self.patient},
                encounter={"reference": f"urn:uuid:{self.visit['id']}"},
                authoredOn=started,
            )
        period = {"start": started}
        if medicine.stopped_days_ago is not None:
            period["end"] = (self.as_of - timedelta(days=medicine.stopped_days_ago)).isoformat()
            period["start"] = started[:10]
        return self._resource(
            "MedicationStatement",
            status="active" if medicine.stopped_days_ago is None else "completed",
            medicationCodeableConcept=code,
            subject={"reference": self.patient},
            effectivePeriod=period,
            dateAsserted=self._moment(self.somebody.last_seen_days_ago),
        )

    def _observation(self, category: str, days: int, **content: Any) -> dict[str, Any]:
        return self._resource(
            "Observation",
            status="final",
            category=[
                {"coding": [{"system": f"{TERMINOLOGY}/observation-category", "code": category}]}
            ],
            subject={"reference": self.patient},
            encounter={"reference": f"urn:uuid:{self.visit['id']}"},
            effectiveDateTime=self._moment(days),
            **content,
        )

    def _pressure(self, days: int, systolic: int, diastolic: int) -> dict[str, Any]:
        return self._observation(
            "vital-signs",
            days,
            code=_coded(LOINC, "85354-9", "Blood pressure panel"),
            component=[
                {
                    "code": _coded(LOINC, "8480-6", "Systolic blood pressure"),
                    "valueQuantity": _quantity(systolic, "mm[Hg]"),
                },
                {
                    "code": _coded(LOINC, "8462-4", "Diastolic blood pressure"),
                    "valueQuantity": _quantity(diastolic, "mm[Hg]"),
                },
            ],
        )

    def _measured(self, measured: Measured) -> dict[str, Any]:
        what = measured.measure
        if measured.word is not None:
            value: Mapping[str, Any] = {
                "valueCodeableConcept": _coded(SNOMED, measured.word_snomed, measured.word)
            }
        else:
            spread = what.spread
            number = measured.value + spread * self.chance.randrange(-3, 4)
            shown = round(number, what.decimals) if what.decimals else int(number)
            value = {"valueQuantity": _quantity(shown, what.ucum)}
        return self._observation(
            what.category, measured.days_ago, code=_coded(LOINC, what.loinc, what.name), **value
        )

    def _allergy(self, allergy: Named) -> dict[str, Any]:
        return self._resource(
            "AllergyIntolerance",
            clinicalStatus=_status("allergyintolerance-clinical", "active"),
            verificationStatus=_status("allergyintolerance-verification", "confirmed"),
            type="allergy",
            code=_coded(SNOMED, allergy.snomed, allergy.name),
            patient={"reference": self.patient},
            recordedDate=self._moment(allergy.years_ago * 365),
        )

    def _procedure(self, procedure: Named) -> dict[str, Any]:
        done = self._moment(procedure.years_ago * 365)
        return self._resource(
            "Procedure",
            status="completed",
            code=_coded(SNOMED, procedure.snomed, procedure.name),
            subject={"reference": self.patient},
            performedPeriod={"start": done, "end": done},
        )


def _entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fullUrl": f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def _coded(system: str, code: str | None, text: str) -> dict[str, Any]:
    """A coded concept; where no code is known, the words alone."""
    if code is None:
        return {"text": text}
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": code}]}


def _quantity(value: float, ucum: str) -> dict[str, Any]:
    return {"value": value, "unit": ucum, "system": UCUM, "code": ucum}


def _years_before(day: date, years: int) -> date:
    """The same day ``years`` earlier; 28 February stands for a missing 29th."""
    if (day.month, day.day) == (2, 29):
        day = day - timedelta(days=1)
    return day.replace(year=day.year - years)
