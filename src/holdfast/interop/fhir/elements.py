"""The data types of FHIR R4 that a referral uses, each checked where it is read.

Every function takes the object, the key and the limit it needs, and refuses with the place inside
the resource; whoever reads the resource puts the entry in front. A key that is absent, or null, is
nothing: it is never taken for "no".
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from holdfast.interop.fhir.refusal import ReferralRefused

Json = dict[str, Any]

LONGEST_TEXT = 2_000
"""The longest name or code text kept, in characters."""

MOST_CODINGS = 100
OLDEST_YEAR = 1850

_DATE = re.compile(
    r"\d{4}(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(?:[01]\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:\.\d{1,12})?)?(?:Z|[+-][01]\d:[0-5]\d)?)?)?)?"
)
# Control characters, and the marks that make text read backwards on a screen.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e]")
_CODE = re.compile(r"[^\s]+(?: [^\s]+)*")

RXNORM_SYSTEMS = frozenset(
    {"http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"}
)
LOINC_SYSTEMS = frozenset({"http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"})
UCUM_SYSTEMS = frozenset({"http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8"})


class Concept(NamedTuple):
    """A CodeableConcept: the words for it, and (system, code) pairs in a stable order."""

    name: str
    codes: tuple[tuple[str, str], ...]

    def in_systems(self, systems: frozenset[str]) -> tuple[str, ...]:
        """The codes of these systems."""
        return tuple(code for system, code in self.codes if system in systems)


class Day(NamedTuple):
    """A FHIR date: the first day it can mean, and whether it names that one day."""

    first: date
    is_whole: bool

    @property
    def day(self) -> date | None:
        """The day, or None where only the year or the month is recorded: none is invented."""
        return self.first if self.is_whole else None


@dataclass(frozen=True)
class Quantity:
    """A number with the unit written beside it; no unit is assumed."""

    value: Decimal
    unit: str | None  # as shown to people
    code: str | None  # as coded; None where the system is another than UCUM
    is_exact: bool  # False for "less than" and its kin


def wrong_type(place: str, expected: str) -> ReferralRefused:
    """The refusal of a value that is not of the kind FHIR has at that place."""
    return ReferralRefused(
        place, f"Expected {expected} here.", "Export it again as FHIR R4 (version 4.0.1)."
    )


def missing(place: str, what: str) -> ReferralRefused:
    """The refusal of a resource that lacks what R4 requires."""
    return ReferralRefused(place, f"It has no {what}, which FHIR R4 requires.", "Add it.")


def object_in(parent: Json, key: str, place: str = "") -> Json | None:
    """The object under a key, or None."""
    value = parent.get(key)
    if value is None or type(value) is dict:
        return value
    raise wrong_type(place + key, "an object")


def list_in(parent: Json, key: str, place: str = "") -> list[Json]:
    """The list of objects under a key; empty where there is none."""
    value = parent.get(key)
    if value is None:
        return []
    if type(value) is not list:
        raise wrong_type(place + key, "a list")
    for index, each in enumerate(value):
        if type(each) is not dict:
            raise wrong_type(f"{place}{key}[{index}]", "an object")
    return value


def flag_in(parent: Json, key: str, place: str = "") -> bool | None:
    """True, false or None."""
    value = parent.get(key)
    if value is None or type(value) is bool:
        return value
    raise wrong_type(place + key, "true or false")


def text_in(parent: Json, key: str, place: str = "") -> str:
    """The text under a key, trimmed; empty where there is none."""
    value = parent.get(key)
    if value is None:
        return ""
    if type(value) is not str:
        raise wrong_type(place + key, "a text")
    if len(value) > LONGEST_TEXT:
        raise ReferralRefused(
            place + key, f"The text is longer than {LONGEST_TEXT} characters.", "Shorten it."
        )
    if not value.isprintable() and _HIDDEN.search(value):
        raise ReferralRefused(
            place + key, "The text holds hidden control characters.", "Remove them."
        )
    return value.strip()


def code_in(parent: Json, key: str, allowed: frozenset[str], place: str = "") -> str:
    """The code under a key, which must be there and be one that R4 allows."""
    value = parent.get(key)
    if type(value) is str and value in allowed:
        return value
    if value is None:
        raise missing(place + key, key)
    if type(value) is not str:
        raise wrong_type(place + key, "a code")
    raise ReferralRefused(
        place + key,
        "This is not one of the codes that FHIR R4 allows here.",
        f"Use one of: {', '.join(sorted(allowed))}.",
    )


def concept_in(parent: Json, key: str, place: str = "") -> Concept | None:
    """The CodeableConcept under a key, or None where it is absent or says nothing."""
    value = object_in(parent, key, place)
    return None if value is None else concept(value, f"{place}{key}.")


def concept(value: Json, place: str) -> Concept | None:
    """A CodeableConcept already known to be an object."""
    codings = list_in(value, "coding", place)
    if len(codings) > MOST_CODINGS:
        raise ReferralRefused(place + "coding", "It has too many codings.", "Keep the main ones.")
    codes = []
    name = text_in(value, "text", place)
    for index, coding in enumerate(codings):
        code = coding.get("code")
        at = f"{place}coding[{index}]."
        if code is not None and (type(code) is not str or not _is_code(code)):
            raise wrong_type(at + "code", "a code without blanks around it")
        system = text_in(coding, "system", at)
        if not name:
            name = text_in(coding, "display", at)
        if code and system:
            codes.append((system, code))
    if not name and not codes:
        return None
    return Concept(name or codes[0][1], tuple(codes if len(codes) < 2 else dict.fromkeys(codes)))


def _is_code(code: str) -> bool:
    return len(code) <= 200 and code.isprintable() and _CODE.fullmatch(code) is not None


def status_in(
    parent: Json, key: str, system: str, allowed: frozenset[str], place: str = ""
) -> str | None:
    """A status kept as a CodeableConcept with a required binding; None where it is absent."""
    found = concept_in(parent, key, place)
    if found is None:
        return None
    codes = found.in_systems(frozenset({system}))
    if len(codes) == 1 and codes[0] in allowed:
        return codes[0]
    raise ReferralRefused(
        f"{place}{key}.coding",
        "This is not one of the codes that FHIR R4 allows here.",
        f"Use one code of {system}: {', '.join(sorted(allowed))}.",
    )


def day_in(parent: Json, key: str, latest: date, place: str = "") -> Day | None:
    """The date under a key; refused if it cannot be, or if it begins after ``latest``."""
    value = parent.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise wrong_type(place + key, "a date")
    found = _day(value)
    if found is None:
        raise ReferralRefused(
            place + key, "This is not a date.", "Write it as 2024-05-31, 2024-05 or 2024."
        )
    if found.first.year < OLDEST_YEAR:
        raise ReferralRefused(
            place + key, "There is no such date in a living memory.", "Correct the date."
        )
    if found.first > latest:
        raise ReferralRefused(
            place + key,
            "The date lies in the future.",
            "Correct the date, or screen as of a later day.",
        )
    return found


@lru_cache(maxsize=1024)  # everything measured at one visit bears the same moments
def _day(text: str) -> Day | None:
    match = _DATE.fullmatch(text) if text.isascii() else None
    if match is None:
        return None
    month, day = match.groups()
    try:
        first = date.fromisoformat(text[:10] if day else f"{text[:4]}-{month or '01'}-01")
    except ValueError:
        first = date.min
    return Day(first, day is not None)


def period_in(
    parent: Json, key: str, latest: date, place: str = "", latest_end: date | None = None
) -> tuple[Day | None, Day | None]:
    """Start and end of the Period under a key; refused if it ends before it begins."""
    period = object_in(parent, key, place)
    if period is None:
        return None, None
    at = f"{place}{key}."
    start = day_in(period, "start", latest, at)
    end = day_in(period, "end", latest_end or latest, at)
    refuse_reversed(start, end, at + "end")
    return start, end


def refuse_reversed(start: Day | None, end: Day | None, place: str) -> None:
    """Refuse an end that lies before its beginning; a month or a year is given its benefit."""
    if start is None or end is None or end.first >= start.first:
        return
    if end.is_whole or end.first.year < start.first.year:
        raise ReferralRefused(place, "It ends before it begins.", "Correct one of the two dates.")


def choice(stem: str, *kinds: str) -> tuple[str, ...]:
    """The keys under which FHIR may write ``stem[x]``."""
    return tuple(stem + kind for kind in kinds)


def _stem(keys: tuple[str, ...]) -> str:
    return re.split("[A-Z]", keys[0])[0]


def one_of(parent: Json, keys: tuple[str, ...]) -> str | None:
    """Which of the keys of a choice is there; refused if two are, because R4 allows one."""
    found = [key for key in keys if key in parent and parent[key] is not None]
    if len(found) > 1:
        raise ReferralRefused(
            f"{_stem(keys)}[x]", f"It has both {found[0]} and {found[1]}.", "Keep the right one."
        )
    return found[0] if found else None


def quantity_in(parent: Json, key: str, place: str = "") -> Quantity | None:
    """The Quantity under a key; None where it has no value."""
    raw = object_in(parent, key, place)
    if raw is None or raw.get("value") is None:
        return None
    at = f"{place}{key}."
    number = raw["value"]
    if type(number) is not float and type(number) is not int:
        raise wrong_type(at + "value", "a number")
    if not -1e9 < number < 1e9:
        raise ReferralRefused(at + "value", "The number is too large.", "Correct the number.")
    comparator = raw.get("comparator")
    if comparator is not None:
        code_in(raw, "comparator", frozenset({"<", "<=", ">=", ">"}), at)
    system = text_in(raw, "system", at)
    code = text_in(raw, "code", at)
    is_ucum = not system or system in UCUM_SYSTEMS
    return Quantity(
        value=Decimal(repr(number)),
        unit=text_in(raw, "unit", at) or None,
        code=(code or None) if is_ucum else None,
        is_exact=comparator is None,
    )
