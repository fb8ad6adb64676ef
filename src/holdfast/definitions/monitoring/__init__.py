"""What is watched in a dosing session and when, read from the files beside this one.

A rule that names a number, a measure, a tier or another rule that is not there is refused with file,
line and mend; so is a tier "observe" that sounds, and a protocol that no schedule or two name.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    DefinitionRefused,
    Document,
    Problem,
    Table,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.definitions.monitoring.rules import (
    read_due,
    read_rule,
    read_signals,
    read_symptom,
    read_tiers,
)
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.limits import Limit
from holdfast.domain.session_compile import DueSchedule, MonitoringRules

FORMAT = 1
MONITORING = FOLDER / "monitoring"
RULES = MONITORING / "rules.toml"


@cache
def load() -> MonitoringRules:
    """The rules that ship with this release."""
    return read_rules(RULES)


@cache
def schedules() -> Mapping[str, DueSchedule]:
    """The schedule of each protocol that one names, by the protocol's name."""
    found: dict[str, DueSchedule] = {}
    for path in sorted(MONITORING.glob("schedule-*.toml")):
        schedule = read_schedule(path, load())
        for name in schedule.protocols:
            if name in found:
                problem = f"protocol {name!r} is in {found[name].code} as well"
                raise DefinitionRefused([Problem(str(path), 1, problem, "Leave it in one")])
            found[name] = schedule
    return MappingProxyType(found)


def schedule_of(protocol: str) -> DueSchedule:
    """When readings are due under a protocol; ``LookupError`` where no schedule names it."""
    if protocol not in schedules():
        known = ", ".join(sorted(schedules()))
        raise LookupError(f"No schedule of readings names protocol {protocol!r}; known: {known}.")
    return schedules()[protocol]


def read_rules(path: Path) -> MonitoringRules:
    """Rules from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    bounds: set[str] = set()
    limits = _limits(root, references, bounds)
    tiers = read_tiers(root, references)
    tables = root.tables("rule", required=True)
    rules = tuple(read_rule(table, limits, references) for table in tables)
    told = root.tables("symptom", required=True)
    names = [rule.code for rule in rules]
    symptoms = tuple(read_symptom(table, names, limits, references) for table in told)
    codes = [*names, *(symptom.code for symptom in symptoms)]
    refuse_duplicates(zip((*tables, *told), codes, strict=True), "rule")
    signals = read_signals(root, references)
    root.finish()
    document.finish()
    return MonitoringRules(
        limits, frozenset(bounds), tiers, rules, symptoms, signals, document.sha256
    )


def read_schedule(path: Path, rules: MonitoringRules) -> DueSchedule:
    """A schedule from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    protocols = root.texts("protocols", required=True)
    references = read_references(root)
    limits = _limits(root, references, set())
    for code in set(limits) & set(rules.limits):
        root.problem("limit", f"number {code!r} is in the rules as well", "Give it another code")
    tables = root.tables("due", required=True)
    due = tuple(read_due(table, {**rules.limits, **limits}, references) for table in tables)
    refuse_duplicates(zip(tables, (one.code for one in due), strict=True), "due reading")
    root.finish()
    document.finish()
    return DueSchedule(path.stem, protocols, limits, due, document.sha256)


def _limits(
    root: Table, references: Mapping[str, Reference], bounds: set[str]
) -> Mapping[str, Limit]:
    tables = root.tables("limit", required=True)
    found = []
    for table in tables:
        found.append(_limit(table, references))
        if table.flag("bound", default=False):
            bounds.add(found[-1].code)
        table.finish()
    refuse_duplicates(zip(tables, (limit.code for limit in found), strict=True), "number")
    return MappingProxyType({limit.code: limit for limit in found})


def _limit(table: Table, references: Mapping[str, Reference]) -> Limit:
    reference, standing = read_source(table, references)
    value = table.decimal("value", required=False)
    if (value is None) != (standing is Standing.NOT_FOUND):
        problem = "a value and its standing do not go together"
        table.problem("standing", problem, 'Leave the value out where it is "not-found"')
        value, standing = None, Standing.NOT_FOUND
    if value is not None and value < 0:
        table.problem("value", f"{value} is below zero", "Write 0 or more")
    return Limit(
        code=table.code("code"),
        value=value,
        unit=table.unit("unit"),
        reference=reference,
        standing=standing,
        wording=table.text("wording"),
    )
