"""The gates of a course, read from ``gates.toml``: acts, conditions, and who states what.

A gate that names a condition nobody answers is refused with file, line and reason: what nobody can
answer would keep the act shut for ever, or tempt somebody to leave it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.gates import Act, Condition, Gate
from holdfast.domain.schedule import Place

FORMAT = 1
FILE = FOLDER / "gates.toml"
# Which rules of the product answer which conditions; the sources in ``actions.gates`` are these.
ANSWERED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "course": frozenset(
            {
                "verdict",
                "eligibility-at-last-preparation",
                "one-course",
                "approvals",
                "course",
                "pauses",
                "pair",
            }
            | {"visits-before", "visits-skipped", "window", "booking", "post"}
        ),
        "clinical": frozenset({"results", "taper", "safety-plan", "contact", "readiness"}),
        "consent": frozenset({"consent", "agreements"}),
    }
)
LASTS = ("same-day", "session", "until-value")


@dataclass(frozen=True)
class Stated:
    """How a condition is stated: by which roles, how long it counts, and where it is asked.

    ``since`` is ``postponement`` for what must be decided anew after one; ``place`` the only place
    of a visit for which it is asked; ``value`` is ``date`` or ``text`` where one is written down.
    """

    by: tuple[str, ...]
    lasts: str
    since: str = ""
    place: str = ""
    value: str = ""


@dataclass(frozen=True)
class Gates:
    """Every gate of a course."""

    gates: Mapping[Act, Gate]
    titles: Mapping[Act, str]
    conditions: Mapping[str, Condition]
    stated: Mapping[str, Stated]
    sha256: str


@cache
def load() -> Gates:
    """The gates that ship with this release."""
    return read(FILE)


def read(path: Path) -> Gates:
    """Gates from a file; ``DefinitionRefused`` with every problem of it, each with its line."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("condition", required=True)
    stated: dict[str, Stated] = {}
    conditions = {}
    for table in tables:
        condition = _condition(table, references, stated)
        conditions[condition.code] = condition
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "condition")
    gates, titles = {}, {}
    for table in root.tables("gate", required=True):
        gate, title = _gate(table, conditions, stated)
        act = Act(gate.act)
        if act in gates:
            table.problem("act", f"gate {act.value!r} is here twice", "Leave one of them")
        gates[act], titles[act] = gate, title
    for act in Act:
        if act not in gates:
            root.problem(None, f"there is no gate {act.value!r}", "Add a [[gate]] for it")
    _refuse_unasked(tables, gates)
    root.finish()
    document.finish()
    return Gates(
        MappingProxyType(gates),
        MappingProxyType(titles),
        MappingProxyType(conditions),
        MappingProxyType(stated),
        document.sha256,
    )


def _condition(
    table: Table, references: Mapping[str, Reference], stated: dict[str, Stated]
) -> Condition:
    code, wording = table.code("code"), table.text("wording")
    reference, standing = read_source(table, references)
    if standing is Standing.NOT_FOUND:
        table.problem("standing", f"condition {code!r} has no source", "Say where it was read")
    override = table.code("override", required=False) or None
    if how := table.table("stated"):
        stated[code] = _stated(how)
    table.finish()
    return Condition(code, wording, reference, standing, override)


def _stated(table: Table) -> Stated:
    by = table.texts("by", required=True)
    if not by:
        table.problem("by", "nobody may state it", "Name at least one role")
    found = Stated(
        by=by,
        lasts=table.one_of("lasts", LASTS),
        since=table.one_of("since", ("postponement",), required=False),
        place=table.one_of("place", [place.value for place in Place], required=False),
        value=table.one_of("value", ("date", "text"), required=False),
    )
    if found.lasts == "until-value" and found.value != "date":
        table.problem("lasts", "it lasts until a value that is no date", 'Write value = "date"')
    table.finish()
    return found


def _gate(
    table: Table, conditions: Mapping[str, Condition], stated: Mapping[str, Stated]
) -> tuple[Gate, str]:
    act = table.one_of("act", [act.value for act in Act])
    title, codes = table.text("title"), table.texts("conditions", required=True)
    answered = frozenset().union(*ANSWERED.values()) | set(stated)
    for index, code in enumerate(codes):
        where = (*table.path, "conditions", index)
        if code not in conditions:
            problem = f"the gate names {code!r}, which is no condition of this file"
            table.document.add(where, problem, nearest(code, conditions))
        elif code not in answered:
            problem = f"the gate names {code!r}, and nobody answers that condition"
            mend = "Say who states it (stated = ...), or write the rule that answers it first"
            table.document.add(where, problem, mend)
    if not codes:
        table.problem("conditions", "a gate without conditions never opens", "Name them")
    table.finish()
    known = tuple(conditions[code] for code in codes if code in conditions)
    return Gate(Act(act) if act in set(Act) else Act.ENROLL, known), title


def _refuse_unasked(tables: list[Table], gates: Mapping[Act, Gate]) -> None:
    """A condition that no gate asks for is a condition that somebody forgot to name."""
    asked = {condition.code for gate in gates.values() for condition in gate.conditions}
    for table in tables:
        code = table.value("code")
        if code not in asked:
            table.problem(
                "code", f"no gate asks for {code!r}", "Name it in a gate, or leave it out"
            )
