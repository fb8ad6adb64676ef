"""Measurements and laboratory results as answers to the questions that name their LOINC codes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from holdfast.domain.answers import Answer, Source, SourceKind
from holdfast.domain.questions import Question
from holdfast.interop.fhir.bundle import Entry
from holdfast.interop.fhir.coded_results import coded_result
from holdfast.interop.fhir.elements import (
    LOINC_SYSTEMS,
    Day,
    Json,
    Quantity,
    choice,
    code_in,
    concept_in,
    day_in,
    list_in,
    missing,
    one_of,
    period_in,
    quantity_in,
)
from holdfast.interop.fhir.refusal import ReferralRefused, quoted
from holdfast.interop.fhir.report import LeftOutReason, NoteReason, Tally

STATUSES = frozenset(
    {
        "registered",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
        "entered-in-error",
        "unknown",
    }
)
READ_STATUSES = frozenset({"final", "amended", "corrected", "preliminary"})

EFFECTIVE = choice("effective", "DateTime", "Period", "Timing", "Instant")

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
"""The parts of a blood pressure, whichever panel holds them (85354-9, or 55284-4 before it)."""

VITAL_SIGN_UNITS = {
    "8302-2": ("cm", "[in_i]"),  # body height
    "9843-4": ("cm", "[in_i]"),  # head circumference
    "8310-5": ("Cel", "[degF]"),  # body temperature
    "8867-4": ("/min",),  # heart rate
    "9279-1": ("/min",),  # respiratory rate
    "2708-6": ("%",),  # oxygen saturation
    "39156-5": ("kg/m2",),  # body mass index
}
"""Vital signs that no question asks for: R4 requires these units of them all the same.

