"""The Patient of a bundle, as the little that rules need to know: no name, no identifier."""

from datetime import date

from holdfast.domain.answers import Person
from holdfast.interop.fhir.bundle import Bundle
from holdfast.interop.fhir.elements import (
    Day,
    Json,
    choice,
    code_in,
    day_in,
    flag_in,
    list_in,
    one_of,
    refuse_reversed,
    wrong_type,
)
from holdfast.interop.fhir.modifiers import refuse_modifiers
from holdfast.interop.fhir.refusal import ReferralRefused
from holdfast.interop.fhir.report import NoteReason, Tally

BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
GENDERS = frozenset({"female", "male", "other", "unknown"})
BIRTH_SEXES = {"F": "female", "M": "male", "UNK": None, "OTH": None, "ASKU": None}
OLDEST_YEARS = 130
DECEASED = choice("deceased", "Boolean", "DateTime")


def read_person(bundle: Bundle, latest: date, tally: Tally) -> Person:
    """Birth, sex assigned at birth and death.

    ``latest`` is the last day that is not in the future. A birth date of which only the year or
    the month is recorded leaves the birth date unknown: no day is invented.
    """
    patient = bundle.patient.resource
    refuse_modifiers(patient)
    _refuse_replaced(patient)
    born = day_in(patient, "birthDate", latest)
    if born is not None and latest.year - born.first.year > OLDEST_YEARS:
        raise ReferralRefused(
            "birthDate", f"That is more than {OLDEST_YEARS} years ago.", "Correct the date."
        )
    if born is not None and not born.is_whole:
        tally.note("Patient", NoteReason.PARTIAL_BIRTH_DATE)
    sex = _sex(patient)
    if sex is None:
        tally.note("Patient", NoteReason.SEX_NOT_RECORDED)
    is_deceased, died = _death(patient, born, latest)
    tally.read["Patient"] += 1
    return Person(
        born_on=born.day if born else None,
        sex=sex,
        is_deceased=is_deceased,
        died_on=died.day if died else None,
    )


def _refuse_replaced(patient: Json) -> None:
    for index, link in enumerate(list_in(patient, "link")):
        if link.get("type") == "replaced-by":
            raise ReferralRefused(
                f"link[{index}]",
                "This patient record was replaced by another one.",
                "Export the record that replaced it.",
            )


def _sex(patient: Json) -> str | None:
    """The sex assigned at birth if recorded, also as unknown; otherwise what the gender says."""
    recorded: set[str] = set()
    for index, extension in enumerate(list_in(patient, "extension")):
        if extension.get("url") == BIRTH_SEX:
            at = f"extension[{index}]."
            recorded.add(code_in(extension, "valueCode", frozenset(BIRTH_SEXES), at))
    gender = patient.get("gender")
    if gender is not None:
        gender = code_in(patient, "gender", GENDERS)
    if recorded:
        return BIRTH_SEXES[recorded.pop()] if len(recorded) == 1 else None
    return gender if gender in ("female", "male") else None


def _death(patient: Json, born: Day | None, latest: date) -> tuple[bool | None, Day | None]:
    match one_of(patient, DECEASED):
        case "deceasedBoolean":
            return flag_in(patient, "deceasedBoolean"), None
        case "deceasedDateTime":
            died = day_in(patient, "deceasedDateTime", latest)
            refuse_reversed(born, died, "deceasedDateTime")
            return True, died
        case _:
            for key in ("deceased", "died"):
                if key in patient:
                    raise wrong_type(key, "deceasedBoolean or deceasedDateTime instead")
            return None, None
