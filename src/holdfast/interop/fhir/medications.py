"""Medication requests and statements as medication entries."""

from datetime import date

from holdfast.domain.answers import MedicationEntry, Source, SourceKind
from holdfast.interop.fhir.bundle import Bundle, Entry
from holdfast.interop.fhir.elements import (
    RXNORM_SYSTEMS,
    Concept,
    Day,
    Json,
    choice,
    code_in,
    concept_in,
    day_in,
    flag_in,
    list_in,
    object_in,
    one_of,
    period_in,
    wrong_type,
)
from holdfast.interop.fhir.refusal import ReferralRefused
from holdfast.interop.fhir.report import LeftOutReason, NoteReason, Tally

REQUEST_STATUSES = frozenset(
    {
        "active",
        "on-hold",
        "cancelled",
        "completed",
        "entered-in-error",
        "stopped",
        "draft",
        "unknown",
    }
)
INTENTS = frozenset(
    {
        "proposal",
        "plan",
        "order",
        "original-order",
        "reflex-order",
        "filler-order",
        "instance-order",
        "option",
    }
)
STATEMENT_STATUSES = frozenset(
    {
        "active",
        "completed",
        "entered-in-error",
        "intended",
        "stopped",
        "on-hold",
        "unknown",
        "not-taken",
    }
)
NOT_ORDERS = frozenset({"proposal", "plan", "option"})
MEDICATION_STATUSES = frozenset({"active", "inactive", "entered-in-error"})

LEFT_OUT = {
    "entered-in-error": LeftOutReason.ENTERED_IN_ERROR,
    "cancelled": LeftOutReason.CANCELLED,
    "draft": LeftOutReason.NOT_YET,
    "intended": LeftOutReason.NOT_YET,
    "not-taken": LeftOutReason.NOT_TAKEN,
}

IS_CURRENT = {"active": True, "completed": False, "stopped": False}
"""What a status says of taking; any other (on hold, unknown) does not say."""

MEDICATION = choice("medication", "CodeableConcept", "Reference")
EFFECTIVE = choice("effective", "DateTime", "Period")
MOST_INGREDIENTS = 50
LONGEST_FUTURE = date.max


def read_request(
    bundle: Bundle, entry: Entry, latest: date, tally: Tally
) -> MedicationEntry | None:
    """A prescription. Its end, if it has one, is not recorded as a day of taking: that is asked."""
    resource = entry.resource
    status = code_in(resource, "status", REQUEST_STATUSES)
    intent = code_in(resource, "intent", INTENTS)
    is_prohibition = flag_in(resource, "doNotPerform") or flag_in(resource, "doNotTake")
    day_in(resource, "authoredOn", latest)
    medication = _medication(bundle, resource)
    if status in LEFT_OUT:
        tally.leave_out(entry.place, LEFT_OUT[status])
    elif is_prohibition:
        tally.leave_out(entry.place, LeftOutReason.NOT_TAKEN)
    elif intent in NOT_ORDERS:
        tally.leave_out(entry.place, LeftOutReason.NOT_AN_ORDER)
    else:
        return _taken(entry, medication, IS_CURRENT.get(status), None, tally)
    return None


def read_statement(
    bundle: Bundle, entry: Entry, latest: date, tally: Tally
) -> MedicationEntry | None:
    """What somebody said is or was taken; the end of the period is the last day of taking."""
    resource = entry.resource
    status = code_in(resource, "status", STATEMENT_STATUSES)
    is_denied = flag_in(resource, "wasNotTaken") or flag_in(resource, "doNotTake")
    # An end that is planned may lie ahead, but only while the medicine is being taken.
    latest_end = LONGEST_FUTURE if status in ("active", "intended") else None
    end = _last_day(resource, latest, latest_end)
    day_in(resource, "dateAsserted", latest)
    medication = _medication(bundle, resource)
    if status in LEFT_OUT:
        tally.leave_out(entry.place, LEFT_OUT[status])
        return None
    if is_denied:
        tally.leave_out(entry.place, LeftOutReason.NOT_TAKEN)
        return None
    is_current = IS_CURRENT.get(status)
    if end is not None and end.first > latest:
        end = None
    elif is_current and end is not None:
        tally.note(entry.place, NoteReason.CONTRADICTORY)
        is_current = None
    return _taken(entry, medication, is_current, end, tally)


