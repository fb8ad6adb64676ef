"""Reads ``life.toml``: what the demonstration's people do beside the forty referrals."""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar


@dataclass(frozen=True)
class Jurisdiction:
    """Under which law a site works, and who signs that."""

    site: str
    by: str
    name: str


@dataclass(frozen=True)
class ApprovalHeld:
    """One approval; its last day is so many days from now."""

    site: str
    by: str
    kind: str
    number: str
    ends_in_days: int | None = None
    is_open_ended: bool = False
    protocol: tuple[str, int] | None = None
    consent_version: str | None = None
    holder: str | None = None
    permits: tuple[str, ...] = ()


@dataclass(frozen=True)
class HoursOnDuty:
    """Hours of somebody in a post, every day of the week."""

    site: str
    login: str
    post: str
    begins: str
    ends: str


@dataclass(frozen=True)
class Contact:
    """How somebody on duty is reached; nothing is ever sent there."""

    site: str
    login: str
    channel: str
    address: str


@dataclass(frozen=True)
class DutyTime:
    """A time of duty in minutes, and who signs it."""

    site: str
    by: str
    code: str
    minutes: Decimal


@dataclass(frozen=True)
class CrisisLine:
    """A crisis line that does not exist."""

    site: str
    country: str
    number: str
    title: str


@dataclass(frozen=True)
class FirstCall:
    """Somebody invented who called, wrote or was written about, and what came of it."""

    key: str
    site: str
    form: str
    days_ago: int
    given: str
    family: str
    born_on: date
    sex: str
    source: str
    safety: str
    ways: tuple[str, ...]
    reach: str = ""
    when: str = ""
    may_leave_message: bool = False
    told: dict[str, bool] = field(default_factory=dict)
    letter: tuple[str, str] | None = None
    waits: str = ""
    takes_back: bool = False  # the permission to be contacted
    signed: bool = False
    erased: bool = False


@dataclass(frozen=True)
class RetentionSigned:
    """The years that a physician signed for a rule at a site; made up."""

    site: str
    by: str
    rule: str
    years: int


@dataclass(frozen=True)
class Recipient:
    """Somebody outside a site who is told of concerns."""

    site: str
    login: str
    seat: str
    name: str
    email: str


@dataclass(frozen=True)
class RoomWithDevice:
    """A room and the one device that stands in it."""

    site: str
    code: str
    title: str
    device: str
    public_key: str


@dataclass(frozen=True)
class OperationalTime:
    """One of our own times, signed otherwise for a site."""

    site: str
    by: str
    code: str
    value: Decimal


@dataclass(frozen=True)
class Opening:
    """A record opened in an emergency; without a verdict it waits for its review."""

    key: str
    site: str
    number: int
    by: str
    days_ago: int
    reason: str
    words: str
    verdict: str = ""
    review: str = ""


@cache
def _document() -> dict[str, Any]:
    text = files("holdfast.cli.demonstration").joinpath("life.toml").read_text("utf-8")
    return tomllib.loads(text)


_Entry = TypeVar("_Entry")


def _entries(name: str, kind: type[_Entry]) -> tuple[_Entry, ...]:
    """The entries of one table; a list becomes a tuple, and an unknown key is an error."""
    return tuple(
        kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for entry in _document()[name]
    )


def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Under which law each site works."""
    return _entries("jurisdiction", Jurisdiction)


def approvals() -> tuple[ApprovalHeld, ...]:
    """The approvals on record."""
    return _entries("approval", ApprovalHeld)


def hours() -> tuple[HoursOnDuty, ...]:
    """The roster."""
    return _entries("hours", HoursOnDuty)


def contacts() -> tuple[Contact, ...]:
    """The channels of who is on the roster."""
    return _entries("contact", Contact)


def times() -> tuple[DutyTime, ...]:
    """The signed times of duty."""
    return tuple(
        DutyTime(e["site"], e["by"], e["code"], Decimal(e["minutes"])) for e in _document()["time"]
    )


def crisis_lines() -> tuple[CrisisLine, ...]:
    """The crisis lines."""
    return _entries("crisis", CrisisLine)


def first_calls() -> tuple[FirstCall, ...]:
    """The first contacts by hand."""
    return _entries("call", FirstCall)


def retentions() -> tuple[RetentionSigned, ...]:
    """The signed years of retention."""
    return _entries("retention", RetentionSigned)


def box_phrase() -> str:
    """The phrase that opens the box of each outside recipient."""
    words: str = _document()["concerns"]["phrase"]
    return words


def recipients() -> tuple[Recipient, ...]:
    """Who holds which seat outside a site."""
    return _entries("recipient", Recipient)


def rooms() -> tuple[RoomWithDevice, ...]:
    """The rooms."""
    return _entries("room", RoomWithDevice)


def operational_times() -> tuple[OperationalTime, ...]:
    """The times that a site lead signed."""
    return _entries("operational", OperationalTime)


def openings() -> tuple[Opening, ...]:
    """The records that were opened in an emergency."""
    return _entries("opening", Opening)
