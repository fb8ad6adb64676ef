"""Reads ``clinic.toml``: the demonstration's sites, accounts and what its physicians signed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class DemoSite:
    """A site: its code, its name and its IANA zone."""

    code: str
    name: str
    zone: str

    @property
    def clock(self) -> tzinfo:
        """The site's own time."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True)
class Account:
    """An invented member of staff: log-in name, the name printed beside a signature, a role."""

    login: str
    printed: str
    role: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Signing:
    """Which physician signs the limits of a site, and which are left for somebody to sign."""

    site: str
    by: str
    left_unsigned: frozenset[str]


@dataclass(frozen=True)
class LogLine:
    """One anonymous line of the pre-screening log."""

    site: str
    days_ago: int
    source: str
    outcome: str
    reasons: tuple[str, ...]


@cache
def _document() -> dict[str, Any]:
    text = files("holdfast.cli.demonstration").joinpath("clinic.toml").read_text("utf-8")
    return tomllib.loads(text)


def password() -> str:
    """The one password of every demonstration account."""
    words: str = _document()["password"]
    return words


def sites() -> tuple[DemoSite, ...]:
    """The two sites."""
    return tuple(DemoSite(**entry) for entry in _document()["site"])


def targets() -> Mapping[str, tuple[int, int]]:
    """For each moment of the worklist, the hours until it is due and until it is overdue."""
    return {moment: (due, overdue) for moment, (due, overdue) in _document()["target"].items()}


def accounts() -> tuple[Account, ...]:
    """Somebody in each role."""
    return tuple(
        Account(e["login"], e["printed"], e["role"], tuple(e["sites"]))
        for e in _document()["account"]
    )


def account(role: str, site: str) -> Account:
    """The first account in a role at a site."""
    return next(a for a in accounts() if a.role == role and site in a.sites)


def signings() -> tuple[Signing, ...]:
    """Who signed what."""
    return tuple(
        Signing(e["site"], e["by"], frozenset(e["left_unsigned"])) for e in _document()["signed"]
    )


def invented_limits() -> Mapping[str, Decimal]:
    """Values for limits that have no public number; made up, and recognisably so."""
    return {code: Decimal(value) for code, value in _document()["invented"].items()}


def log_lines() -> tuple[LogLine, ...]:
    """The anonymous lines of the pre-screening log."""
    return tuple(
        LogLine(e["site"], e["days_ago"], e["source"], e["outcome"], tuple(e["reasons"]))
        for e in _document().get("log", ())
    )
