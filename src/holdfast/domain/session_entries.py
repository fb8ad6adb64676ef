"""The entries of a dosing session: what happened, when it was true, when we knew, and who says so.

An entry is never changed. A correction is an entry that names another; both stay. What kinds there
are, their fields, units and ranges is data (``definitions/session/entries.toml``); numbers are in the
unit of their field's name. Reading is strict: what does not fit is refused with place and mend.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

SCHEMA = 1
FieldValue = str | Decimal | bool | datetime
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:@/-]{0,158}[A-Za-z0-9])?\Z")
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_KEYS = ("id", "kind", "at", "known_at", "by", "fields", "corrects")
_NEEDED = ("id", "kind", "at", "known_at", "by")


class FieldType(StrEnum):
    """What a field holds. There is no free text: words are kept sealed, beside the entry."""

    NUMBER = "number"
    CODE = "code"  # lower-case words joined by hyphens; one of ``choices`` where there are some
    ID = "id"  # of an entry, a person, an authorisation, a file
    MOMENT = "moment"  # an instant with its offset
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """One field of a kind. ``below`` names the field that this number must be lower than."""

    name: str
    type: FieldType
    is_required: bool = False
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 0
    choices: tuple[str, ...] = ()
    below: str = ""


@dataclass(frozen=True)
class EntryKind:
    """One kind of entry. ``any_of``: at least one of these is there. ``together``: all or none."""

    code: str
    title: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    any_of: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionEntry:
    """One fact of a session. ``by`` is empty where it is nobody's yet; that is recorded all the same."""

    id: str
    kind: str
    at: datetime  # when it was true
    known_at: datetime  # when the record got it
    by: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    corrects: str | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.known_at.tzinfo is None:
            raise ValueError(f"Entry {self.id}: both of its times need an offset from UTC.")
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    @cached_property
    def order(self) -> tuple[Any, ...]:
        """What it is sorted by: when it became known, then its id, then all that it says."""
        content = (self.at, self.kind, self.by, self.corrects or "", _sorted(self.fields))
        return (self.known_at, self.id, *content)

    def number(self, name: str) -> Decimal | None:
        """A number of the entry, in the unit of its name; None where it has none."""
        value = self.fields.get(name)
        return value if isinstance(value, Decimal) else None

    def code(self, name: str) -> str:
        """A code or an id of the entry; "" where it has none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool | None:
        """A yes or no of the entry; None where it does not say."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        """An instant of the entry, besides its own two."""
        value = self.fields.get(name)
        return value if isinstance(value, datetime) else None

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON: times in UTC, numbers as numbers."""
        return {
            "id": self.id,
            "kind": self.kind,
            "at": instant(self.at),
            "known_at": instant(self.known_at),
            "by": self.by,
            "fields": {name: _told(value) for name, value in sorted(self.fields.items())},
            "corrects": self.corrects,
        }


class EntryRefused(ValueError):
    """This is no entry. ``place`` is where, ``problem`` what is wrong, ``mend`` what to write."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        super().__init__(f"{place}: {problem}. {mend}.")
        self.place, self.problem, self.mend = place, problem, mend


def instant(moment: datetime) -> str:
    """An instant as it is written in files: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def known(entries: Iterable[SessionEntry], now: datetime) -> tuple[SessionEntry, ...]:
    """What was known by ``now``, each once, in the order in which it became known.

    The same entry sent again is known since the first time. Two entries under one id that say
    different things are both kept: neither hides the other.
    """
    first: dict[tuple[Any, ...], SessionEntry] = {}
    for entry in entries:
        if entry.known_at > now:
            continue
        key = entry.order[1:]
        if key not in first or entry.known_at < first[key].known_at:
            first[key] = entry
    return tuple(sorted(first.values(), key=in_order))


def in_order(entry: SessionEntry) -> tuple[Any, ...]:
    """The order in which entries became known; what is equal in time goes by id and content."""
    return entry.order


def corrected(entries: Sequence[SessionEntry]) -> Mapping[str, SessionEntry]:
    """The first correction of each corrected entry, by the id of what it corrects."""
    found: dict[str, SessionEntry] = {}
    for entry in sorted(entries, key=in_order):
        if entry.corrects is not None and entry.corrects != entry.id:
            found.setdefault(entry.corrects, entry)
    return found


def standing(entries: Sequence[SessionEntry]) -> tuple[SessionEntry, ...]:
    """What stands now: every entry that no other corrects. What happened before is in the entries."""
    gone = corrected(entries)
    return tuple(entry for entry in entries if entry.id not in gone)


def read_entry(told: object, kinds: Mapping[str, EntryKind], place: str = "entry") -> SessionEntry:
    """An entry from JSON.

    Raises
    ------
    EntryRefused
        Naming the place below ``place``, what is wrong there, and the mend.
    """
    if not isinstance(told, Mapping):
        raise EntryRefused(place, "this is no entry", "Write an object with id, kind, at and so on")
    for key in told:
        if key not in _KEYS:
            raise EntryRefused(f"{place}.{key}", "unknown key", f"Known here: {', '.join(_KEYS)}")
    for key in _NEEDED:
        if key not in told:
            raise EntryRefused(f"{place}.{key}", "missing", f"Write {key}")
    kind = _kind(told["kind"], kinds, place)
    return SessionEntry(
        id=_id(told["id"], f"{place}.id"),
        kind=kind.code,
        at=_moment(told["at"], f"{place}.at"),
        known_at=_moment(told["known_at"], f"{place}.known_at"),
        by="" if told["by"] == "" else _id(told["by"], f"{place}.by"),
        fields=read_fields(told.get("fields", {}), kind, f"{place}.fields"),
        corrects=None
        if told.get("corrects") is None
        else _id(told["corrects"], f"{place}.corrects"),
    )