http://hl7.org/fhir/R4/observation-vitalsigns.html
"""

PRINTED_UNITS = {
    "mmHg": "mm[Hg]",
    "mm Hg": "mm[Hg]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "mEq/L": "meq/L",
    "IU/L": "[IU]/L",
    "mL/min/1.73m2": "mL/min/{1.73_m2}",
}
"""How some UCUM units are printed; read only where no UCUM code stands beside them."""

Wanted = Mapping[str, Question]
"""The questions that an imported observation can answer, by LOINC code."""


def read_observation(entry: Entry, wanted: Wanted, latest: date, tally: Tally) -> list[Answer]:
    """The answers in one Observation; none if it measures nothing that is asked."""
    resource = entry.resource
    status = code_in(resource, "status", STATUSES)
    observed = _observed(resource, latest)
    if resource.get("code") is None:
        raise missing("code", "code")
    only = None if "component" in resource else _only_code(resource)
    parts = [] if only is not None and only not in wanted else list(_parts(resource, wanted))
    if not parts:
        if only is None or only in VITAL_SIGN_UNITS:
            _refuse_wrong_vital_sign(resource)
        return []
    if status not in READ_STATUSES:
        is_error = status == "entered-in-error"
        reason = LeftOutReason.ENTERED_IN_ERROR if is_error else LeftOutReason.NOT_FINISHED
        tally.leave_out(entry.place, reason)
        return []
    if status == "preliminary":
        tally.note(entry.place, NoteReason.PRELIMINARY)
    answers, numbers = [], {}
    for loinc, part, at in parts:
        question = wanted[loinc]
        if question.results:
            value = coded_result(part, question, at)
            if isinstance(value, LeftOutReason):
                tally.leave_out(entry.place, value)
            else:
                answers.append(_coded_answer(entry, question, value, observed))
            continue
        quantity = _number(part, at)
        if quantity is None:
            tally.leave_out(entry.place, LeftOutReason.NO_VALUE)
            continue
        numbers[loinc] = quantity.value
        answer = _answer(entry, question, quantity, observed, at, tally)
        if answer is not None:
            answers.append(answer)
    if DIASTOLIC in numbers and numbers[DIASTOLIC] >= numbers.get(SYSTOLIC, 10_000):
        raise ReferralRefused(
            "component",
            "The diastolic blood pressure is not below the systolic one.",
            "Correct the two numbers, or exchange them.",
        )
    return answers


def _refuse_wrong_vital_sign(resource: Json) -> None:
    code = resource["code"]
    codings = code.get("coding") if type(code) is dict else None
    for coding in codings if type(codings) is list else ():
        loinc = coding.get("code") if type(coding) is dict else None
        units = VITAL_SIGN_UNITS.get(loinc) if type(loinc) is str else None
        if units is None or coding.get("system") != "http://loinc.org":
            continue
        quantity = quantity_in(resource, "valueQuantity")
        if quantity is None:
            return
        unit = quantity.code or PRINTED_UNITS.get(quantity.unit or "", quantity.unit)
        if unit not in units:
            raise ReferralRefused(
                "valueQuantity.code" if quantity.code else "valueQuantity.unit",
                f"The unit is {quoted(unit)}, and this vital sign is not measured in it.",
                f"Write it in {' or '.join(units)} (UCUM).",
            )
        if quantity.value < 0 and loinc != "8310-5":
            raise ReferralRefused(
                "valueQuantity.value", "This cannot be negative.", "Correct the number."
            )


def _observed(resource: Json, latest: date) -> Day | None:
    """When it was true: the day, the end of a period, or not known. When it was issued is not it."""
    day_in(resource, "issued", latest)
    key = one_of(resource, EFFECTIVE)
    if key in ("effectiveDateTime", "effectiveInstant"):
        return day_in(resource, key, latest)
    if key == "effectivePeriod":
        start, end = period_in(resource, key, latest)
        return end or start
    return None


def _parts(resource: Json, wanted: Wanted) -> Iterator[tuple[str, Json, str]]:
    """The Observation or those of its components whose code is wanted, with their places."""
    loinc = _loinc(resource, wanted, "")
    if loinc is not None:
        yield loinc, resource, ""
    components = resource.get("component")
    if components is None:
        return
    for index, component in enumerate(list_in(resource, "component")):
        at = f"component[{index}]."
        loinc = _loinc(component, wanted, at)
        if loinc is not None:
            yield loinc, component, at


def _only_code(part: Json) -> str | None:
    """The code of the usual case, found without building anything: one coding, and no more."""
    code: Any = part["code"]
    codings = code.get("coding") if type(code) is dict else None
    if type(codings) is not list or len(codings) != 1 or type(codings[0]) is not dict:
        return None
    only = codings[0].get("code")
    return only if type(only) is str else None


def _loinc(part: Json, wanted: Wanted, at: str) -> str | None:
    found = concept_in(part, "code", at)
    if found is None:
        return None
    for each in found.in_systems(LOINC_SYSTEMS):
        if each in wanted:
            return each
    return None


def _number(part: Json, at: str) -> Quantity | None:
    if part.get("dataAbsentReason") is not None:
        return None
    key = next((k for k in part if k.startswith("value") and part[k] is not None), None)
    if key is not None and key != "valueQuantity":
        raise ReferralRefused(
            at + key,
            "A measurement is expected here, as a number with its unit.",
            "Write it as valueQuantity with value, system, code and unit.",
        )
    return quantity_in(part, "valueQuantity", at)


def _answer(
    entry: Entry,
    question: Question,
    quantity: Quantity,
    observed: Day | None,
    at: str,
    tally: Tally,
) -> Answer | None:
    place = f"{at}valueQuantity"
    unit = _unit(quantity, question, place)
    if quantity.value < 0:
        raise ReferralRefused(f"{place}.value", "This cannot be negative.", "Correct the number.")
    if not quantity.is_exact:
        tally.leave_out(entry.place, LeftOutReason.NOT_EXACT)
        return None
    if question.problem_with(quantity.value, unit) is not None:
        tally.leave_out(entry.place, LeftOutReason.OUT_OF_RANGE)
        return None
    return Answer(
        question=question.code,
        value=quantity.value,
        source=Source(SourceKind.RECORD, entry.place),
        observed_on=observed.day if observed else None,
        unit=unit,
    )


def _coded_answer(
    entry: Entry, question: Question, value: str | bool, observed: Day | None
) -> Answer:
    return Answer(
        question=question.code,
        value=value,
        source=Source(SourceKind.RECORD, entry.place),
        observed_on=observed.day if observed else None,
    )


def _unit(quantity: Quantity, question: Question, place: str) -> str:
    """The UCUM unit, which must be one the question accepts; what is printed must not contradict."""
    printed = PRINTED_UNITS.get(quantity.unit or "", quantity.unit)
    unit = quantity.code or printed
    accepted = f"Write it in {' or '.join(question.accepts)} (UCUM)."
    if unit is None:
        raise ReferralRefused(f"{place}.unit", "The number has no unit.", accepted)
    if unit not in question.accepts:
        at = f"{place}.code" if quantity.code else f"{place}.unit"
        raise ReferralRefused(
            at, f"The unit is {quoted(unit)}, and this is not measured in it.", accepted
        )
    if printed in question.accepts and printed != unit:
        raise ReferralRefused(
            f"{place}.unit",
            f"It is coded in {quoted(unit)} but shown in {quoted(quantity.unit)}.",
            "Make the two the same.",
        )
    return unit
