"""The values of a session's file, read strictly: what does not fit is refused with place and mend."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

LARGEST_BYTES = 20_000_000
LONGEST_TEXT = 300  # characters
LARGEST_NUMBER = 1_000_000  # beyond every dose and every limit; catches slips


class SessionFileRefused(ValueError):
    """This is no session file. ``place`` is where, ``problem`` what is wrong, ``mend`` what to write."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        super().__init__(f"{place}: {problem}. {mend}.")
        self.place, self.problem, self.mend = place, problem, mend


def read_object(data: bytes) -> Mapping[str, Any]:
    """The object that a file holds."""
    if len(data) > LARGEST_BYTES:
        raise SessionFileRefused("file", "larger than 20 MB", "Name one session's file")
    try:
        told = json.loads(
            data.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_without_doubles,
        )
    except SessionFileRefused:
        raise
    except UnicodeDecodeError as error:
        raise SessionFileRefused(
            f"byte {error.start}", "the file is not UTF-8 text", "Save it as UTF-8"
        ) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SessionFileRefused(place, f"this is not JSON: {error.msg}", "Mend it there") from None
    except (RecursionError, InvalidOperation, ValueError):
        raise SessionFileRefused("file", "this is not JSON of a session", "Mend it") from None
    if not isinstance(told, dict):
        raise SessionFileRefused("file", "this is no object", "Write { ... } with schema and so on")
    return told


def _no_constant(name: str) -> None:
    raise SessionFileRefused("file", f"{name} is no number", "Write a number, or leave it out")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise SessionFileRefused(key, "the key is here twice", "Leave one of them")
        found[key] = value
    return found


def refuse_keys(
    told: Mapping[str, Any], known: Sequence[str], needed: Sequence[str], place: str
) -> None:
    """Refuse a key that nobody reads, and name one that is missing."""
    before = f"{place}." if place else ""
    for key in told:
        if key not in known:
            mend = f"Known here: {', '.join(known)}"
            raise SessionFileRefused(f"{before}{key}", "unknown key", mend)
    for key in needed:
        if key not in told:
            raise SessionFileRefused(f"{before}{key}", "missing", f"Write {key}")


def read_rows(
    told: object, place: str, known: Sequence[str], needed: Sequence[str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Every object of a list, with its place."""
    if not isinstance(told, list):
        raise SessionFileRefused(place, "this is no list", "Write [ ... ]")
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for index, row in enumerate(told):
        where = f"{place}[{index}]"
        if not isinstance(row, dict):
            raise SessionFileRefused(where, "this is no object", "Write { ... }")
        refuse_keys(row, known, needed, where)
        rows.append((where, row))
    return rows


def read_text(told: object, place: str) -> str:
    """A short text."""
    if not isinstance(told, str) or len(told) > LONGEST_TEXT:
        raise SessionFileRefused(
            place, f"{told!r} is no text", f"Write up to {LONGEST_TEXT} characters"
        )
    return told


def read_zone(told: object) -> ZoneInfo:
    """An IANA zone."""
    try:
        return ZoneInfo(read_text(told, "zone"))
    except (KeyError, ValueError, OSError):
        mend = "Write an IANA zone, like Europe/Zurich"
        raise SessionFileRefused("zone", f"{told!r} is no zone", mend) from None


def read_moment(told: object, place: str) -> datetime:
    """An instant with its offset."""
    mend = "Write an instant with its offset, like 2026-05-04T10:12:00Z"
    try:
        moment = datetime.fromisoformat(read_text(told, place))
    except ValueError:
        raise SessionFileRefused(place, f"{told!r} is no instant", mend) from None
    if moment.tzinfo is None:
        raise SessionFileRefused(place, f"{told!r} has no offset", mend)
    return moment.astimezone(UTC)


def read_day(told: object, place: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(read_text(told, place))
    except ValueError:
        mend = "Write it like 2026-05-04"
        raise SessionFileRefused(place, f"{told!r} is no date", mend) from None


def read_number(told: object, place: str) -> Decimal:
    """A number, exactly as written; none is below zero."""
    if isinstance(told, bool) or not isinstance(told, int | Decimal):
        raise SessionFileRefused(place, f"{told!r} is no number", "Write a number without quotes")
    value = Decimal(told)
    if not value.is_finite() or not 0 <= value <= LARGEST_NUMBER:
        mend = f"Write a number from 0 to {LARGEST_NUMBER}"
        raise SessionFileRefused(place, "this number cannot be", mend)
    return value