def read_fields(told: object, kind: EntryKind, place: str) -> Mapping[str, FieldValue]:
    """The fields of an entry of one kind; ``EntryRefused`` for what does not fit."""
    if not isinstance(told, Mapping):
        raise EntryRefused(place, "fields are no object", "Write an object of names and values")
    for name in told:
        if name not in kind.fields:
            mend = f"A {kind.code} has: {', '.join(kind.fields) or 'no fields'}"
            raise EntryRefused(f"{place}.{name}", "unknown field", mend)
    found = {name: read_value(told[name], kind.fields[name], f"{place}.{name}") for name in told}
    for one in kind.fields.values():
        if one.is_required and one.name not in found:
            raise EntryRefused(f"{place}.{one.name}", "missing", f"A {kind.code} needs it")
        _refuse_not_below(one, found, f"{place}.{one.name}")
    if kind.any_of and not set(kind.any_of) & set(found):
        raise EntryRefused(place, "nothing is told", f"Write one of: {', '.join(kind.any_of)}")
    lacking = [name for name in kind.together if name not in found]
    if lacking and len(lacking) < len(kind.together):
        mend = f"Write {' and '.join(kind.together)} together"
        raise EntryRefused(f"{place}.{lacking[0]}", "missing beside the other", mend)
    return found


def read_value(told: object, one: Field, place: str) -> FieldValue:
    """One value as its field allows it."""
    if one.type is FieldType.NUMBER:
        return _number(told, one, place)
    if one.type is FieldType.FLAG:
        if not isinstance(told, bool):
            raise EntryRefused(place, f"{told!r} is no yes or no", "Write true or false")
        return told
    if one.type is FieldType.MOMENT:
        return _moment(told, place)
    if one.type is FieldType.ID:
        return _id(told, place)
    if not isinstance(told, str) or not _CODE.match(told) or len(told) > 80:
        raise EntryRefused(place, f"{told!r} is no code", "Write lower-case-with-hyphens")
    if one.choices and told not in one.choices:
        raise EntryRefused(place, f"{told!r} is not known", f"Known: {', '.join(one.choices)}")
    return told


def _kind(told: object, kinds: Mapping[str, EntryKind], place: str) -> EntryKind:
    if not isinstance(told, str) or told not in kinds:
        raise EntryRefused(f"{place}.kind", f"{told!r} is no kind", f"Known: {', '.join(kinds)}")
    return kinds[told]


def _number(told: object, one: Field, place: str) -> Decimal:
    if isinstance(told, bool) or not isinstance(told, int | float | Decimal):
        raise EntryRefused(place, f"{told!r} is no number", f"Write a number in {one.unit}")
    try:
        value = Decimal(repr(told)) if isinstance(told, float) else Decimal(told)
    except InvalidOperation:
        raise EntryRefused(
            place, f"{told!r} is no number", f"Write a number in {one.unit}"
        ) from None
    if not value.is_finite():
        raise EntryRefused(place, f"{told!r} is no number", f"Write a number in {one.unit}")
    low, high = one.least, one.most
    if (low is not None and value < low) or (high is not None and value > high):
        raise EntryRefused(place, f"{value} {one.unit} cannot be", f"Expected {low} to {high}")
    if value != round(value, one.decimals):
        mend = f"Write it with {one.decimals} decimals" if one.decimals else "Write a whole number"
        raise EntryRefused(place, f"{value} is finer than can be read", mend)
    return value


def _refuse_not_below(one: Field, found: Mapping[str, FieldValue], place: str) -> None:
    value, other = found.get(one.name), found.get(one.below)
    if isinstance(value, Decimal) and isinstance(other, Decimal) and value >= other:
        mend = f"Write {one.name} below {one.below}; are they swapped"
        raise EntryRefused(place, f"{value} is not below {other}", mend)


def _id(told: object, place: str) -> str:
    if not isinstance(told, str) or not _ID.match(told):
        raise EntryRefused(
            place, f"{told!r} is no id", "Write 1 to 160 letters, digits or . _ : @ / -"
        )
    return told


def _moment(told: object, place: str) -> datetime:
    mend = "Write an instant with its offset, like 2026-05-04T10:12:00Z"
    if not isinstance(told, str):
        raise EntryRefused(place, f"{told!r} is no instant", mend)
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise EntryRefused(place, f"{told!r} is no instant", mend) from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise EntryRefused(place, f"{told!r} has no offset or an impossible year", mend)
    return moment.astimezone(UTC)


def _told(value: FieldValue) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _sorted(fields: Mapping[str, FieldValue]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        sorted((name, type(value).__name__, str(_told(value))) for name, value in fields.items())
    )
