"""The gates of a dosing session, read from ``gates.toml``: acts, conditions, and who answers each.

A condition that nobody answers is refused with file, line and reason: it would keep the act shut
for ever, or tempt somebody to leave it out.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holdfast.definitions.loading import (
    Document,
    Table,
    nearest,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.definitions.session.exits import read_exits
from holdfast.domain.dosing import RULES
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.gates import Condition, Gate
from holdfast.domain.session_gates import (
    Answering,
    How,
    Lasts,
    SessionAct,
    SessionGate,
    SessionGates,
    StatedBy,
)

FORMAT = 1
FILE = Path(__file__).with_name("gates.toml")
EXITS = Path(__file__).with_name("exits.toml")
LONGEST_MINUTES = 240  # a slip of the finger, not a rule: what a gate issues ends within hours


@cache
def load() -> SessionGates:
    """The gates that ship with this release."""
    return read(FILE)


def read(path: Path, exits_path: Path = EXITS) -> SessionGates:
    """Gates and exits; ``DefinitionRefused`` with every problem of a file, each with its line."""
    exits, exits_sha256 = read_exits(exits_path)
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("condition", required=True)
    conditions: dict[str, Condition] = {}
    answering: dict[str, Answering] = {}
    for table in tables:
        condition, how = _condition(table, references)
        conditions[condition.code], answering[condition.code] = condition, how
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "condition")
    gates = _gates(root, conditions, references)
    _refuse_unasked(tables, gates)
    root.finish()
    document.finish()
    return SessionGates(
        MappingProxyType(gates),
        MappingProxyType(conditions),
        MappingProxyType(answering),
        MappingProxyType(exits),
        hashlib.sha256(f"{document.sha256} {exits_sha256}".encode()).hexdigest(),
    )


def _condition(table: Table, references: Mapping[str, Reference]) -> tuple[Condition, Answering]:
    code, wording = table.code("code"), table.text("wording")
    reference, standing = read_source(table, references)
    if standing is Standing.NOT_FOUND:
        table.problem("standing", f"condition {code!r} has no source", "Say where it was read")
    override = table.code("override", required=False) or None
    needs_plan = bool(table.one_of("needs", ("plan",), required=False))
    if needs_plan and override is None:
        table.problem("needs", "nobody may set it aside, with or without a plan", "Name who may")
    how = table.one_of("answered", [how.value for how in How])
    stated = _stated(inner) if (inner := table.table("stated")) else None
    if how == How.STATED and stated is None:
        table.problem(
            "answered", "nobody is named who states it", "Add stated = { by = [...], ...}"
        )
    if how == How.RULE and stated is not None:
        table.problem("stated", "a rule of the session answers it", "Leave stated out")
    if how == How.RULE and code not in RULES:
        table.problem("answered", f"no rule answers {code!r}", nearest(code, RULES))
    table.finish()
    known = How(how) if how in set(How) else How.HANDED
    return (
        Condition(code, wording, reference, standing, override),
        Answering(known, stated, needs_plan),
    )


def _stated(table: Table) -> StatedBy:
    by = table.texts("by", required=True)
    if not by:
        table.problem("by", "nobody may state it", "Name at least one role")
    lasts = table.one_of("lasts", [lasts.value for lasts in Lasts])
    table.finish()
    return StatedBy(by, Lasts(lasts) if lasts in set(Lasts) else Lasts.SAME_DAY)


def _gates(
    root: Table, conditions: Mapping[str, Condition], references: Mapping[str, Reference]
) -> dict[SessionAct, SessionGate]:
    gates: dict[SessionAct, SessionGate] = {}
    for table in root.tables("gate", required=True):
        found = _gate(table, conditions, references)
        act = SessionAct(found.gate.act)
        if act in gates:
            table.problem("act", f"gate {act.value!r} is here twice", "Leave one of them")
        gates[act] = found
    for act in SessionAct:
        if act not in gates:
            root.problem(None, f"there is no gate {act.value!r}", "Add a [[gate]] for it")
    return gates


def _gate(
    table: Table, conditions: Mapping[str, Condition], references: Mapping[str, Reference]
) -> SessionGate:
    act = table.one_of("act", [act.value for act in SessionAct])
    title, codes = table.text("title"), table.texts("conditions", required=True)
    minutes = table.integer("minutes")
    read_source(table, references)
    if not 0 < minutes <= LONGEST_MINUTES:
        table.problem("minutes", f"{minutes} minutes", f"Write 1 to {LONGEST_MINUTES}")
    for index, code in enumerate(codes):
        if code not in conditions:
            where = (*table.path, "conditions", index)
            problem = f"the gate names {code!r}, which is no condition of this file"
            table.document.add(where, problem, nearest(code, conditions))
    if not codes:
        table.problem("conditions", "a gate without conditions never opens", "Name them")
    table.finish()
    known = tuple(conditions[code] for code in codes if code in conditions)
    which = SessionAct(act) if act in set(SessionAct) else SessionAct.CLOSE_SESSION
    return SessionGate(Gate(which, known), title, timedelta(minutes=minutes))


def _refuse_unasked(tables: list[Table], gates: Mapping[SessionAct, SessionGate]) -> None:
    """A condition that no gate asks for is a condition that somebody forgot to name."""
    asked = {one.code for gate in gates.values() for one in gate.gate.conditions}
    for table in tables:
        code = table.value("code")
        if code not in asked:
            table.problem(
                "code", f"no gate asks for {code!r}", "Name it in a gate, or leave it out"
            )
