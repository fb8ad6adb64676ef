"""Rules of custody: one file for each jurisdiction, with the calendar of its business days."""

from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    FOLDER,
    Document,
    Table,
    nearest,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.business_days import WEEKDAYS, Calendar
from holdfast.domain.custody_rules import (
    REGISTER_NEEDS,
    Ask,
    CustodyLaw,
    CustodyRule,
    Event,
    FormField,
    Unit,
)
from holdfast.domain.findings import Reference

FORMAT = 1
LAWS = FOLDER / "jurisdictions" / "custody"


@cache
def names() -> tuple[str, ...]:
    """The jurisdictions whose rules of custody ship with this release."""
    return tuple(sorted(path.stem for path in LAWS.glob("*.toml")))


@cache
def load(name: str) -> CustodyLaw | None:
    """The rules of custody of a jurisdiction; None where none were written down."""
    return read(LAWS / f"{name}.toml", name) if name in names() else None


def read(path: Path, expected: str) -> CustodyLaw:
    """Rules from a file; ``DefinitionRefused`` with every problem of it."""
    document = Document(path, f"jurisdictions/custody/{path.name}")
    root = document.root
    read_format(root, FORMAT)
    code, title = root.code("jurisdiction"), root.text("title")
    if code != expected:
        root.problem("jurisdiction", f"the file lies at {expected}.toml", "Name its place")
    references = read_references(root)
    calendar = _calendar(root, references)
    tables = root.tables("rule", required=True)
    rules = [_rule(table, code, references) for table in tables]
    refuse_duplicates(zip(tables, (rule.code for rule in rules), strict=True), "rule")
    not_known = root.texts("not_known", required=True)
    root.finish()
    document.finish()
    return CustodyLaw(code, title, tuple(rules), calendar, not_known)


def _calendar(root: Table, references: dict[str, Reference]) -> Calendar:
    """The business days; a year without a list of holidays has none here, and is told so."""
    table = root.table("calendar", required=True)
    if table is None:
        return Calendar(frozenset(), Reference("", ""), read_source(root, references)[1])
    rest = table.texts("rest_days", required=True)
    for word in set(rest) - set(WEEKDAYS):
        table.problem("rest_days", f"{word!r} is no day of the week", nearest(word, WEEKDAYS))
    reference, standing = read_source(table, references)
    found: dict[int, set[date]] = {}
    for place in table.tables("holidays"):
        year, days = place.integer("year"), place.texts("days", required=True)
        read_source(place, references)
        found[year] = {day for text in days if (day := _day(place, text, year))}
        place.finish()
    table.finish()
    return Calendar(
        frozenset(WEEKDAYS.index(word) for word in rest if word in WEEKDAYS),
        reference,
        standing,
        MappingProxyType({year: frozenset(days) for year, days in found.items()}),
    )


def _day(table: Table, text: str, year: int) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        table.problem("days", f"{text!r} is no date", 'Write it like "2026-12-25"')
        return None
    if day.year != year:
        table.problem("days", f"{text} is not of {year}", "Put it under its own year")
        return None
    return day


def _rule(table: Table, place: str, references: dict[str, Reference]) -> CustodyRule:
    code = table.code("code")
    ask = Ask(table.one_of("ask", list(Ask)) or Ask.NOTICE)
    on = table.one_of("on", list(Event), required=ask in (Ask.NOTICE, Ask.FORM, Ask.INVENTORY))
    within = table.integer("within") if "within" in table else None
    unit = table.one_of("unit", list(Unit), required=within is not None)
    has_clock = table.flag("has_clock", default=True)
    if within is not None and within < 0:
        table.problem("within", f"within {within} is before it happened", "Write 0 or more")
    if within is not None and not has_clock:
        table.problem("within", "there is a time and no clock", "Leave one of the two out")
    needs = table.texts("needs", required=ask is Ask.REGISTER)
    for need in set(needs) - set(REGISTER_NEEDS):
        table.problem("needs", f"{need!r} is not known", nearest(need, REGISTER_NEEDS))
    fields = tuple(_field(each) for each in table.tables("field"))
    reference, standing = read_source(table, references)
    rule = CustodyRule(
        code=f"{place}/{code}",
        ask=ask,
        wording=table.text("wording"),
        reference=reference,
        standing=standing,
        on=Event(on) if on in list(Event) else None,
        within=within,
        unit=Unit(unit) if unit in list(Unit) else None,
        has_clock=has_clock,
        to=table.text("to", required=False),
        form=table.code("form", required=False),
        fields=fields,
        needs=needs,
    )
    table.finish()
    return rule


def _field(table: Table) -> FormField:
    found = FormField(table.code("code"), table.text("title"))
    table.finish()
    return found
