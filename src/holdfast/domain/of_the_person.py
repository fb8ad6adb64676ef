"""What whoever takes over must know of the person, beside the session: medicines, allergies, weight.

Pure: made of what the record knows and of the interaction table's answers. It names no group and
nobody; a medicine, a condition and an allergy stand as somebody wrote them down.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from holdfast.domain.answers import Answer, HistoryEntry, MedicationEntry, Referral
from holdfast.domain.findings import Standing
from holdfast.domain.medications import MedicationAssessment

RECENT_DAYS = 90  # what was stopped earlier is counted and not listed; how much fits, no rule
STRUCK = "…"  # stands where the person's name stood
WEIGHT, KILOGRAM = "weight", "kg"


@dataclass(frozen=True)
class OwnMedicine:
    """One medicine of the person, with what the interaction table says of it beside MDMA.

    ``is_current`` None: nobody knows. ``matched`` empty: the table does not know it, so nothing is
    known of it. ``flags`` are the table's codes of what else to plan for.
    """

    name: str
    is_current: bool | None
    last_taken_on: date | None
    matched: tuple[str, ...]
    danger: str
    cyp2d6: str
    stop_abruptly: str | None
    after_session: str | None
    flags: tuple[str, ...]
    standing: Standing

    def to_json(self) -> dict[str, Any]:
        """As JSON; days as ISO dates."""
        return {
            "name": self.name,
            "is_current": self.is_current,
            "last_taken_on": self.last_taken_on and self.last_taken_on.isoformat(),
            "matched": list(self.matched),
            "danger": self.danger,
            "cyp2d6": self.cyp2d6,
            "stop_abruptly": self.stop_abruptly,
            "after_session": self.after_session,
            "flags": list(self.flags),
            "standing": self.standing.value,
        }


@dataclass(frozen=True)
class OfThePerson:
    """What the record knows. ``is_known`` False: its words cannot be opened, so nothing is known."""

    medicines: tuple[OwnMedicine, ...] = ()
    stopped_earlier: int = 0
    allergies: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    weight_kg: Decimal | None = None
    weighed_on: date | None = None
    is_known: bool = True

    def to_json(self) -> dict[str, Any]:
        """As JSON, for a page or a print."""
        return {
            "is_known": self.is_known,
            "medicines": [one.to_json() for one in self.medicines],
            "stopped_earlier": self.stopped_earlier,
            "allergies": list(self.allergies),
            "conditions": list(self.conditions),
            "weight_kg": None if self.weight_kg is None else str(self.weight_kg),
            "weighed_on": self.weighed_on and self.weighed_on.isoformat(),
        }

    def without(self, names: Iterable[str]) -> "OfThePerson":
        """The same with the person's own names struck out of what somebody wrote down."""
        struck = [part for name in names for part in name.split() if len(part) > 1]
        return replace(
            self,
            medicines=tuple(replace(m, name=_struck(m.name, struck)) for m in self.medicines),
            allergies=tuple(_struck(each, struck) for each in self.allergies),
            conditions=tuple(_struck(each, struck) for each in self.conditions),
        )


NOTHING_KNOWN = OfThePerson(is_known=False)


def _struck(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", STRUCK, text, flags=re.IGNORECASE)
    return text


def of_the_person(
    referral: Referral, assessed: Sequence[MedicationAssessment], as_of: date
) -> OfThePerson:
    """What is to be told of a person on a day.

    Parameters
    ----------
    assessed
        Each medicine of the referral against the interaction table; those that another corrects
        are not among them.
    as_of
        The day of the session, by the site's calendar.

    A medicine that may still be taken, or of which nobody knows when it was last taken, is always
    listed. Of several entries under one name the one that may still be taken stands, then the newest.
    """
    newest: dict[str, MedicationAssessment] = {}
    for one in sorted(assessed, key=lambda each: _taken(each.entry)):
        newest[one.name.strip().casefold()] = one
    found = sorted(newest.values(), key=lambda each: _taken(each.entry), reverse=True)
    listed = [one for one in found if _is_recent(one.entry, as_of)]
    weight = _weight(referral.answers)
    return OfThePerson(
        medicines=tuple(_medicine(one) for one in listed),
        stopped_earlier=len(found) - len(listed),
        allergies=_names(referral.history, "allergy"),
        conditions=_names(referral.history, "condition"),
        weight_kg=None if weight is None else Decimal(str(weight.value)),
        weighed_on=None if weight is None else weight.observed_on,
    )


def _taken(entry: MedicationEntry) -> tuple[bool, date]:
    """What may still be taken comes last, and of the rest the newest."""
    return (entry.is_current is not False, entry.last_taken_on or date.min)


def _is_recent(entry: MedicationEntry, as_of: date) -> bool:
    if entry.is_current is not False or entry.last_taken_on is None:
        return True
    return (as_of - entry.last_taken_on).days <= RECENT_DAYS


def _medicine(one: MedicationAssessment) -> OwnMedicine:
    return OwnMedicine(
        name=one.name,
        is_current=one.entry.is_current,
        last_taken_on=one.entry.last_taken_on,
        matched=one.matched,
        danger=one.danger if one.matched else "unknown",
        cyp2d6=one.cyp2d6 if one.matched else "unknown",
        stop_abruptly=one.stop_abruptly if one.entry.is_current is not False else None,
        after_session=one.after_session,
        flags=tuple(sorted(one.flags)),
        standing=one.standing,
    )


def _names(history: Iterable[HistoryEntry], kind: str) -> tuple[str, ...]:
    """Each name once, as it was first written; what is known to be over is left out."""
    found: dict[str, str] = {}
    for one in history:
        if one.kind == kind and one.is_active is not False and one.name.strip():
            found.setdefault(one.name.strip().casefold(), one.name.strip())
    return tuple(sorted(found.values(), key=str.casefold))


def _weight(answers: Iterable[Answer]) -> Answer | None:
    """The newest weight in kilograms."""
    told = [
        one
        for one in answers
        if one.question == WEIGHT
        and one.unit == KILOGRAM
        and isinstance(one.value, int | Decimal)
        and not isinstance(one.value, bool)
    ]
    return max(told, key=lambda one: one.observed_on or date.min, default=None)
