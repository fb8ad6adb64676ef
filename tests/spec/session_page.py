"""The fixture of the session pages: what was entered after a dose, and which conditions follow.

Every page begins with a pair in the room, everything recorded, all read within every limit ten minutes
before, and the dose at minute 0. A row says its minute, what was measured, in ``known`` the minute at
which the record got it where that is later, and in ``also`` anything else, as ``kind field=value``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from holdfast.definitions import monitoring as definitions
from holdfast.domain import monitoring
from holdfast.domain.conditions import Condition
from holdfast.domain.session_entries import SessionEntry
from tests.session_kit import at, beginning, entry, plan_of

SessionSpec = Callable[..., tuple[Condition, ...]]
COLUMNS = {
    "systolic": "systolic_mmhg",
    "diastolic": "diastolic_mmhg",
    "heart rate": "heart_rate_per_min",
    "temperature": "temperature_celsius",
    "sodium": "sodium_mmol_per_l",
}
_RULES = definitions.load()
ABOUT: Mapping[str, frozenset[str]] = {
    "limits": frozenset(rule.code for rule in (*_RULES.rules, *_RULES.symptoms))
    | {"fluid-ceiling"},
    "repeats": frozenset({"repeat-missing"}),
    "silence": frozenset({"silence", "before-dose-missing"}),
    "clocks": frozenset({"clock-wrong"}),
    "people": frozenset({"pair-alone", "person-alone", "break-over"}),
    "recording": frozenset({"recording-gap"}),
    "signatures": frozenset({"limit-not-signed"}),
}


def number(text: str) -> int | float:
    """A number as it stands in a table."""
    return float(text) if "." in text else int(text)


def value(text: str) -> Any:
    """The value of a field of ``also``: a number, yes or no, or a code."""
    if text in ("yes", "no"):
        return text == "yes"
    return number(text) if text.lstrip("-").replace(".", "", 1).isdigit() else text


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table by the words of its head."""
    lines = [line for line in table.strip().splitlines() if set(line.strip()) - set("-+ ")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def entries_of(table: str) -> list[SessionEntry]:
    """The entries of a table: one for what was measured, one for what happened also."""
    found = []
    for index, row in enumerate(rows(table), start=1):
        minute = number(row["minute"])
        late = number(row["known"]) - minute if row.get("known") else 0
        measured = {COLUMNS[c]: number(row[c]) for c in COLUMNS if row.get(c)}
        if measured:
            found.append(entry("reading", minute, late=late, id=f"row-{index}", **measured))
        if row.get("also"):
            kind, *fields = row["also"].split()
            told = dict(field.split("=", 1) for field in fields)
            corrects = told.pop("corrects", None)
            found.append(
                entry(
                    kind,
                    minute,
                    late=late,
                    id=told.pop("id", f"also-{index}"),
                    corrects=corrects,
                    **{
                        name: text if name in ("condition", "person", "cover") else value(text)
                        for name, text in told.items()
                    },
                )
            )
    return found


@pytest.fixture
def session_spec() -> SessionSpec:
    """Judge the session of a table and hold what follows to what the page says.

    Parameters of the function it gives:

    table
        What happened after the dose.
    at_minute
        The minute at which it is judged.
    about
        "limits", "repeats", "silence", "clocks", "people", "recording" or "signatures".
    conditions
        Exactly the conditions of that kind up to then, as ``code``, ``code @ minute`` (when it could
        first be known), ``code until minute`` (when it was known to be over) or ``code: tier``.
    signed, unsigned
        Numbers signed otherwise than at the usual site, and numbers that nobody signed.
    protocol
        ``mp8`` where none is named.
    """

    def spec(
        table: str = "",
        *,
        at_minute: float,
        about: str,
        conditions: Sequence[str],
        signed: Mapping[str, str] | None = None,
        unsigned: Sequence[str] = (),
        protocol: str = "mp8",
        nothing_signed: bool = False,
    ) -> tuple[Condition, ...]:
        plan = plan_of(protocol, also=signed, unsigned=unsigned, nothing_signed=nothing_signed)
        entries = [*beginning(), *entries_of(table)]
        found = tuple(
            one
            for one in monitoring.conditions(plan, entries, at(at_minute))
            if one.code in ABOUT[about]
        )
        assert sorted(_shown(found, conditions)) == sorted(conditions)
        return found

    return spec


def _minute(moment: Any) -> str:
    minutes = (moment - at(0)).total_seconds() / 60
    return str(int(minutes) if minutes == int(minutes) else minutes)


def _shown(found: Sequence[Condition], wanted: Sequence[str]) -> list[str]:
    """Each condition as the page writes it, as far as the page says it."""
    shown = []
    left = list(wanted)
    for one in found:
        forms = [
            f"{one.code} @ {_minute(one.known_at)}",
            f"{one.code} until {_minute(one.until) if one.until else 'now'}",
            f"{one.code}: {one.tier.value}",
            one.code if one.code != "limit-not-signed" else one.number,
            f"{one.code} of {one.measure}",
        ]
        form = next((form for form in forms if form in left), forms[0])
        if form in left:
            left.remove(form)
        shown.append(form)
    return shown