def _last_day(resource: Json, latest: date, latest_end: date | None) -> Day | None:
    """The end of the effective period. A single date says when it was taken, not until when."""
    match one_of(resource, EFFECTIVE):
        case "effectivePeriod":
            _, end = period_in(resource, "effectivePeriod", latest, latest_end=latest_end)
            return end
        case "effectiveDateTime":
            day_in(resource, "effectiveDateTime", latest)
    return None


def _taken(
    entry: Entry,
    medication: Concept | None,
    is_current: bool | None,
    end: Day | None,
    tally: Tally,
) -> MedicationEntry | None:
    if medication is None:
        tally.leave_out(entry.place, LeftOutReason.ENTERED_IN_ERROR)
        return None
    return MedicationEntry(
        name=medication.name,
        rxcuis=medication.in_systems(RXNORM_SYSTEMS),
        is_current=is_current,
        last_taken_on=end.day if end else None,
        source=Source(SourceKind.RECORD, entry.place),
    )


def _medication(bundle: Bundle, resource: Json) -> Concept | None:
    """The medicine, by its own words and codes; None if the Medication was entered in error."""
    key = one_of(resource, MEDICATION)
    if key == "medicationCodeableConcept":
        found = concept_in(resource, key)
        if found is None:
            raise ReferralRefused(
                key, "It does not say which medicine.", "Add its RxNorm code, or its name."
            )
        return _checked(found, key)
    if key is None:
        raise ReferralRefused(
            "medication[x]", "It does not say which medicine.", "Add its RxNorm code, or its name."
        )
    return _referred(bundle, resource)


def _referred(bundle: Bundle, resource: Json) -> Concept | None:
    at = "medicationReference.reference"
    reference = (object_in(resource, "medicationReference") or {}).get("reference")
    if type(reference) is not str:
        raise wrong_type(at, "a reference to a Medication")
    if reference.startswith("#"):
        found = _contained(resource, reference[1:])
    else:
        entry = bundle.by_name.get(reference)
        found = entry.resource if entry and entry.kind == "Medication" else None
    if found is None:
        raise ReferralRefused(
            at,
            "It points at a medicine that is not in this bundle.",
            "Export it with its Medication, or write the code in medicationCodeableConcept.",
        )
    try:
        return _product(found)
    except ReferralRefused as refusal:
        problem, mend = refusal.problem, refusal.mend
        inner = refusal.place
    raise ReferralRefused(f"{at} (in the Medication: {inner})", problem, mend)


def _contained(resource: Json, known: str) -> Json | None:
    for each in list_in(resource, "contained"):
        if each.get("id") == known and each.get("resourceType") == "Medication":
            return each
    return None


def _product(medication: Json) -> Concept | None:
    """A Medication: its own code and, for a combination, each active ingredient beside it."""
    status = medication.get("status") and code_in(medication, "status", MEDICATION_STATUSES)
    if status == "entered-in-error":
        return None
    own = concept_in(medication, "code")
    ingredients = list_in(medication, "ingredient")
    if len(ingredients) > MOST_INGREDIENTS:
        raise ReferralRefused("ingredient", "There are too many.", "Name the active ones.")
    parts: list[Concept] = []
    for index, ingredient in enumerate(ingredients):
        at = f"ingredient[{index}]."
        if flag_in(ingredient, "isActive", at) is False:
            continue
        part = concept_in(ingredient, "itemCodeableConcept", at)
        if part is not None:
            parts.append(part)
    if own is None and not parts:
        raise ReferralRefused(
            "code", "It does not say which medicine.", "Add its RxNorm code, or its name."
        )
    name = own.name if own else " / ".join(sorted(part.name for part in parts))
    codes = (own.codes if own else ()) + tuple(
        sorted(code for part in parts for code in part.codes)
    )
    return _checked(Concept(name, tuple(dict.fromkeys(codes))), "code")


def _checked(medication: Concept, place: str) -> Concept:
    for rxcui in medication.in_systems(RXNORM_SYSTEMS):
        if not (rxcui.isascii() and rxcui.isdigit() and len(rxcui) <= 9):
            raise ReferralRefused(
                f"{place}.coding", "An RxNorm code is a number.", "Correct the code."
            )
    return medication
