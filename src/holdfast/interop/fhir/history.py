"""Conditions, allergies and procedures as history entries."""

from datetime import date

from holdfast.domain.answers import HistoryEntry, Source, SourceKind
from holdfast.interop.fhir.bundle import Entry
from holdfast.interop.fhir.elements import (
    Day,
    Json,
    choice,
    code_in,
    concept_in,
    day_in,
    object_in,
    one_of,
    period_in,
    refuse_reversed,
    status_in,
    text_in,
)
from holdfast.interop.fhir.report import LeftOutReason, NoteReason, Tally

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
CONDITION_CLINICAL = _TERMINOLOGY + "condition-clinical"
CONDITION_VERIFICATION = _TERMINOLOGY + "condition-ver-status"
ALLERGY_CLINICAL = _TERMINOLOGY + "allergyintolerance-clinical"
ALLERGY_VERIFICATION = _TERMINOLOGY + "allergyintolerance-verification"

GOING_ON = frozenset({"active", "recurrence", "relapse"})
OVER = frozenset({"inactive", "remission", "resolved"})
UNCONFIRMED = frozenset({"unconfirmed", "provisional", "differential"})
VERIFICATIONS = UNCONFIRMED | {"confirmed", "refuted", "entered-in-error"}
ALLERGY_STATUSES = frozenset({"active", "inactive", "resolved"})
ALLERGY_VERIFICATIONS = frozenset({"unconfirmed", "confirmed", "refuted", "entered-in-error"})
PROCEDURE_STATUSES = frozenset(
    {
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        "entered-in-error",
        "unknown",
    }
)
_ONSET, _ABATEMENT, _PERFORMED = (
    choice(stem, "DateTime", "Period", "Age", "Range", "String")
    for stem in ("onset", "abatement", "performed")
)

Span = tuple[Day | None, Day | None]


def read_condition(entry: Entry, latest: date, tally: Tally) -> HistoryEntry | None:
    """A condition, unless it was refuted, entered in error or is not confirmed."""
    resource = entry.resource
    clinical = status_in(resource, "clinicalStatus", CONDITION_CLINICAL, GOING_ON | OVER)
    verified = status_in(resource, "verificationStatus", CONDITION_VERIFICATION, VERIFICATIONS)
    return _read(entry, "condition", clinical, verified, latest, tally)


def read_allergy(entry: Entry, latest: date, tally: Tally) -> HistoryEntry | None:
    """An allergy or intolerance, unless it was refuted or entered in error."""
    resource = entry.resource
    clinical = status_in(resource, "clinicalStatus", ALLERGY_CLINICAL, ALLERGY_STATUSES)
    verified = status_in(
        resource, "verificationStatus", ALLERGY_VERIFICATION, ALLERGY_VERIFICATIONS
    )
    return _read(entry, "allergy", clinical, verified, latest, tally)


def read_procedure(entry: Entry, latest: date, tally: Tally) -> HistoryEntry | None:
    """A procedure that was completed; any other did not happen, or not as far as is known."""
    resource = entry.resource
    status = code_in(resource, "status", PROCEDURE_STATUSES)
    start, end = _moment(resource, _PERFORMED, latest)
    code = concept_in(resource, "code")
    if status == "entered-in-error":
        tally.leave_out(entry.place, LeftOutReason.ENTERED_IN_ERROR)
    elif status != "completed":
        tally.leave_out(entry.place, LeftOutReason.NOT_DONE)
    elif code is None:
        tally.leave_out(entry.place, LeftOutReason.NOTHING_SAID)
    else:
        return HistoryEntry(
            kind="procedure",
            name=code.name,
            codes=code.codes,
            is_active=False,
            onset_on=start.day if start else None,
            abated_on=end.day if end else None,
            source=Source(SourceKind.RECORD, entry.place),
        )
    return None


def _read(
    entry: Entry,
    kind: str,
    clinical: str | None,
    verified: str | None,
    latest: date,
    tally: Tally,
) -> HistoryEntry | None:
    resource = entry.resource
    onset, _ = _moment(resource, _ONSET, latest)
    _, abated = _moment(resource, _ABATEMENT, latest)
    refuse_reversed(onset, abated, "abatement[x]")
    day_in(resource, "recordedDate", latest)
    code = concept_in(resource, "code")
    if verified == "refuted":
        tally.leave_out(entry.place, LeftOutReason.REFUTED)
        return None
    if verified == "entered-in-error":
        tally.leave_out(entry.place, LeftOutReason.ENTERED_IN_ERROR)
        return None
    if verified in UNCONFIRMED and kind == "condition":
        # A diagnosis that is only considered is no answer; the question stays open and is asked.
        tally.leave_out(entry.place, LeftOutReason.UNCONFIRMED)
        return None
    if code is None:
        tally.leave_out(entry.place, LeftOutReason.NOTHING_SAID)
        return None
    return HistoryEntry(
        kind=kind,
        name=code.name,
        codes=code.codes,
        is_active=_is_active(entry, clinical, tally),
        onset_on=onset.day if onset else None,
        abated_on=abated.day if abated else None,
        source=Source(SourceKind.RECORD, entry.place),
    )


def _is_active(entry: Entry, clinical: str | None, tally: Tally) -> bool | None:
    """Whether it is going on; None where the record does not say, or not with one voice."""
    has_abated = one_of(entry.resource, _ABATEMENT) is not None
    if clinical in GOING_ON:
        if has_abated:
            tally.note(entry.place, NoteReason.CONTRADICTORY)
            return None
        return True
    if clinical in OVER or has_abated:
        return False
    return None


def _moment(resource: Json, keys: tuple[str, ...], latest: date) -> Span:
    """Beginning and end of a choice of times; an age, a range or words give no day, and none is made."""
    key = one_of(resource, keys)
    if key is None:
        return None, None
    if key.endswith("DateTime"):
        day = day_in(resource, key, latest)
        return day, day
    if key.endswith("Period"):
        return period_in(resource, key, latest)
    if key.endswith("String"):
        text_in(resource, key)
    else:
        object_in(resource, key)
    return None, None
