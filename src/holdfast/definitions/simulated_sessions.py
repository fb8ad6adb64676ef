"""What the simulator of sessions makes up: signed numbers, the team's habits, what befalls a person.

None of it is a limit, advice, or a statement about anybody; the file says so itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from holdfast.definitions import monitoring
from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    read_format,
    refuse_duplicates,
)
from holdfast.definitions.session import load as entry_kinds
from holdfast.definitions.session_numbers import numbers_of_sessions
from holdfast.domain.limits import Limit

FORMAT = 1
FILE = FOLDER / "simulated_sessions.toml"
CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "artefact-noticed-share": "1",
        "put-off-share": "1",
        "observed-answered-share": "1",
        "alarm-answered-share": "1",
        "answered-after-most": "min",
    }
)
MEASURED = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "temperature_celsius")
WRITERS = ("t1", "t2", "p1")
SUPPLEMENTS = ("given", "withheld", "refused")


@dataclass(frozen=True)
class Change:
    """What is added to a measure, in its unit, between two minutes after the initial dose."""

    measure: str
    from_minute: float
    until_minute: float
    size: float


@dataclass(frozen=True)
class Scripted:
    """An entry that somebody writes at a minute after the initial dose."""

    minute: float
    kind: str
    by: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class SessionKind:
    """One kind of session. ``silent``: minutes without a cuff; ``offline``: without a network.

    ``is_calm``: the person is one who stays below every limit above observe.
    """

    code: str
    wording: str
    is_calm: bool = False
    supplement: str = "given"
    because: str = ""
    changes: tuple[Change, ...] = ()
    entries: tuple[Scripted, ...] = ()
    silent: tuple[float, float] | None = None
    offline: tuple[float, float] | None = None


@dataclass(frozen=True)
class Simulated:
    """Everything of the file. ``signed``: value and unit by code; ``choices``: shares and minutes."""

    signed: Mapping[str, tuple[Decimal, str]]
    choices: Mapping[str, float]
    kinds: Mapping[str, SessionKind]


@cache
def load() -> Simulated:
    """What ships with this release."""
    return read(FILE)


def read(path: Path) -> Simulated:
    """From a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    root.text("title")
    signed = dict(_signed(table) for table in root.tables("signed", required=True))
    choices = dict(_choice(table) for table in root.tables("choice", required=True))
    for code in sorted(set(CHOICES) - set(choices)):
        root.problem(None, f"the choice {code!r} is missing", f"Add code = {code!r}")
    tables = root.tables("kind", required=True)
    kinds = [_kind(table) for table in tables]
    refuse_duplicates(zip(tables, (k.code for k in kinds), strict=True), "kind")
    root.finish()
    document.finish()
    return Simulated(
        MappingProxyType(signed),
        MappingProxyType(choices),
        MappingProxyType({kind.code: kind for kind in kinds}),
    )


def _signed(table: Table) -> tuple[str, tuple[Decimal, str]]:
    code, unit = table.code("code"), table.text("unit")
    value = table.decimal("value") or Decimal(0)
    known = _known(code)
    if known is None:
        table.problem("code", f"no session needs {code!r}", "Leave it out")
    elif known.unit != unit:
        table.problem("unit", f"{code} is not in {unit!r}", f"Write {known.unit!r}")
    table.finish()
    return code, (value, unit)


def _known(code: str) -> Limit | None:
    """A number that some protocol's sessions need."""
    several = (numbers_of_sessions(name) for name in monitoring.schedules())
    return next((numbers[code] for numbers in several if code in numbers), None)


def _choice(table: Table) -> tuple[str, float]:
    code, unit = table.code("code"), table.text("unit")
    value = float(table.decimal("value") or 0)
    table.text("wording")
    if CHOICES.get(code) != unit:
        table.problem("code", f"{code!r} in {unit!r} is no choice here", f"Known: {set(CHOICES)}")
    if unit == "1" and not 0 <= value <= 1:
        table.problem("value", f"{value:g} is no share", "Write 0 to 1")
    table.finish()
    return code, value


def _kind(table: Table) -> SessionKind:
    supplement = "given"
    if "supplement" in table:
        supplement = table.one_of("supplement", SUPPLEMENTS)
    found = SessionKind(
        code=table.code("code"),
        wording=table.text("wording"),
        is_calm=table.flag("is_calm", default=False),
        supplement=supplement,
        because=table.code("because", required=False),
        changes=tuple(_change(one) for one in table.tables("change")),
        entries=tuple(_entry(one) for one in table.tables("entry")),
        silent=_span(table, "silent"),
        offline=_span(table, "offline"),
    )
    table.finish()
    return found


def _change(table: Table) -> Change:
    found = Change(
        table.one_of("measure", MEASURED),
        table.integer("from"),
        table.integer("until"),
        float(table.decimal("size") or 0),
    )
    if found.until_minute <= found.from_minute:
        table.problem("until", "it ends before it begins", "Write a later minute")
    table.finish()
    return found


def _entry(table: Table) -> Scripted:
    kinds = entry_kinds().kinds
    minute, kind = table.integer("minute"), table.one_of("kind", kinds)
    by, fields = table.one_of("by", WRITERS), table.table("fields", required=True)
    told: dict[str, Any] = {}
    if fields is not None:
        names = fields.keys()
        for key in names:
            told[key] = fields.value(key)
            if kind in kinds and key not in kinds[kind].fields:
                fields.problem(key, f"{kind} has no {key!r}", "See session/entries.toml")
        fields.finish()
    table.finish()
    return Scripted(minute, kind, by, MappingProxyType(told))


def _span(table: Table, key: str) -> tuple[float, float] | None:
    if key not in table:
        return None
    value = table.value(key)
    if not (isinstance(value, list) and len(value) == 2 and value[0] < value[1]):
        table.problem(key, "this is no span", "Write two minutes, the earlier first")
        return None
    return float(value[0]), float(value[1])
